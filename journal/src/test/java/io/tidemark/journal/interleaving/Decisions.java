// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.Arrays;

/**
 * Depth-first search with replay: which option was taken wherever there was more than one. A schedule repeats the decisions
 * of the one before up to the last that has an option left, takes that, and from there on always the first.
 */
final class Decisions {

    private int[] taken = new int[256];
    private int[] optionCounts = new int[256];
    private int[] firstOptions = new int[256];

    /** Number of decisions that are repeated. */
    private int repeated;

    /** Number of decisions in the schedule up to now. */
    private int depth;

    /** Takes the next decision, between the first options of those given. */
    int take(final int[] options, final int count) {
        if (depth == taken.length) {
            taken = Arrays.copyOf(taken, 2 * depth);
            optionCounts = Arrays.copyOf(optionCounts, 2 * depth);
            firstOptions = Arrays.copyOf(firstOptions, 2 * depth);
        }
        if (depth >= repeated) {
            taken[depth] = 0;
            optionCounts[depth] = count;
            firstOptions[depth] = options[0];
        } else if (optionCounts[depth] != count || firstOptions[depth] != options[0]) {
            throw new IllegalStateException("the scenario is not deterministic: other options at decision " + depth);
        }
        return taken[depth++];
    }

    /**
     * Goes to the next schedule.
     *
     * @return false if there is none
     */
    boolean advance() {
        if (depth < repeated) {
            throw new IllegalStateException("the scenario is not deterministic: it ended at decision " + depth);
        }
        while (depth > 0 && taken[depth - 1] + 1 >= optionCounts[depth - 1]) {
            depth--;
        }
        if (depth == 0) {
            return false;
        }
        taken[depth - 1]++;
        repeated = depth;
        depth = 0;
        return true;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Numbers that one thread counts, alone on their cache lines, and others look at now and then. The owner reads plainly what only
 * it writes, and stores without a fence; who looks finds each number whole, and some of them newer than others.
 */
final class CounterRow {

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    /** Words in front of the row and behind it, as many as the processor fetches at once. */
    private static final int PADDING = 16;

    private final long[] words;

    CounterRow(final int count) {
        words = new long[PADDING + count + PADDING];
    }

    /** Adds to a number. Owner only. */
    void add(final int index, final long increase) {
        WORD.setOpaque(words, PADDING + index, words[PADDING + index] + increase);
    }

    /** Raises a number if it is lower. Owner only. */
    void max(final int index, final long candidate) {
        if (candidate > words[PADDING + index]) {
            WORD.setOpaque(words, PADDING + index, candidate);
        }
    }

    /** Sets a number. Owner only. */
    void set(final int index, final long value) {
        WORD.setOpaque(words, PADDING + index, value);
    }

    /** Looks at a number. Any thread. */
    long get(final int index) {
        return (long) WORD.getOpaque(words, PADDING + index);
    }
}

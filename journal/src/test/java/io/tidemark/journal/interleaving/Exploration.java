// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.Map;
import java.util.TreeMap;

/**
 * What was explored.
 *
 * @param name of the scenario
 * @param schedules number of different schedules
 * @param steps number of steps in all of them
 * @param happenings what happened how often, by the name of the part and in words
 * @param durationNs how long it took
 */
public record Exploration(
        String name, long schedules, long steps, Map<String, Map<String, Long>> happenings, long durationNs) {

    static Map<String, Map<String, Long>> copied(final Map<String, Map<String, long[]>> counters) {
        final Map<String, Map<String, Long>> copy = new TreeMap<>();
        counters.forEach((role, counts) -> {
            final Map<String, Long> copiedCounts = new TreeMap<>();
            counts.forEach((what, count) -> copiedCounts.put(what, count[0]));
            copy.put(role, copiedCounts);
        });
        return copy;
    }

    /**
     * Demands that something happened in some schedule; otherwise the scenario does not show what it is there for.
     *
     * @param role name of the part
     * @param what in the words with which it was noted
     * @return this
     */
    public Exploration requireHappened(final String role, final String what) {
        if (!happenings.getOrDefault(role, Map.of()).containsKey(what)) {
            throw new AssertionError(name + ": never happened to " + role + ": " + what + "; what did: " + happenings);
        }
        return this;
    }

    /**
     * Demands a number of different schedules; with far fewer than before, the exploration has gone blind.
     *
     * @param minimum at least so many
     * @return this
     */
    public Exploration requireSchedules(final long minimum) {
        if (schedules < minimum) {
            throw new AssertionError(name + ": only " + schedules + " schedules, expected " + minimum);
        }
        return this;
    }

    @Override
    public String toString() {
        return String.format(
                "%s: %d schedules, %d steps, %d ms, %s", name, schedules, steps, durationNs / 1_000_000, happenings);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalCounters;

/**
 * What happened in one interval of a watch.
 *
 * @param now the counters at its end
 * @param interval what was counted in it
 * @param seconds how long it was
 */
record WatchSample(JournalCounters now, JournalCounters interval, double seconds) {

    /** The counters may be as much older than the look at them as the writer needs to store them. */
    private static final double STORING_SECONDS = 0.2;

    /**
     * The interval between two looks. The counters tell how long they cover, but not where in it something happened: behind a
     * silence of the writer, in which it stores nothing, the watch knows better.
     */
    static WatchSample between(final JournalCounters before, final JournalCounters now, final double secondsByWatch) {
        final JournalCounters interval = now.minus(before);
        return new WatchSample(now, interval, Math.min(interval.elapsedNs() / 1e9, secondsByWatch + STORING_SECONDS));
    }

    /** How often something happened in a second. */
    double rate(final long count) {
        return seconds > 0 ? count / seconds : 0;
    }

    /** Mean of the times of forces, in nanoseconds; 0 if there was none. */
    double meanForceNs() {
        return interval.forceCount() == 0 ? 0 : (double) interval.forceNs() / interval.forceCount();
    }
}

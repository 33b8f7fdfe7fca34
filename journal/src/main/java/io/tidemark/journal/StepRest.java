// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The rest that the keeper takes behind a step of work that could wait. On a machine with few cores writer or producer share one with
 * it: they yield where they have nothing to do, and get the core back when a slice of the scheduler is over, some milliseconds
 * later, unless the keeper has gone to sleep before.
 *
 * <p>Owned by the keeper.
 */
final class StepRest {

    /** A rest is so many times as long as the step was, and at most {@link #MAX_NS}. */
    private static final int FACTOR = 3;

    private static final long MAX_NS = 2_000_000;

    private long endNs;

    StepRest(final long nowNs) {
        endNs = nowNs;
    }

    /** A step is done that was begun at a time. A rest that still lasts does not become shorter by it. */
    void begin(final long stepBeginNs, final long nowNs) {
        lastUntil(nowNs + Math.min(MAX_NS, FACTOR * (nowNs - stepBeginNs)));
    }

    /** Nothing is to be done until a time, if not longer. */
    void lastUntil(final long timeNs) {
        if (timeNs - endNs > 0) {
            endNs = timeNs;
        }
    }

    /** How long the rest still lasts; 0 if it is over. */
    long leftNs(final long nowNs) {
        return Math.max(0, endNs - nowNs);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.nio.ByteBuffer;

/**
 * What the first word of each record says: when its append was meant to begin, in nanoseconds of {@link System#nanoTime()},
 * which on Linux is one clock for all processes. Records that only warm up say the same, inverted; the last one says 0.
 *
 * <p>Which of the two a record is, is computed and never branched upon: a branch that is taken for the first time when measuring
 * begins has the compiled code thrown away right there, and the compiler at work while it is measured.
 */
final class Stamp {

    static final long END = 0;

    private Stamp() {}

    /**
     * The word of a record.
     *
     * @param intendedNs when its append was meant to begin, more than 0
     * @param measuredFromNs records that were meant to begin before only warm up
     */
    static long of(final long intendedNs, final long measuredFromNs) {
        return intendedNs ^ signOf(intendedNs - measuredFromNs);
    }

    /** The word of a record that does not count, whenever it was. */
    static long unmeasured(final long intendedNs) {
        return ~intendedNs;
    }

    static void put(final ByteBuffer record, final long word) {
        record.putLong(0, word);
    }

    static boolean isEnd(final long word) {
        return word == END;
    }

    /** When the append was meant to begin. */
    static long intendedNs(final long word) {
        return word ^ signOf(word);
    }

    /** 1 for a record that is measured, 0 for one that warms up. */
    static int count(final long word) {
        return 1 + (int) signOf(word);
    }

    /**
     * Which slice of a {@link LatencySeries} a record belongs to.
     *
     * @param word of the record
     * @param measuredFromNs when measuring began; may be late by what producers are apart
     * @return 0 if it warms up, 1 for the first second that is measured
     */
    static int slice(final long word, final long measuredFromNs) {
        final int second = (int) ((word - measuredFromNs) / LatencySeries.SLICE_NS);
        return (1 + Math.max(0, second)) * count(word);
    }

    /** All ones for a negative number, 0 for others. */
    private static long signOf(final long number) {
        return number >> (Long.SIZE - 1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.nio.ByteBuffer;

/**
 * What the first word of each record says: when its append was meant to begin, in nanoseconds of {@link System#nanoTime()},
 * which on Linux is one clock for all processes. Records that only warm up say the same, inverted; the last one says 0.
 */
final class Stamp {

    static final long END = 0;

    private Stamp() {}

    static void put(final ByteBuffer record, final long intendedNs, final boolean measured) {
        record.putLong(0, measured ? intendedNs : ~intendedNs);
    }

    static void putEnd(final ByteBuffer record) {
        record.putLong(0, END);
    }

    static boolean isMeasured(final long word) {
        return word > 0;
    }

    static boolean isEnd(final long word) {
        return word == END;
    }
}

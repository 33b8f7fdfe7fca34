// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Stores short runs in the mapping, where readers see them soonest, and writes long ones to the file, which costs less for each
 * page. Runs are long when the writer is behind: then what counts is that it catches up.
 *
 * <p>Owned by the writer.
 */
final class StoreByLength implements RunStore {

    /** A page's note that it is dirty, and taking that back, cost about what two calls do for a quarter of it. */
    static final int LONG_RUN_LENGTH = 1 << 10;

    private final RunStore forShort;
    private final RunStore forLong;

    StoreByLength(final RunStore forShort, final RunStore forLong) {
        this.forShort = forShort;
        this.forLong = forLong;
    }

    @Override
    public int runLength() {
        return forLong.runLength();
    }

    @Override
    public void store(
            final Segment segment, final int offset, final ByteBuffer source, final int start, final int length)
            throws IOException {
        (length < LONG_RUN_LENGTH ? forShort : forLong).store(segment, offset, source, start, length);
    }
}

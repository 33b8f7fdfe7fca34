// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;

/** Buffers as the format wants them, and frames in them as the writer makes them. */
final class DirectBuffers {

    private DirectBuffers() {}

    static ByteBuffer aligned(final int length) {
        return ByteBuffer.allocateDirect(length + FrameLayout.ALIGNMENT)
                .alignedSlice(FrameLayout.ALIGNMENT)
                .limit(length)
                .slice();
    }

    /** Stores a whole frame, and returns its length with padding. */
    static int storeFrame(
            final ByteBuffer buffer,
            final int offset,
            final SeededChecksum checksum,
            final long sequence,
            final int epoch,
            final int type,
            final int flags,
            final int encodedLag,
            final byte... payload) {
        final int length = FrameLayout.HEADER_LENGTH + payload.length;
        final int aligned = FrameLayout.align(length);
        buffer.clear();
        for (int i = 0; i < aligned; i++) {
            buffer.put(offset + i, (byte) 0);
        }
        buffer.put(offset + FrameLayout.HEADER_LENGTH, payload);
        FrameLayout.word(buffer, offset, FrameLayout.word(length, 0));
        FrameLayout.sequenceAndFlags(buffer, offset, sequence, flags);
        FrameLayout.timestampNs(buffer, offset, 1);
        FrameLayout.epochTypeAndLag(buffer, offset, epoch, type, encodedLag);
        final int sum = checksum.ofFrame(buffer, offset, length);
        buffer.clear();
        FrameLayout.word(buffer, offset, FrameLayout.word(length, sum));
        return aligned;
    }
}

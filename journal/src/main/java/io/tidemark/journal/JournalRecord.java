// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A record that was copied out of the journal, for those who prefer comfort to speed. A value, which stays valid.
 *
 * @param sequence of the record
 * @param timestampNs when it was written, in nanoseconds since the beginning of 1970, UTC
 * @param type that the user gave it, 0 if none
 * @param payload the bytes; each call of the accessor gives a buffer of its own, read-only and little-endian, from the first
 *     byte to the last
 */
public record JournalRecord(long sequence, long timestampNs, int type, ByteBuffer payload) {

    /**
     * Makes a record; the payload is copied.
     *
     * @param sequence of the record
     * @param timestampNs when it was written
     * @param type that the user gave it
     * @param payload from its position to its limit
     */
    public JournalRecord {
        payload = ByteBuffer.allocate(payload.remaining())
                .put(payload.duplicate())
                .flip();
    }

    /**
     * The bytes.
     *
     * @return a buffer of its own for each call, read-only and little-endian, from the first byte to the last
     */
    @Override
    public ByteBuffer payload() {
        return payload.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;

/** Receives the records of a journal, one by one and in order. */
@FunctionalInterface
public interface RecordHandler {

    /**
     * Takes one record. Its bytes lie in place: they are valid until the method returns, and can't be changed.
     *
     * @param sequence of the record
     * @param timestampNs when it was written, in nanoseconds since the beginning of 1970, UTC
     * @param type that the user gave it, 0 if none
     * @param buffer that holds the payload, direct, read-only and little-endian; its position and limit mean nothing, and may
     *     be changed
     * @param offset of the payload in the buffer
     * @param length of the payload, in bytes
     */
    void onRecord(long sequence, long timestampNs, int type, ByteBuffer buffer, int offset, int length);
}

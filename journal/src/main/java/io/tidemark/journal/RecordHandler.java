// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;

/**
 * Receives the records of a journal, one by one and in order, on the thread that asked for them. The journal's own records are not
 * given to it, so sequences may be left out between two.
 *
 * <pre>{@code
 * RecordHandler handler = (sequence, timestampNs, type, buffer, offset, length) -> {
 *     byte[] payload = new byte[length];
 *     buffer.get(offset, payload);    // who keeps the bytes copies them: the buffer is valid only in here
 *     orders.put(sequence, payload);
 * };
 * }</pre>
 *
 * <p>What it throws reaches whoever called {@code replay}, {@code poll} or {@code peek}, as it is.
 */
@FunctionalInterface
public interface RecordHandler {

    /**
     * Takes one record. Its bytes lie in place: they are valid until the method returns, and can't be changed.
     *
     * @param sequence of the record, from 1
     * @param timestampNs when it was written, in nanoseconds since the beginning of 1970, UTC
     * @param type that the user gave it, from 0 to 32767; 0 if none
     * @param buffer that holds the payload, direct, read-only and little-endian; its position and limit mean nothing, and may
     *     be changed
     * @param offset of the payload in the buffer
     * @param length of the payload, in bytes
     */
    void onRecord(long sequence, long timestampNs, int type, ByteBuffer buffer, int offset, int length);
}

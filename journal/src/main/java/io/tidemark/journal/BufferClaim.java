// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Room in the append queue, to encode a record in place. The record has its sequence from the moment of the claim, and all
 * records claimed later wait behind it: fill it and commit it at once.
 *
 * <pre>{@code
 * try (BufferClaim claim = appender.claim(16)) {
 *     claim.buffer().putLong(claim.offset(), price).putLong(claim.offset() + 8, quantity);
 *     claim.commit();
 * }
 * }</pre>
 *
 * <p>Closing without committing aborts: the record is not appended, and a record of the journal's own, which no handler is
 * given, takes its sequence. One claim object belongs to each appender, and is used again by its next claim.
 */
public final class BufferClaim implements AutoCloseable {

    private final Appender appender;
    private final ByteBuffer buffer;

    private int offset;
    private int length;
    private long sequence;
    private boolean open;

    BufferClaim(final Appender appender, final ByteBuffer ring) {
        this.appender = appender;
        this.buffer = ring.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    void begin(final int payloadOffset, final int payloadLength, final long claimedSequence) {
        offset = payloadOffset;
        length = payloadLength;
        sequence = claimedSequence;
        buffer.limit(payloadOffset + payloadLength).position(payloadOffset);
        open = true;
    }

    boolean isOpen() {
        return open;
    }

    /**
     * The buffer to encode into, little-endian, its position and limit set to the claim. What lies outside the claim
     * belongs to others and must not be touched.
     *
     * @return the buffer
     */
    public ByteBuffer buffer() {
        requireOpen();
        return buffer;
    }

    /**
     * Where the payload begins.
     *
     * @return offset in the buffer
     */
    public int offset() {
        return offset;
    }

    /**
     * How long the payload is.
     *
     * @return bytes
     */
    public int length() {
        return length;
    }

    /**
     * The sequence of the record.
     *
     * @return the sequence
     */
    public long sequence() {
        return sequence;
    }

    /**
     * Appends the record. Under {@link SyncPolicy#always()} returns when it is durable.
     *
     * @return the sequence of the record
     * @throws IllegalStateException if the claim was committed or aborted before
     */
    public long commit() {
        requireOpen();
        open = false;
        return appender.commitClaim(offset, length, sequence);
    }

    /**
     * Gives the claim up.
     *
     * @throws IllegalStateException if the claim was committed or aborted before
     */
    public void abort() {
        requireOpen();
        open = false;
        appender.abortClaim(offset, length);
    }

    /** Aborts, unless the claim was committed. */
    @Override
    public void close() {
        if (open) {
            abort();
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("claim is not open: sequence=" + sequence);
        }
    }
}

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
 * given, takes its sequence. One claim object belongs to each appender, is used by its thread, and is used again by its
 * next claim.
 *
 * <p>A claim that is left open holds up all records behind it, until the journal is closed and gives them up. Committing it
 * after that brings nothing back: {@code commit()} still returns the sequence, which never becomes durable.
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
        buffer.order(ByteOrder.LITTLE_ENDIAN)
                .limit(payloadOffset + payloadLength)
                .position(payloadOffset);
        open = true;
    }

    /** Ends the claim. Who kept the buffer meets its limit there, instead of the records of others. */
    private void end() {
        assert appender.isOwner() : "a claim belongs to the thread of its appender";
        open = false;
        buffer.limit(0);
    }

    boolean isOpen() {
        return open;
    }

    /**
     * The buffer to encode into, little-endian, its position and limit set to the claim. What lies outside the claim
     * belongs to others and must not be touched. Once the claim is committed or aborted the room belongs to others too: the
     * buffer has limit 0 then, so that using it throws, but a duplicate or slice of it must be forgotten.
     *
     * @return the buffer
     * @throws IllegalStateException if the claim was committed or aborted
     */
    public ByteBuffer buffer() {
        requireOpen();
        return buffer;
    }

    /**
     * Where the payload begins. Means nothing once the claim was committed or aborted.
     *
     * @return offset in the buffer, in bytes
     */
    public int offset() {
        return offset;
    }

    /**
     * How long the payload is: as long as was claimed, however much of it is encoded.
     *
     * @return bytes
     */
    public int length() {
        return length;
    }

    /**
     * The sequence of the record; known before the record is appended, so that it can be encoded in it.
     *
     * @return the sequence, from 1
     */
    public long sequence() {
        return sequence;
    }

    /**
     * Appends the record. Under {@link SyncPolicy#always()} returns when it is durable.
     *
     * @return the sequence of the record
     * @throws IllegalStateException if the claim was committed or aborted before; or, under {@link SyncPolicy#always()}, if
     *     this thread runs the journal and would wait for itself: the claim is still open then
     * @throws JournalException under {@link SyncPolicy#always()}, if the journal fails or is closed before the record is
     *     durable, or waits for room
     */
    public long commit() {
        requireOpen();
        appender.requireMayWait();
        end();
        return appender.commitClaim(offset, length, sequence);
    }

    /**
     * Gives the claim up.
     *
     * @throws IllegalStateException if the claim was committed or aborted before
     */
    public void abort() {
        requireOpen();
        end();
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

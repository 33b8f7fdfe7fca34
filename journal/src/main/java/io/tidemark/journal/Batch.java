// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.RecordType;
import java.nio.ByteBuffer;
import java.util.ConcurrentModificationException;
import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * Records that are appended together, all or none: after any crash the whole batch is there, or nothing of it.
 *
 * <pre>{@code
 * batch.clear();
 * batch.add(DEBIT, debit, 0, debit.length).add(CREDIT, credit, 0, credit.length);
 * long sequence = appender.appendBatch(batch);    // that of the credit; the debit has the one before
 * }</pre>
 *
 * <p>Filled by one thread; can be appended again and again, by several threads too while none changes it, and be cleared
 * for the next use. Appending copies: what is added afterwards is not in the journal. It grows as needed, outside of the
 * heap; {@link Appender#appendBatch} refuses one that is longer than the journal can take: with its headers it must fit in one
 * segment and in half of the append queue.
 */
public final class Batch {

    private static final int INITIAL_LENGTH = 4096;

    private ByteBuffer frames;
    private int length;
    private int count;

    /** Creates an empty batch. */
    public Batch() {
        frames = allocate(INITIAL_LENGTH);
    }

    private static ByteBuffer allocate(final int length) {
        return ByteBuffer.allocateDirect(length + FrameLayout.ALIGNMENT).alignedSlice(FrameLayout.ALIGNMENT);
    }

    /**
     * Adds a record.
     *
     * @param source of the payload; its position and limit stay as they are
     * @param offset of the payload in the source
     * @param payloadLength in bytes, 0 or more
     * @return this batch
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the batch would become longer than 1 GiB
     */
    public Batch add(final ByteBuffer source, final int offset, final int payloadLength) {
        return add(RecordType.USER_MIN, source, offset, payloadLength);
    }

    /**
     * Adds a record with a type.
     *
     * @param type from 0 to 32767
     * @param source of the payload; its position and limit stay as they are
     * @param offset of the payload in the source
     * @param payloadLength in bytes, 0 or more
     * @return this batch
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the type is out of its range, or the batch would become longer than 1 GiB
     */
    public Batch add(final int type, final ByteBuffer source, final int offset, final int payloadLength) {
        Objects.requireNonNull(source, "source");
        Objects.checkFromIndexSize(offset, payloadLength, source.limit());
        final int at = reserve(type, payloadLength);
        frames.put(at, source, offset, payloadLength);
        return added(type, payloadLength);
    }

    /**
     * Adds a record.
     *
     * @param source of the payload
     * @param offset of the payload in the source
     * @param payloadLength in bytes, 0 or more
     * @return this batch
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the batch would become longer than 1 GiB
     */
    public Batch add(final byte[] source, final int offset, final int payloadLength) {
        return add(RecordType.USER_MIN, source, offset, payloadLength);
    }

    /**
     * Adds a record with a type.
     *
     * @param type from 0 to 32767
     * @param source of the payload
     * @param offset of the payload in the source
     * @param payloadLength in bytes, 0 or more
     * @return this batch
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the type is out of its range, or the batch would become longer than 1 GiB
     */
    public Batch add(final int type, final byte[] source, final int offset, final int payloadLength) {
        Objects.requireNonNull(source, "source");
        Objects.checkFromIndexSize(offset, payloadLength, source.length);
        final int at = reserve(type, payloadLength);
        frames.put(at, source, offset, payloadLength);
        return added(type, payloadLength);
    }

    /**
     * Adds a record.
     *
     * @param source of the payload
     * @param offset of the payload in the source
     * @param payloadLength in bytes, 0 or more
     * @return this batch
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the batch would become longer than 1 GiB
     */
    public Batch add(final DirectBuffer source, final int offset, final int payloadLength) {
        return add(RecordType.USER_MIN, source, offset, payloadLength);
    }

    /**
     * Adds a record with a type.
     *
     * @param type from 0 to 32767
     * @param source of the payload
     * @param offset of the payload in the source
     * @param payloadLength in bytes, 0 or more
     * @return this batch
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the type is out of its range, or the batch would become longer than 1 GiB
     */
    public Batch add(final int type, final DirectBuffer source, final int offset, final int payloadLength) {
        Objects.requireNonNull(source, "source");
        Objects.checkFromIndexSize(offset, payloadLength, source.capacity());
        final int at = reserve(type, payloadLength);
        source.getBytes(offset, frames, at, payloadLength);
        return added(type, payloadLength);
    }

    private int reserve(final int type, final int payloadLength) {
        Appender.requireUserType(type);
        final long needed = (long) length + FrameLayout.HEADER_LENGTH + payloadLength + FrameLayout.ALIGNMENT;
        if (needed > FrameLayout.MAX_FRAME_LENGTH) {
            throw new IllegalArgumentException(
                    "batch too long: at most " + FrameLayout.MAX_FRAME_LENGTH + " bytes with headers, found " + needed);
        }
        if (needed > frames.capacity()) {
            final ByteBuffer larger =
                    allocate((int) Math.min(FrameLayout.MAX_FRAME_LENGTH, Math.max(needed, 2L * frames.capacity())));
            larger.put(0, frames, 0, length);
            frames = larger;
        }
        return length + FrameLayout.HEADER_LENGTH;
    }

    private Batch added(final int type, final int payloadLength) {
        final int frameLength = FrameLayout.HEADER_LENGTH + payloadLength;
        final int aligned = FrameLayout.align(frameLength);
        for (int i = frameLength; i < aligned; i++) {
            frames.put(length + i, (byte) 0);
        }
        FrameLayout.word(frames, length, FrameLayout.word(frameLength, 0));
        FrameLayout.epochTypeAndLag(frames, length, 0, type, 0);
        length += aligned;
        count++;
        return this;
    }

    /** Takes all records out. The memory is kept for the next use. */
    public void clear() {
        length = 0;
        count = 0;
    }

    /**
     * How many records are in the batch.
     *
     * @return the number of records
     */
    public int count() {
        return count;
    }

    /**
     * How much room the batch takes in the journal, with headers and padding.
     *
     * @return bytes, up to 1 GiB
     */
    public int length() {
        return length;
    }

    /** The frames, complete but for what the append queue and the writer give them. */
    ByteBuffer frames() {
        return frames;
    }

    static ConcurrentModificationException changedMeanwhile() {
        return new ConcurrentModificationException(
                "nothing was appended: another thread changed the batch meanwhile; a batch is filled by one thread");
    }

    /**
     * Gives frames that were copied to the append queue their sequences. The writer believes what it finds there, so what
     * another thread changed meanwhile must be noticed here.
     *
     * @param ring of the queue
     * @param start of the copy
     * @param length of the copy
     * @param count of the frames
     * @param firstSequence of the frames
     * @param firstWord of the first frame, which is not in the copy yet
     * @return false if the copy is not that many frames
     */
    static boolean number(
            final ByteBuffer ring,
            final int start,
            final int length,
            final int count,
            final long firstSequence,
            final long firstWord) {
        int at = start;
        for (int i = 0; i < count; i++) {
            final int room = start + length - at;
            if (room < FrameLayout.HEADER_LENGTH || !RecordType.isUser(FrameLayout.type(ring, at))) {
                return false;
            }
            final int frameLength = FrameLayout.lengthOf(i == 0 ? firstWord : FrameLayout.word(ring, at));
            if (frameLength < FrameLayout.HEADER_LENGTH || frameLength > room) {
                return false;
            }
            final int flags = i == count - 1 ? 0 : FrameLayout.FLAG_BATCH_CONTINUES;
            FrameLayout.sequenceAndFlags(ring, at, firstSequence + i, flags);
            at += FrameLayout.align(frameLength);
        }
        return at == start + length;
    }

    /** Puts records of the journal's own in the place of such a copy, one for each sequence, and commits them. */
    static void abort(
            final ByteBuffer ring, final int start, final int length, final int count, final long firstSequence) {
        for (int i = Long.BYTES; i < length; i++) {
            ring.put(start + i, (byte) 0);
        }
        int frameLength = length - (count - 1) * FrameLayout.HEADER_LENGTH;
        // The first word last: that is what commits.
        for (int i = count - 1; i >= 0; i--) {
            final int at = start + i * FrameLayout.HEADER_LENGTH;
            FrameLayout.sequenceAndFlags(ring, at, firstSequence + i, 0);
            FrameLayout.epochTypeAndLag(ring, at, 0, RecordType.ABORTED, 0);
            FrameLayout.wordRelease(ring, at, FrameLayout.word(frameLength, 0));
            frameLength = FrameLayout.HEADER_LENGTH;
        }
    }
}

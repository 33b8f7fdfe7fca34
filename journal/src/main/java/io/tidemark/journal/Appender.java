// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.RecordType;
import java.nio.ByteBuffer;
import java.util.ConcurrentModificationException;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Appends records. Each thread has an appender of its own; any number of them work at the same time. Nothing here allocates.
 *
 * <pre>{@code
 * long sequence = appender.append(order, 0, order.length);    // to wait for, where that is wanted
 * if (appender.tryAppend(QUOTE, quote, 0, quote.length) < 0) {
 *     quotesLeftOut++;                                        // most likely for want of room; the code says
 * }
 * }</pre>
 *
 * <p>{@code append} copies the record, gives it the next sequence and returns it; it waits only while the append queue is full, and
 * under {@link SyncPolicy#always()} until the record is durable. {@code tryAppend} never waits: it returns one of the negative
 * codes instead, and says nothing of durability under any policy. {@link BufferClaim} encodes in place, {@link Batch} is atomic.
 *
 * <p>An interrupt of the calling thread neither stops an append nor is lost.
 *
 * <p>What is refused for its arguments takes no sequence. Where an exception comes from waiting, the record may have been
 * appended: under {@code always} {@link JournalException}s say so, and {@link Journal#awaitDurable(long)} can be asked again.
 * A {@link DirectBuffer} that throws while it is read takes a sequence, but leaves no record that a handler is given.
 *
 * <p>An appender belongs to the thread that uses it first. That is for the caller to keep; where assertions are enabled,
 * another thread gets an {@link AssertionError}.
 */
public final class Appender {

    /** The append queue is full: try again later. {@code append} waits for room. */
    public static final long BACK_PRESSURED = -1;

    /** The journal is closed. {@code append} throws a {@link JournalClosedException}. */
    public static final long CLOSED = -2;

    /** The journal has ended itself: close it and open it again. {@code append} throws a {@link JournalFailedException}. */
    public static final long FAILED = -3;

    /** Too little room on the file system, and nothing is appended until there is. {@code append} throws a {@link StorageFullException}. */
    public static final long STORAGE_FULL = -4;

    private final Engine engine;
    private final AppendQueue queue;
    private final ByteBuffer ring;
    private final int maxRecordLength;
    private final boolean always;
    private final QueueClaim claim = new QueueClaim();
    private final BufferClaim bufferClaim;
    private final AppendWait wait;
    private final @Nullable AppendTimes appendTimes;

    private @Nullable Thread owner;

    Appender(final Engine engine) {
        this.engine = engine;
        this.queue = engine.queue();
        // Of its own, because a source that is no buffer of the JDK is handed it to write to.
        this.ring = queue.ring().duplicate();
        this.maxRecordLength = engine.maxRecordLength();
        this.always = engine.config().syncPolicy().isAlways();
        this.wait = new AppendWait(engine);
        this.appendTimes = engine.appendTimes();
        this.bufferClaim = new BufferClaim(this, ring);
    }

    /**
     * Appends a record.
     *
     * @param source of the payload; its position and limit stay as they are
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long
     * @throws IllegalStateException if a claim is open, or if this thread runs the journal and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long append(final ByteBuffer source, final int offset, final int length) {
        return append(RecordType.USER_MIN, source, offset, length);
    }

    /**
     * Appends a record with a type.
     *
     * @param type from 0 to 32767, for the user's own use
     * @param source of the payload; its position and limit stay as they are
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long, or the type out of its range
     * @throws IllegalStateException if a claim is open, or if this thread runs the journal and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long append(final int type, final ByteBuffer source, final int offset, final int length) {
        requireMayWait();
        long sequence = tryAppend(type, source, offset, length);
        while (sequence < 0) {
            wait.forRoom(sequence);
            sequence = tryAppend(type, source, offset, length);
        }
        return accepted(sequence);
    }

    /**
     * Appends a record.
     *
     * @param source of the payload
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long
     * @throws IllegalStateException if a claim is open, or if this thread runs the journal and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long append(final byte[] source, final int offset, final int length) {
        return append(RecordType.USER_MIN, source, offset, length);
    }

    /**
     * Appends a record with a type.
     *
     * @param type from 0 to 32767, for the user's own use
     * @param source of the payload
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long, or the type out of its range
     * @throws IllegalStateException if a claim is open, or if this thread runs the journal and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long append(final int type, final byte[] source, final int offset, final int length) {
        requireMayWait();
        long sequence = tryAppend(type, source, offset, length);
        while (sequence < 0) {
            wait.forRoom(sequence);
            sequence = tryAppend(type, source, offset, length);
        }
        return accepted(sequence);
    }

    /**
     * Appends a record.
     *
     * @param source of the payload
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long
     * @throws IllegalStateException if a claim is open, or if this thread runs the journal and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long append(final DirectBuffer source, final int offset, final int length) {
        return append(RecordType.USER_MIN, source, offset, length);
    }

    /**
     * Appends a record with a type.
     *
     * @param type from 0 to 32767, for the user's own use
     * @param source of the payload
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long, or the type out of its range
     * @throws IllegalStateException if a claim is open, or if this thread runs the journal and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long append(final int type, final DirectBuffer source, final int offset, final int length) {
        requireMayWait();
        long sequence = tryAppend(type, source, offset, length);
        while (sequence < 0) {
            wait.forRoom(sequence);
            sequence = tryAppend(type, source, offset, length);
        }
        return accepted(sequence);
    }

    /**
     * Appends a record if there is room at present.
     *
     * @param type from 0 to 32767, for the user's own use
     * @param source of the payload; its position and limit stay as they are
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record, or one of the negative codes
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long, or the type out of its range
     * @throws IllegalStateException if a claim is open
     */
    public long tryAppend(final int type, final ByteBuffer source, final int offset, final int length) {
        Objects.requireNonNull(source, "source");
        Objects.checkFromIndexSize(offset, length, source.limit());
        final long sequence = tryBegin(type, length);
        if (sequence > 0) {
            final int frame = claim.offset;
            try {
                ring.put(frame + FrameLayout.HEADER_LENGTH, source, offset, length);
            } catch (final RuntimeException | Error e) {
                abortClaim(frame + FrameLayout.HEADER_LENGTH, length);
                throw e;
            }
            commit(frame, length);
        }
        return sequence;
    }

    /**
     * Appends a record if there is room at present.
     *
     * @param type from 0 to 32767, for the user's own use
     * @param source of the payload
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record, or one of the negative codes
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long, or the type out of its range
     * @throws IllegalStateException if a claim is open
     */
    public long tryAppend(final int type, final byte[] source, final int offset, final int length) {
        Objects.requireNonNull(source, "source");
        Objects.checkFromIndexSize(offset, length, source.length);
        final long sequence = tryBegin(type, length);
        if (sequence > 0) {
            ring.put(claim.offset + FrameLayout.HEADER_LENGTH, source, offset, length);
            commit(claim.offset, length);
        }
        return sequence;
    }

    /**
     * Appends a record if there is room at present.
     *
     * @param type from 0 to 32767, for the user's own use
     * @param source of the payload
     * @param offset of the payload in the source
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the sequence of the record, or one of the negative codes
     * @throws IndexOutOfBoundsException if offset and length lie outside the source
     * @throws IllegalArgumentException if the record is too long, or the type out of its range
     * @throws IllegalStateException if a claim is open
     */
    public long tryAppend(final int type, final DirectBuffer source, final int offset, final int length) {
        Objects.requireNonNull(source, "source");
        Objects.checkFromIndexSize(offset, length, source.capacity());
        final long sequence = tryBegin(type, length);
        if (sequence > 0) {
            // Kept, as the source is code of the user's, which may use this appender.
            final int frame = claim.offset;
            try {
                source.getBytes(offset, ring, frame + FrameLayout.HEADER_LENGTH, length);
            } catch (final Throwable e) {
                // It has seen the ring, too, and may have changed its limit.
                ring.clear();
                abortClaim(frame + FrameLayout.HEADER_LENGTH, length);
                throw e;
            }
            ring.clear();
            commit(frame, length);
        }
        return sequence;
    }

    /**
     * Claims room for a record that is encoded in place. Waits while the append queue is full.
     *
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the claim, to be committed or aborted at once
     * @throws IllegalArgumentException if the record is too long
     * @throws IllegalStateException if the claim before was neither committed nor aborted, or if this thread runs the journal
     *     and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public BufferClaim claim(final int length) {
        return claim(RecordType.USER_MIN, length);
    }

    /**
     * Claims room for a record with a type that is encoded in place. Waits while the append queue is full.
     *
     * @param type from 0 to 32767, for the user's own use
     * @param length of the payload in bytes, from 0 to {@link Journal#maxRecordLength()}
     * @return the claim, to be committed or aborted at once
     * @throws IllegalArgumentException if the record is too long
     * @throws IllegalStateException if the claim before was neither committed nor aborted, or if this thread runs the journal
     *     and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public BufferClaim claim(final int type, final int length) {
        long sequence = tryBegin(type, length);
        while (sequence < 0) {
            wait.forRoom(sequence);
            sequence = tryBegin(type, length);
        }
        bufferClaim.begin(claim.offset + FrameLayout.HEADER_LENGTH, length, sequence);
        return bufferClaim;
    }

    /**
     * Appends all records of a batch, or none. Waits while the append queue is full.
     *
     * @param batch with at least one record
     * @return the sequence of its last record; the others have those before it
     * @throws IllegalArgumentException if the batch is empty or too long
     * @throws ConcurrentModificationException if it was seen that another thread changes the batch
     * @throws IllegalStateException if a claim is open, or if this thread runs the journal and would have to wait
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long appendBatch(final Batch batch) {
        requireMayWait();
        long sequence = tryAppendBatch(batch);
        while (sequence < 0) {
            wait.forRoom(sequence);
            sequence = tryAppendBatch(batch);
        }
        return accepted(sequence);
    }

    /**
     * Appends all records of a batch, or none, if there is room at present.
     *
     * @param batch with at least one record
     * @return the sequence of its last record, or one of the negative codes
     * @throws IllegalArgumentException if the batch is empty or too long
     * @throws ConcurrentModificationException if it was seen that another thread changes the batch
     * @throws IllegalStateException if a claim is open
     */
    public long tryAppendBatch(final Batch batch) {
        Objects.requireNonNull(batch, "batch");
        final int length = batch.length();
        final int count = batch.count();
        final ByteBuffer frames = batch.frames();
        if (count == 0 || length > engine.maxFrameLength()) {
            throw new IllegalArgumentException("batch must hold at least one record and at most "
                    + engine.maxFrameLength() + " bytes with headers: count=" + count + ", length=" + length
                    + "; a batch lies within one segment and half of the append queue");
        }
        if (length > frames.capacity() || length / FrameLayout.HEADER_LENGTH < count) {
            throw Batch.changedMeanwhile();
        }
        final long refusal = refusal();
        if (refusal < 0) {
            return refusal;
        }
        if (!queue.tryClaim(claim, length, count)) {
            return noRoom();
        }
        final int start = claim.offset;
        final long word = FrameLayout.word(frames, 0);
        ring.put(start + Long.BYTES, frames, Long.BYTES, length - Long.BYTES);
        if (!Batch.number(ring, start, length, count, claim.sequence, word)) {
            Batch.abort(ring, start, length, count, claim.sequence);
            engine.writerSignal().wake();
            throw Batch.changedMeanwhile();
        }
        if (appendTimes != null) {
            wait.stamp(appendTimes, ring, start, claim.sequence);
        }
        FrameLayout.wordRelease(ring, start, word);
        engine.writerSignal().wake();
        return claim.sequence + count - 1;
    }

    /** Appends the journal's own record of a checkpoint, and waits while the append queue is full. */
    long appendCheckpoint(final long checkpointSequence) {
        long sequence = tryAppendCheckpoint(checkpointSequence);
        while (sequence < 0) {
            wait.forRoom(sequence);
            sequence = tryAppendCheckpoint(checkpointSequence);
        }
        wait.forget();
        return sequence;
    }

    long tryAppendCheckpoint(final long checkpointSequence) {
        final long failure = failure();
        // Where new records are refused because room is short, a checkpoint is what makes room.
        final long sequence = failure < 0 ? failure : begin(RecordType.CHECKPOINT, Long.BYTES);
        if (sequence > 0) {
            final int frame = claim.offset;
            FrameLayout.word(ring, frame + FrameLayout.HEADER_LENGTH, checkpointSequence);
            commit(frame, Long.BYTES);
        }
        return sequence;
    }

    private long tryBegin(final int type, final int length) {
        requireUserType(type);
        if (length < 0 || length > maxRecordLength) {
            throw new IllegalArgumentException("record length must be from 0 to " + maxRecordLength + ": length="
                    + length + "; a record lies within one segment and half of the append queue");
        }
        final long refusal = refusal();
        return refusal < 0 ? refusal : begin(type, length);
    }

    private long begin(final int type, final int length) {
        if (!queue.tryClaim(claim, FrameLayout.align(FrameLayout.HEADER_LENGTH + length), 1)) {
            return noRoom();
        }
        final int frame = claim.offset;
        FrameLayout.sequenceAndFlags(ring, frame, claim.sequence, 0);
        FrameLayout.epochTypeAndLag(ring, frame, 0, type, 0);
        if (appendTimes != null) {
            wait.stamp(appendTimes, ring, frame, claim.sequence);
        }
        return claim.sequence;
    }

    private long refusal() {
        final long failure = failure();
        if (failure < 0 || engine.reserveProblem() == null || engine.isClosing()) {
            return failure;
        }
        return STORAGE_FULL;
    }

    private long failure() {
        assert isOwner() : "an appender belongs to one thread";
        if (bufferClaim.isOpen()) {
            throw new IllegalStateException("commit or abort the open claim first: sequence=" + bufferClaim.sequence());
        }
        return engine.hasFailed() ? FAILED : 0;
    }

    boolean isOwner() {
        if (owner == null) {
            owner = Thread.currentThread();
        }
        return owner == Thread.currentThread();
    }

    private long noRoom() {
        if (engine.hasFailed()) {
            return FAILED;
        }
        if (engine.isClosing()) {
            return CLOSED;
        }
        return engine.stallProblem() == null ? BACK_PRESSURED : STORAGE_FULL;
    }

    /**
     * Completes a frame in the ring. The claim was sequentially consistent, so if the writer announced before it that it
     * will park, that is seen here; and if it announced later, it saw the claim and does not park for long.
     */
    private void commit(final int frame, final int length) {
        FrameLayout.wordRelease(ring, frame, FrameLayout.word(FrameLayout.HEADER_LENGTH + length, 0));
        engine.writerSignal().wake();
    }

    long commitClaim(final int payloadOffset, final int length, final long sequence) {
        commit(payloadOffset - FrameLayout.HEADER_LENGTH, length);
        return accepted(sequence);
    }

    void abortClaim(final int payloadOffset, final int length) {
        for (int i = 0; i < length; i++) {
            ring.put(payloadOffset + i, (byte) 0);
        }
        wait.forget();
        final int frame = payloadOffset - FrameLayout.HEADER_LENGTH;
        FrameLayout.epochTypeAndLag(ring, frame, 0, RecordType.ABORTED, 0);
        commit(frame, length);
    }

    /** Where every append waits for its force, a thread that runs the journal is told before anything is appended. */
    void requireMayWait() {
        if (always) {
            Waiting.requireOtherThread(engine);
        }
    }

    private long accepted(final long sequence) {
        if (always || wait.hasWaited()) {
            wait.accepted(sequence);
        }
        return sequence;
    }

    static void requireUserType(final int type) {
        if (type < RecordType.USER_MIN || type > RecordType.USER_MAX) {
            throw new IllegalArgumentException("type must be from 0 to 32767: type=" + type);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import java.nio.ByteBuffer;

/**
 * Appends to a queue as {@link Appender} does, and takes from it as {@link WriterAgent} does, with payloads that tell
 * whether they are whole. One object belongs to one thread; the queue is shared.
 */
final class Records {

    /** There was no room. */
    static final long REFUSED = 0;

    /** The room that was given was not zero. */
    static final long DIRTY = -1;

    /** What one look of the consumer at the head of the queue found. */
    enum Found {
        NOTHING,
        RECORDS,
        GAP,
        MARK,
        TORN,
        DISORDER
    }

    /** As much as a run of the writer takes before it gives room back, in claims. */
    private static final int RUN_CLAIMS = 3;

    private static final long PATTERN = 0x9E37_79B9_7F4A_7C15L;

    private final AppendQueue queue;
    private final ByteBuffer ring;
    private final QueueClaim claim = new QueueClaim();
    private long nextSequence;

    Records(final AppendQueue queue, final long nextSequence) {
        this.queue = queue;
        this.ring = queue.ring();
        this.nextSequence = nextSequence;
    }

    /** One of all the lengths of a frame up to the longest, so that every claim ends elsewhere. */
    static int frameLength(final int longest, final int turn) {
        final int lengths = (longest - FrameLayout.HEADER_LENGTH) / FrameLayout.ALIGNMENT + 1;
        return FrameLayout.HEADER_LENGTH + Integer.remainderUnsigned(turn, lengths) * FrameLayout.ALIGNMENT;
    }

    /** The next sequence that the consumer expects. */
    long nextSequence() {
        return nextSequence;
    }

    /**
     * Appends a batch.
     *
     * @param count number of records
     * @param frameLength of each, a multiple of 8
     * @return the first sequence, or one of the codes
     */
    long append(final int count, final int frameLength) {
        if (!queue.tryClaim(claim, count * frameLength, count)) {
            return REFUSED;
        }
        final int start = claim.offset;
        long bits = 0;
        for (int offset = 0; offset < count * frameLength; offset += Long.BYTES) {
            bits |= FrameLayout.word(ring, start + offset);
        }
        for (int i = 0; i < count; i++) {
            final int frame = start + i * frameLength;
            final long sequence = claim.sequence + i;
            final int flags = i == count - 1 ? 0 : FrameLayout.FLAG_BATCH_CONTINUES;
            FrameLayout.sequenceAndFlags(ring, frame, sequence, flags);
            for (int offset = FrameLayout.TIMESTAMP_OFFSET; offset < frameLength; offset += Long.BYTES) {
                ring.putLong(frame + offset, sequence * PATTERN + offset);
            }
            if (i > 0) {
                FrameLayout.word(ring, frame, FrameLayout.word(frameLength, 0));
            }
        }
        FrameLayout.wordRelease(ring, start, FrameLayout.word(frameLength, 0));
        return bits == 0 ? claim.sequence : DIRTY;
    }

    /** Takes a run of claims, or a gap. */
    Found take() {
        final int start = queue.headOffset();
        final long word = FrameLayout.wordAcquire(ring, start);
        if (word == 0) {
            return Found.NOTHING;
        }
        if (AppendQueue.isClosed(word)) {
            return Found.MARK;
        }
        if (AppendQueue.isGap(word)) {
            queue.consumeGap(AppendQueue.gapLength(word), nextSequence);
            return Found.GAP;
        }
        final int bytesToEnd = queue.bytesToEnd(start);
        Found found = Found.RECORDS;
        int length = 0;
        for (int claims = 0; claims < RUN_CLAIMS && length < bytesToEnd && found == Found.RECORDS; claims++) {
            final long first = FrameLayout.wordAcquire(ring, start + length);
            if (first == 0 || AppendQueue.isGap(first)) {
                break;
            }
            boolean continues = true;
            while (continues && found == Found.RECORDS) {
                final int frame = start + length;
                found = check(frame, bytesToEnd - length);
                continues = (FrameLayout.flags(ring, frame) & FrameLayout.FLAG_BATCH_CONTINUES) != 0;
                length += FrameLayout.lengthOf(FrameLayout.word(ring, frame));
                nextSequence++;
            }
        }
        if (found == Found.RECORDS) {
            queue.consume(length, nextSequence);
        }
        return found;
    }

    private Found check(final int frame, final int room) {
        final int length = FrameLayout.lengthOf(FrameLayout.word(ring, frame));
        if (length < FrameLayout.HEADER_LENGTH || length > room) {
            return Found.TORN;
        }
        final long sequence = FrameLayout.sequence(ring, frame);
        for (int offset = FrameLayout.TIMESTAMP_OFFSET; offset < length; offset += Long.BYTES) {
            if (ring.getLong(frame + offset) != sequence * PATTERN + offset) {
                return Found.TORN;
            }
        }
        return sequence == nextSequence ? Found.RECORDS : Found.DISORDER;
    }

    /**
     * Takes all that is there.
     *
     * @return how it ended: nothing more, the mark of closing, or damage
     */
    Found takeAll() {
        Found found = take();
        while (found == Found.RECORDS || found == Found.GAP) {
            found = take();
        }
        return found;
    }
}

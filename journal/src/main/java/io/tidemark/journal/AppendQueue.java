// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import java.nio.ByteBuffer;

/**
 * The queue between appenders and the writer: a byte ring in direct memory, for many producers and one consumer. What
 * lies in it are frames as they will lie in the segment; the writer fills in what producers can't know.
 *
 * <p><b>Claiming.</b> The tail is one 64-bit number: the low half counts the units of 8 bytes ever claimed, the high half
 * is the next sequence, both modulo 2<sup>32</sup>. One compare-and-set takes a range of bytes and a range of sequences, so
 * that the order of the bytes is the order of the sequences. The consumer's full counters restore the high bits: what is
 * in flight is bounded by the ring, far below 2<sup>32</sup>. A claim is contiguous; where it does not fit before the end
 * of the ring, the rest of the ring is claimed with it and marked as a gap.
 *
 * <p><b>Committing.</b> The ring is zero where nothing is claimed, because the consumer zeroes what it has taken before it
 * gives the room back. A producer fills its claim, then stores the word of the first frame with release; the consumer
 * reads it with acquire, and sees all of the claim. A gap is a word with negative length.
 *
 * <p><b>Room.</b> The consumer stores its counter with each run that it takes, so producers would fetch it from the other core for each
 * claim. They keep among them what one of them last saw of it, and look again only where that leaves no room: once in a lap of the
 * ring. A producer reads what is known with acquire before the tail. Both only grow, so what it takes for used is at least what is
 * used; and what the consumer gave back it has zeroed before (release), which whoever raised what is known has seen (acquire) and
 * hands on (compare-and-set), so a claim is zero.
 *
 * <p><b>Closing</b> claims as much as the whole ring, and puts a mark there that the consumer never passes. So however much
 * the consumer gives back, no claim can succeed any more, and everything claimed before is in front of the mark: no append
 * is ever accepted and not seen by the writer.
 *
 * <p>That the tail comes back to the same 64 bits while a producer is held up between reading it and the compare-and-set
 * takes a multiple of 2<sup>32</sup> records <i>and</i> of 32 GiB in exactly that moment; it is left to chance.
 */
final class AppendQueue {

    /** Claims are whole numbers of this many bytes. */
    private static final int UNIT_SHIFT = 3;

    private static final int ZEROS_LENGTH = 64 << 10;

    /** Never written. */
    private static final ByteBuffer ZEROS = memory(ZEROS_LENGTH);

    /** Length in a word that marks the end of the queue; no gap is that long. */
    private static final int CLOSED_LENGTH = Integer.MIN_VALUE;

    private final ByteBuffer ring;
    private final int capacity;
    private final int unitCapacity;

    /** Written by producers, with compare-and-set. */
    private final PaddedSequence tail;

    /** Units given back. Written by the consumer. */
    private final PaddedSequence consumedUnits = new PaddedSequence(0);

    /** A sequence at or below the lowest in flight. Written by the consumer, before the units. */
    private final PaddedSequence consumedSequence;

    /**
     * Units given back, as a producer last saw them. Written by producers, and only raised; the tail is never more than the ring ahead
     * of it, but for the mark of closing.
     */
    private final PaddedSequence knownUnits = new PaddedSequence(0);

    /** The sequence that was seen with them, or a later one. Written by producers, before the units, and only raised. */
    private final PaddedSequence knownSequence;

    /**
     * Creates the queue.
     *
     * @param capacity in bytes, a power of two
     * @param firstSequence that will be given out
     */
    AppendQueue(final int capacity, final long firstSequence) {
        this(memory(capacity), capacity, firstSequence);
    }

    /**
     * Creates the queue in memory that was made for it.
     *
     * @param ring of zeros, from {@link #memory}
     * @param capacity for which that was made
     * @param firstSequence that will be given out
     */
    AppendQueue(final ByteBuffer ring, final int capacity, final long firstSequence) {
        this.capacity = capacity;
        this.unitCapacity = capacity >> UNIT_SHIFT;
        this.ring = ring;
        this.tail = new PaddedSequence(firstSequence << Integer.SIZE);
        this.consumedSequence = new PaddedSequence(firstSequence);
        this.knownSequence = new PaddedSequence(firstSequence);
    }

    /**
     * Makes the memory of a queue, which takes a while: 4,096 faults for 16 MiB.
     *
     * @param length in bytes
     * @return zeros, at least so many, from the beginning of a cache line on
     * @throws OutOfMemoryError if there is not so much
     */
    static ByteBuffer memory(final int length) {
        final int cacheLine = 64;
        final ByteBuffer buffer = ByteBuffer.allocateDirect(length + cacheLine).alignedSlice(cacheLine);
        // The operating system gives pages of zeros at the first store; done here, no append pays for it.
        for (int offset = 0; offset < length; offset += 4096) {
            buffer.put(offset, (byte) 0);
        }
        return buffer;
    }

    /** The ring itself. Who uses it must not change its position or limit. */
    ByteBuffer ring() {
        return ring;
    }

    /** The most bytes that one claim can take. */
    int maxClaimLength() {
        return capacity / 2;
    }

    /**
     * Claims a range of bytes and of sequences. Any thread.
     *
     * @param claim receives offset and first sequence
     * @param length in bytes, a multiple of 8, at most {@link #maxClaimLength()}
     * @param sequenceCount number of sequences
     * @return false if there is no room at present
     */
    boolean tryClaim(final QueueClaim claim, final int length, final int sequenceCount) {
        final int units = length >> UNIT_SHIFT;
        while (true) {
            final long known = knownUnits.getAcquire();
            final long baseSequence = knownSequence.getAcquire();
            final long seen = tail.getVolatile();
            final int used = (int) seen - (int) known;
            final int unitIndex = (int) seen & (unitCapacity - 1);
            final int gap = unitIndex + units > unitCapacity ? unitCapacity - unitIndex : 0;
            // Below 0 if 16 GiB were claimed while this thread was held up between the two.
            if (used < 0 || used + gap + units > unitCapacity) {
                if (!lookAgain(known)) {
                    return false;
                }
                continue;
            }
            final long next = advanced(seen, gap + units, sequenceCount);
            if (tail.compareAndSet(seen, next)) {
                if (gap != 0) {
                    FrameLayout.wordRelease(ring, unitIndex << UNIT_SHIFT, FrameLayout.word(-(gap << UNIT_SHIFT), 0));
                }
                claim.offset = gap == 0 ? unitIndex << UNIT_SHIFT : 0;
                claim.sequence = restored(seen, baseSequence);
                return true;
            }
        }
    }

    /**
     * Looks how far the consumer is, for all producers.
     *
     * @param known what was known of it
     * @return false if that is all there is to know
     */
    private boolean lookAgain(final long known) {
        final long consumed = consumedUnits.getAcquire();
        if (consumed == known) {
            return false;
        }
        // In the order in which the consumer stores them, and never back: a producer may be held up between two lines.
        knownSequence.max(consumedSequence.getAcquire());
        knownUnits.max(consumed);
        return true;
    }

    private static long advanced(final long tailValue, final int units, final int sequenceCount) {
        final long sequenceHalf = (tailValue >>> Integer.SIZE) + sequenceCount;
        return (sequenceHalf << Integer.SIZE) | Integer.toUnsignedLong((int) tailValue + units);
    }

    /** The full sequence whose low half is in the tail: the lowest such that is not below one known to be passed. */
    private static long restored(final long tailValue, final long baseSequence) {
        return baseSequence + Integer.toUnsignedLong((int) (tailValue >>> Integer.SIZE) - (int) baseSequence);
    }

    /**
     * The last sequence given out so far. Any thread.
     *
     * @return the sequence; one below the first if none was given
     */
    long lastClaimedSequence() {
        final long baseSequence = consumedSequence.getAcquire();
        return restored(tail.getVolatile(), baseSequence) - 1;
    }

    /**
     * Tells whether anything was claimed that the consumer has not taken. Sequentially consistent with claiming: a
     * producer that claims after this answered false sees what the consumer stored before asking.
     */
    boolean hasClaims() {
        return (int) tail.getVolatile() != (int) consumedUnits.getPlain();
    }

    /** Tells whether a good part of the ring is free, so that a producer that waits for room may try again. */
    boolean hasRoom() {
        final int used = (int) tail.getVolatile() - (int) consumedUnits.getAcquire();
        return used <= unitCapacity / 2;
    }

    /** Number of bytes that are claimed and not given back yet. Any thread; at most the capacity. */
    int usedLength() {
        // The consumer's counter first: the tail only grows, so what is used is not below 0.
        final int consumed = (int) consumedUnits.getAcquire();
        final int used = (int) tail.getVolatile() - consumed;
        return Math.min(used, unitCapacity) << UNIT_SHIFT;
    }

    /**
     * Takes all the room that is left or will be given back, so that no claim can succeed any more. Any thread, once.
     *
     * @return false if there is no room for the mark at present
     */
    boolean tryClose() {
        while (true) {
            final long consumed = consumedUnits.getAcquire();
            final long seen = tail.getVolatile();
            final int free = unitCapacity - ((int) seen - (int) consumed);
            if (free <= 0) {
                if (consumed == consumedUnits.getAcquire()) {
                    return false;
                }
                continue;
            }
            if (tail.compareAndSet(seen, advanced(seen, unitCapacity, 0))) {
                final int unitIndex = (int) seen & (unitCapacity - 1);
                FrameLayout.wordRelease(ring, unitIndex << UNIT_SHIFT, FrameLayout.word(CLOSED_LENGTH, 0));
                return true;
            }
        }
    }

    /** Offset in the ring of what the consumer takes next. Consumer only. */
    int headOffset() {
        return (int) (consumedUnits.getPlain() & (unitCapacity - 1)) << UNIT_SHIFT;
    }

    /** Number of bytes from an offset to the end of the ring. */
    int bytesToEnd(final int offset) {
        return capacity - offset;
    }

    /** Tells a gap from a frame. */
    static boolean isGap(final long word) {
        return FrameLayout.lengthOf(word) < 0;
    }

    /** Tells the mark of closing from a gap. */
    static boolean isClosed(final long word) {
        return FrameLayout.lengthOf(word) == CLOSED_LENGTH;
    }

    /** Length of the gap that a word marks. */
    static int gapLength(final long word) {
        return -FrameLayout.lengthOf(word);
    }

    /**
     * Gives room back. Consumer only.
     *
     * @param length number of bytes from {@link #headOffset()} on that were used, none behind the end of the ring
     * @param nextSequence the lowest sequence still in flight
     */
    void consume(final int length, final long nextSequence) {
        int offset = headOffset();
        int left = length;
        while (left > 0) {
            final int part = Math.min(left, ZEROS_LENGTH);
            ring.put(offset, ZEROS, 0, part);
            offset += part;
            left -= part;
        }
        giveBack(length, nextSequence);
    }

    /** Gives the room of a gap back: only its word is not zero. Consumer only. */
    void consumeGap(final int length, final long nextSequence) {
        FrameLayout.word(ring, headOffset(), 0);
        giveBack(length, nextSequence);
    }

    private void giveBack(final int length, final long nextSequence) {
        // The sequence first: a producer that sees the new units must not restore from an older sequence than needed.
        consumedSequence.setRelease(nextSequence);
        consumedUnits.setRelease(consumedUnits.getPlain() + (length >> UNIT_SHIFT));
    }
}

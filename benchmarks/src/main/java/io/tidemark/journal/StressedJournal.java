// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameCheck;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MappedFile;
import io.tidemark.journal.storage.MappedPieces;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A journal in memory, whose agents are stepped by the threads of a test. The agents are the shipped ones; the place of
 * the keeper and of the disk is taken by a few buffers that are used for one segment after the other. They are not zeroed
 * in between, so that behind the last frame there are whole frames of an earlier segment, and only the word that the
 * writer puts there keeps a reader from them.
 */
final class StressedJournal {

    /** What a reader found where it stood. */
    enum Found {
        NOTHING,
        RECORD,
        SEAL,
        SEGMENT,
        DAMAGE
    }

    private static final int SEGMENT_LENGTH = SegmentLayout.MIN_SEGMENT_LENGTH;
    private static final int QUEUE_LENGTH = 64 << 10;
    private static final int BUFFERS = 8;
    private static final long ID_HIGH = 0x7469_6465;
    private static final long ID_LOW = 0x6D61_726B;
    private static final int EPOCH = 1;

    private final Engine engine;
    private final WriterAgent writer;
    private final SyncAgent sync;
    private final Appender appender;
    private final Segment firstSegment;
    private final byte[] payload = new byte[256];
    private final ByteBuffer[] buffers = new ByteBuffer[BUFFERS];
    private int turn;
    private long nextNumber = 1;

    /** Whatever was read or forced to the end may be used again, up to this segment. Written by the reading thread. */
    private volatile long doneWith;

    /** How far forces have gone, in sequences, as far as the frames were whole. Owned by the syncing thread. */
    private long forcedSequence;

    private boolean markAhead;
    private boolean forceOfDamage;

    StressedJournal(final SyncPolicy policy) {
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(SEGMENT_LENGTH)
                .withQueueLength(QUEUE_LENGTH)
                .withSyncPolicy(policy)
                .withDurabilityListener(sequence -> markAhead |= sequence > forcedSequence)
                .withSlowForceThreshold(Duration.ofHours(1))
                .withInvokedAgents();
        for (int i = 0; i < BUFFERS; i++) {
            buffers[i] = ByteBuffer.allocateDirect(SEGMENT_LENGTH + FrameLayout.ALIGNMENT)
                    .alignedSlice(FrameLayout.ALIGNMENT);
        }
        engine = new Engine(config, "stress", Meta.created(ID_HIGH, ID_LOW).opened(EPOCH), 0);
        firstSegment = nextSegment();
        sync = new SyncAgent(engine, firstSegment);
        writer = new WriterAgent(engine, sync, firstSegment);
        appender = new Appender(engine);
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i + 1);
        }
    }

    Engine engine() {
        return engine;
    }

    WriterAgent writer() {
        return writer;
    }

    SyncAgent sync() {
        return sync;
    }

    /** A segment whose buffer holds frames of an earlier one. Writing thread only. */
    Segment nextSegment() {
        final SegmentHeader header = new SegmentHeader(ID_HIGH, ID_LOW, nextNumber, SEGMENT_LENGTH, EPOCH, 0);
        final ByteBuffer buffer = buffers[(int) (nextNumber % BUFFERS)];
        FrameLayout.word(buffer, SegmentLayout.HEADER_PAGE_LENGTH, 0);
        nextNumber++;
        return new Segment(header, MappedPieces.of(new Memory(header, buffer)), null, SegmentLayout.HEADER_PAGE_LENGTH);
    }

    /** Sees to it that there is a standby, if a buffer is free. Writing thread only. */
    void prepareStandby() {
        if (engine.standbys().isEmpty() && nextNumber - doneWith <= BUFFERS) {
            engine.offerStandby(nextSegment());
        }
    }

    /** Takes the standby away, and its buffer is free again. The thread that reads. */
    void dropStandby() {
        final Segment standby = engine.standbys().poll();
        if (standby != null) {
            doneWith = standby.number();
        }
    }

    /** Appends a record of some length, if there is room in the queue. Writing thread, or one other. */
    boolean append() {
        return appender.tryAppend(0, payload, 0, Integer.remainderUnsigned(turn++ * 7, payload.length)) > 0;
    }

    /** Appends records and writes them, as several appenders and the writer's thread would. Writing thread only. */
    boolean appendAndWrite() {
        prepareStandby();
        for (int i = turn & 3; i >= 0; i--) {
            append();
        }
        return writer.doWork() > 0;
    }

    /** Forces what is due, and takes over what the keeper would. Syncing thread only. */
    String forceAndCheck() {
        final boolean forced = sync.doWork() > 0;
        final Segment full = engine.retired().poll();
        if (full != null) {
            doneWith = full.number();
            if (full.lastSequence() != forcedSequence) {
                return "wrong end of segment";
            }
        }
        if (forceOfDamage) {
            return "torn";
        }
        return markAhead ? "mark ahead" : forced ? "forced" : "idle";
    }

    Follower follow() {
        return new Follower(firstSegment);
    }

    /** Follows the frames through the segments while they are written, standing at the word of the next. */
    final class Follower {
        private final FrameCheck check = new FrameCheck();
        private Segment segment;
        private ByteBuffer window;
        private int offset;
        private long nextSequence = 1;

        private Follower(final Segment segment) {
            this.segment = segment;
            this.window = segment.pieces().buffer(0).duplicate();
            this.offset = SegmentLayout.HEADER_PAGE_LENGTH;
            check.segment(segment.header());
        }

        Found look() {
            // Asked first: after a segment was seen to be sealed, nothing comes into it any more.
            final @Nullable Segment next = segment.nextAcquire();
            final int end = segment.length();
            final FrameVerdict verdict = check.check(window, offset, end, end - offset, nextSequence, EPOCH);
            if (verdict == FrameVerdict.WHOLE) {
                final boolean isSeal = FrameLayout.type(window, offset) == RecordType.SEAL;
                offset += FrameLayout.align(FrameLayout.lengthOf(FrameLayout.word(window, offset)));
                if (!isSeal) {
                    nextSequence++;
                }
                return isSeal ? Found.SEAL : Found.RECORD;
            }
            if (verdict != FrameVerdict.NOTHING && verdict != FrameVerdict.NO_ROOM) {
                return Found.DAMAGE;
            }
            if (next == null) {
                return Found.NOTHING;
            }
            return goOn(next);
        }

        private Found goOn(final Segment next) {
            if (segment.lastSequence() != nextSequence - 1 || segment.writtenOffset() != offset) {
                return Found.DAMAGE;
            }
            doneWith = segment.number();
            segment = next;
            window = next.pieces().buffer(0).duplicate();
            offset = SegmentLayout.HEADER_PAGE_LENGTH;
            check.segment(next.header());
            return Found.SEGMENT;
        }
    }

    /** Takes the place of a mapped file. Forcing looks whether the range holds nothing but whole frames. */
    private final class Memory implements MappedFile {
        private final FrameCheck check = new FrameCheck();
        private final ByteBuffer buffer;
        private final ByteBuffer window;

        Memory(final SegmentHeader header, final ByteBuffer buffer) {
            this.buffer = buffer;
            this.window = buffer.duplicate();
            check.segment(header);
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void faultIn(final int offset, final int length) {
            // It is there.
        }

        @Override
        public void force(final int offset, final int length) {
            final int end = offset + length;
            int frame = offset;
            while (frame < end) {
                final FrameVerdict verdict = check.check(window, frame, end, end - frame, forcedSequence + 1, EPOCH);
                if (verdict != FrameVerdict.WHOLE) {
                    forceOfDamage = true;
                    return;
                }
                if (FrameLayout.type(window, frame) != RecordType.SEAL) {
                    forcedSequence++;
                }
                frame += FrameLayout.align(FrameLayout.lengthOf(FrameLayout.word(window, frame)));
            }
        }

        @Override
        public void unmap() {
            // Garbage of the Java heap.
        }
    }
}

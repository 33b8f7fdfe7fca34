// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MappedFile;
import io.tidemark.journal.storage.MappedPieces;
import java.nio.ByteBuffer;
import org.agrona.concurrent.AgentTerminationException;

/**
 * The shipped appender, queue, writer and sync agent over memory: what they cost when no file, no kernel and no other thread
 * is in the way. Two buffers are used in turns. Every agent is stepped by the one thread that measures.
 */
final class MemoryJournal {

    private static final int SEGMENT_LENGTH = 16 << 20;
    private static final int QUEUE_LENGTH = 1 << 20;
    private static final long ID_HIGH = 0x7469_6465;
    private static final long ID_LOW = 0x6D61_726B;
    private static final int EPOCH = 1;

    private final Engine engine;
    private final WriterAgent writer;
    private final SyncAgent sync;
    private final Appender appender;
    private final ByteBuffer[] buffers = new ByteBuffer[4];
    private long nextNumber = 1;

    MemoryJournal() {
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(SEGMENT_LENGTH)
                .withQueueLength(QUEUE_LENGTH)
                .withSyncPolicy(SyncPolicy.never())
                .withInvokedAgents();
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = ByteBuffer.allocateDirect(SEGMENT_LENGTH + Long.BYTES).alignedSlice(Long.BYTES);
            for (int offset = 0; offset < SEGMENT_LENGTH; offset += 4096) {
                buffers[i].put(offset, (byte) 0);
            }
        }
        engine = new Engine(config, "memory", Meta.created(ID_HIGH, ID_LOW).opened(EPOCH), 0);
        final Segment first = nextSegment();
        sync = new SyncAgent(engine, first);
        writer = new WriterAgent(engine, sync, first);
        appender = new Appender(engine);
    }

    private Segment nextSegment() {
        final SegmentHeader header = new SegmentHeader(ID_HIGH, ID_LOW, nextNumber, SEGMENT_LENGTH, EPOCH, 0);
        final ByteBuffer buffer = buffers[(int) (nextNumber % buffers.length)];
        nextNumber++;
        return new Segment(header, MappedPieces.of(new HeldMemory(buffer)), null, SegmentLayout.HEADER_PAGE_LENGTH);
    }

    Appender appender() {
        return appender;
    }

    /** Writes everything that waits in the queue, and does what the keeper would. */
    void drain() {
        try {
            while (engine.queue().hasClaims()) {
                if (engine.standbys().isEmpty()) {
                    engine.offerStandby(nextSegment());
                }
                writer.doWork();
            }
            if (sync.doWork() > 0) {
                engine.retired().poll();
            }
        } catch (final AgentTerminationException e) {
            throw new IllegalStateException("the journal in memory has failed", engine.failure());
        }
    }

    /** Takes the place of a mapped file, and is durable by decree. */
    private record HeldMemory(ByteBuffer buffer) implements MappedFile {

        @Override
        public void faultIn(final int offset, final int length) {}

        @Override
        public void force(final int offset, final int length) {}

        @Override
        public void unmap() {}
    }
}

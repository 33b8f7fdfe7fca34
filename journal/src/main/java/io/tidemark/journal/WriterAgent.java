// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames from the append queue, completes them, and stores them in the segment.
 *
 * <p>It works in runs: the frames that lie committed in a row are completed in the ring, stored in one piece, and made
 * visible by the first frame's word, which is stored last. Whoever follows the journal stands at that word, and once
 * it is there, all behind it is there too. Before that the word behind the run is zeroed, so that a reader never
 * goes on into leftovers. {@link RunStore} does all that.
 *
 * <p>Every field is owned by the thread that runs the agent. It makes no system call, but to wake a parked sync agent, and to write
 * what is forced anyway, or is long.
 */
final class WriterAgent implements SignalledAgent {

    private static final long SPIN_NS = 200_000;

    /** Longer than records are apart where latency counts. With one core, whoever brings them needs it at once. */
    private static final long YIELD_AFTER_NS = Runtime.getRuntime().availableProcessors() > 1 ? 50_000 : 0;

    private static final long UNCOMMITTED_PARK_MIN_NS = 10_000;
    private static final long UNCOMMITTED_PARK_MAX_NS = 1_000_000;
    private static final long STALLED_PARK_NS = 50_000_000;

    private final Engine engine;
    private final SyncAgent sync;
    private final AppendQueue queue;
    private final ByteBuffer ring;
    private final ByteBuffer ringForChecksum;
    private final EpochNanoClock clock;
    private final int epoch;
    private final @Nullable AppendTimes appendTimes;
    private final RollTiming rollTiming;
    private final RunStore store;
    private final SeededChecksum checksum = new SeededChecksum();
    private final ByteBuffer sealFrame =
            ByteBuffer.allocateDirect(2 * FrameLayout.HEADER_LENGTH).alignedSlice(FrameLayout.ALIGNMENT);
    private final ByteBuffer sealForChecksum = sealFrame.duplicate();

    private Segment segment;
    private int offset;
    private long nextSequence;
    private long lastTimestampNs;
    private boolean rolled;
    private long uncommittedParkNs = UNCOMMITTED_PARK_MIN_NS;

    WriterAgent(final Engine engine, final SyncAgent sync, final Segment segment) {
        this.engine = engine;
        this.sync = sync;
        this.queue = engine.queue();
        this.ring = queue.ring();
        this.ringForChecksum = ring.duplicate();
        this.clock = engine.config().clock();
        this.epoch = engine.meta().epoch();
        this.appendTimes = engine.appendTimes();
        this.rollTiming = new RollTiming(engine);
        this.segment = segment;
        this.store = storeFor(engine.config().syncPolicy(), segment);
        this.offset = segment.writtenOffset();
        this.nextSequence = engine.written().getPlain() + 1;
        seedChecksum();
    }

    private static RunStore storeFor(final SyncPolicy policy, final Segment segment) {
        if (segment.isMappedOnly()) {
            return new MappedStore();
        }
        return policy.isAlways() ? new PositionalStore() : new StoreByLength(new MappedStore(), new PositionalStore());
    }

    @Override
    public String roleName() {
        return "tidemark-writer";
    }

    @Override
    public int doWork() {
        try {
            if (engine.hasFailed()) {
                throw new AgentTerminationException("journal has failed");
            }
            final int workCount = drain();
            if (workCount == 0 && engine.closeIsOverdue()) {
                abandon();
            }
            return workCount;
        } catch (final AgentTerminationException e) {
            throw e;
        } catch (final InternalError e) {
            final StorageException fault = StorageCall.faulted(FileNames.segment(segment.number()), e);
            engine.fail(fault);
            throw new AgentTerminationException(fault);
        } catch (final Throwable e) {
            engine.fail(e);
            throw new AgentTerminationException(e);
        }
    }

    private int drain() throws IOException {
        final int start = queue.headOffset();
        final long word = FrameLayout.wordAcquire(ring, start);
        if (word == 0) {
            return 0;
        }
        uncommittedParkNs = UNCOMMITTED_PARK_MIN_NS;
        if (AppendQueue.isClosed(word)) {
            throw new AgentTerminationException("journal is closed");
        }
        if (AppendQueue.isGap(word)) {
            queue.consumeGap(AppendQueue.gapLength(word), nextSequence);
            return 1;
        }
        final int room = segment.length() - offset;
        final int firstLength = claimLength(start);
        if (firstLength > room) {
            return roll() ? 1 : 0;
        }
        return writeRun(start, firstLength, room);
    }

    /**
     * Length of the claim at an offset of the ring: of one frame, or of all frames of a batch.
     *
     * @return bytes; 0 if nothing is committed there, or a gap
     */
    private int claimLength(final int start) {
        final long word = FrameLayout.wordAcquire(ring, start);
        if (word == 0 || AppendQueue.isGap(word)) {
            return 0;
        }
        int length = FrameLayout.align(FrameLayout.lengthOf(word));
        int frame = start;
        while ((FrameLayout.flags(ring, frame) & FrameLayout.FLAG_BATCH_CONTINUES) != 0) {
            frame = start + length;
            length += FrameLayout.align(FrameLayout.lengthOf(FrameLayout.word(ring, frame)));
        }
        return length;
    }

    private int writeRun(final int start, final int firstLength, final int room) throws IOException {
        final long durable = engine.durable().get();
        final long timestampNs = Math.max(lastTimestampNs, clock.nanoTime());
        lastTimestampNs = timestampNs;
        final int bytesToEnd = queue.bytesToEnd(start);
        final long firstSequence = nextSequence;
        segment.positions().note(offset, firstSequence, timestampNs);
        final int runLength = store.runLength();
        int length = 0;
        int claimLength = firstLength;
        while (claimLength > 0 && claimLength <= room - length) {
            complete(start + length, claimLength, timestampNs, durable);
            length += claimLength;
            claimLength = length < runLength && length < bytesToEnd ? claimLength(start + length) : 0;
        }
        final int recordCount = (int) (nextSequence - firstSequence);
        engine.counters().ran(recordCount, length);
        publish(start, length);
        queue.consume(length, nextSequence);
        return recordCount;
    }

    /** Fills in what the appender could not know, in each frame of a claim. */
    private void complete(final int start, final int claimLength, final long timestampNs, final long durable) {
        int frame = start;
        while (frame < start + claimLength) {
            final int length = FrameLayout.lengthOf(FrameLayout.word(ring, frame));
            final int type = FrameLayout.type(ring, frame);
            assert FrameLayout.sequence(ring, frame) == nextSequence : "frame out of sequence in the append queue";
            if (appendTimes != null) {
                takeStamp(appendTimes, frame);
            }
            FrameLayout.timestampNs(ring, frame, timestampNs);
            FrameLayout.epochTypeAndLag(ring, frame, epoch, type, DurableLag.encode(nextSequence - durable));
            FrameLayout.word(ring, frame, FrameLayout.word(length, checksum.ofFrame(ringForChecksum, frame, length)));
            frame += FrameLayout.align(length);
            nextSequence++;
        }
    }

    private void takeStamp(final AppendTimes times, final int frame) {
        final long stamp = FrameLayout.timestampNs(ring, frame);
        if (stamp != 0) {
            times.note(stamp, nextSequence);
        }
    }

    private void publish(final int start, final int length) throws IOException {
        store(ring, start, length);
        if (appendTimes != null) {
            // Before the sequence is seen: the sync agent must find the stamps of what it makes durable.
            appendTimes.written();
        }
        engine.written().setVolatile(nextSequence - 1);
        if (rolled) {
            // The full segment is to be forced and the next standby begun at once, whatever the policy waits for. Only
            // now, because the store before is volatile: the sync agent sees it, and so the seal, or is seen to park.
            rolled = false;
            engine.syncSignal().wake();
        } else {
            sync.wakeIfDue(nextSequence - 1, offset);
        }
        // Behind the volatile store, so that the keeper, when it ceases to look, and this do not miss each other.
        engine.noteCounted();
    }

    private void store(final ByteBuffer source, final int start, final int length) throws IOException {
        store.store(segment, offset, source, start, length);
        offset += length;
        segment.writtenRelease(offset);
    }

    /** Goes on in the standby, if there is one. */
    private boolean roll() throws IOException {
        // Taken only when it is linked: until then the store of the seal may fault, and the keeper must find it to
        // unmap it.
        final Segment standby = engine.standbys().peek();
        if (standby == null) {
            rollTiming.waits();
            return false;
        }
        rollTiming.isReady(segment);
        if (segment.length() - offset >= FrameLayout.HEADER_LENGTH) {
            storeSeal();
        }
        segment.sealRelease(nextSequence - 1, standby);
        engine.standbys().poll();
        rollTiming.ends(segment, standby);
        rolled = true;
        segment = standby;
        offset = SegmentLayout.HEADER_PAGE_LENGTH;
        seedChecksum();
        return true;
    }

    private void storeSeal() throws IOException {
        final int length = FrameLayout.HEADER_LENGTH;
        final int lag = DurableLag.encode(nextSequence - engine.durable().get());
        FrameLayout.word(sealFrame, 0, FrameLayout.word(length, 0));
        FrameLayout.sequenceAndFlags(sealFrame, 0, nextSequence, 0);
        FrameLayout.timestampNs(sealFrame, 0, lastTimestampNs);
        FrameLayout.epochTypeAndLag(sealFrame, 0, epoch, RecordType.SEAL, lag);
        FrameLayout.word(sealFrame, 0, FrameLayout.word(length, checksum.ofFrame(sealForChecksum, 0, length)));
        store(sealFrame, 0, length);
    }

    private void seedChecksum() {
        checksum.seed(engine.meta().journalIdHigh(), engine.meta().journalIdLow(), segment.number());
    }

    /** What the file system said. */
    private static String wordsOf(final StorageFullException problem) {
        final Throwable cause = problem.getCause();
        return String.valueOf(cause == null ? problem.getMessage() : cause.getMessage());
    }

    /** Closing has waited long enough for a claim that nobody commits, or for room that nobody makes. */
    private void abandon() {
        final long last = queue.lastClaimedSequence();
        if (last >= nextSequence) {
            final String range = "sequences " + nextSequence + " to " + last
                    + " were accepted but not written: directory=" + engine.directory();
            final StorageFullException problem = engine.stallProblem();
            engine.abandoned(
                    problem == null
                            ? new JournalException("journal closed with a claim that was never committed, " + range
                                    + "; commit or abort every claim before closing")
                            : new StorageFullException(
                                    "journal closed on a full file system, " + range + "; make room: "
                                            + wordsOf(problem),
                                    problem));
        }
        throw new AgentTerminationException("closing has timed out");
    }

    @Override
    public void onClose() {
        if (!engine.isClosing() && !engine.hasFailed()) {
            engine.fail(new IllegalStateException("the writer's thread was ended from outside"));
        }
        engine.endWriter();
    }

    @Override
    public WakeSignal signal() {
        return engine.writerSignal();
    }

    @Override
    public long parkLimitNs() {
        if (engine.hasFailed()) {
            return 0;
        }
        if (engine.isWaitingForStandby()) {
            return engine.standbys().isEmpty() ? STALLED_PARK_NS : 0;
        }
        if (queue.hasClaims()) {
            if (FrameLayout.wordAcquire(ring, queue.headOffset()) != 0) {
                // Committed after the last look, by a producer that may have asked before we announced to park.
                return 0;
            }
            // Claimed, not committed: nobody is sure to wake us. The longer it takes, the less it matters when we look.
            final long limitNs = uncommittedParkNs;
            uncommittedParkNs = Math.min(UNCOMMITTED_PARK_MAX_NS, uncommittedParkNs * 2);
            return limitNs;
        }
        return Long.MAX_VALUE;
    }

    @Override
    public long spinNs() {
        return SPIN_NS;
    }

    @Override
    public long yieldAfterNs() {
        return YIELD_AFTER_NS;
    }
}

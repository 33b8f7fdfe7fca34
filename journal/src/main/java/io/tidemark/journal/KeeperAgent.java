// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.jfr.EventSpan;
import io.tidemark.journal.jfr.JournalEvents;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import org.agrona.concurrent.AgentTerminationException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps house: lets standby segments be made, unmaps segments that are full and forced, writes the durable mark and the head
 * to the meta file, lets go what lies before the head, tells the listener, and closes everything in the end.
 *
 * <p>The mark is written at each roll and when the journal has been idle for a while. It saves recovery from reading what
 * lies before, and it proves for the last records that they were durable, which no later record can do.
 *
 * <p>Every field is owned by the thread that runs the agent.
 */
final class KeeperAgent implements SignalledAgent {

    private static final long IDLE_BEFORE_MARK_NS = 20_000_000;
    private static final long CLOSING_PARK_NS = 10_000_000;

    private final Engine engine;
    private final Storage storage;
    private final MetaFile metaFile;
    private final JournalListener listener;

    /** The segment last known to be written; forgotten when it is retired. */
    private Segment lastSegment;

    private Meta meta;
    private long markSegment;
    private long markSegmentFirstSequence;
    private boolean rolled;

    /** When the last roll was noticed. */
    private long rolledAtNs;

    private final StandbySupply supply;
    private final SegmentRelease release;
    private final Truncation truncation;
    private final IndexKeeping index;
    private final CounterKeeping counting;
    private final HeadGuard headGuard;
    private final Retention retention;
    private final @Nullable ArchiveProgress archiveProgress;

    /** The truncation under way, and whether the head was moved for it. */
    private @Nullable TruncationRequest request;

    private @Nullable EventSpan truncationEvent;
    private boolean headDecided;
    private long seenDurable;
    private long seenDurableSinceNs;

    KeeperAgent(
            final Engine engine,
            final Storage storage,
            final MetaFile metaFile,
            final Segment segment,
            final long segmentFirstSequence,
            final long firstSegment,
            final StandbySupply supply) {
        this.engine = engine;
        this.storage = storage;
        this.metaFile = metaFile;
        this.listener = engine.config().listener();
        this.lastSegment = segment;
        this.meta = engine.meta();
        this.markSegment = segment.number();
        this.markSegmentFirstSequence = segmentFirstSequence;
        this.supply = supply;
        this.release = new SegmentRelease(engine, supply.rest());
        this.index = new IndexKeeping(storage, meta, engine.config().segmentLength());
        this.archiveProgress = engine.archiveProgress();
        this.truncation = new Truncation(
                storage,
                firstSegment,
                archiveProgress == null ? () -> Long.MAX_VALUE : archiveProgress::confirmedBelow,
                supply::takeOver);
        this.counting = new CounterKeeping(engine);
        this.headGuard = new HeadGuard(engine, storage);
        this.retention = new Retention(engine, storage, firstSegment);
        this.seenDurable = meta.durableSequence();
        this.rolledAtNs = engine.nowNs();
    }

    /** Lets other processes see what is counted. Before the agent is started. */
    void publishCounters() {
        counting.publish(storage);
    }

    /** What opening has learnt of segments that are full. Before the agent is started. */
    void index(final Collection<SegmentPositions> segments) {
        index.addAll(segments);
    }

    @Override
    public String roleName() {
        return "tidemark-keeper";
    }

    @Override
    public int doWork() {
        try {
            int workCount = retire() + release.step(isReleaseHurried());
            if (!engine.hasFailed() && wantsStandby()) {
                workCount += supply.step();
            }
            if (engine.hasFailed()) {
                workCount += refuseTruncations();
            } else {
                workCount += truncate();
                workCount += writeMark();
                workCount += workCount == 0 ? writeIndex() : 0;
            }
            workCount += count();
            workCount += tellListener();
            if (engine.isClosing() && engine.writerEnded() && engine.syncEnded() && isArchiveOver()) {
                throw new AgentTerminationException("journal is closed");
            }
            return workCount;
        } catch (final AgentTerminationException e) {
            throw e;
        } catch (final InternalError e) {
            engine.fail(StorageCall.faulted(FileNames.segment(supply.nextSegmentNumber()), e));
            return 1;
        } catch (final Throwable e) {
            engine.fail(e);
            return 1;
        }
    }

    /** Lets the counters be seen. */
    private int count() {
        final long mapped = supply.mappedCount(lastSegment.number());
        engine.counters()
                .holds(
                        supply.nextSegmentNumber() - truncation.firstSegment(),
                        supply.spareCount(),
                        (mapped - 1) * engine.config().segmentLength() + lastSegment.length() + release.mappedBytes());
        return counting.step(engine.nowNs());
    }

    /** A segment that is being archived is waited for as long as closing may take. */
    private boolean isArchiveOver() {
        return archiveProgress == null || archiveProgress.end(engine.closeIsOverdue());
    }

    /** While closing, only what was accepted still needs a segment, and for room it waits no longer than it may. */
    private boolean wantsStandby() {
        return !engine.isClosing() || (engine.isWaitingForStandby() && !engine.closeIsOverdue());
    }

    /** No time for rests while unmapping: everything is to end, or the file is to go. */
    private boolean isReleaseHurried() {
        return engine.isClosing() || engine.hasFailed() || isTruncationHeldUp();
    }

    /** A segment is deleted, or its file used again, when nothing of it is mapped any more. */
    private boolean isTruncationHeldUp() {
        return release.holds(truncation.firstSegment()) && truncation.isDue(meta);
    }

    /** Takes over what nobody uses any more, to be unmapped. */
    private int retire() {
        int count = 0;
        Segment segment = engine.retired().poll();
        if (segment == null) {
            return 0;
        }
        final long beginNs = engine.nowNs();
        while (segment != null) {
            final Segment full = segment;
            final Segment next = full.nextAcquire();
            markSegmentFirstSequence = full.lastSequence() + 1;
            if (next != null) {
                markSegment = next.number();
                lastSegment = next;
                truncation.note(markSegment, markSegmentFirstSequence);
            }
            rolled = true;
            supply.noteFull(full);
            index.add(full.positions());
            release.add(full);
            engine.news().offer(() -> listener.onRolled(full.number(), full.lastSequence()));
            count++;
            segment = engine.retired().poll();
        }
        rolledAtNs = beginNs;
        supply.rest().begin(beginNs, engine.nowNs());
        return count;
    }

    /** Does a step of the truncation under way, or begins the next. */
    private int truncate() throws IOException {
        if (request == null) {
            final TruncationRequest asked = engine.truncations().poll();
            request = asked == null ? retention.step(meta, truncation.firstSegment()) : asked;
            headDecided = false;
            truncationEvent = request == null ? null : JournalEvents.instance().beginTruncation();
        }
        if (request != null && !headDecided && moveHead(request)) {
            headDecided = true;
            truncation.begin();
            return 1;
        }
        if (truncation.isDue(meta)) {
            if (isTruncationHeldUp()) {
                return 0;
            }
            truncation.step(meta);
            return 1;
        }
        if (request == null || !headDecided) {
            return 0;
        }
        answer(request);
        request = null;
        return 1;
    }

    private void answer(final TruncationRequest done) {
        final IOException refusal = truncation.refusal();
        final JournalException problem = headGuard.problem() != null
                ? headGuard.answer()
                : refusal == null ? null : StorageCall.translated(engine.directory(), refusal);
        if (problem == null) {
            done.result().complete(meta.head());
        } else {
            done.result().completeExceptionally(problem);
        }
        if (done.byRetention()) {
            retention.noteAnswer(problem);
        }
        final EventSpan event = truncationEvent;
        truncationEvent = null;
        if (event != null) {
            final String words = problem == null ? "" : String.valueOf(problem.getMessage());
            JournalEvents.instance()
                    .endTruncation(
                            event,
                            engine.directory(),
                            done.upTo(),
                            meta.head(),
                            meta.checkpointSequence(),
                            done.byRetention(),
                            words);
        }
    }

    /**
     * Makes the new head durable: before the first segment goes, and never to go back.
     *
     * @return false if that has to wait for somebody who takes up a name
     */
    private boolean moveHead(final TruncationRequest wanted) throws IOException {
        headGuard.begin();
        final boolean moves = wanted.upTo() >= meta.head();
        if (moves && !headGuard.tryHold()) {
            return false;
        }
        try {
            final long head = moves
                    ? headGuard.limit(
                            meta, wanted, limit -> wanted.byRetention() ? retention.beginOf(meta, limit) : limit)
                    : meta.head();
            writeHead(head, Math.max(meta.checkpointSequence(), wanted.checkpointSequence()));
        } finally {
            headGuard.release();
        }
        return true;
    }

    private void writeHead(final long head, final long checkpointSequence) throws IOException {
        final Meta next = meta.marked(engine.durable().get(), markSegment, markSegmentFirstSequence)
                .truncated(head, checkpointSequence);
        if (next.head() != meta.head() || next.checkpointSequence() != meta.checkpointSequence()) {
            write(next);
            engine.head().setRelease(meta.head());
            engine.checkpoint().setRelease(meta.checkpointSequence());
        }
    }

    private void write(final Meta next) throws IOException {
        metaFile.write(next);
        if (next.markSegment() != meta.markSegment()) {
            retention.noteFull();
        }
        meta = next;
        if (archiveProgress != null) {
            archiveProgress.mark(meta.markSegment(), meta.markSegmentFirstSequence());
        }
    }

    private int refuseTruncations() {
        int count = 0;
        for (TruncationRequest next = request == null ? engine.truncations().poll() : request;
                next != null;
                next = engine.truncations().poll()) {
            request = null;
            next.refuse(engine);
            count++;
        }
        return count;
    }

    /** Writes the durable mark if there was a roll, or if the journal has been idle. */
    private int writeMark() throws IOException {
        if (!engine.markMoved() && !rolled) {
            return 0;
        }
        final long durable = engine.durable().get();
        final long nowNs = engine.nowNs();
        if (durable != seenDurable) {
            seenDurable = durable;
            seenDurableSinceNs = nowNs;
        }
        if (rolled ? untilRestedNs(nowNs) > 0 : nowNs - seenDurableSinceNs < IDLE_BEFORE_MARK_NS) {
            return 0;
        }
        // Cleared before the mark is read once more: whoever raises it from now on says so again.
        engine.clearMarkMoved();
        rolled = false;
        final Meta next = meta.marked(engine.durable().get(), markSegment, markSegmentFirstSequence);
        if (next.durableSequence() != meta.durableSequence() || next.markSegment() != meta.markSegment()) {
            write(next);
        }
        return 1;
    }

    private int writeIndex() throws IOException {
        return index.isDue() && untilRestedNs(engine.nowNs()) == 0 ? index.write(truncation.firstSegment()) : 0;
    }

    /**
     * How long the mark of a roll and the index can wait: until the rest behind the roll is over, and the work begun that waited
     * for that.
     */
    private long untilRestedNs(final long nowNs) {
        return Math.max(0, 2 * supply.rollRestNs() - (nowNs - rolledAtNs));
    }

    private int tellListener() {
        int count = 0;
        Runnable item = engine.news().poll();
        while (item != null) {
            try {
                item.run();
            } catch (final Throwable e) {
                // Not every language checks its exceptions.
                engine.counters().listenerFailed();
            }
            count++;
            item = engine.news().poll();
        }
        return count;
    }

    /**
     * Lets everything go, once writer and sync agent have ended. Called again by the thread that closes the journal, if
     * the keeper's own was ended from outside before that.
     */
    @Override
    public void onClose() {
        if (engine.isReleased()) {
            return;
        }
        try {
            if (engine.isClosing() && engine.writerEnded() && engine.syncEnded()) {
                engine.release();
                if (archiveProgress != null) {
                    archiveProgress.end(true);
                }
                closeAll();
            } else {
                engine.fail(new IllegalStateException("the keeper's thread was ended from outside"));
            }
        } finally {
            tellListener();
            engine.endKeeper();
            // Who asks from now on sees that this agent has ended, or is found here.
            VarHandle.fullFence();
            refuseTruncations();
        }
    }

    private void closeAll() {
        final Throwable problem = new IOException("closing failed");
        supply.abandon(problem);
        closeQuietly(problem, retention::endWalk);
        try {
            retire();
            release.finish();
            if (!engine.hasFailed()) {
                metaFile.write(meta.marked(engine.durable().get(), markSegment, markSegmentFirstSequence)
                        .closedCleanly());
                index.addUnfinished(lastSegment.positions());
                index.write(truncation.firstSegment());
            }
        } catch (final IOException | RuntimeException | Error e) {
            problem.addSuppressed(e);
        }
        closeQuietly(problem, metaFile::close);
        closeQuietly(problem, engine::closeMarkFile);
        closeQuietly(problem, counting::close);
        closeQuietly(problem, release::finish);
        for (Segment segment = lastSegment; segment != null; segment = segment.nextAcquire()) {
            closeQuietly(problem, segment::unmap);
        }
        for (Segment segment = engine.standbys().poll();
                segment != null;
                segment = engine.standbys().poll()) {
            closeQuietly(problem, segment::unmap);
        }
        closeQuietly(problem, supply::close);
        closeQuietly(problem, storage::close);
        if (problem.getSuppressed().length > 0) {
            engine.fail(problem.getSuppressed()[0]);
        }
    }

    private interface Closing {
        void run() throws IOException;
    }

    private static void closeQuietly(final Throwable problem, final Closing closing) {
        try {
            closing.run();
        } catch (final IOException | RuntimeException | Error e) {
            // Among errors, a fault in a mapped page that the JVM tells late.
            problem.addSuppressed(e);
        }
    }

    @Override
    public WakeSignal signal() {
        return engine.keeperSignal();
    }

    @Override
    public long parkLimitNs() {
        final long untilReleaseNs = release.untilStepNs(isReleaseHurried());
        if (untilReleaseNs == 0
                || !engine.retired().isEmpty()
                || !engine.news().isEmpty()
                || (request == null && !engine.truncations().isEmpty())
                || (request != null && headGuard.untilRetryNs(engine.nowNs()) == 0)) {
            return 0;
        }
        if (engine.isClosing()) {
            return engine.writerEnded() && engine.syncEnded() && isArchiveOver() ? 0 : CLOSING_PARK_NS;
        }
        if (engine.hasFailed()) {
            return Long.MAX_VALUE;
        }
        if (truncation.isDue(meta)) {
            return 0;
        }
        final long nowNs = engine.nowNs();
        long limitNs = request == null ? retention.untilCheckNs(nowNs) : headGuard.untilRetryNs(nowNs);
        limitNs = Math.min(limitNs, Math.min(supply.untilWorkNs(nowNs), counting.untilDueNs(nowNs)));
        limitNs = Math.min(limitNs, untilReleaseNs);
        if (engine.markMoved()) {
            limitNs = Math.min(limitNs, IDLE_BEFORE_MARK_NS);
        }
        return rolled || index.isDue() ? Math.min(limitNs, untilRestedNs(nowNs)) : limitNs;
    }

    @Override
    public long spinNs() {
        return 0;
    }
}

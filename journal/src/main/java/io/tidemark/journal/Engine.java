// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.jfr.JournalEvents;
import io.tidemark.journal.storage.MarkFile;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What writer, sync and keeper agents share: the queues between them, the marks, and the state of the whole. Each field
 * says who writes it.
 */
final class Engine {

    private static final int CONTROL_CHUNK = 64;

    private final JournalConfig config;
    private final String directory;
    private final Meta meta;
    private final AppendQueue queue;
    private final int maxFrameLength;

    /** The last sequence written. Written by the writer. */
    private final PaddedSequence written;

    /** The last durable sequence. Raised by the sync agent. */
    private final DurableMark durable;

    /** Tells other processes the durable sequence; null if that can't be done. Set before any agent runs. */
    private @Nullable MarkFile markFile;

    /** The highest sequence anybody wants forced at once. Raised by any thread. */
    private final PaddedSequence flushTarget = new PaddedSequence(0);

    /** First sequence that may be read, durably. Written by the keeper. */
    private final PaddedSequence head;

    /** Sequence of the last completed checkpoint; 0 if there was none. Written by the keeper. */
    private final PaddedSequence checkpoint;

    /** What keeps the head where it is. */
    private final Pins pins;

    /** How far the user's archive has come; null if there is none. */
    private final @Nullable ArchiveProgress archiveProgress;

    /** Segments ready to be written. From the keeper to the writer. */
    private final SpscVarHandleArrayQueue<Segment> standbys;

    /** Segments that are full and forced. From the sync agent to the keeper. */
    private final MessagePassingQueue<Segment> retired = new MpscUnboundedVarHandleArrayQueue<>(CONTROL_CHUNK);

    /** What the listener is to be told. From any agent to the keeper. */
    private final MessagePassingQueue<Runnable> news = new MpscUnboundedVarHandleArrayQueue<>(CONTROL_CHUNK);

    /** Truncations that are wanted. From any thread to the keeper. */
    private final MessagePassingQueue<TruncationRequest> truncations =
            new MpscUnboundedVarHandleArrayQueue<>(CONTROL_CHUNK);

    private final WakeSignal writerSignal = new WakeSignal();
    private final WakeSignal syncSignal;
    private final WakeSignal keeperSignal = new WakeSignal();

    /** The first failure; it ends the instance. Set once by any thread. */
    private final AtomicReference<@Nullable JournalFailedException> failure = new AtomicReference<>();

    private final AgentThreads agentThreads;
    private final Counters counters = new Counters();
    private final OpeningMoment opened;
    private final TailerLimit tailerLimit;

    /** When appends began; null if there is no probe that wants to know. */
    private final @Nullable AppendTimes appendTimes;

    /** When closing must end, in ticker time; meaningful once closing. Written by the closer before {@link #closing}. */
    private long closeDeadlineNs;

    /** Written by the closer, once. */
    private volatile boolean closing;

    /** The writer will write no more. Written by the writer. */
    private volatile boolean writerEnded;

    /** The sync agent will force no more. Written by the sync agent. */
    private volatile boolean syncEnded;

    /** The keeper will do no more. Written by the keeper. */
    private volatile boolean keeperEnded;

    /**
     * Letting every file go has begun, and is not to be done again. Written by the keeper, or by the closer if the keeper's
     * thread was ended from outside.
     */
    private volatile boolean released;

    /** The writer needs a segment that is not there yet. Written by the writer. */
    private volatile boolean waitingForStandby;

    /** Why there is no standby; null if room is not what is missing. Written by the keeper. */
    private volatile @Nullable StorageFullException spaceProblem;

    /** Why new records are refused although there is room yet; null if they are not. Written by the keeper. */
    private volatile @Nullable StorageFullException reserveProblem;

    /** What closing has to report: records that were accepted and could not be written. Written by the writer. */
    private volatile @Nullable JournalException abandoned;

    /** The keeper is to look at the durable mark. Set by the sync agent, cleared by the keeper. */
    private volatile boolean markMoved;

    /** The keeper looks at the counters now and then. Set by who counts something, cleared by the keeper. */
    private volatile boolean counting;

    Engine(final JournalConfig config, final String directory, final Meta meta, final long lastSequence) {
        this(config, directory, meta, lastSequence, AppendQueue.memory(config.queueLength()));
    }

    Engine(
            final JournalConfig config,
            final String directory,
            final Meta meta,
            final long lastSequence,
            final ByteBuffer queueMemory) {
        this.config = config;
        this.agentThreads = new AgentThreads(config);
        this.syncSignal = writesThenSyncs() ? writerSignal : new WakeSignal();
        this.directory = directory;
        this.meta = meta;
        this.queue = new AppendQueue(queueMemory, config.queueLength(), lastSequence + 1);
        this.maxFrameLength =
                Math.min(queue.maxClaimLength(), config.segmentLength() - SegmentLayout.HEADER_PAGE_LENGTH);
        this.opened = OpeningMoment.now(config, lastSequence);
        this.appendTimes = config.probe() == null ? null : new AppendTimes(this, config.probe());
        this.tailerLimit = new TailerLimit(directory, config.maxTailers());
        this.written = new PaddedSequence(lastSequence);
        this.durable = new DurableMark(lastSequence);
        this.head = new PaddedSequence(meta.head());
        this.checkpoint = new PaddedSequence(meta.checkpointSequence());
        this.pins = new Pins(directory, meta.head());
        this.archiveProgress = config.archive() == null
                ? null
                : new ArchiveProgress(new ArchiveProgress.Mark(meta.markSegment(), meta.markSegmentFirstSequence()));
        this.standbys = new SpscVarHandleArrayQueue<>(Math.max(2, config.standbyCount() + 1));
    }

    JournalConfig config() {
        return config;
    }

    String directory() {
        return directory;
    }

    Meta meta() {
        return meta;
    }

    AppendQueue queue() {
        return queue;
    }

    /** The longest frame, and the longest batch of frames, padding included. */
    int maxFrameLength() {
        return maxFrameLength;
    }

    /** The longest payload of one record. */
    int maxRecordLength() {
        return maxFrameLength - FrameLayout.HEADER_LENGTH;
    }

    PaddedSequence written() {
        return written;
    }

    DurableMark durable() {
        return durable;
    }

    PaddedSequence head() {
        return head;
    }

    PaddedSequence checkpoint() {
        return checkpoint;
    }

    Pins pins() {
        return pins;
    }

    @Nullable
    ArchiveProgress archiveProgress() {
        return archiveProgress;
    }

    /** Asks the keeper for a truncation. Any thread. */
    void requestTruncation(final TruncationRequest request) {
        truncations.offer(request);
        // The keeper says that it has ended, and then looks for requests once more; so one of us sees the other.
        VarHandle.fullFence();
        if (keeperEnded) {
            request.refuse(this);
        }
        keeperSignal.wake();
    }

    MessagePassingQueue<TruncationRequest> truncations() {
        return truncations;
    }

    /** From now on the durable sequence is told to other processes too. Before any agent runs. */
    void publishTo(final MarkFile file) {
        markFile = file;
    }

    /** Everything up to a sequence is durable. Sync agent only. */
    void raiseDurable(final long sequence) {
        durable.raise(sequence);
        if (markFile != null) {
            markFile.durable(sequence);
        }
    }

    /** Lets the file go. When writer and sync agent have ended. */
    void closeMarkFile() throws IOException {
        final MarkFile closing = markFile;
        markFile = null;
        if (closing != null) {
            closing.close();
        }
    }

    PaddedSequence flushTarget() {
        return flushTarget;
    }

    /** Asks for a force of everything appended so far, and returns its last sequence. Any thread. */
    long requestFlush() {
        final long target = queue.lastClaimedSequence();
        flushTarget.max(target);
        syncSignal.wake();
        return target;
    }

    SpscVarHandleArrayQueue<Segment> standbys() {
        return standbys;
    }

    /** Gives the writer a segment to go on in, and wakes it. Keeper only. */
    void offerStandby(final Segment segment) {
        standbys.offer(segment);
        // The queue stores with release, which a later load may overtake: without the fence this thread could see that
        // the writer is not parked, and the writer, who announces and then looks, that there is no standby.
        VarHandle.fullFence();
        writerSignal.wake();
    }

    MessagePassingQueue<Segment> retired() {
        return retired;
    }

    MessagePassingQueue<Runnable> news() {
        return news;
    }

    WakeSignal writerSignal() {
        return writerSignal;
    }

    WakeSignal syncSignal() {
        return syncSignal;
    }

    WakeSignal keeperSignal() {
        return keeperSignal;
    }

    AgentThreads agentThreads() {
        return agentThreads;
    }

    Counters counters() {
        return counters;
    }

    OpeningMoment opened() {
        return opened;
    }

    @Nullable
    AppendTimes appendTimes() {
        return appendTimes;
    }

    TailerLimit tailerLimit() {
        return tailerLimit;
    }

    /** Something was counted: the keeper is to look at it before long. Any thread; wakes it only if it did not know yet. */
    void noteCounted() {
        if (!counting) {
            counting = true;
            keeperSignal.wake();
        }
    }

    boolean isCounting() {
        return counting;
    }

    void clearCounting() {
        counting = false;
    }

    /** Whether writer and sync agent share a thread. */
    boolean writesThenSyncs() {
        return config.syncPolicy().isAlways() && config.invocation() == Invocation.NOTHING;
    }

    long nowNs() {
        return config.ticker().nanoTime();
    }

    /** Ends the instance, unless something else already has. Any thread. */
    void fail(final Throwable cause) {
        final String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        final JournalFailedException first = new JournalFailedException(
                "journal ended itself, durable up to sequence " + durable.get() + ": " + words + ": directory="
                        + directory + "; close it and open it again to go on with what is on the disk",
                cause);
        if (failure.compareAndSet(null, first)) {
            durable.end();
            counters.problem();
            JournalEvents.instance().failed(directory, durable.get(), cause.toString());
            news.offer(() -> config.listener().onFailed(first));
            wakeAll();
        }
    }

    @Nullable
    JournalFailedException failure() {
        return failure.get();
    }

    boolean hasFailed() {
        return failure.get() != null;
    }

    private void wakeAll() {
        writerSignal.wake();
        syncSignal.wake();
        keeperSignal.wake();
        if (archiveProgress != null) {
            archiveProgress.signal().wake();
        }
    }

    /** Begins to close; the queue must be closed by the caller. */
    void beginClosing() {
        closeDeadlineNs = nowNs() + config.closeTimeoutNs();
        closing = true;
        wakeAll();
    }

    boolean isClosing() {
        return closing;
    }

    /** Whether closing has taken longer than it may. A segment that is still being made is waited for, however slowly. */
    boolean closeIsOverdue() {
        return closing && !isWaitingForDisk() && nowNs() - closeDeadlineNs >= 0;
    }

    boolean writerEnded() {
        return writerEnded;
    }

    void endWriter() {
        writerEnded = true;
        wakeAll();
    }

    boolean syncEnded() {
        return syncEnded;
    }

    void endSync() {
        syncEnded = true;
        durable.end();
        wakeAll();
    }

    boolean keeperEnded() {
        return keeperEnded;
    }

    void endKeeper() {
        keeperEnded = true;
    }

    boolean isReleased() {
        return released;
    }

    void release() {
        released = true;
    }

    boolean isWaitingForStandby() {
        return waitingForStandby;
    }

    void waitingForStandby(final boolean waiting) {
        waitingForStandby = waiting;
    }

    void spaceProblem(final @Nullable StorageFullException problem) {
        spaceProblem = problem;
    }

    /** Whether the writer stands still only because a segment is still being made: however long that takes, it ends. */
    private boolean isWaitingForDisk() {
        return waitingForStandby && spaceProblem == null;
    }

    /** Why the writer stands still, if that is for want of room. */
    @Nullable
    StorageFullException stallProblem() {
        return waitingForStandby ? spaceProblem : null;
    }

    void reserveProblem(final @Nullable StorageFullException problem) {
        reserveProblem = problem;
    }

    /** Why new records are refused, if that is because room must stay free. */
    @Nullable
    StorageFullException reserveProblem() {
        return reserveProblem;
    }

    @Nullable
    JournalException abandoned() {
        return abandoned;
    }

    void abandoned(final JournalException problem) {
        abandoned = problem;
    }

    /** Tells the keeper that the durable mark has moved; wakes it only if it did not know yet. */
    void noteMarkMoved() {
        if (!markMoved) {
            markMoved = true;
            keeperSignal.wake();
        }
    }

    boolean markMoved() {
        return markMoved;
    }

    void clearMarkMoved() {
        markMoved = false;
    }
}

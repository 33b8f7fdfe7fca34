// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.jfr.EventSpan;
import io.tidemark.journal.jfr.JournalEvents;
import java.io.IOException;
import org.agrona.concurrent.AgentTerminationException;
import org.jspecify.annotations.Nullable;

/**
 * Forces what was written, as the policy asks, and raises the durable mark. While it waits for the disk, the writer goes
 * on, and what comes in meanwhile shares the next force.
 *
 * <p>A full segment is forced to its end before anything of the next one, whatever the policy: so the mark never has a
 * hole below it.
 *
 * <p>Every field is owned by the thread that runs the agent, but where it says otherwise.
 */
final class SyncAgent implements SignalledAgent {

    private static final long SPIN_NS = 200_000;

    private final Engine engine;
    private final SyncPolicy policy;
    private final @Nullable DurabilityListener listener;
    private final @Nullable AppendTimes appendTimes;
    private final long slowForceNs;

    private Segment segment;
    private long durable;

    /** The highest sequence seen that was not durable yet, and when the first such was seen. */
    private long pendingSequence;

    private long pendingSinceNs;
    private long forceStartNs;
    private long toldSealed;

    /** From which sequence on the writer wakes this agent. Read by the writer. */
    private volatile long wakeSequence;

    /** From which offset on the writer wakes this agent. Read by the writer. */
    private volatile int wakeOffset;

    SyncAgent(final Engine engine, final Segment segment) {
        this.engine = engine;
        this.policy = engine.config().syncPolicy();
        this.listener = engine.config().durabilityListener();
        this.appendTimes = engine.appendTimes();
        this.slowForceNs = engine.config().slowForceNs();
        this.segment = segment;
        this.durable = engine.durable().get();
        this.pendingSequence = durable;
    }

    @Override
    public String roleName() {
        return "tidemark-sync";
    }

    /** Wakes this agent if it has parked and a limit of the policy is reached. Writer only. */
    void wakeIfDue(final long sequence, final int offset) {
        if (engine.syncSignal().isParked() && (sequence >= wakeSequence || offset >= wakeOffset)) {
            engine.syncSignal().wake();
        }
    }

    @Override
    public int doWork() {
        try {
            if (engine.hasFailed()) {
                throw new AgentTerminationException("journal has failed");
            }
            return sync();
        } catch (final AgentTerminationException e) {
            throw e;
        } catch (final Throwable e) {
            engine.fail(e);
            throw new AgentTerminationException(e);
        }
    }

    private int sync() throws IOException {
        engine.durable().wakeLeftBehind();
        final boolean lastRound = engine.writerEnded();
        // The sequence is read before the place: whatever is up to the sequence lies before the place read later.
        final long target = engine.written().getAcquire();
        final Segment next = segment.nextAcquire();
        if (next != null) {
            finish(next);
            return 1;
        }
        if (target == durable) {
            if (lastRound) {
                segment.forceEnd();
                throw new AgentTerminationException("everything is forced");
            }
            return 0;
        }
        final int end = segment.writtenOffset();
        if (!lastRound && !isDue(target, end)) {
            return 0;
        }
        force(end, target);
        raise(target);
        return 1;
    }

    /** Forces the rest of a full segment, hands it to the keeper, and goes to the next. */
    private void finish(final Segment next) throws IOException {
        if (toldSealed != segment.number()) {
            // Before the force: the keeper is to begin with the next standby at once.
            toldSealed = segment.number();
            engine.keeperSignal().wake();
        }
        final long last = segment.lastSequence();
        force(segment.writtenOffset(), last);
        if (last > durable) {
            raise(last);
        }
        engine.retired().offer(segment);
        engine.keeperSignal().wake();
        segment = next;
    }

    private boolean isDue(final long target, final int end) {
        final long nowNs = engine.nowNs();
        if (pendingSequence == durable) {
            pendingSinceNs = nowNs;
        }
        pendingSequence = target;
        return policy.isAlways()
                || engine.isClosing()
                || engine.flushTarget().getVolatile() > durable
                || target - durable >= policy.maxRecords()
                || end - segment.forcedOffset() >= policy.maxBytes()
                || nowNs - pendingSinceNs >= policy.maxDelayNs();
    }

    /** Forces the segment up to an offset, behind which a record is durable. */
    private void force(final int end, final long sequence) throws IOException {
        final EventSpan event = JournalEvents.instance().beginForce();
        forceStartNs = engine.nowNs();
        final int length = segment.force(end);
        final long durationNs = engine.nowNs() - forceStartNs;
        if (length == 0) {
            return;
        }
        engine.durable().forced(durationNs);
        engine.counters().forced(durationNs, durationNs > slowForceNs);
        if (appendTimes != null) {
            appendTimes.forced(durationNs, length);
        }
        if (event != null) {
            JournalEvents.instance()
                    .endForce(event, engine.directory(), segment.number(), length, sequence - durable, sequence);
        }
        if (durationNs > slowForceNs) {
            engine.news().offer(() -> engine.config().listener().onSlowForce(durationNs));
            engine.keeperSignal().wake();
        }
    }

    private void raise(final long sequence) {
        engine.counters().becameDurable(sequence - durable);
        durable = sequence;
        if (pendingSequence <= sequence) {
            pendingSequence = sequence;
        } else {
            // What is left was written while the end of the segment before it was being forced.
            pendingSinceNs = forceStartNs;
        }
        engine.raiseDurable(sequence);
        if (appendTimes != null) {
            appendTimes.durable(sequence);
        }
        engine.noteMarkMoved();
        tellListener(sequence);
    }

    private void tellListener(final long sequence) {
        if (listener == null) {
            return;
        }
        try {
            listener.onDurable(sequence);
        } catch (final Throwable e) {
            // What a listener throws is passed over, as it says: it must not end the journal. Not every language checks
            // its exceptions.
            engine.counters().listenerFailed();
        }
    }

    @Override
    public void onClose() {
        if (!engine.isClosing() && !engine.hasFailed()) {
            engine.fail(new IllegalStateException("the sync thread was ended from outside"));
        }
        engine.endSync();
    }

    @Override
    public WakeSignal signal() {
        return engine.syncSignal();
    }

    /**
     * Decides how long to park, and from where on the writer wakes us. The limits are stored before the marks are read
     * once more: a writer that still saw older limits has stored its mark before that.
     */
    @Override
    public long parkLimitNs() {
        return Math.min(forceLimitNs(), engine.durable().leftBehindLimitNs());
    }

    private long forceLimitNs() {
        wakeSequence = 0;
        wakeOffset = 0;
        final long target = engine.written().getVolatile();
        if (engine.hasFailed() || engine.writerEnded() || segment.nextAcquire() != null) {
            return 0;
        }
        if (target == durable) {
            return Long.MAX_VALUE;
        }
        final long nowNs = engine.nowNs();
        if (target != pendingSequence || isDue(target, segment.writtenOffset())) {
            return 0;
        }
        if (policy.isNever()) {
            // A roll wakes us, and so does a flush.
            wakeSequence = Long.MAX_VALUE;
            wakeOffset = Integer.MAX_VALUE;
            return Long.MAX_VALUE;
        }
        final long maxRecords = Math.min(policy.maxRecords(), Long.MAX_VALUE - durable);
        final long maxBytes = Math.min(policy.maxBytes(), Integer.MAX_VALUE - segment.forcedOffset());
        wakeSequence = durable + maxRecords;
        wakeOffset = (int) (segment.forcedOffset() + maxBytes);
        return Math.max(0, policy.maxDelayNs() - (nowNs - pendingSinceNs));
    }

    @Override
    public long spinNs() {
        return policy.isAlways() ? SPIN_NS : 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import org.agrona.concurrent.AgentTerminationException;

/**
 * Writer and sync agent on one thread: all that waits in the queue is written, then forced, then the next. Between the two it may
 * wait a moment for those who are about to append again; {@link GroupCommit} tells.
 *
 * <p>That is how a journal runs whose every append waits for its force. Nobody gains from writing during a force there,
 * and on a machine with few cores a thread less that spins means a force whose end is noticed at once; see
 * {@code docs/adr}. Records that come in during a force wait in the append queue and share the next one.
 *
 * <p>Owned by the thread that runs it.
 */
final class WriteThenSyncAgent implements SignalledAgent {

    /** A flood of records that nobody waits for must not put the force off for ever. */
    private static final int MAX_RUNS_BEFORE_FORCE = 64;

    private final Engine engine;
    private final WriterAgent writer;
    private final SyncAgent sync;
    private final GroupCommit groupCommit = new GroupCommit();
    private boolean gathering;
    private boolean writerEnded;
    private boolean syncEnded;

    WriteThenSyncAgent(final Engine engine, final WriterAgent writer, final SyncAgent sync) {
        this.engine = engine;
        this.writer = writer;
        this.sync = sync;
    }

    @Override
    public String roleName() {
        return writer.roleName();
    }

    @Override
    public int doWork() {
        int workCount = 0;
        for (int run = 0; run < MAX_RUNS_BEFORE_FORCE && !writerEnded; run++) {
            final int written = write();
            workCount += written;
            if (written == 0) {
                break;
            }
        }
        gathering = isGathering();
        if (gathering) {
            // Where cores are few, those who are waited for may be waiting for this one.
            ParkingIdleStrategy.yieldToOthers();
            return workCount;
        }
        try {
            return workCount + sync();
        } catch (final AgentTerminationException e) {
            endWriter();
            endSync();
            throw e;
        }
    }

    private boolean isGathering() {
        final long count = engine.written().getPlain() - engine.durable().get();
        return count > 0 && !writerEnded && !groupCommit.isDue(count, engine.nowNs());
    }

    private int sync() {
        final long durable = engine.durable().get();
        final int workCount = sync.doWork();
        if (engine.durable().get() > durable) {
            groupCommit.forced(
                    engine.queue().lastClaimedSequence() - durable,
                    engine.durable().forceNs());
        }
        return workCount;
    }

    private int write() {
        try {
            return writer.doWork();
        } catch (final AgentTerminationException e) {
            endWriter();
            return 0;
        }
    }

    private void endWriter() {
        if (!writerEnded) {
            writer.onClose();
            writerEnded = true;
        }
    }

    private void endSync() {
        if (!syncEnded) {
            sync.onClose();
            syncEnded = true;
        }
    }

    @Override
    public void onClose() {
        endWriter();
        endSync();
    }

    @Override
    public WakeSignal signal() {
        return writer.signal();
    }

    @Override
    public long parkLimitNs() {
        final long limitNs = writer.parkLimitNs();
        // While it gathers, the sync agent has something to do, but not yet.
        return Math.min(limitNs, gathering ? groupCommit.leftNs(engine.nowNs()) : sync.parkLimitNs());
    }

    @Override
    public long spinNs() {
        return writer.spinNs();
    }
}

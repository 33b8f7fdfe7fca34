// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import org.agrona.concurrent.AgentTerminationException;

/**
 * Writer and sync agent on one thread: all that waits in the queue is written, then forced, then the next.
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

    private final WriterAgent writer;
    private final SyncAgent sync;
    private boolean writerEnded;
    private boolean syncEnded;

    WriteThenSyncAgent(final WriterAgent writer, final SyncAgent sync) {
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
        try {
            return workCount + sync.doWork();
        } catch (final AgentTerminationException e) {
            endWriter();
            endSync();
            throw e;
        }
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
        return Math.min(writer.parkLimitNs(), sync.parkLimitNs());
    }

    @Override
    public long spinNs() {
        return writer.spinNs();
    }
}

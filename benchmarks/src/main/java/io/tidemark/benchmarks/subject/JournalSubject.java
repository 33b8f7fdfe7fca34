// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.SyncPolicy;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import io.tidemark.journal.spi.StorageSync;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The journal. Tickets are sequences. Its writer has a thread of its own, or is invoked by whoever appends, behind each append: then with
 * one producer and a reader on the same thread, or one of its own, no thread waits for another one's core where there are two.
 */
final class JournalSubject implements Subject {

    private static final long POLL_NS = 1_000_000;
    private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(30);

    private final Journal journal;
    private final int standbyCount;

    /** Whether appending threads invoke the writer. */
    private final boolean invokesWriter;

    /** What looks inside; null if nothing does. */
    private final @Nullable Instruments instruments;

    JournalSubject(
            final SubjectPlan plan,
            final boolean invokesWriter,
            final @Nullable Instruments instruments,
            final @Nullable StorageSync storageSync) {
        this.invokesWriter = invokesWriter;
        this.instruments = instruments;
        JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(plan.segmentLength())
                .withStandbyCount(plan.standbyCount())
                .withQueueLength(plan.queueLength());
        if (instruments != null) {
            config = config.withProbe(instruments.probe());
        }
        if (storageSync != null) {
            config = config.withStorageSync(storageSync);
        }
        if (invokesWriter) {
            config = config.withInvokedWriter();
        }
        if (plan.spinning()) {
            config = config.withIdleStrategy(BusySpinIdleStrategy::new);
        }
        if (plan.onDurable() != SubjectPlan.UNTOLD) {
            config = config.withDurabilityListener(plan.onDurable()::accept);
        }
        switch (plan.durability()) {
            case NEVER -> config = config.withSyncPolicy(SyncPolicy.never());
            case ALWAYS -> config = config.withSyncPolicy(SyncPolicy.always());
            default -> {}
        }
        this.standbyCount = plan.standbyCount();
        this.journal = Journal.open(plan.directory(), config);
    }

    @Override
    public Producer producer() {
        final Appender appender = journal.appender();
        if (!invokesWriter) {
            return record -> appender.append(record, 0, record.limit());
        }
        return record -> {
            final long ticket = appender.append(record, 0, record.limit());
            awaitWritten(ticket);
            return ticket;
        };
    }

    @Override
    public Follower follower() {
        return new TailerFollower(journal.tailer(1, Visibility.WRITTEN));
    }

    @Override
    public void awaitWritten(final long ticket) {
        while (journal.writtenSequence() < ticket) {
            if (invokesWriter) {
                journal.invoke();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void awaitDurable(final long ticket) {
        try {
            journal.awaitDurable(ticket);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for sequence " + ticket, e);
        }
    }

    @Override
    public void flush(final long ticket) {
        journal.flush();
    }

    @Override
    public void truncate(final long upTo) {
        journal.truncate(upTo);
    }

    @Override
    public long durableTicket() {
        return journal.durableSequence();
    }

    @Override
    public void settle() {
        final long startNs = System.nanoTime();
        while (journal.standbyCount() < standbyCount && System.nanoTime() - startNs < SETTLE_NS) {
            LockSupport.parkNanos(POLL_NS);
        }
    }

    @Override
    public String remarks() {
        return "waits for room " + journal.backPressureCount() + ", waits for a standby " + journal.standbyWaitCount();
    }

    @Override
    public void close() {
        journal.close();
        if (instruments != null) {
            instruments.close();
        }
    }

    /** A tailer of the journal, from inside or outside. */
    static final class TailerFollower implements Follower, RecordHandler {

        private final Tailer tailer;
        private RecordSink sink = (ticket, buffer, offset, length) -> {};

        TailerFollower(final Tailer tailer) {
            this.tailer = tailer;
        }

        @Override
        public int poll(final RecordSink to, final int limit) {
            this.sink = to;
            return tailer.poll(this, limit);
        }

        @Override
        public void onRecord(
                final long sequence,
                final long timestampNs,
                final int type,
                final ByteBuffer buffer,
                final int offset,
                final int length) {
            sink.onRecord(sequence, buffer, offset, length);
        }

        @Override
        public void close() {
            tailer.close();
        }
    }
}

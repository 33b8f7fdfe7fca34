// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.SyncPolicy;
import io.tidemark.journal.Visibility;
import java.util.concurrent.TimeUnit;

/**
 * The journal without threads of its own: whoever appends invokes it behind each append, and so writes the record himself. With one
 * producer and one reader each has a core where there are two. Forces hold the producer up, so that it is measured under
 * {@code never}.
 */
final class InvokedJournalSubject implements Subject {

    private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(30);

    private final Journal journal;
    private final int standbyCount;

    InvokedJournalSubject(final SubjectPlan plan) {
        if (plan.producerCount() != 1 || plan.durability() != SubjectPlan.Durability.NEVER) {
            throw new IllegalArgumentException("the subject \"invoked\" takes one producer and --policy=NEVER");
        }
        this.standbyCount = plan.standbyCount();
        this.journal = Journal.open(
                plan.directory(),
                JournalConfig.defaults()
                        .withSegmentLength(plan.segmentLength())
                        .withStandbyCount(standbyCount)
                        .withQueueLength(plan.queueLength())
                        .withSyncPolicy(SyncPolicy.never())
                        .withInvokedAgents());
    }

    @Override
    public Producer producer() {
        final Appender appender = journal.appender();
        return record -> {
            long ticket;
            do {
                ticket = appender.tryAppend(0, record, 0, record.limit());
                journal.invoke();
            } while (ticket < 0);
            return ticket;
        };
    }

    @Override
    public Follower follower() {
        return new JournalSubject.TailerFollower(journal.tailer(1, Visibility.WRITTEN));
    }

    @Override
    public void awaitWritten(final long ticket) {
        while (journal.writtenSequence() < ticket) {
            journal.invoke();
        }
    }

    @Override
    public void awaitDurable(final long ticket) {
        flush(ticket);
    }

    /** Who invokes the journal must not wait for it, so another thread does. */
    @Override
    public void flush(final long ticket) {
        final Thread flushing = new Thread(journal::flush, "flush");
        flushing.start();
        while (flushing.isAlive()) {
            journal.invoke();
        }
    }

    @Override
    public void settle() {
        final long startNs = System.nanoTime();
        while (journal.standbyCount() < standbyCount && System.nanoTime() - startNs < SETTLE_NS) {
            journal.invoke();
        }
    }

    @Override
    public String remarks() {
        return "waits for a standby " + journal.standbyWaitCount();
    }

    @Override
    public void close() {
        journal.close();
    }
}

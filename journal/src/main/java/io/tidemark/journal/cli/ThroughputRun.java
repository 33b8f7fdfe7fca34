// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import com.sun.management.ThreadMXBean;
import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.SyncPolicy;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how fast one producer appends when nothing is forced, and what an append allocates.
 *
 * <p>A round is measured from before its first append until its last record is written. Between rounds everything is
 * forced, and what segments were used up are replaced: preparing a segment takes longer than filling it, so what goes on for
 * ever is what the disk can prepare, and this is what bursts get. At full scale all rounds go into one segment, so that no
 * preparation runs beside them on a machine with two cores.
 */
final class ThroughputRun {

    static final int RECORD_LENGTH = 64;

    private static final long POLL_NS = 1_000_000;

    private final DemoScale scale;
    private final ProgressLine progress;
    private final List<Thread> journalThreads = new CopyOnWriteArrayList<>();
    private final byte[] record = new byte[RECORD_LENGTH];
    private final double[] recordsPerSecond;

    private double producerBytesPerRecord;
    private double journalBytesPerRecord;

    ThroughputRun(final DemoScale scale, final ProgressLine progress) {
        this.scale = scale;
        this.progress = progress;
        this.recordsPerSecond = new double[scale.roundCount()];
        Arrays.fill(record, (byte) 'x');
    }

    void run(final Path directory) {
        final JournalConfig config = JournalConfig.defaults()
                .withSyncPolicy(SyncPolicy.never())
                .withSegmentLength(scale.segmentLength())
                .withStandbyCount(scale.standbyCount())
                .withThreadFactory(this::journalThread);
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            prepare(journal, "preparing segments");
            appendAll(journal, appender, scale.warmUpCount());
            prepare(journal, "preparing segments");
            measureAllocation(journal, appender);
            for (int round = 0; round < scale.roundCount(); round++) {
                prepare(journal, "throughput, round " + (round + 1) + " of " + scale.roundCount());
                final long startNs = System.nanoTime();
                appendAll(journal, appender, scale.roundRecordCount());
                final long durationNs = System.nanoTime() - startNs;
                recordsPerSecond[round] = (double) scale.roundRecordCount() * TimeUnit.SECONDS.toNanos(1) / durationNs;
            }
        }
        Arrays.sort(recordsPerSecond);
    }

    private Thread journalThread(final Runnable task) {
        final Thread thread = new Thread(task);
        thread.setDaemon(true);
        journalThreads.add(thread);
        return thread;
    }

    private void prepare(final Journal journal, final String what) {
        journal.flush();
        while (journal.standbyCount() < scale.standbyCount()) {
            progress.show(() -> what + ": " + journal.standbyCount() + " of " + scale.standbyCount() + " standbys");
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private void appendAll(final Journal journal, final Appender appender, final int count) {
        final long last = appendLoop(appender, record, count);
        while (journal.writtenSequence() < last) {
            Thread.onSpinWait();
        }
    }

    private static long appendLoop(final Appender appender, final byte[] record, final int count) {
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = appender.append(record, 0, RECORD_LENGTH);
        }
        return last;
    }

    private void measureAllocation(final Journal journal, final Appender appender) {
        if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
                || !threads.isThreadAllocatedMemorySupported()) {
            producerBytesPerRecord = Double.NaN;
            journalBytesPerRecord = Double.NaN;
            return;
        }
        final long journalBefore = journalAllocated(threads);
        final long before = threads.getCurrentThreadAllocatedBytes();
        appendAll(journal, appender, scale.warmUpCount());
        final long after = threads.getCurrentThreadAllocatedBytes();
        final long journalAfter = journalAllocated(threads);
        producerBytesPerRecord = (double) (after - before) / scale.warmUpCount();
        journalBytesPerRecord = (double) (journalAfter - journalBefore) / scale.warmUpCount();
    }

    private long journalAllocated(final ThreadMXBean threads) {
        long sum = 0;
        for (final Thread thread : journalThreads) {
            sum += threads.getThreadAllocatedBytes(thread.getId());
        }
        return sum;
    }

    double medianRecordsPerSecond() {
        return recordsPerSecond[recordsPerSecond.length / 2];
    }

    double bestRecordsPerSecond() {
        return recordsPerSecond[recordsPerSecond.length - 1];
    }

    /** Bytes that the producer's thread allocated for each append; not a number if the JVM does not count. */
    double producerBytesPerRecord() {
        return producerBytesPerRecord;
    }

    /** Bytes that the threads of the journal allocated for each append; not a number if the JVM does not count. */
    double journalBytesPerRecord() {
        return journalBytesPerRecord;
    }
}

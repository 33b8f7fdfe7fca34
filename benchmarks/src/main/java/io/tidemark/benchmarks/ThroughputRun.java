// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.Subjects;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

/** One subject, one length, one number of producers, in this JVM: rounds of appending as fast as it goes. */
final class ThroughputRun {

    /** All rounds fit into one segment: making one takes longer than filling it, and would take a core from what is measured. */
    private static final int SEGMENT_LENGTH = 1 << 30;

    private static final double NS_PER_SECOND = 1e9;

    private final Repetitions repetitions;
    private final String name;
    private final SubjectPlan.Durability policy;
    private final int recordLength;
    private final int producerCount;
    private final long recordsPerProducer;
    private final int roundCount;
    private final int queueLength;
    private final long limitNs;
    private final double[] writtenNs;
    private final double[] durableNs;
    private final double[] cpuNs;
    private final double[] allocated;
    private List<Results.Figure> loadFigures = List.of();

    ThroughputRun(
            final Repetitions repetitions,
            final SubjectPlan.Durability policy,
            final int recordLength,
            final int producerCount,
            final long recordCount,
            final int roundCount,
            final int limitMilliseconds,
            final int queueLength) {
        this.repetitions = repetitions;
        this.name = repetitions.subjects().get(0);
        this.policy = policy;
        this.recordLength = recordLength;
        this.producerCount = producerCount;
        final long fitting = new RollWindows(SEGMENT_LENGTH, recordLength, 0).recordsPerSegment() / (roundCount + 1);
        this.recordsPerProducer = Math.max(1, Math.min(fitting, recordCount) / producerCount);
        this.roundCount = roundCount;
        this.queueLength = queueLength;
        this.limitNs = TimeUnit.MILLISECONDS.toNanos(limitMilliseconds);
        this.writtenNs = new double[roundCount];
        this.durableNs = new double[roundCount];
        this.cpuNs = new double[roundCount];
        this.allocated = new double[roundCount];
    }

    static String conditions(final SubjectPlan.Durability policy, final int recordLength, final int producerCount) {
        return String.format(
                Locale.ROOT,
                "%d B, %d producer%s%s",
                recordLength,
                producerCount,
                producerCount == 1 ? "" : "s",
                policy == SubjectPlan.Durability.NEVER
                        ? ""
                        : ", " + policy.name().toLowerCase(Locale.ROOT));
    }

    private long recordsPerRound() {
        return recordsPerProducer * producerCount;
    }

    void run() throws Exception {
        final Path data = repetitions.directory();
        Directories.deleteAll(data);
        Files.createDirectories(data);
        try {
            final double before = Limits.copyWithChecksum(data, recordLength, limitNs);
            final MachineLoad load = MachineLoad.begin();
            measure(data.resolve("subject"));
            if (load != null) {
                loadFigures = load.figures(
                        ThroughputCommand.INSTRUMENT,
                        name,
                        conditions(policy, recordLength, producerCount),
                        repetitions.repetition());
            }
            Directories.deleteAll(data.resolve("subject"));
            final double after = Limits.copyWithChecksum(data, recordLength, limitNs);
            add((before + after) / 2);
        } finally {
            Directories.deleteAll(data);
        }
    }

    private void measure(final Path directory) throws Exception {
        final SubjectPlan plan = new SubjectPlan(
                directory,
                policy,
                recordLength,
                recordsPerRound() * (roundCount + 1),
                producerCount,
                SEGMENT_LENGTH,
                1,
                queueLength,
                false,
                SubjectPlan.UNTOLD);
        try (Subject subject = Subjects.open(name, plan)) {
            for (int round = -1; round < roundCount; round++) {
                subject.settle();
                round(subject, round);
            }
        }
    }

    private void round(final Subject subject, final int round) throws Exception {
        final CyclicBarrier start = new CyclicBarrier(producerCount + 1);
        final CountDownLatch appended = new CountDownLatch(producerCount);
        final CountDownLatch counted = new CountDownLatch(1);
        final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        final long[] last = new long[producerCount];
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < producerCount; i++) {
            final int index = i;
            threads.add(new Thread(
                    () -> {
                        final Subject.Producer producer = subject.producer();
                        final ByteBuffer record = record();
                        await(start);
                        try {
                            last[index] = append(producer, record, recordsPerProducer);
                        } catch (final RuntimeException | Error e) {
                            failures.add(e);
                        } finally {
                            appended.countDown();
                        }
                        await(counted);
                    },
                    "producer-" + i));
        }
        threads.forEach(Thread::start);
        final long allocatedBefore = ProcessTime.allocatedBytes();
        final long cpuBefore = ProcessTime.cpuNs();
        await(start);
        final long startNs = System.nanoTime();
        appended.await();
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a producer failed", failures.get(0));
        }
        final long lastTicket = Arrays.stream(last).max().orElseThrow();
        subject.awaitWritten(lastTicket);
        final long writtenAtNs = System.nanoTime();
        final long cpuAfter = ProcessTime.cpuNs();
        // Of threads that have ended nobody tells what they allocated: producers live on until then.
        final long allocatedAfter = ProcessTime.allocatedBytes();
        counted.countDown();
        for (final Thread thread : threads) {
            thread.join();
        }
        subject.flush(lastTicket);
        if (round >= 0) {
            writtenNs[round] = writtenAtNs - startNs;
            durableNs[round] = System.nanoTime() - startNs;
            cpuNs[round] = cpuAfter - cpuBefore;
            allocated[round] = allocatedAfter - allocatedBefore;
        }
    }

    private static void await(final CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (final InterruptedException | java.util.concurrent.BrokenBarrierException e) {
            throw new IllegalStateException("a producer did not start", e);
        }
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException("interrupted while the others are counted", e);
        }
    }

    private ByteBuffer record() {
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < recordLength; i++) {
            record.put(i, (byte) i);
        }
        return record;
    }

    private static long append(final Subject.Producer producer, final ByteBuffer record, final long count) {
        long ticket = 0;
        for (long i = 0; i < count; i++) {
            ticket = producer.append(record);
        }
        return ticket;
    }

    private void add(final double limit) throws IOException {
        final List<Results.Figure> figures = new ArrayList<>(loadFigures);
        final double written = recordsPerRound() * NS_PER_SECOND / median(writtenNs);
        add(figures, "written", "records/s", written);
        add(figures, "written bytes", "MB/s", written * recordLength / 1e6);
        add(figures, "durable", "records/s", recordsPerRound() * NS_PER_SECOND / median(durableNs));
        add(figures, "written, of copy and CRC-32C", "", written / limit);
        add(figures, "copy and CRC-32C", "records/s", limit);
        add(figures, "processor time per record", "ns", median(cpuNs) / recordsPerRound());
        add(figures, "allocated per record, all threads", "B", median(allocated) / recordsPerRound());
        Results.create(repetitions.results(), repetitions.directory()).add(figures);
    }

    private static double median(final double[] values) {
        return Tables.Sample.of(Arrays.stream(values).boxed().toList()).median();
    }

    private void add(final List<Results.Figure> figures, final String metric, final String unit, final double value) {
        figures.add(new Results.Figure(
                ThroughputCommand.INSTRUMENT,
                name,
                conditions(policy, recordLength, producerCount),
                metric,
                unit,
                repetitions.repetition(),
                value));
    }
}

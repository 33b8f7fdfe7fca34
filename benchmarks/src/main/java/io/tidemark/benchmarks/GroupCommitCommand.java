// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.Subjects;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Durable appends: each thread appends one record, waits until it is durable, and appends the next. */
@Command(
        name = "group-commit",
        mixinStandardHelpOptions = true,
        description = {
            "Measures durable appends from many threads that share forces; beside pwrite and fdatasync of one block in a",
            "prepared file, in the same JVM, before and after."
        })
final class GroupCommitCommand implements Callable<Integer> {

    static final String INSTRUMENT = "group-commit";

    private static final int SEGMENT_LENGTH = 64 << 20;
    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(1);
    private static final double NS_PER_SECOND = 1e9;
    private static final long MOST_PER_SECOND = 2_000_000;

    /** Disks are known that force a block in 40 µs. */
    private static final long MOST_PER_MILLISECOND_AND_THREAD = 50;

    @Option(names = "--threads", split = ",", defaultValue = "1,8,64,256", description = "numbers of threads")
    private List<Integer> threadCounts = List.of();

    @Option(names = "--virtual", description = "virtual threads, on JDK 21 and newer")
    private boolean virtual;

    @Option(names = "--length", defaultValue = "128", description = "bytes of each record")
    private int recordLength;

    @Option(
            names = "--ms",
            defaultValue = "2000",
            description = "milliseconds that are measured, behind as many to warm up")
    private int milliseconds;

    @Option(names = "--limit-ms", defaultValue = "1000", description = "milliseconds for the limit, before and after")
    private int limitMilliseconds;

    @Mixin
    private Repetitions repetitions = new Repetitions();

    private volatile long measuredFromNs;
    private volatile long measuredToNs;

    GroupCommitCommand() {}

    @Override
    public Integer call() throws Exception {
        if (repetitions.repetition() > 0) {
            runHere(repetitions.subjects().get(0), threadCounts.get(0));
            return 0;
        }
        for (final int threadCount : threadCounts) {
            final List<String> arguments = new ArrayList<>(List.of(
                    "--threads=" + threadCount,
                    "--length=" + recordLength,
                    "--ms=" + milliseconds,
                    "--limit-ms=" + limitMilliseconds));
            if (virtual) {
                arguments.add("--virtual");
            }
            repetitions.forkAll("group-commit", arguments);
            Tables.print(Results.existing(repetitions.results()), INSTRUMENT, conditions(threadCount));
        }
        return 0;
    }

    private String conditions(final int threadCount) {
        return String.format(
                Locale.ROOT,
                "%d B, %d %sthread%s",
                recordLength,
                threadCount,
                virtual ? "virtual " : "",
                threadCount == 1 ? "" : "s");
    }

    private void runHere(final String name, final int threadCount) throws Exception {
        final Path data = repetitions.directory();
        Directories.deleteAll(data);
        Files.createDirectories(data);
        final @Nullable BlockDevice device = BlockDevice.of(data);
        try {
            final Histogram limitBefore = Limits.blockThenForce(data, TimeUnit.MILLISECONDS.toNanos(limitMilliseconds));
            final List<Results.Figure> figures = new ArrayList<>();
            final long recordCount = 2L * milliseconds * MOST_PER_SECOND / 1_000;
            final SubjectPlan plan = new SubjectPlan(
                    data.resolve("subject"),
                    SubjectPlan.Durability.ALWAYS,
                    recordLength,
                    Math.min(recordCount, threadCount * 2L * milliseconds * MOST_PER_MILLISECOND_AND_THREAD),
                    threadCount,
                    SEGMENT_LENGTH,
                    4,
                    SubjectPlan.QUEUE_LENGTH,
                    false,
                    SubjectPlan.UNTOLD);
            final Histogram latencies;
            BlockDevice.@Nullable Counts counts = null;
            try (Subject subject = Subjects.open(name, plan)) {
                subject.settle();
                final BlockDevice.@Nullable Counts before = device == null ? null : device.counts();
                latencies = run(subject, threadCount);
                if (device != null && before != null) {
                    counts = device.counts().since(before);
                }
            }
            Directories.deleteAll(data.resolve("subject"));
            limitBefore.add(Limits.blockThenForce(data, TimeUnit.MILLISECONDS.toNanos(limitMilliseconds)));
            tell(figures, name, threadCount, latencies, limitBefore, counts);
            Results.create(repetitions.results(), data).add(figures);
        } finally {
            Directories.deleteAll(data);
        }
    }

    private Histogram run(final Subject subject, final int threadCount) throws Exception {
        final ThreadFactory factory = virtual ? virtualThreads() : Thread::new;
        final List<Histogram> histograms = new ArrayList<>();
        final List<Thread> threads = new ArrayList<>();
        final long durationNs = TimeUnit.MILLISECONDS.toNanos(milliseconds);
        measuredFromNs = System.nanoTime() + durationNs;
        measuredToNs = measuredFromNs + durationNs;
        for (int i = 0; i < threadCount; i++) {
            final Histogram histogram = new Histogram(HIGHEST_NS, 2);
            histograms.add(histogram);
            threads.add(factory.newThread(() -> appendUntilEnd(subject.producer(), histogram)));
        }
        threads.forEach(Thread::start);
        for (final Thread thread : threads) {
            thread.join();
        }
        final Histogram all = new Histogram(HIGHEST_NS, 2);
        all.setTag("durable append");
        histograms.forEach(all::add);
        return all;
    }

    /** By reflection, because this is compiled for an older JDK. */
    private static ThreadFactory virtualThreads() throws ReflectiveOperationException {
        final Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        return (ThreadFactory)
                Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
    }

    private void appendUntilEnd(final Subject.Producer producer, final Histogram histogram) {
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength).order(ByteOrder.LITTLE_ENDIAN);
        long nowNs = System.nanoTime();
        while (nowNs - measuredToNs < 0) {
            producer.append(record);
            final long endNs = System.nanoTime();
            if (nowNs - measuredFromNs >= 0 && endNs - measuredToNs < 0) {
                histogram.recordValue(Math.min(endNs - nowNs, HIGHEST_NS));
            }
            nowNs = endNs;
        }
    }

    private void tell(
            final List<Results.Figure> figures,
            final String name,
            final int threadCount,
            final Histogram latencies,
            final Histogram limit,
            final BlockDevice.@Nullable Counts counts)
            throws IOException {
        final String conditions = conditions(threadCount);
        final int repetition = repetitions.repetition();
        final double perSecond = latencies.getTotalCount() * 1_000.0 / milliseconds;
        final double limitPerSecond = NS_PER_SECOND / limit.getMean();
        add(figures, name, conditions, "durable appends", "/s", perSecond);
        add(figures, name, conditions, "of pwrite and fdatasync", "", perSecond / limitPerSecond);
        add(
                figures,
                name,
                conditions,
                "p50 of that of pwrite and fdatasync",
                "",
                (double) latencies.getValueAtPercentile(50) / limit.getValueAtPercentile(50));
        add(figures, name, conditions, "pwrite and fdatasync p50", "ns", (double) limit.getValueAtPercentile(50));
        figures.addAll(Results.percentiles(INSTRUMENT, name, conditions, repetition, latencies));
        if (counts != null && latencies.getTotalCount() > 0) {
            // The device is counted over the warm-up, too, which is as long.
            final double appends = 2.0 * latencies.getTotalCount();
            add(figures, name, conditions, "appends per flush, about", "", appends / Math.max(1, counts.flushes()));
            add(figures, name, conditions, "device bytes per append, about", "B", counts.bytesWritten() / appends);
        }
    }

    private void add(
            final List<Results.Figure> figures,
            final String name,
            final String conditions,
            final String metric,
            final String unit,
            final double value) {
        figures.add(new Results.Figure(INSTRUMENT, name, conditions, metric, unit, repetitions.repetition(), value));
    }
}

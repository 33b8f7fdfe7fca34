// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.Subjects;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One run of open-loop latency, in this JVM. */
final class LatencyRun {

    private static final long HEAD_START_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String name;
    private final LatencyPlan plan;
    private final Path directory;
    private final List<LatencySeries> series = new ArrayList<>();
    private final Map<String, Histogram> totals = new LinkedHashMap<>();
    private String remarks = "";
    private @Nullable OutsideReader outside;

    LatencyRun(final String name, final LatencyPlan plan, final Path directory) {
        this.name = name;
        this.plan = plan;
        this.directory = directory;
    }

    /** Runs it; what was measured can be asked for behind that. */
    void run() throws IOException, InterruptedException {
        final boolean tellsDurable = Subjects.isJournal(name) && plan.policy() == SubjectPlan.Durability.BATCH;
        final DurableLatency durable = new DurableLatency(tellsDurable, plan.seconds());
        final SubjectPlan subjectPlan = new SubjectPlan(
                directory,
                plan.policy(),
                plan.recordLength(),
                plan.recordCount(),
                plan.producerCount(),
                plan.segmentLength(),
                plan.standbyCount(),
                SubjectPlan.QUEUE_LENGTH,
                plan.spinning(),
                durable.isOn() ? durable::durable : SubjectPlan.UNTOLD);
        try (Subject subject = Subjects.open(name, subjectPlan)) {
            subject.settle();
            measure(subject, durable);
            remarks += subject.remarks();
        }
        if (durable.isOn()) {
            series.add(durable.series());
            remarks += ", durable before known " + durable.unknown();
        }
        if (!Subjects.rollsAsTheJournal(name)) {
            series.removeIf(PlacedSeries::isOfOnePlace);
        }
        for (final LatencySeries one : series) {
            final Histogram total = one.total();
            totals.merge(one.name(), total, (first, second) -> {
                first.add(second);
                return first;
            });
        }
    }

    private void measure(final Subject subject, final DurableLatency durable) throws IOException, InterruptedException {
        if (plan.reader() == LatencyPlan.Reader.PROCESS) {
            outside = OutsideReader.start(directory, plan);
        }
        final FollowLoop follow =
                plan.reader() == LatencyPlan.Reader.PRODUCER || plan.reader() == LatencyPlan.Reader.THREAD
                        ? new FollowLoop(subject.follower(), plan)
                        : null;
        final long firstNs = System.nanoTime() + HEAD_START_NS;
        final long measuredFromNs = firstNs + plan.warmUpSeconds() * LatencySeries.SLICE_NS;
        durable.measureFrom(measuredFromNs);
        final List<Thread> threads = new ArrayList<>();
        if (follow != null && plan.reader() == LatencyPlan.Reader.THREAD) {
            threads.add(new Thread(follow::run, "reader"));
        }
        final TruncationLoad truncation = new TruncationLoad(subject, plan, measuredFromNs);
        final Thread truncating = new Thread(truncation, "truncation");
        if (plan.truncation() != LatencyPlan.Truncation.OFF) {
            truncating.start();
        }
        final List<OpenLoopProducer> producers = new ArrayList<>();
        for (int i = 0; i < plan.producerCount(); i++) {
            final boolean follows = follow != null && plan.reader() == LatencyPlan.Reader.PRODUCER;
            final OpenLoopProducer producer = new OpenLoopProducer(
                    follows ? subject.producer(follow::pollOnce) : subject.producer(),
                    plan,
                    firstNs + i * plan.periodNs() / plan.producerCount(),
                    measuredFromNs,
                    durable,
                    follows ? follow : null);
            producers.add(producer);
            threads.add(new Thread(producer, "producer-" + i));
        }
        join(threads);
        truncation.end();
        truncating.join();
        collect(producers, follow);
        subject.flush(
                producers.stream().mapToLong(OpenLoopProducer::lastTicket).max().orElse(0));
        if (truncation.truncations() > 0) {
            remarks = "truncations " + truncation.truncations() + ", ";
        }
    }

    private static void join(final List<Thread> threads) throws InterruptedException {
        final List<Throwable> failures = new ArrayList<>();
        for (final Thread thread : threads) {
            thread.setUncaughtExceptionHandler((failed, thrown) -> {
                synchronized (failures) {
                    failures.add(thrown);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
        for (final Thread thread : threads) {
            thread.join();
            synchronized (failures) {
                if (!failures.isEmpty()) {
                    throw new IllegalStateException("a measuring thread failed", failures.get(0));
                }
            }
        }
    }

    private void collect(final List<OpenLoopProducer> producers, final @Nullable FollowLoop follow)
            throws IOException, InterruptedException {
        final long expected =
                producers.stream().mapToLong(OpenLoopProducer::count).sum();
        producers.forEach(producer -> series.addAll(producer.series()));
        if (follow != null) {
            requireAll(follow.count(), expected);
            series.addAll(follow.series());
        }
        if (outside != null) {
            totals.putAll(outside.totals());
            final Histogram visible = totals.get("visible");
            requireAll(visible == null ? 0 : visible.getTotalCount(), expected);
        }
    }

    private static void requireAll(final long seen, final long expected) {
        if (seen != expected) {
            throw new IllegalStateException(
                    "the reader must see every record: found " + seen + " of " + expected + "; the figures are void");
        }
    }

    /** A histogram for each kind of latency. */
    Map<String, Histogram> totals() {
        return totals;
    }

    List<LatencySeries> series() {
        return series;
    }

    /** Where the reader of another process left what it measured; null if there was none. */
    @Nullable
    Path outsideLog() {
        return outside == null ? null : outside.log();
    }

    String remarks() {
        return remarks;
    }
}

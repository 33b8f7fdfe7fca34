// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.BatchForce;
import io.tidemark.benchmarks.subject.BlockFile;
import io.tidemark.benchmarks.subject.SubjectPlan.Durability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Times in which all processors stood still at once, as threads find that do nothing but read the clock, one for each processor.
 * The scheduler of the system would have to take every processor from them at the same time. The host of a virtual machine does
 * that when the machine has used up what it may use in a period, of which its devices have a part; and the system does not always
 * tell of it as stolen time.
 */
final class ProcessorStops {

    /** Shorter ones may be interrupts that meet by chance. */
    static final long MIN_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final int FILE_LENGTH = 4 << 20;
    private static final double NS_PER_SECOND = 1e9;
    private static final double ALL_PERCENT = 100;

    private final List<Stop> stops;
    private final long durationNs;

    /**
     * A time in which a thread did not run.
     *
     * @param beginNs in nanoseconds, of any clock
     * @param endNs of the same
     */
    record Stop(long beginNs, long endNs) {
        long lengthNs() {
            return endNs - beginNs;
        }
    }

    private record Edge(long timeNs, int step) {}

    ProcessorStops(final List<Stop> stops, final long durationNs) {
        this.stops = List.copyOf(stops);
        this.durationNs = durationNs;
    }

    /** Lets a thread spin for each processor. */
    static ProcessorStops ofSpinning(final long durationNs) throws InterruptedException {
        final int threadCount = Runtime.getRuntime().availableProcessors();
        final long endNs = System.nanoTime() + durationNs;
        final List<List<Stop>> found = new ArrayList<>();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            final List<Stop> stopsOfThread = new ArrayList<>();
            found.add(stopsOfThread);
            threads.add(new Thread(() -> spinUntil(endNs, stopsOfThread), "spinning-" + i));
        }
        threads.forEach(Thread::start);
        for (final Thread thread : threads) {
            thread.join();
        }
        return new ProcessorStops(inCommon(found), durationNs);
    }

    /** The same while one more thread writes a block and forces it, and rests for a millisecond, again and again. */
    static ProcessorStops ofSpinningBesideForces(final Path directory, final long durationNs)
            throws IOException, InterruptedException {
        try (BlockFile file = new BlockFile(directory.resolve("limit-stops"), FILE_LENGTH)) {
            final BatchForce force = new BatchForce(Durability.BATCH, () -> writeAndForce(file));
            try {
                return ofSpinning(durationNs);
            } finally {
                force.close();
            }
        }
    }

    private static void writeAndForce(final BlockFile file) {
        try {
            file.writeAndForce();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void spinUntil(final long endNs, final List<Stop> found) {
        long lastNs = System.nanoTime();
        while (lastNs - endNs < 0) {
            final long nowNs = System.nanoTime();
            if (nowNs - lastNs >= MIN_NS) {
                found.add(new Stop(lastNs, nowNs));
            }
            lastNs = nowNs;
        }
    }

    /** The times that lie in a stop of every thread, but short ones. */
    static List<Stop> inCommon(final List<List<Stop>> stopsOfThreads) {
        final List<Edge> edges = new ArrayList<>();
        for (final List<Stop> stopsOfThread : stopsOfThreads) {
            for (final Stop stop : stopsOfThread) {
                edges.add(new Edge(stop.beginNs(), 1));
                edges.add(new Edge(stop.endNs(), -1));
            }
        }
        // Where one ends as another begins, the end comes first: nothing is in both.
        edges.sort(Comparator.comparingLong(Edge::timeNs).thenComparingInt(Edge::step));
        final List<Stop> common = new ArrayList<>();
        int stopped = 0;
        long beginNs = 0;
        for (final Edge edge : edges) {
            if (stopped == stopsOfThreads.size() && edge.timeNs() - beginNs >= MIN_NS) {
                common.add(new Stop(beginNs, edge.timeNs()));
            }
            stopped += edge.step();
            beginNs = edge.timeNs();
        }
        return common;
    }

    /** What of the time they took, from 0 to 1. */
    double part() {
        return stops.stream().mapToLong(Stop::lengthNs).sum() / (double) durationNs;
    }

    double perSecond() {
        return stops.size() * NS_PER_SECOND / durationNs;
    }

    long longestNs() {
        return stops.stream().mapToLong(Stop::lengthNs).max().orElse(0);
    }

    /**
     * How long something waits for the end of a stop that is to happen at any time, as likely at one as at another: the least that
     * a latency from intended times can have where it needs every processor.
     *
     * @param percentile from 0 to 100
     * @return nanoseconds; 0 if that many never wait
     */
    long waitNs(final double percentile) {
        final double longerNs = (1 - percentile / ALL_PERCENT) * durationNs;
        long lowNs = 0;
        long highNs = longestNs();
        while (lowNs < highNs) {
            final long middleNs = (lowNs + highNs) >>> 1;
            final double waitingLongerNs = stops.stream()
                    .mapToLong(stop -> Math.max(0, stop.lengthNs() - middleNs))
                    .sum();
            if (waitingLongerNs > longerNs) {
                lowNs = middleNs + 1;
            } else {
                highNs = middleNs;
            }
        }
        return lowNs;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.histogram;

import io.tidemark.journal.histogram.JournalHistograms.Kind;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes histograms of intervals in the format of {@code .hlog} files, which the tools of HdrHistogram read: one line for each
 * {@link Kind}, with its tag. Times are in nanoseconds, and the greatest of an interval in its line is in milliseconds, as usual.
 *
 * <p>Thread-safe. The stream is the caller's to close, behind this. One that refuses is no failure of the journal: lines are lost,
 * and {@link #write()} says so. {@link JournalHistograms} has an example.
 */
public final class IntervalLog implements AutoCloseable {

    private final JournalHistograms histograms;
    private final PrintStream out;
    private final HistogramLogWriter writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    /** Guarded by the lock, as all that follows. */
    private final Map<Kind, Histogram> recycled = new EnumMap<>(Kind.class);

    private boolean closed;

    private IntervalLog(final JournalHistograms histograms, final OutputStream target) {
        this.histograms = Objects.requireNonNull(histograms, "histograms");
        this.out = new PrintStream(Objects.requireNonNull(target, "target"), false, StandardCharsets.US_ASCII);
        this.writer = new HistogramLogWriter(out);
        // What was recorded before is no interval of this log; it begins when the last of that ends, by the clock of
        // the recorders.
        long nowMs = 0;
        for (final Kind kind : Kind.values()) {
            final Histogram before = histograms.takeInterval(kind);
            nowMs = Math.max(nowMs, before.getEndTimeStamp());
            recycled.put(kind, before);
        }
        writer.outputComment("[Latencies of a Tidemark journal, in nanoseconds: written, durable, force, roll]");
        writer.outputLogFormatVersion();
        writer.outputStartTime(nowMs);
        writer.setBaseTime(nowMs);
        writer.outputLegend();
        out.flush();
    }

    /**
     * Begins a log to which somebody else adds: {@link #write()}.
     *
     * @param histograms to be logged; no one else may take intervals of them meanwhile
     * @param target of the lines
     * @return the log
     */
    public static IntervalLog on(final JournalHistograms histograms, final OutputStream target) {
        return new IntervalLog(histograms, target);
    }

    /**
     * Begins a log to which a thread of its own, a daemon, adds until it is closed.
     *
     * @param histograms to be logged; no one else may take intervals of them meanwhile
     * @param target of the lines
     * @param interval from one addition to the next, at least a millisecond
     * @return the log
     * @throws IllegalArgumentException if the interval is shorter
     */
    public static IntervalLog start(
            final JournalHistograms histograms, final OutputStream target, final Duration interval) {
        final long intervalNs = TimeUnit.NANOSECONDS.convert(Objects.requireNonNull(interval, "interval"));
        if (intervalNs < TimeUnit.MILLISECONDS.toNanos(1)) {
            throw new IllegalArgumentException("interval must be at least a millisecond: found " + interval);
        }
        final IntervalLog log = new IntervalLog(histograms, target);
        final Thread thread = new Thread(() -> log.writeEvery(intervalNs), "tidemark-histograms");
        thread.setDaemon(true);
        thread.start();
        return log;
    }

    private void writeEvery(final long intervalNs) {
        lock.lock();
        try {
            long dueNs = System.nanoTime() + intervalNs;
            while (!closed) {
                final long leftNs = dueNs - System.nanoTime();
                if (leftNs > 0) {
                    ended.awaitNanos(leftNs);
                } else {
                    write();
                    dueNs += intervalNs;
                }
            }
        } catch (final InterruptedException e) {
            // Whoever interrupts the thread wants no more of it; closing still writes the last interval.
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds what was recorded since the last addition. Kinds of which nothing was recorded have no line. Does nothing once closed.
     *
     * @return false if the stream refused
     */
    public boolean write() {
        lock.lock();
        try {
            if (closed) {
                return !out.checkError();
            }
            for (final Kind kind : Kind.values()) {
                final Histogram interval = histograms.takeInterval(kind, recycled.get(kind));
                recycled.put(kind, interval);
                if (interval.getTotalCount() > 0) {
                    writer.outputIntervalHistogram(interval);
                }
            }
            return !out.checkError();
        } finally {
            lock.unlock();
        }
    }

    /** Adds the last interval and ends the log; the stream stays open. Calls after the first do nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            write();
            closed = true;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

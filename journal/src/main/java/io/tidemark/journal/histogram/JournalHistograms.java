// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.histogram;

import io.tidemark.journal.spi.JournalProbe;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Histograms of how long appends, forces and rolls take. Needs HdrHistogram on the class path.
 *
 * <pre>{@code
 * JournalHistograms histograms = new JournalHistograms();
 * try (OutputStream file = Files.newOutputStream(hlog);
 *         IntervalLog log = IntervalLog.start(histograms, file, Duration.ofSeconds(1));
 *         Journal journal = Journal.open(directory, config.withProbe(histograms))) {
 *     appends.accept(journal);
 * }
 * }</pre>
 *
 * <p>Times are in nanoseconds, from 1 to an hour, to three digits; longer ones count as an hour. Recording neither waits nor
 * allocates. At high rates appends are measured by samples, each of which counts as many times as it stands for; see {@link
 * JournalProbe}.
 *
 * <p>For one open journal at a time: each histogram has one thread that records. Any thread may take intervals.
 */
public final class JournalHistograms implements JournalProbe {

    private static final long LONGEST_NS = 3_600_000_000_000L;
    private static final int DIGITS = 3;

    /** What is measured. */
    public enum Kind {
        /** From the begin of an append until the record could be read; tag {@code written}. */
        WRITTEN("written"),
        /** From the begin of an append until the record was durable; tag {@code durable}. */
        DURABLE("durable"),
        /** A force; tag {@code force}. */
        FORCE("force"),
        /** From where the writer needed another segment until it had one; tag {@code roll}. */
        ROLL("roll");

        private final String tag;

        Kind(final String tag) {
            this.tag = tag;
        }

        /**
         * The tag of its histograms in a log.
         *
         * @return a word
         */
        public String tag() {
            return tag;
        }
    }

    private final SingleWriterRecorder written = recorder();
    private final SingleWriterRecorder durable = recorder();
    private final SingleWriterRecorder force = recorder();
    private final SingleWriterRecorder roll = recorder();

    /** By kind, to be taken apart. */
    private final Map<Kind, SingleWriterRecorder> recorders =
            new EnumMap<>(Map.of(Kind.WRITTEN, written, Kind.DURABLE, durable, Kind.FORCE, force, Kind.ROLL, roll));

    /** Makes histograms that are empty, some megabytes all together. */
    public JournalHistograms() {}

    private static SingleWriterRecorder recorder() {
        return new SingleWriterRecorder(LONGEST_NS, DIGITS);
    }

    private static long inRange(final long durationNs) {
        return Math.max(1, Math.min(LONGEST_NS, durationNs));
    }

    @Override
    public void onWritten(final long durationNs, final long appendCount) {
        written.recordValueWithCount(inRange(durationNs), appendCount);
    }

    @Override
    public void onDurable(final long durationNs, final long appendCount) {
        durable.recordValueWithCount(inRange(durationNs), appendCount);
    }

    @Override
    public void onForced(final long durationNs, final long length) {
        force.recordValue(inRange(durationNs));
    }

    @Override
    public void onRolled(final long durationNs) {
        roll.recordValue(inRange(durationNs));
    }

    /**
     * Takes what was recorded since this was last called for the kind. Any thread.
     *
     * @param kind of the histogram
     * @return the interval, with its tag, begin and end; no longer written to
     */
    public Histogram takeInterval(final Kind kind) {
        return takeInterval(kind, null);
    }

    /** The same into a histogram that an earlier call has given. */
    Histogram takeInterval(final Kind kind, final @Nullable Histogram recycled) {
        final SingleWriterRecorder recorder =
                Objects.requireNonNull(recorders.get(Objects.requireNonNull(kind, "kind")));
        final Histogram interval = recorder.getIntervalHistogram(recycled);
        interval.setTag(kind.tag());
        return interval;
    }
}

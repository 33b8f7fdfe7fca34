// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.histogram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.histogram.JournalHistograms.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalHistogramsTest {

    private static final int RECORDS = 3_000;

    @TempDir
    private Path directory;

    private static List<Histogram> read(final ByteArrayOutputStream log) {
        final List<Histogram> read = new ArrayList<>();
        try (HistogramLogReader reader = new HistogramLogReader(new ByteArrayInputStream(log.toByteArray()))) {
            for (EncodableHistogram next = reader.nextIntervalHistogram();
                    next != null;
                    next = reader.nextIntervalHistogram()) {
                read.add((Histogram) next);
            }
        }
        return read;
    }

    private static long count(final List<Histogram> histograms, final Kind kind) {
        return histograms.stream()
                .filter(each -> kind.tag().equals(each.getTag()))
                .mapToLong(Histogram::getTotalCount)
                .sum();
    }

    @Test
    void logShouldBeReadByTheUsualToolsWhenAJournalWasAtWork() {
        final JournalHistograms histograms = new JournalHistograms();
        final ByteArrayOutputStream log = new ByteArrayOutputStream();
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(64 << 10).withProbe(histograms);
        try (IntervalLog intervals = IntervalLog.on(histograms, log)) {
            try (Journal journal = Journal.open(directory, config)) {
                final Appender appender = journal.appender();
                final byte[] record = new byte[100];
                for (int i = 0; i < RECORDS; i++) {
                    appender.append(record, 0, record.length);
                    if (i % 1_000 == 999) {
                        journal.flush();
                        assertTrue(intervals.write());
                    }
                }
            }
        }
        final List<Histogram> read = read(log);
        assertEquals(
                List.of("durable", "force", "roll", "written"),
                read.stream().map(Histogram::getTag).distinct().sorted().collect(Collectors.toList()));
        // Each stands for as many as were not measured, about.
        assertEquals(RECORDS, (double) count(read, Kind.WRITTEN), RECORDS / 10.0);
        assertEquals(count(read, Kind.WRITTEN), count(read, Kind.DURABLE));
        assertEquals(RECORDS * 136 / (60 << 10), count(read, Kind.ROLL));
        assertTrue(count(read, Kind.FORCE) >= 3);
        read.forEach(each -> assertTrue(
                each.getEndTimeStamp() >= each.getStartTimeStamp() && each.getMinNonZeroValue() > 100, each::toString));
        final String text = log.toString(StandardCharsets.US_ASCII);
        assertTrue(text.startsWith("#[Latencies of a Tidemark journal, in nanoseconds"), text);
    }

    @Test
    void intervalShouldHoldWhatWasRecordedSinceTheLast() {
        final JournalHistograms histograms = new JournalHistograms();
        histograms.onWritten(1_000, 16);
        histograms.onDurable(Long.MAX_VALUE, 1);
        histograms.onForced(-5, 100);
        histograms.onRolled(70);
        final Histogram written = histograms.takeInterval(Kind.WRITTEN);
        assertEquals(16, written.getTotalCount());
        assertEquals(1_000, (double) written.getMaxValue(), 1.0);
        assertEquals("written", written.getTag());
        assertEquals(
                3_600e9, (double) histograms.takeInterval(Kind.DURABLE).getMaxValue(), 4e9, "no longer than an hour");
        assertEquals(1, histograms.takeInterval(Kind.FORCE).getMaxValue(), "no shorter than the shortest");
        assertEquals(1, histograms.takeInterval(Kind.ROLL).getTotalCount());
        assertEquals(0, histograms.takeInterval(Kind.WRITTEN).getTotalCount());
    }

    @Test
    void logShouldGoOnByItselfUntilItIsClosed() throws InterruptedException {
        final JournalHistograms histograms = new JournalHistograms();
        final CountDownLatch lines = new CountDownLatch(3);
        final ByteArrayOutputStream log = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(final byte[] bytes, final int offset, final int length) {
                super.write(bytes, offset, length);
                // A line comes in parts; its tag is in front.
                if (new String(bytes, offset, length, StandardCharsets.US_ASCII).endsWith("\n")
                        && toString(StandardCharsets.US_ASCII).contains("Tag=force")) {
                    lines.countDown();
                    histograms.onForced(1_000, 1);
                }
            }
        };
        final IntervalLog intervals = IntervalLog.start(histograms, log, Duration.ofMillis(1));
        histograms.onForced(1_000, 1);
        lines.await();
        intervals.close();
        intervals.close();
        assertTrue(read(log).size() >= 3);
        final int length = log.size();
        histograms.onForced(1_000, 1);
        assertTrue(intervals.write(), "closed, it writes nothing");
        assertEquals(length, log.size());
    }

    @Test
    void writeShouldSaySoWhenTheStreamRefuses() {
        final JournalHistograms histograms = new JournalHistograms();
        final IntervalLog intervals = IntervalLog.on(histograms, new OutputStream() {
            @Override
            public void write(final int value) throws IOException {
                throw new IOException("full");
            }
        });
        histograms.onForced(1_000, 1);
        assertFalse(intervals.write());
    }

    @Test
    void startShouldRefuseWhenTheIntervalIsTooShort() {
        final JournalHistograms histograms = new JournalHistograms();
        assertThrows(
                IllegalArgumentException.class,
                () -> IntervalLog.start(histograms, new ByteArrayOutputStream(), Duration.ofNanos(999_999)));
    }
}

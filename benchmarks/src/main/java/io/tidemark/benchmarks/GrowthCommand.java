// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a journal costs as it gets longer: journals of several lengths stand side by side, and in turns a process that appends to
 * one ends without closing it, and this one opens it, appends and reads.
 */
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description = {
            "Measures journals of several lengths in turns: opening behind a process that ended without closing, the call of",
            "append, and from the time at which it was meant to begin until a tailer has given the record out."
        })
final class GrowthCommand implements Callable<Integer> {

    static final String INSTRUMENT = "growth";

    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final long HEAD_START_NS = TimeUnit.MILLISECONDS.toNanos(200);

    @Option(names = "--segments", split = ",", defaultValue = "1,10000", description = "numbers of segments")
    private List<Integer> segmentCounts = List.of();

    @Option(names = "--segment-length", defaultValue = "1048576", description = "bytes")
    private int segmentLength;

    @Option(names = "--length", defaultValue = "128", description = "bytes of each record")
    private int recordLength;

    @Option(names = "--rate", defaultValue = "100000", description = "appends per second")
    private long rate;

    @Option(names = "--records", defaultValue = "300000", description = "appended and read behind each opening")
    private int recordCount;

    @Option(
            names = "--repetitions",
            defaultValue = "5",
            description = "of each length, in turns, behind one that warms up")
    private int repetitions;

    @Option(
            names = "--directory",
            defaultValue = "target/bench/data",
            description = "for the journals; deleted behind the run")
    private Path directory = Path.of("");

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory to add results to")
    private Path resultDirectory = Path.of("");

    private long consumed;

    GrowthCommand() {}

    @Override
    public Integer call() throws Exception {
        if (rate < 1 || rate > 10_000_000) {
            throw new IllegalArgumentException("--rate must be from 1 to 10000000: found " + rate);
        }
        final Path data = directory.toAbsolutePath();
        Directories.deleteAll(data);
        final Results results = Results.create(resultDirectory.toAbsolutePath(), data);
        final String conditions =
                String.format(Locale.ROOT, "segments of %d, %d B, %d/s", segmentLength, recordLength, rate);
        try {
            for (int turn = 0; turn <= repetitions; turn++) {
                for (final int segmentCount : segmentCounts) {
                    final Path journal = data.resolve("journal-" + segmentCount);
                    abandon(journal, segmentCount);
                    final List<Results.Figure> figures = measure(journal, segmentCount, conditions, turn);
                    if (turn > 0) {
                        results.add(figures);
                    }
                }
            }
            Tables.print(results, INSTRUMENT, conditions);
        } finally {
            Directories.deleteAll(data);
        }
        return 0;
    }

    /** Lets a process append, and end without closing; to a new journal, if the last turns have made this one much longer. */
    private void abandon(final Path journal, final int segmentCount) throws Exception {
        if (Directories.segmentFiles(journal).size() > segmentCount * 3L / 2) {
            Directories.deleteAll(journal);
        }
        ForkedJvm.run(
                List.of(),
                List.of(
                        AbandonCommand.NAME,
                        "--segments=" + segmentCount,
                        "--segment-length=" + segmentLength,
                        "--length=" + recordLength,
                        "--directory=" + journal));
    }

    private List<Results.Figure> measure(
            final Path path, final int segmentCount, final String conditions, final int turn) {
        final Histogram call = new Histogram(HIGHEST_NS, 3);
        final Histogram read = new Histogram(HIGHEST_NS, 3);
        call.setTag("append-call");
        read.setTag("append to read");
        final String subject = segmentCount + (segmentCount == 1 ? " segment" : " segments");
        final List<Results.Figure> figures = new ArrayList<>();
        final JournalConfig config = JournalConfig.defaults().withSegmentLength(segmentLength);
        final long startNs = System.nanoTime();
        try (Journal journal = Journal.open(path, config)) {
            final double openNs = System.nanoTime() - startNs;
            figures.add(new Results.Figure(
                    INSTRUMENT, subject, conditions, "opening behind a killed process", "ns", turn, openNs));
            appendAndRead(journal, call, read);
        }
        figures.addAll(Results.percentiles(INSTRUMENT, subject, conditions, turn, call));
        figures.addAll(Results.percentiles(INSTRUMENT, subject, conditions, turn, read));
        return figures;
    }

    private void appendAndRead(final Journal journal, final Histogram call, final Histogram read) {
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength);
        final Appender appender = journal.appender();
        final RecordHandler handler =
                (sequence, timestampNs, type, buffer, offset, length) -> consumed += buffer.get(offset) + length;
        try (Tailer tailer = journal.tailer(journal.writtenSequence() + 1, Visibility.WRITTEN)) {
            long intendedNs = System.nanoTime() + HEAD_START_NS;
            for (int i = -recordCount / 4; i < recordCount; i++) {
                while (System.nanoTime() - intendedNs < 0) {
                    Thread.onSpinWait();
                }
                final long beginNs = System.nanoTime();
                appender.append(record, 0, recordLength);
                final long endNs = System.nanoTime();
                while (tailer.poll(handler, 1) == 0) {
                    Thread.onSpinWait();
                }
                final long readNs = System.nanoTime();
                if (i >= 0) {
                    call.recordValue(Math.min(HIGHEST_NS, endNs - beginNs));
                    read.recordValue(Math.min(HIGHEST_NS, readNs - intendedNs));
                }
                intendedNs += 1_000_000_000 / rate;
            }
        }
    }
}

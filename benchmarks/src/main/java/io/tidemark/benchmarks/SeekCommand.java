// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.Start;
import io.tidemark.journal.SyncPolicy;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long it takes to go to a record, by its sequence and by its time, in a short and in a long journal. */
@Command(
        name = "seek",
        mixinStandardHelpOptions = true,
        description =
                "Measures seeking by sequence and by time, to the first record given out, in journals of several lengths.")
final class SeekCommand implements Callable<Integer> {

    static final String INSTRUMENT = "seek";

    private static final long SEED = 20_251_120;
    private static final long HIGHEST_NS = 60_000_000_000L;

    @Option(names = "--segments", split = ",", defaultValue = "10,1000", description = "numbers of segments")
    private List<Integer> segmentCounts = List.of();

    @Option(names = "--segment-length", defaultValue = "1048576", description = "bytes")
    private int segmentLength;

    @Option(names = "--length", defaultValue = "128", description = "bytes of each record")
    private int recordLength;

    @Option(names = "--seeks", defaultValue = "2000", description = "of each kind, behind a quarter of that to warm up")
    private int seekCount;

    @Option(
            names = "--directory",
            defaultValue = "target/bench/data",
            description = "for the journal; deleted behind the run")
    private Path directory = Path.of("");

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory to add results to")
    private Path resultDirectory = Path.of("");

    private long foundSequence;
    private long foundNs;

    SeekCommand() {}

    @Override
    public Integer call() throws Exception {
        final Path data = directory.toAbsolutePath();
        final Results results = Results.create(resultDirectory.toAbsolutePath(), data);
        for (final int segmentCount : segmentCounts) {
            Directories.deleteAll(data);
            try {
                final long recordCount = fill(data, segmentCount);
                final String conditions = String.format(
                        Locale.ROOT, "%d segments of %d, %d B", segmentCount, segmentLength, recordLength);
                results.add(seek(data, recordCount, conditions));
                Tables.print(results, INSTRUMENT, conditions);
            } finally {
                Directories.deleteAll(data);
            }
        }
        return 0;
    }

    private long fill(final Path data, final int segmentCount) {
        final RollWindows segments = new RollWindows(segmentLength, recordLength, 1);
        final long recordCount = segments.recordsPerSegment() * segmentCount;
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength);
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(segmentLength)
                .withStandbyCount(4)
                .withSyncPolicy(SyncPolicy.never());
        try (Journal journal = Journal.open(data, config)) {
            final Appender appender = journal.appender();
            for (long i = 0; i < recordCount; i++) {
                appender.append(record, 0, recordLength);
            }
        }
        return recordCount;
    }

    private List<Results.Figure> seek(final Path data, final long recordCount, final String conditions) {
        final Histogram bySequence = new Histogram(HIGHEST_NS, 3);
        final Histogram byTime = new Histogram(HIGHEST_NS, 3);
        bySequence.setTag("by sequence");
        byTime.setTag("by time");
        final SplittableRandom random = new SplittableRandom(SEED);
        final JournalReader reader = JournalReader.open(data);
        try (Tailer tailer = reader.tailer(1, Visibility.WRITTEN)) {
            for (int i = -seekCount / 4; i < seekCount; i++) {
                final long wanted = random.nextLong(1, recordCount + 1);
                final long sequenceNs = seekTo(tailer, Start.atSequence(wanted));
                require(foundSequence == wanted, wanted);
                final long wantedNs = foundNs;
                final long timeNs = seekTo(tailer, Start.atTime(Instant.ofEpochSecond(0, wantedNs)));
                require(foundNs == wantedNs && foundSequence <= wanted, wanted);
                if (i >= 0) {
                    bySequence.recordValue(sequenceNs);
                    byTime.recordValue(timeNs);
                }
            }
        }
        final List<Results.Figure> figures = new ArrayList<>();
        figures.addAll(Results.percentiles(INSTRUMENT, "journal", conditions, 1, bySequence));
        figures.addAll(Results.percentiles(INSTRUMENT, "journal", conditions, 1, byTime));
        return figures;
    }

    private long seekTo(final Tailer tailer, final Start start) {
        final long startNs = System.nanoTime();
        tailer.seek(start);
        int count = 0;
        while (count == 0) {
            count = tailer.poll(
                    (sequence, timestampNs, type, buffer, offset, length) -> {
                        foundSequence = sequence;
                        foundNs = timestampNs;
                    },
                    1);
        }
        return System.nanoTime() - startNs;
    }

    private void require(final boolean condition, final long wanted) {
        if (!condition) {
            throw new IllegalStateException("seek must find the record: found " + foundSequence + ", wanted " + wanted);
        }
    }
}

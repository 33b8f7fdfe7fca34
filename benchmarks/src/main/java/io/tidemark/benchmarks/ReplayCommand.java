// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.SyncPolicy;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast a journal is read from its beginning to its end, beside what CRC-32C alone takes over the same bytes in the same
 * run: segment by segment in one go, and frame by frame, as any reader must that checks each record; and beside reading them by
 * calls, as a reader must that is to outlive a file that is cut short. The page cache is warm.
 */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Measures reading a whole journal, beside CRC-32C alone over the same bytes in the same run.")
final class ReplayCommand implements Callable<Integer> {

    static final String INSTRUMENT = "replay";

    private static final double NS_PER_SECOND = 1e9;
    private static final int POLL_LIMIT = 4096;
    private static final String JOURNAL = "journal";

    @Option(names = "--length", defaultValue = "128", description = "bytes of each record")
    private int recordLength;

    @Option(names = "--mib", defaultValue = "2048", description = "MiB of frames")
    private int mebibytes;

    @Option(names = "--segment-length", defaultValue = "67108864", description = "bytes")
    private int segmentLength;

    @Option(names = "--repetitions", defaultValue = "5", description = "of each way, in turns")
    private int repetitions;

    @Option(names = "--warm-up", defaultValue = "3", description = "turns before those, of which nothing is kept")
    private int warmUpTurns;

    @Option(
            names = "--directory",
            defaultValue = "target/bench/data",
            description = "for the journal; deleted behind the run")
    private Path directory = Path.of("");

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory to add results to")
    private Path resultDirectory = Path.of("");

    @Option(
            names = "--peers",
            split = ",",
            description =
                    "other subjects that are read in the same turns, by followers of theirs: of bench-peers chronicle, "
                            + "aeron, aeron-checksum")
    private List<String> peers = List.of();

    @Option(names = "--here", hidden = true, description = "runs in this JVM")
    private boolean here;

    private long recordCount;
    private long consumed;

    ReplayCommand() {}

    /** One way of reading everything. */
    private interface Way {
        long read() throws IOException;
    }

    @Override
    public Integer call() throws Exception {
        if (!here && !peers.isEmpty()) {
            // They need flags that the journal does not.
            ForkedJvm.run(List.of(), arguments());
            return 0;
        }
        final Path data = directory.toAbsolutePath();
        Directories.deleteAll(data);
        final Results results = Results.create(resultDirectory.toAbsolutePath(), data);
        try {
            fill(data.resolve(JOURNAL));
            final String conditions = String.format(
                    Locale.ROOT, "%d MiB of %d B, segments of %d", mebibytes, recordLength, segmentLength);
            for (int turn = 1 - warmUpTurns; turn <= repetitions; turn++) {
                final List<Results.Figure> figures = new ArrayList<>();
                measureJournal(figures, conditions, turn, data.resolve(JOURNAL));
                for (final String peer : peers) {
                    measurePeer(figures, conditions, turn, peer, data.resolve(peer));
                }
                if (turn > 0) {
                    results.add(figures);
                }
            }
            Tables.print(results, INSTRUMENT, conditions);
        } finally {
            Directories.deleteAll(data);
        }
        return 0;
    }

    /** The options that say the same to another process. */
    private List<String> arguments() {
        return List.of(
                "replay",
                "--here",
                "--length=" + recordLength,
                "--mib=" + mebibytes,
                "--segment-length=" + segmentLength,
                "--repetitions=" + repetitions,
                "--warm-up=" + warmUpTurns,
                "--peers=" + String.join(",", peers),
                "--directory=" + directory.toAbsolutePath(),
                "--results=" + resultDirectory.toAbsolutePath());
    }

    /** Filled anew for each turn: peers have threads that are at work as long as they are open. */
    private void measurePeer(
            final List<Results.Figure> figures,
            final String conditions,
            final int turn,
            final String name,
            final Path data)
            throws IOException {
        try (ReplayedPeer peer = new ReplayedPeer(name, data, recordLength, recordCount, segmentLength)) {
            measure(figures, conditions, turn, name, peer::read);
        } finally {
            Directories.deleteAll(data);
        }
    }

    private void measureJournal(
            final List<Results.Figure> figures, final String conditions, final int turn, final Path data)
            throws IOException {
        final JournalReader reader = JournalReader.open(data);
        final double whole = measure(figures, conditions, turn, "crc32c-whole", () -> crcOfWhole(data));
        measure(figures, conditions, turn, "crc32c-frames", () -> crcOfFrames(data));
        final double read = measure(figures, conditions, turn, "read-crc32c", () -> crcOfRead(data, 1));
        measure(figures, conditions, turn, "read-crc32c by two", () -> crcOfRead(data, 2));
        final double replay = measure(figures, conditions, turn, "replay", () -> countReplayed(reader));
        final double tailer = measure(figures, conditions, turn, "tailer", () -> countPolled(reader));
        figures.add(figure("replay", conditions, turn, "share of crc32c-whole", "", whole / replay));
        figures.add(figure("replay", conditions, turn, "share of read-crc32c", "", read / replay));
        figures.add(figure("tailer", conditions, turn, "share of crc32c-whole", "", whole / tailer));
    }

    private double measure(
            final List<Results.Figure> figures,
            final String conditions,
            final int turn,
            final String subject,
            final Way way)
            throws IOException {
        final long cpuNs = ProcessTime.cpuNs();
        final long startNs = System.nanoTime();
        final long count = way.read();
        final double ns = System.nanoTime() - startNs;
        final double cpuPerRecord = (double) (ProcessTime.cpuNs() - cpuNs) / recordCount;
        if (count != recordCount) {
            throw new IllegalStateException(subject + " must see every record: found " + count + " of " + recordCount);
        }
        figures.add(figure(subject, conditions, turn, "processor time per record", "ns", cpuPerRecord));
        figures.add(figure(subject, conditions, turn, "records", "/s", recordCount * NS_PER_SECOND / ns));
        figures.add(figure(
                subject, conditions, turn, "frames", "B/s", (double) recordCount * frameLength() * NS_PER_SECOND / ns));
        return ns;
    }

    private static Results.Figure figure(
            final String subject,
            final String conditions,
            final int turn,
            final String metric,
            final String unit,
            final double value) {
        return new Results.Figure(INSTRUMENT, subject, conditions, metric, unit, turn, value);
    }

    private int frameLength() {
        return FrameLayout.align(FrameLayout.HEADER_LENGTH + recordLength);
    }

    private void fill(final Path data) {
        recordCount = ((long) mebibytes << 20) / frameLength();
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength);
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(segmentLength).withSyncPolicy(SyncPolicy.never());
        try (Journal journal = Journal.open(data, config)) {
            final Appender appender = journal.appender();
            for (long i = 0; i < recordCount; i++) {
                record.put((int) (i % recordLength), (byte) i);
                appender.append(record, 0, recordLength);
            }
        }
    }

    private long countReplayed(final JournalReader reader) {
        return reader.replay(1, handler()) - 1;
    }

    private long countPolled(final JournalReader reader) {
        final RecordHandler handler = handler();
        long count = 0;
        try (Tailer tailer = reader.tailer(1, Visibility.WRITTEN)) {
            while (count < recordCount) {
                count += tailer.poll(handler, POLL_LIMIT);
            }
        }
        return count;
    }

    /** A consumer that looks at each record, so that nothing is optimised away. */
    private RecordHandler handler() {
        return (sequence, timestampNs, type, buffer, offset, length) -> consumed += buffer.get(offset) + length;
    }

    private long crcOfWhole(final Path data) throws IOException {
        final CRC32C crc = new CRC32C();
        long left = recordCount;
        for (final MappedByteBuffer segment : segments(data)) {
            final long inSegment = Math.min(left, recordsPerSegment());
            crc.update(segment.position(SegmentLayout.HEADER_PAGE_LENGTH)
                    .limit(SegmentLayout.HEADER_PAGE_LENGTH + (int) inSegment * frameLength()));
            left -= inSegment;
        }
        consumed += crc.getValue();
        return recordCount - left;
    }

    private long crcOfFrames(final Path data) throws IOException {
        final CRC32C crc = new CRC32C();
        long count = 0;
        for (final MappedByteBuffer segment : segments(data)) {
            final long inSegment = Math.min(recordCount - count, recordsPerSegment());
            int offset = SegmentLayout.HEADER_PAGE_LENGTH;
            for (long i = 0; i < inSegment; i++) {
                crc.reset();
                crc.update(segment.limit(offset + FrameLayout.HEADER_LENGTH + recordLength)
                        .position(offset + Integer.BYTES));
                consumed += crc.getValue();
                offset += frameLength();
            }
            count += inSegment;
        }
        return count;
    }

    private long crcOfRead(final Path data, final int threadCount) throws IOException {
        final long perSegment = recordsPerSegment() * frameLength();
        final List<Path> files = segmentFiles(data);
        final long inLast = recordCount * frameLength() - (files.size() - 1) * perSegment;
        final long begin = SegmentLayout.HEADER_PAGE_LENGTH;
        return new ReadLimit(files, begin, begin + perSegment, begin + inLast).read(threadCount) / frameLength();
    }

    private long recordsPerSegment() {
        return (long) (segmentLength - SegmentLayout.HEADER_PAGE_LENGTH) / frameLength();
    }

    private List<MappedByteBuffer> segments(final Path data) throws IOException {
        final List<MappedByteBuffer> segments = new ArrayList<>();
        for (final Path file : segmentFiles(data)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                final MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
                mapped.order(ByteOrder.LITTLE_ENDIAN);
                segments.add(mapped);
            }
        }
        return segments;
    }

    /** The files of all segments that have records, and of none that stands by. */
    private List<Path> segmentFiles(final Path data) throws IOException {
        return Directories.segmentFiles(data).stream()
                .limit((recordCount + recordsPerSegment() - 1) / recordsPerSegment())
                .toList();
    }
}

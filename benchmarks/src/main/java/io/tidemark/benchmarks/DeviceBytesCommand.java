// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.SyncPolicy;
import io.tidemark.journal.format.FrameLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Bytes that the device writes for each byte of the journal, while one producer appends at a fixed pace and the journal is
 * truncated behind it. The device is counted before as well, with nothing to do: what others write shows there.
 */
@Command(
        name = "device-bytes",
        mixinStandardHelpOptions = true,
        description = {
            "Counts what the block device writes while a journal is appended to at a fixed pace, in the steady state:",
            "bytes for each byte of the journal, flushes, bytes for each flush. The count is of the whole device."
        })
final class DeviceBytesCommand implements Callable<Integer> {

    static final String INSTRUMENT = "device-bytes";

    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double NS_PER_SECOND = 1e9;

    @Option(names = "--mb-per-second", defaultValue = "100", description = "frames appended, in 10^6 bytes")
    private int megabytesPerSecond;

    @Option(names = "--seconds", defaultValue = "120", description = "that are counted")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "10", description = "seconds before that")
    private int warmUpSeconds;

    @Option(
            names = "--idle-seconds",
            defaultValue = "5",
            description = "seconds of doing nothing before all that, counted, too")
    private int idleSeconds;

    @Option(names = "--length", defaultValue = "1000", description = "bytes of each record")
    private int recordLength;

    @Option(names = "--segment-length", defaultValue = "67108864", description = "bytes")
    private int segmentLength;

    @Option(names = "--kept-segments", defaultValue = "2", description = "segments that are not truncated")
    private int keptSegments;

    @Option(names = "--no-truncation", description = "keeps everything")
    private boolean keepsAll;

    @Option(names = "--never", description = "policy never instead of batch")
    private boolean never;

    @Option(
            names = "--directory",
            defaultValue = "target/bench/data",
            description = "of the journal; deleted behind the run")
    private Path directory = Path.of("");

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory to add results to")
    private Path resultDirectory = Path.of("");

    private long appended;
    private long dueBytes;

    DeviceBytesCommand() {}

    @Override
    public Integer call() throws Exception {
        final Path data = directory.toAbsolutePath();
        Directories.deleteAll(data);
        final Results results = Results.create(resultDirectory.toAbsolutePath(), data);
        final @Nullable BlockDevice device = BlockDevice.of(Machine.nearestExisting(data));
        if (device == null) {
            throw new IOException("the system does not tell which block device holds " + data);
        }
        final double idle = idleBytesPerSecond(device, TimeUnit.SECONDS.toNanos(idleSeconds));
        final JournalConfig batch = JournalConfig.defaults().withSegmentLength(segmentLength);
        final JournalConfig config = never ? batch.withSyncPolicy(SyncPolicy.never()) : batch;
        try (Journal journal = Journal.open(data, config)) {
            run(journal, device, idle, results);
        } finally {
            Directories.deleteAll(data);
        }
        return 0;
    }

    private static double idleBytesPerSecond(final BlockDevice device, final long idleNs) throws IOException {
        final BlockDevice.Counts before = device.counts();
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < idleNs) {
            LockSupport.parkNanos(idleNs);
        }
        return device.counts().since(before).bytesWritten() * NS_PER_SECOND / (System.nanoTime() - startNs);
    }

    private void run(final Journal journal, final BlockDevice device, final double idle, final Results results)
            throws IOException {
        final Appender appender = journal.appender();
        appendFor(journal, appender, warmUpSeconds);
        journal.flush();
        final BlockDevice.Counts before = device.counts();
        final long appendedBefore = appended;
        final long startNs = System.nanoTime();
        final long cpuBefore = ProcessTime.cpuNs();
        appendFor(journal, appender, seconds);
        journal.flush();
        final long cpuNs = ProcessTime.cpuNs() - cpuBefore;
        final BlockDevice.Counts counts = device.counts().since(before);
        final double durationSeconds = (System.nanoTime() - startNs) / NS_PER_SECOND;
        final long records = appended - appendedBefore;
        final double frameBytes = (double) records * frameLength();
        final String conditions = String.format(
                Locale.ROOT,
                "%s, %d MB/s of %d B, segments of %d, %s",
                never ? "never" : "batch",
                megabytesPerSecond,
                recordLength,
                segmentLength,
                keepsAll ? "all kept" : keptSegments + " kept");
        final List<Results.Figure> figures = new ArrayList<>();
        add(figures, conditions, "device bytes per journal byte", "", counts.bytesWritten() / frameBytes);
        add(
                figures,
                conditions,
                "the same without what was written when idle",
                "",
                (counts.bytesWritten() - idle * durationSeconds) / frameBytes);
        add(
                figures,
                conditions,
                "device bytes per payload byte",
                "",
                counts.bytesWritten() / ((double) records * recordLength));
        add(figures, conditions, "device written when idle", "B/s", idle);
        add(figures, conditions, "journal written", "B/s", frameBytes / durationSeconds);
        add(figures, conditions, "device flushes", "/s", counts.flushes() / durationSeconds);
        add(figures, conditions, "journal bytes per flush", "B", frameBytes / Math.max(1, counts.flushes()));
        add(figures, conditions, "processor time per record", "ns", (double) cpuNs / records);
        add(figures, conditions, "waits for a standby", "", (double) journal.standbyWaitCount());
        results.add(figures);
        Tables.print(results, INSTRUMENT, conditions);
    }

    private static void add(
            final List<Results.Figure> figures,
            final String conditions,
            final String metric,
            final String unit,
            final double value) {
        figures.add(new Results.Figure(INSTRUMENT, "journal", conditions, metric, unit, 1, value));
    }

    private int frameLength() {
        return FrameLayout.align(FrameLayout.HEADER_LENGTH + recordLength);
    }

    private void appendFor(final Journal journal, final Appender appender, final int runSeconds) {
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength);
        for (int i = 0; i < recordLength; i++) {
            record.put(i, (byte) i);
        }
        final long keptRecords = (long) keptSegments * segmentLength / frameLength();
        final long startNs = System.nanoTime();
        final long endNs = startNs + TimeUnit.SECONDS.toNanos(runSeconds);
        final double bytesPerNs = megabytesPerSecond / 1_000.0;
        final long firstAppended = appended;
        for (long nowNs = startNs; nowNs - endNs < 0; nowNs = System.nanoTime()) {
            dueBytes = (long) ((nowNs - startNs) * bytesPerNs);
            while ((appended - firstAppended) * frameLength() < dueBytes) {
                appender.append(record, 0, recordLength);
                appended++;
            }
            final long upTo = journal.durableSequence() - keptRecords;
            if (!keepsAll && upTo >= journal.headSequence() + keptRecords) {
                journal.truncate(upTo);
            }
            LockSupport.parkNanos(TICK_NS);
        }
    }
}

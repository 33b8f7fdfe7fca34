// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.SyncPolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Measures a durable append of one thread against the least that the same disk takes for the same: writing one block and
 * forcing it. Both take turns in the same run, in the same directory, so that the mood of the disk meets both.
 */
final class DurableAppendRun {

    static final int BLOCK_LENGTH = 4096;

    private static final int BASELINE_BLOCK_COUNT = 4096;

    /** Longer than the journal's threads spin before they park: the baseline is to have the cores for itself. */
    private static final long PAUSE_NS = 2_000_000;

    private final DemoScale scale;
    private final ProgressLine progress;
    private final Histogram appendNs = new Histogram(3);
    private final Histogram baselineNs = new Histogram(3);
    private final byte[] record = new byte[ThroughputRun.RECORD_LENGTH];
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_LENGTH);

    private long baselineBlock;

    DurableAppendRun(final DemoScale scale, final ProgressLine progress) {
        this.scale = scale;
        this.progress = progress;
    }

    void run(final Path directory) throws IOException {
        final JournalConfig config = JournalConfig.defaults().withSyncPolicy(SyncPolicy.always());
        Files.createDirectories(directory);
        final Path baseline = directory.resolve("baseline");
        try (Journal journal = Journal.open(directory.resolve("journal"), config);
                FileChannel channel =
                        FileChannel.open(baseline, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < BASELINE_BLOCK_COUNT; i++) {
                channel.write(block.clear(), (long) i * BLOCK_LENGTH);
            }
            channel.force(true);
            final Appender appender = journal.appender();
            final long startNs = System.nanoTime();
            round(appender, channel);
            appendNs.reset();
            baselineNs.reset();
            int done = 0;
            while (done < scale.durableRoundCount()
                    && (done == 0 || System.nanoTime() - startNs < scale.durableLimitNs())) {
                round(appender, channel);
                done++;
                progress.show(() -> "durable appends: " + appendNs.getTotalCount());
            }
        }
    }

    private void round(final Appender appender, final FileChannel channel) throws IOException {
        for (int i = 0; i < scale.durableRecordCount(); i++) {
            final long startNs = System.nanoTime();
            appender.append(record, 0, record.length);
            appendNs.recordValue(System.nanoTime() - startNs);
        }
        LockSupport.parkNanos(PAUSE_NS);
        for (int i = 0; i < scale.durableRecordCount(); i++) {
            final long startNs = System.nanoTime();
            channel.write(block.clear(), baselineBlock * BLOCK_LENGTH);
            channel.force(false);
            baselineNs.recordValue(System.nanoTime() - startNs);
            baselineBlock = (baselineBlock + 1) % BASELINE_BLOCK_COUNT;
        }
    }

    /** How long an append took that returned when its record was durable. */
    Histogram appendNs() {
        return appendNs;
    }

    /** How long it took to write one block and force it. */
    Histogram baselineNs() {
        return baselineNs;
    }
}

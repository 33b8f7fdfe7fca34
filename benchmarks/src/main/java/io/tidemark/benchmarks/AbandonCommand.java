// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Appends until a journal has so many segments, the last of them nine tenths full, and ends the process without closing it. */
@Command(name = AbandonCommand.NAME, hidden = true, description = "Leaves a journal that was not closed.")
final class AbandonCommand implements Callable<Integer> {

    static final String NAME = "abandon";

    private static final int STANDBY_COUNT = 4;

    @Option(names = "--segments", required = true, description = "that there are to be at least")
    private int segmentCount;

    @Option(names = "--segment-length", required = true, description = "bytes")
    private int segmentLength;

    @Option(names = "--length", required = true, description = "bytes of each record")
    private int recordLength;

    @Option(names = "--directory", required = true, description = "of the journal")
    private Path directory = Path.of("");

    AbandonCommand() {}

    @Override
    public Integer call() {
        final long perSegment = new RollWindows(segmentLength, recordLength, 1).recordsPerSegment();
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(segmentLength).withStandbyCount(STANDBY_COUNT);
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength);
        final Journal journal = Journal.open(directory, config);
        final Appender appender = journal.appender();
        // A journal that is long enough already is left with some more in it, so that there is something to recover.
        final long last = Math.max(
                journal.writtenSequence() + perSegment / 2, perSegment * (segmentCount - 1) + perSegment * 9 / 10);
        long sequence = journal.writtenSequence();
        while (sequence < last) {
            sequence = appender.append(record, 0, recordLength);
        }
        while (journal.writtenSequence() < sequence) {
            Thread.onSpinWait();
        }
        // Neither threads nor locks are let go: the kernel does that.
        Runtime.getRuntime().halt(0);
        return 0;
    }
}

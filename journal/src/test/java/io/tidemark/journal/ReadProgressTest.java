// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever reads a whole journal can be told how far that is, and can end it. */
class ReadProgressTest {

    private static final int SEGMENT_LENGTH = 64 << 10;
    private static final int RECORD_COUNT = 100;
    private static final byte[] RECORD = new byte[1_000];

    @TempDir
    private Path root;

    private Path directory;

    @BeforeEach
    void appendToTwoSegments() {
        directory = root.resolve("journal");
        try (Journal journal = Journal.open(directory, JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH))) {
            for (int i = 0; i < RECORD_COUNT; i++) {
                journal.appender().append(RECORD, 0, RECORD.length);
            }
        }
    }

    private static List<Long> upTo(final long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static LongConsumer endingAt(final long count, final RuntimeException end) {
        return read -> {
            if (read == count) {
                throw end;
            }
        };
    }

    @Test
    void verifyShouldCountEveryRecord() {
        final List<Long> counts = new ArrayList<>();
        final VerifyReport report = JournalReader.open(directory).verify(counts::add);
        assertEquals(JournalReader.open(directory).verify(), report);
        assertEquals(upTo(RECORD_COUNT), counts);
    }

    @Test
    void rebuildShouldCountEveryRecord() {
        final List<Long> counts = new ArrayList<>();
        assertEquals(2, JournalReader.rebuildIndex(directory, counts::add));
        assertEquals(upTo(RECORD_COUNT), counts);
    }

    /** Two readings of all frames, of which one more is the seal, and one of the copy. */
    @Test
    void repairShouldCountOnThroughAllReadings() {
        final List<Long> counts = new ArrayList<>();
        final RepairReport report = JournalReader.repair(directory, root.resolve("copy"), counts::add);
        assertEquals(RECORD_COUNT, RepairReport.count(report.salvaged()));
        assertEquals(upTo(2 * (RECORD_COUNT + 1) + RECORD_COUNT), counts);
    }

    @Test
    void workShouldEndWithWhatWasThrownWhenItIsEnded() {
        final JournalReader reader = JournalReader.open(directory);
        final IllegalStateException end = new IllegalStateException("enough");
        assertSame(end, assertThrows(IllegalStateException.class, () -> reader.verify(endingAt(50, end))));
        assertSame(
                end,
                assertThrows(
                        IllegalStateException.class, () -> JournalReader.rebuildIndex(directory, endingAt(99, end))));
        final long last = JournalReader.open(directory).find(Start.atLast(1));
        assertEquals(RECORD_COUNT, last);
        assertEquals(2, JournalReader.rebuildIndex(directory));
    }

    @Test
    void copyShouldBeNoJournalWhenRepairIsEnded() {
        final IllegalStateException end = new IllegalStateException("enough");
        // In the first reading, in the second, and at the last record of it.
        for (final int count : List.of(1, 150, 202)) {
            final Path copy = root.resolve("copy-" + count);
            assertSame(
                    end,
                    assertThrows(
                            IllegalStateException.class,
                            () -> JournalReader.repair(directory, copy, endingAt(count, end))));
            assertThrows(JournalException.class, () -> JournalReader.open(copy).verify());
        }
        assertEquals(
                VerifyReport.Verdict.INTACT,
                JournalReader.open(directory).verify().verdict());
    }
}

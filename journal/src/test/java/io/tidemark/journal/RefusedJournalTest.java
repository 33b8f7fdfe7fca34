// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole files that are missing, and meta files that no journal writes: every way to look at such a journal refuses it as
 * corrupt, and a refusal changes nothing.
 */
class RefusedJournalTest {

    private static final long ID = 0x0123_4567_89AB_CDEFL;

    private final SimulatedStorage storage = new SimulatedStorage();

    @BeforeEach
    void writeThreeSegmentsAndAStandby() throws IOException {
        try (Journal journal = SimulatedJournal.open(storage)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 40; i++) {
                SimulatedJournal.append(journal, appender, new byte[4_000]);
            }
            SimulatedJournal.settle(journal);
        }
        assertTrue(storage.names().contains(FileNames.segment(4)), () -> "segments: " + storage.names());
    }

    private void assertCorruptInEveryLook() {
        final List<Executable> looks = List.of(
                () -> SimulatedJournal.read(storage),
                () -> JournalReader.open(storage).status(),
                () -> SimulatedJournal.open(storage));
        for (int i = 0; i < looks.size(); i++) {
            assertThrows(CorruptJournalException.class, looks.get(i), "look " + i);
        }
        assertEquals(
                VerifyReport.Verdict.CORRUPT,
                JournalReader.open(storage).verify().verdict());
    }

    private void deleteSegments(final int from, final int to) throws IOException {
        for (int number = from; number <= to; number++) {
            storage.delete(FileNames.segment(number));
        }
        storage.forceDirectory();
    }

    private int lastSegment() {
        return (int) storage.names().stream()
                .filter(name -> FileNames.segmentNumber(name) > 0)
                .count();
    }

    @Test
    void everyLookShouldRefuseWhenAllSegmentsAreMissing() throws IOException {
        deleteSegments(1, lastSegment());
        assertCorruptInEveryLook();
    }

    @Test
    void everyLookShouldRefuseWhenOnlyAStandbyIsLeft() throws IOException {
        deleteSegments(1, lastSegment() - 1);
        assertCorruptInEveryLook();
    }

    @Test
    void everyLookShouldRefuseWhenTheSegmentOfTheMarkIsMissingInTheMiddle() throws IOException {
        deleteSegments(lastSegment() - 1, lastSegment() - 1);
        assertCorruptInEveryLook();
    }

    @Test
    void openShouldLeaveLeftoversWhenItRefuses() throws IOException {
        final String leftover = FileNames.segment(lastSegment() + 1) + FileNames.PREPARING_SUFFIX;
        storage.install(leftover, new byte[] {1});
        deleteSegments(1, lastSegment() - 1);
        final List<String> names = storage.names();
        assertThrows(CorruptJournalException.class, () -> SimulatedJournal.open(storage));
        assertEquals(names, storage.names());
    }

    @Test
    void openShouldDeleteLeftoversWhenItSucceeds() throws IOException {
        final String leftover = FileNames.segment(lastSegment() + 1) + FileNames.PREPARING_SUFFIX;
        storage.install(leftover, new byte[] {1});
        SimulatedJournal.open(storage).close();
        assertTrue(storage.durableNames().stream().noneMatch(leftover::equals), () -> "names: " + storage.names());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void everyLookShouldRefuseWhenTheMetaFileHoldsWhatNoJournalWrites(final int which) throws IOException {
        final long before = -1;
        final long behind = 1L << 56;
        final Meta meta = List.of(
                        new Meta(before, ID, ID, 1, true, 1, 40, 3, 31, 0),
                        new Meta(Long.MAX_VALUE, ID, ID, 1, true, 1, 40, 3, 31, 0),
                        new Meta(9, ID, ID, -1, true, 1, 40, 3, 31, 0),
                        new Meta(9, ID, ID, 1, true, 0, 40, 3, 31, 0),
                        new Meta(9, ID, ID, 1, true, behind, 40, 3, 31, 0),
                        new Meta(9, ID, ID, 1, true, 1, before, 3, 31, 0),
                        new Meta(9, ID, ID, 1, true, 1, behind, 3, 31, 0),
                        new Meta(9, ID, ID, 1, true, 1, 40, 0, 31, 0),
                        new Meta(9, ID, ID, 1, true, 1, 40, 3, 0, 0),
                        new Meta(9, ID, ID, 1, true, 1, 40, 3, behind, 0),
                        new Meta(9, ID, ID, 1, true, 1, 40, 3, 31, before),
                        new Meta(9, ID, ID, 1, true, 1, 40, 3, 31, behind))
                .get(which);
        final ByteBuffer slot = ByteBuffer.allocateDirect(MetaLayout.SLOT_LENGTH);
        MetaLayout.write(slot, meta);
        final byte[] content = new byte[MetaLayout.FILE_LENGTH];
        for (int i = 0; i < MetaLayout.SLOT_COUNT; i++) {
            slot.get(0, content, i * MetaLayout.SLOT_DISTANCE, MetaLayout.SLOT_LENGTH);
        }
        storage.delete(FileNames.META);
        storage.install(FileNames.META, content);
        assertCorruptInEveryLook();
        assertEquals(-1, Arrays.mismatch(content, storage.contents(FileNames.META)), "a refusal must change nothing");
    }
}

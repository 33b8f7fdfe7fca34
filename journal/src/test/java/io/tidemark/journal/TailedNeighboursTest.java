// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tailer with time on its hands maps the next segment before it comes to it, and lets go of the last one after. */
class TailedNeighboursTest {

    private static final int SEGMENT_LENGTH = 1 << 20;
    private static final int PIECE_COUNT = 4;

    /** Ten of them are in a segment, and seven are near enough to its end. */
    private static final int RECORD_LENGTH = 100_000;

    /** Eight of them fill a segment to the last byte, so that it has no seal. */
    private static final int FILLING_LENGTH =
            (SEGMENT_LENGTH - SegmentLayout.HEADER_PAGE_LENGTH) / 8 - FrameLayout.HEADER_LENGTH;

    /** Enough for a tailer to notice that it has time when time passes with each look at the clock. */
    private static final int IDLE_POLLS = 200;

    private final Script script = new Script();
    private final SimulatedStorage process = script.storage().sibling();
    private final TailedRecords records = new TailedRecords();
    private long tickerNs;

    @BeforeEach
    void openInPieces() {
        script.lengths(SEGMENT_LENGTH, SEGMENT_LENGTH);
        script.open();
    }

    private Tailer tailer() {
        return JournalReader.open(process)
                .tailer(Start.atSequence(1), Visibility.WRITTEN, () -> tickerNs += 20_000_000);
    }

    private void append(final int count, final int length) {
        for (int i = 0; i < count; i++) {
            script.append(0, length);
            script.settle();
        }
    }

    private void idle(final Tailer tailer) {
        for (int i = 0; i < IDLE_POLLS; i++) {
            assertEquals(0, tailer.poll(records, 1));
        }
    }

    private int pieces(final long segment) {
        return Collections.frequency(script.storage().liveMappings(), FileNames.segment(segment));
    }

    private static boolean isOpeningOfTheNext(final StorageCall call) {
        return call.kind() == StorageCall.Kind.OPEN && call.name().equals(FileNames.segment(2));
    }

    private static List<Long> sequences(final long first, final long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    @Test
    void pollShouldGoOnWithoutOpeningAFileWhenThereWasTimeBefore() throws IOException {
        append(6, RECORD_LENGTH);
        try (Tailer tailer = tailer()) {
            records.pollAll(tailer);
            append(1, RECORD_LENGTH);
            records.pollAll(tailer);
            final int ofWriter = pieces(2);
            idle(tailer);
            assertEquals(ofWriter + PIECE_COUNT, pieces(2));
            append(5, RECORD_LENGTH);
            script.flush();
            process.faults()
                    .onEvery(
                            TailedNeighboursTest::isOpeningOfTheNext,
                            Fault.failBefore(() -> new IOException("opened at the roll")));
            records.pollAll(tailer);
            assertEquals(sequences(1, 12), records.sequences());
            assertEquals(1, pieces(1), "the last piece waits until there is time");
            idle(tailer);
            assertEquals(0, pieces(1));
        }
        assertEquals(script.expected(), records.records());
    }

    @Test
    void pollShouldNotMapTheNextSegmentWhenItIsFarAway() {
        append(4, RECORD_LENGTH);
        try (Tailer tailer = tailer()) {
            records.pollAll(tailer);
            final int ofWriter = pieces(2);
            idle(tailer);
            assertEquals(ofWriter, pieces(2));
        }
    }

    @Test
    void pollShouldLetGoOfTheLastSegmentWhenItGoesOnWithoutTime() {
        append(7, RECORD_LENGTH);
        try (Tailer tailer = tailer()) {
            records.pollAll(tailer);
            idle(tailer);
            append(13, RECORD_LENGTH);
            script.flush();
            assertEquals(7, tailer.poll(records, 7));
            assertEquals(0, pieces(1));
        }
    }

    /** What was mapped ahead is then a file without a name, in which nothing will ever be written. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void pollShouldGiveEverythingAtOnceWhenAnotherWriterHasPutAnotherFileThere(final int filling) throws IOException {
        final int length = filling == 1 ? FILLING_LENGTH : RECORD_LENGTH;
        append(7, length);
        try (Tailer tailer = tailer()) {
            records.pollAll(tailer);
            idle(tailer);
            script.close();
            script.storage().delete(FileNames.segment(2));
            script.open();
            append(6, length);
            records.pollAll(tailer);
            assertEquals(sequences(1, 13), records.sequences());
        }
        assertEquals(script.expected(), records.records());
    }

    @Test
    void pollShouldGiveAllBeforeADamagedHeaderWhenItWasFoundAhead() throws IOException {
        append(7, RECORD_LENGTH);
        try (Tailer tailer = tailer()) {
            records.pollAll(tailer);
            script.storage().flip(FileNames.segment(2), SegmentLayout.NUMBER_OFFSET, 1);
            idle(tailer);
            append(5, RECORD_LENGTH);
            assertThrows(CorruptJournalException.class, () -> records.pollAll(tailer));
            assertEquals(sequences(1, 10), records.sequences());
        }
    }

    @Test
    void pollShouldTryAgainAtTheRollWhenMappingAheadFailed() throws IOException {
        append(7, RECORD_LENGTH);
        try (Tailer tailer = tailer()) {
            records.pollAll(tailer);
            final boolean[] isFull = {true};
            process.faults()
                    .onEvery(
                            call -> isFull[0] && isOpeningOfTheNext(call),
                            Fault.failBefore(() -> new IOException("too many open files")));
            idle(tailer);
            isFull[0] = false;
            append(5, RECORD_LENGTH);
            records.pollAll(tailer);
        }
        assertEquals(script.expected(), records.records());
    }
}

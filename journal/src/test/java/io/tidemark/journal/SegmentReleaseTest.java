// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full segment is unmapped in pieces with rests between them while there is time, and without when there is none. */
@Timeout(60)
class SegmentReleaseTest {

    private static final int PIECE_COUNT = 16;
    private static final long STEP_NS = 100_000;
    private static final long REST_MAX_NS = 2_000_000;
    private static final int INVOCATIONS = 100;
    private static final byte[] RECORD = new byte[30_000];

    private final SimulatedStorage machine = new SimulatedStorage();
    private long nowNs = 1_000_000_000;

    private Journal open() throws IOException {
        machine.minPieceLength(SimulatedJournal.SEGMENT_LENGTH / PIECE_COUNT);
        final Journal journal = Journal.open(
                machine.sibling(),
                SimulatedJournal.config()
                        .withReservedSpace(0)
                        .withSyncPolicy(SyncPolicy.always())
                        .withTicker(() -> nowNs));
        invoke(journal);
        return journal;
    }

    /** Nothing takes time but the unmapping of a piece. */
    private void letUnmappingTake(final long durationNs) {
        machine.faults().onEvery(StorageCall.of(StorageCall.Kind.UNMAP), Fault.runBefore(() -> nowNs += durationNs));
    }

    private static void invoke(final Journal journal) {
        for (int i = 0; i < INVOCATIONS; i++) {
            journal.invoke();
        }
    }

    private int pieces(final long segment) {
        return Collections.frequency(machine.liveMappings(), FileNames.segment(segment));
    }

    /** Appends as much as a segment holds, from its middle to the middle of the next. */
    private static void appendASegment(final Journal journal) {
        for (int i = 0; i < 2; i++) {
            SimulatedJournal.append(journal, journal.appender(), RECORD);
            invoke(journal);
        }
    }

    /** Goes on until the first piece of the first segment was let go. */
    private void rollAndLetGoOfFirst(final Journal journal) {
        SimulatedJournal.append(journal, journal.appender(), RECORD);
        appendASegment(journal);
    }

    @Test
    void keeperShouldRestBetweenPiecesWhenThereIsTime() throws IOException {
        letUnmappingTake(STEP_NS);
        try (Journal journal = open()) {
            assertEquals(PIECE_COUNT, pieces(1));
            rollAndLetGoOfFirst(journal);
            for (int left = PIECE_COUNT - 1; left > 0; left--) {
                invoke(journal);
                assertEquals(left, pieces(1), "no time has gone by, and it rests");
                nowNs += 3 * STEP_NS - 1;
                invoke(journal);
                assertEquals(left, pieces(1), "three times as long as the step");
                nowNs++;
                invoke(journal);
                assertEquals(left - 1, pieces(1), "one piece when the rest is over");
            }
            assertEquals(PIECE_COUNT, pieces(2));
        }
    }

    @Test
    void keeperShouldParkUntilTheRestIsOver() throws IOException {
        letUnmappingTake(STEP_NS);
        try (Journal journal = open()) {
            rollAndLetGoOfFirst(journal);
            final SignalledAgent keeper = journal.invokers().get(2).agent();
            nowNs += STEP_NS;
            assertEquals(2 * STEP_NS, keeper.parkLimitNs());
            nowNs += 2 * STEP_NS;
            assertEquals(0, keeper.parkLimitNs());
        }
    }

    @Test
    void restShouldLastTwoMillisecondsAtMostWhenAStepTookLong() throws IOException {
        letUnmappingTake(10 * REST_MAX_NS);
        try (Journal journal = open()) {
            rollAndLetGoOfFirst(journal);
            nowNs += REST_MAX_NS - 1;
            invoke(journal);
            assertEquals(PIECE_COUNT - 1, pieces(1));
            nowNs++;
            invoke(journal);
            assertEquals(PIECE_COUNT - 2, pieces(1));
        }
    }

    @Test
    void keeperShouldNotRestWhenTheJournalIsClosed() throws IOException {
        letUnmappingTake(STEP_NS);
        final Journal journal = open();
        rollAndLetGoOfFirst(journal);
        assertEquals(PIECE_COUNT - 1, pieces(1));
        journal.close();
        assertEquals(List.of(), machine.liveMappings());
    }

    @Test
    void keeperShouldNotRestWhenTheJournalHasFailed() throws IOException {
        letUnmappingTake(STEP_NS);
        final Journal journal = open();
        rollAndLetGoOfFirst(journal);
        machine.faults()
                .on(
                        StorageCall.of(StorageCall.Kind.FORCE_MAPPED),
                        Fault.failBefore(() -> new IOException("refused by the test")));
        SimulatedJournal.append(journal, journal.appender(), RECORD);
        invoke(journal);
        assertEquals(0, pieces(1));
        assertThrows(JournalFailedException.class, journal::close);
        assertEquals(List.of(), machine.liveMappings());
    }

    @Test
    void keeperShouldNotRestWhenMoreThanTwoSegmentsWait() throws IOException {
        letUnmappingTake(STEP_NS);
        try (Journal journal = open()) {
            rollAndLetGoOfFirst(journal);
            appendASegment(journal);
            assertEquals(PIECE_COUNT - 1, pieces(1), "two may wait");
            appendASegment(journal);
            assertEquals(0, pieces(1), "three may not");
            assertEquals(PIECE_COUNT, pieces(2));
            assertEquals(PIECE_COUNT, pieces(3));
        }
    }

    @Test
    void segmentShouldBeUnmappedWithoutRestsBeforeItIsTruncated() throws IOException {
        letUnmappingTake(STEP_NS);
        try (Journal journal = open()) {
            rollAndLetGoOfFirst(journal);
            assertEquals(PIECE_COUNT - 1, pieces(1));
            machine.faults().startTrace();
            final CompletableFuture<Long> result = journal.request(new TruncationRequest(2, 0));
            invoke(journal);
            assertEquals(3, result.getNow(0L));
            final List<String> calls = machine.faults().trace().stream()
                    .filter(line -> line.contains(FileNames.segment(1)))
                    .toList();
            assertEquals(
                    PIECE_COUNT - 1,
                    calls.stream().filter(line -> line.startsWith("unmap")).count());
            assertFalse(calls.get(calls.size() - 1).startsWith("unmap"), calls::toString);
            assertFalse(machine.names().contains(FileNames.segment(1)));
        }
    }

    @Test
    void mappedBytesShouldBecomeLessWithEachPiece() throws IOException {
        letUnmappingTake(STEP_NS);
        try (Journal journal = open()) {
            rollAndLetGoOfFirst(journal);
            final long pieceLength = SimulatedJournal.SEGMENT_LENGTH / PIECE_COUNT;
            long last = journal.counters().mappedBytes();
            for (int left = PIECE_COUNT - 1; left > 0; left--) {
                assertEquals(left, pieces(1));
                assertEquals(
                        machine.liveMappings().stream()
                                        .filter(name -> FileNames.segmentNumber(name) > 0)
                                        .count()
                                * pieceLength,
                        last);
                nowNs += 3 * STEP_NS;
                invoke(journal);
                final long now = journal.counters().mappedBytes();
                assertEquals(pieceLength, last - now);
                last = now;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 15})
    void keeperShouldLetGoOfTheOtherPiecesWhenOneFails(final int failing) throws IOException {
        final Journal journal = open();
        final long offset = (long) failing * SimulatedJournal.SEGMENT_LENGTH / PIECE_COUNT;
        machine.faults()
                .on(
                        call -> call.kind() == StorageCall.Kind.UNMAP
                                && call.concerns(FileNames.segment(1))
                                && call.offset() == offset,
                        Fault.failBefore(() -> new IOException("refused by the test")));
        rollAndLetGoOfFirst(journal);
        assertEquals(1, pieces(1), "the one that can't be let go");
        final JournalFailedException thrown = assertThrows(JournalFailedException.class, journal::close);
        assertTrue(String.valueOf(thrown.getMessage()).contains("refused by the test"), thrown::getMessage);
        assertEquals(List.of(FileNames.segment(1)), machine.liveMappings());
    }

    @Test
    void journalShouldCloseEverythingElseWhenAPieceFailsThen() throws IOException {
        letUnmappingTake(STEP_NS);
        final Journal journal = open();
        rollAndLetGoOfFirst(journal);
        // The second is full by it, so that the third is made without rests.
        SimulatedJournal.append(journal, journal.appender(), RECORD);
        invoke(journal);
        machine.faults().clear();
        machine.faults()
                .onEvery(
                        call -> call.kind() == StorageCall.Kind.UNMAP
                                && FileNames.segmentNumber(call.name()) > 0
                                && call.offset() == 2L * SimulatedJournal.SEGMENT_LENGTH / PIECE_COUNT,
                        Fault.failBefore(() -> new IOException("refused by the test")));
        assertThrows(JournalException.class, journal::close);
        assertEquals(
                List.of(FileNames.segment(1), FileNames.segment(2), FileNames.segment(3)),
                machine.liveMappings().stream().sorted().toList(),
                "of each segment the one piece that can't be let go");
        assertEquals(List.of(), machine.openHandles());
        assertFalse(machine.isLocked());
    }
}

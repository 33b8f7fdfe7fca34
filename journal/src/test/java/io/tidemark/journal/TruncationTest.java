// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Giving up the oldest records, over the simulated storage. Two records fill a segment. */
class TruncationTest {

    private static final int RECORDS_PER_SEGMENT = 2;
    private static final byte[] RECORD = new byte[28_000];

    private static final JournalConfig WITHOUT_RECYCLING =
            SimulatedJournal.config().withRecycling(0);

    private final SimulatedStorage machine = new SimulatedStorage();

    /** Opens the journal and appends records that fill segments; the first record of segment n is 2n - 1. */
    private static Journal openWith(final SimulatedStorage process, final int segmentCount) throws IOException {
        return openWith(process, segmentCount, SimulatedJournal.config());
    }

    private static Journal openWith(final SimulatedStorage process, final int segmentCount, final JournalConfig config)
            throws IOException {
        final Journal journal = Journal.open(process, config);
        final Appender appender = journal.appender();
        while (journal.lastSequence() < (long) segmentCount * RECORDS_PER_SEGMENT) {
            final ByteBuffer record = ByteBuffer.wrap(RECORD.clone()).putLong(0, journal.lastSequence() + 1);
            SimulatedJournal.append(journal, appender, record.array());
        }
        SimulatedJournal.flush(journal);
        SimulatedJournal.settle(journal);
        return journal;
    }

    private static long truncate(final Journal journal, final long upTo) {
        final CompletableFuture<Long> result = journal.requestTruncation(upTo);
        SimulatedJournal.settle(journal);
        assertTrue(result.isDone(), "the truncation did not end");
        return result.join();
    }

    private static List<Long> segments(final List<String> names) {
        final List<Long> numbers = new ArrayList<>();
        for (final String name : names) {
            if (FileNames.segmentNumber(name) > 0) {
                numbers.add(FileNames.segmentNumber(name));
            }
        }
        return numbers;
    }

    /** Reads everything from the head on, and gives the first sequence. */
    private static long readAll(final JournalReader reader, final long last) {
        final long head = reader.headSequence();
        final long[] next = {head};
        assertEquals(last + 1, reader.replay(head, (sequence, timestampNs, type, buffer, offset, length) -> {
            assertEquals(next[0]++, sequence);
            assertEquals(
                    sequence, buffer.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(offset));
        }));
        assertEquals(last + 1, next[0]);
        return head;
    }

    @Test
    void truncateShouldDeleteSegmentsWhenTheyLieBeforeTheHead() throws IOException {
        try (Journal journal = openWith(machine, 6)) {
            final List<Long> before = segments(machine.durableNames());
            assertEquals(7, truncate(journal, 6));
            assertEquals(before.subList(3, before.size()), segments(machine.durableNames()));
            assertEquals(7, journal.headSequence());
            assertEquals(7, readAll(JournalReader.open(machine.sibling()), 12));
        }
    }

    @Test
    void truncateShouldKeepSegmentWhenTheHeadLiesInIt() throws IOException {
        try (Journal journal = openWith(machine, 6)) {
            assertEquals(6, truncate(journal, 5));
            assertEquals(3, segments(machine.names()).get(0));
            assertEquals(6, readAll(JournalReader.open(machine.sibling()), 12));
        }
        try (Journal again = SimulatedJournal.open(machine)) {
            assertEquals(6, again.headSequence());
            assertEquals(6, again.recoveryReport().firstSequence());
        }
    }

    @Test
    void truncateShouldDoNothingWhenTheHeadIsThereAlready() throws IOException {
        try (Journal journal = openWith(machine, 4)) {
            assertEquals(5, truncate(journal, 4));
            final List<String> names = machine.names();
            machine.faults().onEvery(call -> false, Fault.runBefore(() -> {}));
            assertEquals(5, truncate(journal, 4));
            assertEquals(5, truncate(journal, 1));
            assertEquals(5, truncate(journal, 0));
            assertEquals(names, machine.names());
        }
    }

    @Test
    void truncateShouldKeepSegmentInHandWhenEverythingIsGivenUp() throws IOException {
        try (Journal journal = openWith(machine, 3)) {
            assertEquals(7, truncate(journal, 6));
            assertEquals(3, segments(machine.names()).get(0));
            final long next = SimulatedJournal.append(journal, journal.appender(), RECORD);
            assertEquals(7, next);
            SimulatedJournal.flush(journal);
            SimulatedJournal.settle(journal);
            // Now that the journal has gone on to the next, nothing in there is wanted any more.
            assertEquals(4, segments(machine.names()).get(0));
        }
    }

    @Test
    void truncateShouldRefuseWhenWhatIsGivenUpIsNotDurable() throws IOException {
        try (Journal journal = openWith(machine, 1)) {
            journal.appender().tryAppend(0, RECORD, 0, 100);
            assertThrows(IllegalArgumentException.class, () -> journal.requestTruncation(3));
            assertThrows(IllegalArgumentException.class, () -> journal.requestTruncation(-1));
            assertEquals(1, journal.headSequence());
        }
    }

    @Test
    void replayShouldTellTheHeadWhenItBeginsBeforeIt() throws IOException {
        try (Journal journal = openWith(machine, 3)) {
            truncate(journal, 3);
            final OvertakenException told =
                    assertThrows(OvertakenException.class, () -> journal.replay(3, (a, b, c, d, e, f) -> {}));
            assertEquals(3, told.sequence());
            assertEquals(4, told.headSequence());
        }
    }

    @Test
    void truncateShouldTryAgainWhenASegmentCouldNotBeDeleted() throws IOException {
        try (Journal journal = openWith(machine, 4, WITHOUT_RECYCLING)) {
            machine.faults()
                    .on(StorageCall.of(StorageCall.Kind.DELETE), Fault.failBefore(() -> new IOException("in use")));
            final CompletableFuture<Long> refused = journal.requestTruncation(6);
            SimulatedJournal.settle(journal);
            final CompletionException told = assertThrows(CompletionException.class, refused::join);
            assertInstanceOf(StorageException.class, told.getCause());
            assertEquals(7, journal.headSequence());
            assertEquals(1, segments(machine.names()).get(0));
            assertEquals(9, SimulatedJournal.append(journal, journal.appender(), RECORD), "the journal goes on");
            machine.faults().clear();
            assertEquals(7, truncate(journal, 6));
            assertEquals(4, segments(machine.names()).get(0));
        }
    }

    @Test
    void truncateShouldEndTheJournalWhenTheDirectoryCanNotBeForced() throws IOException {
        final Journal journal = openWith(machine, 4);
        machine.faults()
                .on(StorageCall.of(StorageCall.Kind.FORCE_DIRECTORY), Fault.failBefore(() -> new IOException("gone")));
        final CompletableFuture<Long> result = journal.requestTruncation(6);
        SimulatedJournal.settle(journal);
        assertInstanceOf(
                JournalFailedException.class,
                assertThrows(CompletionException.class, result::join).getCause());
        assertThrows(JournalFailedException.class, journal::close);
        machine.faults().clear();
        try (Journal again = SimulatedJournal.open(machine)) {
            SimulatedJournal.settle(again);
            assertEquals(7, again.headSequence());
            assertEquals(4, segments(machine.names()).get(0));
        }
    }

    @Test
    void truncateShouldBeRefusedWhenTheJournalIsClosed() throws IOException {
        final Journal journal = openWith(machine, 2);
        journal.close();
        final CompletableFuture<Long> result = journal.requestTruncation(2);
        assertInstanceOf(
                JournalClosedException.class,
                assertThrows(CompletionException.class, result::join).getCause());
    }

    /** Damage in what nobody may read any more keeps nothing from going. */
    @Test
    void truncateShouldPassOverDamageWhenItLiesBeforeTheHead() throws IOException {
        openWith(machine, 5).close();
        machine.flip(FileNames.segment(2), 8, 1);
        machine.flip(FileNames.segment(3), 4096 + 40, 1);
        try (Journal journal = SimulatedJournal.open(machine)) {
            assertEquals(9, truncate(journal, 8));
            assertEquals(5, segments(machine.names()).get(0));
        }
        assertEquals(
                VerifyReport.Verdict.INTACT,
                Verification.run(machine.sibling(), 0).verdict());
    }

    /**
     * The power goes at each call of a long truncation. What is left is a row without a gap, with all from the head on. Tailers of
     * another process have read the first record of some of the segments, and hold them: those are never kept to be used again.
     */
    @ParameterizedTest
    @CsvSource({"before, 0, 0", "halfway, 0, 2", "after, 0, 0", "halfway, 100, 0", "before, 100, 2", "after, 100, 2"})
    void truncationShouldLeaveARowWithoutAGapWhenThePowerGoesAtAnyCall(
            final String moment, final int spareCount, final int tailerCount) throws IOException {
        final long seed = Long.getLong("tidemark.seed", System.nanoTime());
        openWith(machine, 100).close();
        final SimulatedSnapshot full = machine.snapshot();
        final JournalConfig config = SimulatedJournal.config().withRecycling(spareCount);
        int calls = 0;
        boolean ended = false;
        while (!ended) {
            calls++;
            final SplittableRandom random = new SplittableRandom(seed + calls);
            final String what = moment + " call " + calls + ", spares " + spareCount + ", seed=" + seed;
            final Journal journal = Journal.open(machine, config);
            SimulatedJournal.settle(journal);
            final List<Tailer> tailers = tailersIn(tailerCount);
            machine.faults().onNth(calls, call -> true, powerCut(moment, random));
            final CompletableFuture<Long> result = journal.requestTruncation(190);
            SimulatedJournal.settle(journal);
            ended = result.isDone() && !machine.isOff();
            machine.faults().clear();
            for (int i = 0; i < tailerCount; i++) {
                assertFalse(
                        machine.names().contains(FileNames.spare(heldSegment(i))),
                        () -> what + ": taken from a reader");
                if (ended) {
                    readRestOf(heldSegment(i), tailers.get(i));
                }
            }
            machine.crash(random);
            final List<Long> left = segments(machine.names());
            assertEquals(left.size() - 1, left.get(left.size() - 1) - left.get(0), () -> what + ": a gap in " + left);
            assertTrue(left.get(0) <= 96, () -> what + ": segments are gone, left is " + left);
            final long head = readAll(JournalReader.open(machine.sibling()), 200);
            assertTrue(head == 1 || head == 191, () -> what + ": head is " + head);
            assertTrue(head == 191 || left.get(0) == 1, () -> what + ": deleted before the head was durable");
            try (Journal again = Journal.open(machine, config)) {
                SimulatedJournal.settle(again);
                assertEquals(head, again.headSequence(), what);
                assertEquals(
                        head == 1 ? 1 : 96, segments(machine.durableNames()).get(0), what);
            }
            machine.restore(full);
        }
        assertTrue(calls > 190, "the truncation has become short: " + calls);
    }

    private static long heldSegment(final int tailer) {
        return 10 + 40L * tailer;
    }

    /** Tailers of another process, each behind the first record of its segment. */
    private List<Tailer> tailersIn(final int count) {
        final List<Tailer> tailers = new ArrayList<>();
        final JournalReader reader = JournalReader.open(machine.sibling());
        for (int i = 0; i < count; i++) {
            final Tailer tailer = reader.tailer(Start.atSequence(2 * heldSegment(i) - 1), Visibility.WRITTEN, () -> 0);
            assertEquals(1, tailer.poll((sequence, timestampNs, type, buffer, offset, length) -> {}, 1));
            tailers.add(tailer);
        }
        return tailers;
    }

    /** The place of the next record was the end of a segment, and is the beginning of the next by now: what was before is truncated. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pollShouldGiveTheRecordAtTheHeadWhenTheSegmentOfThePlaceWasTruncated(final boolean isMapped)
            throws IOException {
        try (Journal journal = openWith(machine, 3);
                Tailer tailer =
                        JournalReader.open(machine.sibling()).tailer(Start.atEnd(), Visibility.DURABLE, () -> 0)) {
            if (isMapped) {
                assertEquals(0, tailer.poll((sequence, timestampNs, type, buffer, offset, length) -> {}, 1));
            }
            SimulatedJournal.append(journal, journal.appender(), RECORD);
            SimulatedJournal.flush(journal);
            assertEquals(7, truncate(journal, 6));
            assertFalse(segments(machine.names()).contains(3L));
            final List<Long> given = new ArrayList<>();
            tailer.poll((sequence, timestampNs, type, buffer, offset, length) -> given.add(sequence), 1);
            assertEquals(List.of(7L), given);
        }
    }

    /** The segment is gone, and its second record is read all the same; then the tailer is told that it was overtaken. */
    private static void readRestOf(final long segment, final Tailer tailer) {
        try (tailer) {
            final long[] found = {0};
            assertEquals(
                    1,
                    tailer.poll(
                            (sequence, timestampNs, type, buffer, offset, length) -> found[0] = buffer.duplicate()
                                    .order(ByteOrder.BIG_ENDIAN)
                                    .getLong(offset),
                            1));
            assertEquals(2 * segment, found[0]);
            final OvertakenException overtaken = assertThrows(
                    OvertakenException.class,
                    () -> tailer.poll((sequence, timestampNs, type, buffer, offset, length) -> {}, 1));
            assertEquals(191, overtaken.headSequence());
        }
    }

    private static Fault powerCut(final String moment, final SplittableRandom random) {
        return switch (moment) {
            case "before" -> Fault.powerCutBefore();
            case "after" -> Fault.powerCutAfter();
            default -> Fault.powerCutHalfway(random.nextLong());
        };
    }

    /** Between any two calls of a reader the journal truncates a little: it reads all, or is told that it was overtaken. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void readerShouldSeeAllOrBeOvertakenWhenSegmentsGoWhileItReads(final int stride) throws IOException {
        openWith(machine, 40).close();
        final SimulatedSnapshot full = machine.snapshot();
        int overtaken = 0;
        for (int delay = 0; delay < 60; delay++) {
            final Journal journal = SimulatedJournal.open(machine);
            SimulatedJournal.settle(journal);
            final CompletableFuture<Long> result = journal.requestTruncation(stride * 9L);
            final Interference interference = new Interference(journal, delay);
            machine.faults().onEvery(call -> true, Fault.runBefore(interference::onCall));
            final JournalReader reader = JournalReader.open(machine.sibling());
            final String what = "delay " + delay;
            try {
                final long[] next = {0};
                reader.replay(reader.headSequence(), (sequence, timestampNs, type, buffer, offset, length) -> {
                    assertTrue(next[0] == 0 || next[0] == sequence, () -> what + ": record " + sequence);
                    next[0] = sequence + 1;
                });
                assertEquals(81, next[0], what);
            } catch (final OvertakenException e) {
                overtaken++;
                assertTrue(e.headSequence() > e.sequence(), e::getMessage);
            }
            assertEquals(VerifyReport.Verdict.INTACT, reader.verify().verdict(), what);
            assertEquals(80, reader.status().lastSequence(), what);
            machine.faults().clear();
            SimulatedJournal.settle(journal);
            assertFalse(result.isCompletedExceptionally());
            machine.restore(full);
        }
        assertTrue(overtaken > 0, "nobody was overtaken");
    }

    /** The journal rolls between two calls of a reader, and lets the segment go in which the mark was: the head stays. */
    @Test
    void readerShouldMissNothingWhenTheSegmentOfTheMarkGoesWhileItLooks() throws IOException {
        openWith(machine, 4).close();
        final SimulatedSnapshot full = machine.snapshot();
        for (int delay = 0; delay < 45; delay++) {
            final Journal journal = SimulatedJournal.open(machine);
            assertEquals(9, truncate(journal, 8));
            final Appender appender = journal.appender();
            final int[] left = {delay};
            final String what = "delay " + delay;
            final Runnable roll = () -> {
                if (left[0]-- == 0) {
                    for (int i = 0; i < 2 * RECORDS_PER_SEGMENT; i++) {
                        SimulatedJournal.append(journal, appender, RECORD);
                    }
                    SimulatedJournal.flush(journal);
                    SimulatedJournal.settle(journal);
                }
            };
            final JournalReader reader = JournalReader.open(machine.sibling());
            machine.faults().onEvery(call -> left[0] >= 0, Fault.runBefore(roll));
            switch (delay % 3) {
                case 0 ->
                    assertEquals(VerifyReport.Verdict.INTACT, reader.verify().verdict(), what);
                case 1 -> assertTrue(reader.status().lastSequence() >= 8, what);
                default -> assertTrue(reader.replay(9, (a, b, c, d, e, f) -> {}) >= 9, what);
            }
            machine.faults().clear();
            assertEquals(9, journal.headSequence(), what);
            machine.restore(full);
        }
    }

    /** Lets the keeper work once at each call of somebody else, from a given call on. */
    private static final class Interference {
        private final Journal journal;
        private int left;
        private boolean inside;

        Interference(final Journal journal, final int delay) {
            this.journal = journal;
            this.left = delay;
        }

        void onCall() {
            if (inside || left-- > 0) {
                return;
            }
            inside = true;
            try {
                journal.invokers().get(2).invoke();
            } finally {
                inside = false;
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments whose files are used again, over the simulated storage. Two records fill a segment. */
class RecyclingTest {

    private static final int LENGTH = SimulatedJournal.SEGMENT_LENGTH;
    private static final int FIRST = SegmentLayout.HEADER_PAGE_LENGTH;
    private static final int REWRITTEN_LENGTH = 8192;

    private final SimulatedStorage machine = new SimulatedStorage();

    private static byte[] record(final long sequence, final int length) {
        final byte[] record = new byte[length];
        new SplittableRandom(sequence).nextBytes(record);
        return ByteBuffer.wrap(record).putLong(0, sequence).array();
    }

    private Journal open(final JournalConfig config) throws IOException {
        final Journal journal = Journal.open(machine, config);
        SimulatedJournal.settle(journal);
        return journal;
    }

    private static void fill(final Journal journal, final int segmentCount) {
        final Appender appender = journal.appender();
        for (int i = 0; i < 2 * segmentCount; i++) {
            SimulatedJournal.append(journal, appender, record(journal.lastSequence() + 1, 28_000));
        }
        SimulatedJournal.flush(journal);
        SimulatedJournal.settle(journal);
    }

    private static void truncate(final Journal journal, final long upTo) {
        final CompletableFuture<Long> result = journal.requestTruncation(upTo);
        SimulatedJournal.settle(journal);
        assertEquals(upTo + 1, result.join());
    }

    /** Segments 1 to 4, of which three are full; the first two become spares, and one of them standby 5 with the next roll. */
    private Journal openWithSpares() throws IOException {
        final Journal journal = open(SimulatedJournal.config().withRecycling(2));
        fill(journal, 3);
        truncate(journal, 4);
        assertEquals(List.of("1.spare", "2.spare", "3.segment", "4.segment"), files());
        return journal;
    }

    /** Names of spares and segments, without leading zeros. */
    private List<String> files() {
        return machine.names().stream()
                .filter(name -> name.endsWith(".spare") || name.endsWith(".segment"))
                .map(name -> name.replaceFirst("^0+", ""))
                .sorted()
                .toList();
    }

    private void requireRecords(final long first, final long last) {
        final long[] next = {first};
        final JournalReader reader = JournalReader.open(machine.sibling());
        reader.replay(first, (sequence, timestampNs, type, buffer, offset, length) -> {
            assertEquals(next[0]++, sequence);
            assertEquals(ByteBuffer.wrap(record(sequence, length)), buffer.slice(offset, length));
        });
        assertEquals(last + 1, next[0]);
        assertEquals(VerifyReport.Verdict.INTACT, reader.verify().verdict());
    }

    @Test
    void standbyShouldBeMadeOfASpareWhenThereIsOne() throws IOException {
        try (Journal journal = openWithSpares()) {
            final byte[] old = machine.contents(FileNames.spare(1));
            fill(journal, 1);
            assertEquals(List.of("2.spare", "3.segment", "4.segment", "5.segment"), files());
            final byte[] standby = machine.durableContents(FileNames.segment(5));
            final SegmentHeader header = SegmentLayout.read(ByteBuffer.wrap(standby));
            assertEquals(5, header.number());
            assertEquals(0, FrameLayout.word(ByteBuffer.wrap(standby), FIRST));
            assertEquals(
                    ByteBuffer.wrap(old, REWRITTEN_LENGTH, LENGTH - REWRITTEN_LENGTH),
                    ByteBuffer.wrap(standby, REWRITTEN_LENGTH, LENGTH - REWRITTEN_LENGTH));
            fill(journal, 3);
            requireRecords(5, 14);
        }
        requireRecords(5, 14);
        try (Journal again = open(SimulatedJournal.config())) {
            assertEquals(14, again.lastSequence());
            assertTrue(again.recoveryReport().closedCleanly());
        }
    }

    /** What a journal writes that is truncated as it goes: each byte once, into files that it has. */
    @Test
    void nothingShouldBeAllocatedWhenSegmentsAreTruncatedAsTheyFill() throws IOException {
        try (Journal journal = openWithSpares()) {
            fill(journal, 1);
            final long[] written = {0};
            final int[] created = {0};
            machine.faults()
                    .onEvery(
                            call -> {
                                // What the writer writes goes to segments that have their names.
                                final boolean ofStandby = !call.name().startsWith("journal")
                                        && !call.name().endsWith(".segment");
                                written[0] += ofStandby && call.kind() == StorageCall.Kind.WRITE ? call.length() : 0;
                                created[0] += call.kind() == StorageCall.Kind.CREATE ? 1 : 0;
                                return false;
                            },
                            Fault.runBefore(() -> {}));
            for (int i = 0; i < 20; i++) {
                fill(journal, 1);
                truncate(journal, journal.durableSequence() - 2);
            }
            machine.faults().clear();
            assertEquals(0, created[0]);
            assertEquals(20 * REWRITTEN_LENGTH, written[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void truncateShouldDeleteWhenNothingIsToBeRecycled(final boolean copiesOnWrite) throws IOException {
        final JournalConfig config = copiesOnWrite
                ? SimulatedJournal.config()
                : SimulatedJournal.config().withRecycling(0);
        if (copiesOnWrite) {
            machine.copyOnWrite();
        }
        try (Journal journal = open(config)) {
            fill(journal, 3);
            truncate(journal, 6);
            assertEquals(List.of("3.segment", "4.segment"), files());
        }
    }

    @Test
    void truncateShouldDeleteWhenThereAreSparesEnough() throws IOException {
        try (Journal journal = open(SimulatedJournal.config().withRecycling(2))) {
            fill(journal, 6);
            truncate(journal, 10);
            assertEquals(List.of("1.spare", "2.spare", "6.segment", "7.segment"), files());
        }
    }

    @Test
    void truncateShouldDeleteWhenASegmentIsRead() throws IOException {
        try (Journal journal = open(SimulatedJournal.config().withRecycling(4))) {
            fill(journal, 3);
            final SimulatedStorage reader = machine.sibling();
            try (Tailer outside = JournalReader.open(reader).tailer(3, Visibility.WRITTEN);
                    Tailer inside = journal.tailer(1, Visibility.DURABLE)) {
                assertEquals(1, outside.poll(RecyclingTest::ignore, 1));
                assertEquals(1, inside.poll(RecyclingTest::ignore, 1));
                truncate(journal, 6);
                assertEquals(List.of("3.segment", "4.segment"), files());
                fill(journal, 4);
                assertEquals(1, outside.poll(RecyclingTest::ignore, 1), "what is held is read to its end");
                assertEquals(1, inside.poll(RecyclingTest::ignore, 1), "what is held is read to its end");
            }
            truncate(journal, 8);
            assertEquals(List.of("4.spare", "5.segment", "6.segment", "7.segment", "8.segment"), files());
        }
        assertEquals(List.of(), machine.openHandles());
    }

    private static void ignore(
            final long sequence,
            final long timestampNs,
            final int type,
            final ByteBuffer buffer,
            final int offset,
            final int length) {
        assertEquals(
                sequence,
                buffer.duplicate().order(java.nio.ByteOrder.BIG_ENDIAN).getLong(offset));
    }

    /** Readers that can't hold anything: what becomes another segment under their eyes is never given out. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void tailerShouldBeOvertakenOrGoOnWhenTheSegmentItReadsIsRecycled(final int readBefore) throws IOException {
        try (Journal journal = open(SimulatedJournal.config().withRecycling(4))) {
            fill(journal, 3);
            machine.faults()
                    .onEvery(
                            StorageCall.of(StorageCall.Kind.HOLD), Fault.failBefore(() -> new IOException("no locks")));
            try (Tailer tailer = JournalReader.open(machine.sibling()).tailer(1, Visibility.WRITTEN)) {
                assertEquals(readBefore, tailer.poll(RecyclingTest::ignore, readBefore));
                truncate(journal, 2);
                fill(journal, 2);
                final byte[] file = machine.contents(FileNames.segment(5));
                assertEquals(5, SegmentLayout.read(ByteBuffer.wrap(file)).number(), "it was recycled");
                // The window of the tailer still holds what it copied; from the next frame on it looks anew.
                final int[] count = {0};
                try {
                    while (tailer.poll(RecyclingTest::ignore, 1) > 0) {
                        count[0]++;
                    }
                    assertEquals(10, readBefore + count[0], "everything was read");
                    assertEquals(2, readBefore, "a record was truncated, but not missed");
                } catch (final OvertakenException e) {
                    assertEquals(2, e.sequence());
                    assertEquals(3, e.headSequence());
                    assertEquals(1, readBefore);
                }
            }
        }
    }

    @Test
    void openShouldKeepSparesWhenTheyAreWanted() throws IOException {
        openWithSpares().close();
        try (Journal journal = open(SimulatedJournal.config().withRecycling(1))) {
            assertEquals(List.of("1.spare", "3.segment", "4.segment"), files());
            fill(journal, 1);
            assertEquals(List.of("3.segment", "4.segment", "5.segment"), files());
        }
    }

    @Test
    void openShouldDeleteSparesWhenNoneAreWanted() throws IOException {
        openWithSpares().close();
        open(SimulatedJournal.config().withRecycling(0)).close();
        assertEquals(List.of("3.segment", "4.segment"), files());
    }

    /** A copy of the directory was put back, and beside it lies what came later. */
    @Test
    void openShouldDeleteSpareWhenItBearsTheNumberOfASegment() throws IOException {
        openWithSpares().close();
        machine.install(FileNames.spare(3), new byte[LENGTH]);
        machine.install(FileNames.spare(77), new byte[LENGTH]);
        open(SimulatedJournal.config().withRecycling(9)).close();
        assertEquals(List.of("1.spare", "2.spare", "3.segment", "4.segment"), files());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "of its own number",
                "of a later number",
                "another journal's",
                "damaged",
                "shorter",
                "longer",
                "empty"
            })
    void standbyShouldBeNewWhenTheSpareIsNotFit(final String what) throws IOException {
        openWithSpares().close();
        machine.install(FileNames.spare(0x1000), new byte[0]);
        final byte[] spare = machine.contents(FileNames.spare(1));
        try (SpareWriter writer = new SpareWriter(machine)) {
            writer.replace(FileNames.spare(1), changed(spare, what));
            writer.replace(FileNames.spare(2), changed(spare, what));
        }
        try (Journal journal = open(SimulatedJournal.config().withRecycling(4))) {
            fill(journal, 1);
            assertEquals(List.of("3.segment", "4.segment", "5.segment"), files(), what);
            final byte[] standby = machine.contents(FileNames.segment(5));
            assertTrue(
                    ByteBuffer.wrap(standby, FIRST, LENGTH - FIRST).equals(ByteBuffer.allocate(LENGTH - FIRST)), what);
            fill(journal, 2);
            requireRecords(5, 12);
        }
    }

    private static byte[] changed(final byte[] spare, final String what) {
        final ByteBuffer page = ByteBuffer.allocateDirect(FIRST).put(0, spare, 0, FIRST);
        final SegmentHeader header = SegmentLayout.read(page);
        final long number = switch (what) {
            case "of its own number" -> 5;
            case "of a later number" -> 6;
            default -> header.number();
        };
        final long id = what.equals("another journal's") ? 1 : header.journalIdHigh();
        final int length = what.equals("shorter") ? LENGTH - 4096 : LENGTH;
        SegmentLayout.write(
                page, new SegmentHeader(id, header.journalIdLow(), number, header.segmentLength(), header.epoch(), 0));
        final byte[] bytes =
                Arrays.copyOf(spare, what.equals("longer") ? LENGTH + 4096 : what.equals("empty") ? 0 : length);
        if (bytes.length > 0) {
            page.get(0, bytes, 0, FIRST);
            bytes[20] ^= what.equals("damaged") ? (byte) 1 : 0;
        }
        return bytes;
    }

    /** Puts other contents in the place of spares, as somebody might between two openings. */
    private record SpareWriter(SimulatedStorage machine) implements AutoCloseable {
        void replace(final String name, final byte[] content) throws IOException {
            machine.delete(name);
            machine.install(name, content);
        }

        @Override
        public void close() throws IOException {
            machine.delete(FileNames.spare(0x1000));
        }
    }

    @Test
    void standbyShouldBeNewWhenTheSegmentLengthWasChanged() throws IOException {
        openWithSpares().close();
        final int longer = 2 * LENGTH;
        try (Journal journal = open(SimulatedJournal.config().withSegmentLength(longer))) {
            fill(journal, 1);
            truncate(journal, 6);
            fill(journal, 4);
            assertEquals(
                    0, files().stream().filter(name -> name.endsWith("2.spare")).count());
            assertEquals(longer, machine.contents(FileNames.segment(5)).length);
            requireRecords(7, 16);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPEN", "READ"})
    void standbyShouldBeNewWhenTheSpareCanNotBeRead(final String kind) throws IOException {
        try (Journal journal = openWithSpares()) {
            machine.faults()
                    .onEvery(
                            call -> call.kind().name().equals(kind)
                                    && call.name().endsWith(".spare"),
                            Fault.failBefore(() -> new IOException("bad sector")));
            fill(journal, 1);
            machine.faults().clear();
            assertEquals(List.of("3.segment", "4.segment", "5.segment"), files());
            fill(journal, 2);
            requireRecords(5, 12);
        }
    }

    @Test
    void truncateShouldDeleteWhenASegmentCanNotBeRenamed() throws IOException {
        try (Journal journal = open(SimulatedJournal.config().withRecycling(4))) {
            fill(journal, 3);
            machine.faults()
                    .on(StorageCall.of(StorageCall.Kind.RENAME), Fault.failBefore(() -> new IOException("not here")));
            truncate(journal, 4);
            assertEquals(List.of("2.spare", "3.segment", "4.segment"), files());
        }
    }

    /** The power goes at each call from the truncation to the second roll; what is left is what was durable, and no more. */
    @ParameterizedTest
    @ValueSource(strings = {"before", "halfway", "after"})
    void journalShouldHoldWhatWasDurableWhenThePowerGoesWhileSegmentsAreRecycled(final String moment)
            throws IOException {
        final long seed = Long.getLong("tidemark.seed", System.nanoTime());
        openWithSpares().close();
        final SimulatedSnapshot beginning = machine.snapshot();
        int calls = 0;
        boolean ended = false;
        while (!ended) {
            calls++;
            final SplittableRandom random = new SplittableRandom(seed + calls);
            final String what = moment + " call " + calls + ", seed=" + seed;
            final Journal journal = open(SimulatedJournal.config().withRecycling(2));
            machine.faults().onNth(calls, call -> true, powerCut(moment, random));
            long durable = 6;
            for (int i = 0; i < 3 && !machine.isOff(); i++) {
                appendAndTruncate(journal);
                durable = journal.durableSequence();
            }
            ended = !machine.isOff();
            machine.faults().clear();
            machine.crash(random);
            final JournalReader reader = JournalReader.open(machine.sibling());
            assertNotEquals(VerifyReport.Verdict.CORRUPT, reader.verify().verdict(), what);
            try (Journal again = open(SimulatedJournal.config().withRecycling(2))) {
                final long last = again.lastSequence();
                assertTrue(last >= durable && last <= 12, () -> what + ": last is " + last);
                requireRecords(again.headSequence(), last);
                assertEquals(
                        0,
                        files().stream()
                                .filter(name -> name.equals("1.segment"))
                                .count(),
                        what);
                fill(again, 3);
                requireRecords(again.headSequence(), last + 6);
            }
            machine.restore(beginning);
        }
        assertTrue(calls > 40, "the life has become short: " + calls);
    }

    private void appendAndTruncate(final Journal journal) {
        final Appender appender = journal.appender();
        for (int i = 0; i < 2 && !machine.isOff(); i++) {
            appender.tryAppend(0, record(journal.lastSequence() + 1, 28_000), 0, 28_000);
            for (int round = 0; round < 20; round++) {
                journal.invoke();
            }
        }
        journal.requestFlush();
        final CompletableFuture<Long> truncation =
                journal.requestTruncation(Math.max(0, journal.durableSequence() - 2));
        for (int round = 0; round < 40 && !(machine.isOff() && truncation.isDone()); round++) {
            journal.invoke();
        }
    }

    private static Fault powerCut(final String moment, final SplittableRandom random) {
        return switch (moment) {
            case "before" -> Fault.powerCutBefore();
            case "after" -> Fault.powerCutAfter();
            default -> Fault.powerCutHalfway(random.nextLong());
        };
    }

    /**
     * The first frames in a recycled segment, of which all is on the disk up to a place, or from a place on, and in front of it
     * or behind it what an earlier life left there; the place is every multiple of 8.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recordsShouldBeAPrefixWhenFramesReachTheDiskInPart(final boolean upTo) throws IOException {
        try (Journal journal = open(SimulatedJournal.config().withRecycling(4))) {
            // The frames of the earlier life have the same lengths, and so stand in the same places.
            final Appender appender = journal.appender();
            appendUntilThereIs("3.segment", journal, appender);
            truncate(journal, journal.durableSequence() - 10);
            appendUntilThereIs("4.segment", journal, appender);
        }
        assertTrue(files().contains("4.segment"), () -> "files are " + files());
        final long durable = Replay.readMeta(machine).durableSequence();
        partlyWritten(upTo, durable);
    }

    private void appendUntilThereIs(final String file, final Journal journal, final Appender appender) {
        while (!files().contains(file)) {
            SimulatedJournal.append(journal, appender, record(journal.lastSequence() + 1, 200));
            SimulatedJournal.settle(journal);
        }
        SimulatedJournal.flush(journal);
        SimulatedJournal.settle(journal);
    }

    private void partlyWritten(final boolean upTo, final long durable) throws IOException {
        final Journal journal = open(SimulatedJournal.config().withRecycling(4));
        for (int i = 0; i < 4; i++) {
            SimulatedJournal.append(journal, journal.appender(), record(durable + 1 + i, 200));
        }
        SimulatedJournal.settle(journal);
        final long segment = Replay.readMeta(machine).markSegment();
        final byte[] after = machine.contents(FileNames.segment(segment));
        machine.kill();
        final SimulatedSnapshot killed = machine.snapshot();
        final byte[] disk = machine.durableContents(FileNames.segment(segment));
        final int begin = Arrays.mismatch(disk, after) & -8;
        final int end = lastDifference(disk, after) + 8;
        assertTrue(end - begin >= 4 * 232, () -> "frames are missing: " + begin + " to " + end);
        for (int place = begin; place <= end; place += 8) {
            machine.restore(killed);
            final byte[] mixed = upTo ? disk.clone() : after.clone();
            System.arraycopy(upTo ? after : disk, begin, mixed, begin, place - begin);
            machine.delete(FileNames.segment(segment));
            machine.install(FileNames.segment(segment), mixed);
            try (Journal again = open(SimulatedJournal.config().withRecycling(4))) {
                final long last = again.lastSequence();
                final long whole = upTo ? Math.min(4, (place - begin) / 232) : place == begin ? 4 : 0;
                assertEquals(durable + whole, last, "place " + place);
                requireRecords(again.headSequence(), last);
            }
        }
    }

    private static int lastDifference(final byte[] first, final byte[] second) {
        int last = first.length - 8;
        while (last > 0 && Arrays.equals(first, last, last + 8, second, last, last + 8)) {
            last -= 8;
        }
        return last;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a tailer gives, where it begins, and how it goes on; the same in the writing process and in another. */
class TailerTest {

    private final Script script = new Script();

    /** Where the tailer is. */
    enum Place {
        INSIDE {
            @Override
            Tailer tailer(final Script script, final Start start, final Visibility visibility) {
                return script.journal().tailer(start, visibility);
            }
        },
        OUTSIDE {
            @Override
            Tailer tailer(final Script script, final Start start, final Visibility visibility) {
                return JournalReader.open(script.storage().sibling()).tailer(start, visibility);
            }
        };

        abstract Tailer tailer(Script script, Start start, Visibility visibility);

        Tailer tailer(final Script script, final long from, final Visibility visibility) {
            return tailer(script, Start.atSequence(from), visibility);
        }
    }

    private static List<Long> sequences(final long first, final long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private static List<Long> sequencesOf(final Tailer tailer) {
        return new TailedRecords().pollAll(tailer).sequences();
    }

    @ParameterizedTest
    @EnumSource
    void pollShouldGiveEveryRecordOnceWhenJournalRolls(final Place place) {
        script.open();
        final TailedRecords records = new TailedRecords();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            assertEquals(0, tailer.poll(records, 10));
            for (int i = 0; i < 300; i++) {
                script.append(i % 5, 800 + i);
                if (i % 9 == 4) {
                    script.appendBatch(0, 1, 70, 700);
                }
                if (i % 13 == 7) {
                    script.abort(i);
                }
                script.settle();
                if (i % 4 == 0 || i > 200) {
                    records.pollAll(tailer);
                    assertEquals(script.journal().writtenSequence() + 1, tailer.nextSequence());
                }
            }
            records.pollAll(tailer);
        }
        assertEquals(script.expected(), records.records());
        assertTrue(script.storage().names().size() > 5, "the journal never rolled");
    }

    /** A segment that is full to the last byte has no seal: what comes next can be told only by the next file. */
    @ParameterizedTest
    @EnumSource
    void pollShouldGiveWhatIsThereWhenSegmentBeforeItHasNoSeal(final Place place) {
        final int recordsInSegment = 8;
        final int frameLength = (SimulatedJournal.SEGMENT_LENGTH - SegmentLayout.HEADER_PAGE_LENGTH) / recordsInSegment;
        script.open();
        final TailedRecords records = new TailedRecords();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            for (int i = 0; i < 20 * recordsInSegment; i++) {
                for (int poll = 0; poll < i % 5; poll++) {
                    assertEquals(0, tailer.poll(records, 1));
                }
                script.append(0, frameLength - FrameLayout.HEADER_LENGTH);
                script.settle();
                assertEquals(1, tailer.poll(records, 10));
            }
        }
        assertEquals(script.expected(), records.records());
    }

    /** A writer that died before it had a segment to go on in, and another that made one. */
    @Test
    void pollShouldGiveWhatIsThereWhenItHadLookedInVainForTheSegment() throws IOException {
        final int frameLength = SimulatedJournal.SEGMENT_LENGTH - SegmentLayout.HEADER_PAGE_LENGTH;
        script.lengths(SimulatedJournal.SEGMENT_LENGTH, 256 << 10);
        script.open();
        final TailedRecords records = new TailedRecords();
        try (Tailer tailer = Place.OUTSIDE.tailer(script, 1, Visibility.WRITTEN)) {
            script.append(0, frameLength - FrameLayout.HEADER_LENGTH);
            script.settle();
            assertEquals(1, tailer.poll(records, 1));
            script.kill();
            script.storage().delete(FileNames.segment(2));
            for (int i = 0; i < 3; i++) {
                assertEquals(0, tailer.poll(records, 10));
            }
            script.open();
            script.append(0, 5);
            script.settle();
            assertEquals(1, tailer.poll(records, 10));
        }
        assertEquals(script.expected(), records.records());
    }

    @ParameterizedTest
    @EnumSource
    void pollShouldGiveEveryRecordWhenFramesAreLongerThanWindow(final Place place) {
        script.lengths(1 << 20, 1 << 20);
        script.open();
        final TailedRecords records = new TailedRecords();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            for (int i = 0; i < 60; i++) {
                script.append(0, i % 3 == 0 ? 60_000 + 400 * i : i);
                if (i % 10 == 4) {
                    script.appendBatch(30_000, 1, 32_000, 31_000);
                }
                script.settle();
            }
            records.pollAll(tailer);
        }
        assertEquals(script.expected(), records.records());
    }

    @ParameterizedTest
    @EnumSource
    void pollShouldGiveNoMoreThanLimitWhenMoreIsThere(final Place place) {
        script.open();
        script.appendBatch(1, 2, 3, 4, 5);
        script.append(0, 6);
        script.settle();
        final TailedRecords records = new TailedRecords();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            assertEquals(0, tailer.poll(records, 0));
            assertEquals(2, tailer.poll(records, 2));
            assertEquals(3, tailer.nextSequence());
            assertEquals(3, tailer.poll(records, 3));
            assertEquals(1, tailer.poll(records, 3));
            assertThrows(IllegalArgumentException.class, () -> tailer.poll(records, -1));
        }
        assertEquals(script.expected(), records.records());
    }

    @ParameterizedTest
    @EnumSource
    void pollShouldStayBeforeRecordWhenHandlerThrows(final Place place) {
        script.open();
        script.append(0, 1);
        script.appendBatch(2, 3, 4);
        script.settle();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            for (int failing = 1; failing <= 4; failing++) {
                final long bad = failing;
                final HostileException thrown = assertThrows(
                        HostileException.class,
                        () -> tailer.poll(
                                (sequence, timestampNs, type, buffer, offset, length) -> {
                                    if (sequence == bad) {
                                        throw new HostileException("from the handler");
                                    }
                                },
                                10));
                assertEquals("from the handler", thrown.getMessage());
                assertEquals(failing, tailer.nextSequence());
            }
            assertEquals(List.of(4L), sequencesOf(tailer));
        }
    }

    @ParameterizedTest
    @EnumSource
    void pollShouldGiveRecordOnlyWhenDurableIfThatIsAsked(final Place place) {
        script.open();
        try (Tailer tailer = place.tailer(script, 1, Visibility.DURABLE);
                Tailer eager = place.tailer(script, 1, Visibility.WRITTEN)) {
            script.append(0, 100);
            script.appendBatch(1, 2);
            script.settle();
            assertEquals(List.of(), sequencesOf(tailer));
            assertEquals(List.of(1L, 2L, 3L), sequencesOf(eager));
            script.flush();
            assertEquals(List.of(1L, 2L, 3L), sequencesOf(tailer));
            script.append(0, 100);
            script.settle();
            assertEquals(List.of(), sequencesOf(tailer));
            script.flush();
            assertEquals(List.of(4L), sequencesOf(tailer));
            assertEquals(List.of(4L), sequencesOf(eager));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tailerShouldBeginWhereItIsToldWhenStartIsGiven(final Place place) {
        script.open();
        final long firstNs = script.nowNs() + 1_000;
        for (int i = 0; i < 200; i++) {
            script.append(0, 900);
            script.settle();
        }
        script.flush();
        script.append(0, 900);
        script.settle();
        assertStarts(place, Start.atHead(), Visibility.WRITTEN, 1, 201);
        assertStarts(place, Start.atHead(), Visibility.DURABLE, 1, 200);
        assertStarts(place, Start.atSequence(150), Visibility.WRITTEN, 150, 201);
        assertStarts(place, Start.atEnd(), Visibility.WRITTEN, 202, 201);
        assertStarts(place, Start.atEnd(), Visibility.DURABLE, 201, 200);
        for (int i = 1; i <= 200; i++) {
            assertStarts(place, atNs(firstNs + (i - 1) * 1_000L), Visibility.WRITTEN, i, 201);
            assertStarts(place, atNs(firstNs + (i - 1) * 1_000L - 999), Visibility.WRITTEN, i, 201);
        }
        assertStarts(place, Start.atTime(Instant.MIN), Visibility.WRITTEN, 1, 201);
        assertStarts(place, Start.atTime(Instant.MAX), Visibility.WRITTEN, 202, 201);
    }

    private static Start atNs(final long timeNs) {
        return Start.atTime(Instant.ofEpochSecond(0, timeNs));
    }

    private void assertStarts(
            final Place place, final Start start, final Visibility visibility, final long first, final long last) {
        try (Tailer tailer = place.tailer(script, start, visibility)) {
            assertEquals(first, tailer.nextSequence(), () -> start + " " + visibility);
            if (first % 25 == 0 || first > 190) {
                assertEquals(sequences(first, last), sequencesOf(tailer), () -> start + " " + visibility);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tailerShouldPassRecordsOverWhenTheyComeBeforeItsStart(final Place place) {
        script.open();
        try (Tailer late = place.tailer(script, 5, Visibility.WRITTEN);
                Tailer future = place.tailer(script, atNs(script.nowNs() + 4_500), Visibility.WRITTEN)) {
            assertEquals(5, late.nextSequence());
            for (int i = 0; i < 8; i++) {
                script.append(0, i);
                script.settle();
                assertEquals(i < 4 ? List.of() : List.of(i + 1L), sequencesOf(late));
                assertEquals(i < 4 ? List.of() : List.of(i + 1L), sequencesOf(future));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tailerShouldBeginInsideBatchWhenSequenceLiesThere(final Place place) {
        script.open();
        script.append(0, 1);
        script.appendBatch(1, 2, 3, 4);
        try (Tailer tailer = place.tailer(script, 4, Visibility.WRITTEN)) {
            assertEquals(List.of(4L, 5L), sequencesOf(tailer));
            tailer.seek(3);
            assertEquals(3, tailer.nextSequence());
            assertEquals(List.of(3L, 4L, 5L), sequencesOf(tailer));
            tailer.seek(Start.atHead());
            assertEquals(sequences(1, 5), sequencesOf(tailer));
            assertThrows(IllegalArgumentException.class, () -> tailer.seek(0));
            assertEquals(6, tailer.nextSequence());
        }
    }

    @ParameterizedTest
    @EnumSource
    void peekShouldGiveRecordsAgainWhenTheyAreNotCommitted(final Place place) {
        script.open();
        for (int i = 0; i < 130; i++) {
            script.append(0, 900);
            script.settle();
        }
        final TailedRecords taken = new TailedRecords();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            final TailedRecords seen = new TailedRecords();
            assertEquals(3, tailer.peek(seen, 3));
            assertEquals(3, tailer.peek(seen, 3));
            assertEquals(List.of(1L, 2L, 3L, 1L, 2L, 3L), seen.sequences());
            assertEquals(1, tailer.nextSequence());
            tailer.commit(0);
            assertThrows(IllegalArgumentException.class, () -> tailer.commit(4));
            assertThrows(IllegalArgumentException.class, () -> tailer.commit(-1));
            tailer.commit(2);
            assertEquals(3, tailer.nextSequence());
            assertThrows(IllegalArgumentException.class, () -> tailer.commit(1));
            tailer.commit(3);
            assertEquals(4, tailer.nextSequence());
            int count = tailer.peek(taken, 1_000);
            while (count > 0) {
                assertTrue(count < 100, "only one segment is mapped");
                final List<Long> all = taken.sequences();
                tailer.commit(all.get(all.size() - 1));
                count = tailer.peek(taken, 1_000);
            }
        }
        assertEquals(sequences(4, 130), taken.sequences());
    }

    @ParameterizedTest
    @EnumSource
    void peekShouldKeepWhatWasSeenWhenHandlerThrows(final Place place) {
        script.open();
        for (int i = 0; i < 4; i++) {
            script.append(0, 10);
        }
        script.settle();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            assertThrows(
                    HostileException.class,
                    () -> tailer.peek(
                            (sequence, timestampNs, type, buffer, offset, length) -> {
                                if (sequence == 3) {
                                    throw new HostileException("from the handler");
                                }
                            },
                            10));
            assertEquals(1, tailer.nextSequence());
            assertThrows(IllegalArgumentException.class, () -> tailer.commit(3));
            tailer.commit(2);
            assertEquals(List.of(3L, 4L), sequencesOf(tailer));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tailerShouldHoldOneMappingAndNoDescriptorWhenItReads(final Place place) {
        script.open();
        final List<String> before = script.storage().liveMappings();
        final Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN);
        assertEquals(before.size(), script.storage().liveMappings().size());
        sequencesOf(tailer);
        final int handles = script.storage().openHandles().size();
        for (int i = 0; i < 400; i++) {
            script.append(0, 900);
            script.settle();
            sequencesOf(tailer);
            final int held = script.storage().liveMappings().size() - before.size();
            assertTrue(held >= 1 && held <= 3, "a roll in progress and a segment to be forced: " + held);
            assertEquals(handles, script.storage().openHandles().size());
        }
        script.flush();
        sequencesOf(tailer);
        assertEquals(before.size() + 1, script.storage().liveMappings().size());
        tailer.close();
        tailer.close();
        assertEquals(before.size(), script.storage().liveMappings().size());
        script.close();
        assertEquals(List.of(), script.storage().liveMappings());
        assertEquals(List.of(), script.storage().openHandles());
        assertThrows(IllegalStateException.class, () -> tailer.poll(new TailedRecords(), 1));
        assertThrows(IllegalStateException.class, () -> tailer.seek(1));
        assertEquals(401, tailer.nextSequence());
    }

    @ParameterizedTest
    @EnumSource
    void tailerShouldLetGoOfWhatItHasReadWhenItGoesOnWithinASegment(final Place place) {
        final int segmentLength = 1 << 20;
        final int recordLength = 100_000;
        script.lengths(segmentLength, segmentLength);
        script.open();
        final int before = script.storage().liveMappings().size();
        final TailedRecords records = new TailedRecords();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            assertEquals(0, tailer.poll(records, 10));
            final int all = script.storage().liveMappings().size() - before;
            assertTrue(all > 2, "a segment is mapped in pieces: " + all);
            int least = all;
            for (int i = 0; i < 8; i++) {
                script.append(0, recordLength);
                script.settle();
                assertEquals(1, tailer.peek(new TailedRecords(), 10));
                assertEquals(1, tailer.peek(new TailedRecords(), 10));
                assertEquals(1, tailer.poll(records, 10));
                assertEquals(0, tailer.poll(records, 10));
                final int held = script.storage().liveMappings().size() - before;
                assertTrue(held <= least, "what was let go is not mapped again: " + held);
                least = held;
            }
            assertEquals(1, least, "only the piece in which the next record will be");
            tailer.seek(1);
            assertEquals(sequences(1, 8), sequencesOf(tailer));
        }
        assertEquals(before, script.storage().liveMappings().size());
        assertEquals(script.expected(), records.records());
    }

    @ParameterizedTest
    @EnumSource
    void peekShouldGiveRecordsAgainWhenItLookedFarAhead(final Place place) {
        script.lengths(1 << 20, 1 << 20);
        script.open();
        for (int i = 0; i < 9; i++) {
            script.append(0, 100_000);
            script.settle();
        }
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            final TailedRecords seen = new TailedRecords();
            assertEquals(9, tailer.peek(seen, 10));
            assertEquals(9, tailer.peek(new TailedRecords(), 10));
            assertEquals(script.expected(), seen.records());
            tailer.commit(4);
            assertEquals(sequences(5, 9), sequencesOf(tailer));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tailerShouldRefuseItsHandlerWhenThatUsesIt(final Place place) {
        script.open();
        script.append(0, 1);
        script.settle();
        try (Tailer tailer = place.tailer(script, 1, Visibility.WRITTEN)) {
            final int[] calls = new int[1];
            tailer.poll(
                    (sequence, timestampNs, type, buffer, offset, length) -> {
                        calls[0]++;
                        assertThrows(IllegalStateException.class, () -> tailer.poll(new TailedRecords(), 1));
                        assertThrows(IllegalStateException.class, () -> tailer.peek(new TailedRecords(), 1));
                        assertThrows(IllegalStateException.class, () -> tailer.seek(1));
                        assertThrows(IllegalStateException.class, () -> tailer.commit(1));
                        assertThrows(IllegalStateException.class, tailer::nextSequence);
                        assertThrows(IllegalStateException.class, tailer::close);
                    },
                    1);
            assertEquals(1, calls[0]);
            assertEquals(2, tailer.nextSequence());
        }
    }

    @Test
    void tailerShouldComeToItsEndWhenTheJournalIsClosed() {
        script.open();
        try (Tailer tailer = script.journal().tailer(1, Visibility.DURABLE)) {
            for (int i = 0; i < 100; i++) {
                script.append(0, 900);
                script.settle();
            }
            script.close();
            assertEquals(sequences(1, 100), sequencesOf(tailer));
            tailer.seek(50);
            assertEquals(sequences(50, 100), sequencesOf(tailer));
        }
        try (Tailer tailer = script.journal().tailer(Start.atEnd(), Visibility.WRITTEN)) {
            assertEquals(101, tailer.nextSequence());
        }
    }

    @Test
    void startShouldBeAValue() {
        assertEquals(Start.atSequence(3), Start.atSequence(3));
        assertEquals(Start.atSequence(3).hashCode(), Start.atSequence(3).hashCode());
        assertTrue(!Start.atSequence(3).equals(Start.atTime(Instant.ofEpochSecond(0, 3))));
        assertTrue(!Start.atHead().equals(Start.atEnd()));
        assertEquals("sequence 3", Start.atSequence(3).toString());
        assertEquals("head", Start.atHead().toString());
        assertEquals("end", Start.atEnd().toString());
        assertEquals("time 5 ns", Start.atTime(Instant.ofEpochSecond(0, 5)).toString());
        assertThrows(IllegalArgumentException.class, () -> Start.atSequence(0));
    }
}

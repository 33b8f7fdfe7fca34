// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.MarkLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tailer of another process does when the journal is damaged, cut, truncated, or opened again under its hands. */
class TailerDamageTest {

    private static final int PAYLOAD_LENGTH = 900;
    private static final int FRAME_LENGTH = FrameLayout.align(FrameLayout.HEADER_LENGTH + PAYLOAD_LENGTH);
    private static final long LOOK_NS = 20_000_000;

    /** Enough for a tailer to look at the files again when time passes with each look at the clock. */
    private static final int IDLE_POLLS = 200;

    private final Script script = new Script();
    private final SimulatedStorage process = script.storage().sibling();
    private long tickerNs;

    private long tick() {
        tickerNs += LOOK_NS;
        return tickerNs;
    }

    private Tailer tailer(final long from, final Visibility visibility) {
        return JournalReader.open(process).tailer(Start.atSequence(from), visibility, this::tick);
    }

    private static List<Long> sequences(final long first, final long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    /** Polls for so long that the tailer looks at everything that it ever looks at. */
    private static List<Long> sequencesOf(final Tailer tailer) {
        final TailedRecords records = new TailedRecords();
        for (int i = 0; i < IDLE_POLLS; i++) {
            records.pollAll(tailer);
        }
        return records.sequences();
    }

    private void append(final int count) {
        for (int i = 0; i < count; i++) {
            script.append(0, PAYLOAD_LENGTH);
            script.settle();
        }
    }

    private static int frameOffset(final int index) {
        return SegmentLayout.HEADER_PAGE_LENGTH + index * FRAME_LENGTH;
    }

    @ParameterizedTest
    @EnumSource
    void pollShouldThrowWhatOpeningThrowsWhenDurableRecordIsDamaged(final Visibility visibility) throws IOException {
        script.open();
        append(100);
        script.flush();
        script.kill();
        script.storage().flip(FileNames.segment(1), frameOffset(20) + 50, 0x10);
        try (Tailer tailer = tailer(1, visibility)) {
            final TailedRecords records = new TailedRecords();
            final CorruptJournalException found =
                    assertThrows(CorruptJournalException.class, () -> records.pollAll(tailer));
            assertEquals(sequences(1, 20), records.sequences());
            assertEquals(21, tailer.nextSequence());
            assertThrows(CorruptJournalException.class, () -> tailer.poll(records, 1));
            assertThrows(CorruptJournalException.class, () -> tailer(50, visibility));
            final CorruptJournalException refused = assertThrows(
                    CorruptJournalException.class,
                    () -> JournalReader.open(process).replay(1, records));
            assertEquals(refused.getMessage(), found.getMessage());
        }
        assertEquals(List.of(), script.storage().liveMappings());
        assertEquals(List.of(), script.storage().openHandles());
    }

    @ParameterizedTest
    @EnumSource
    void pollShouldThrowWhenDurableRecordIsMissing(final Visibility visibility) throws IOException {
        script.open();
        append(30);
        script.flush();
        script.close();
        script.storage().zero(FileNames.segment(1), frameOffset(20), 10 * FRAME_LENGTH);
        try (Tailer tailer = tailer(1, visibility)) {
            final TailedRecords records = new TailedRecords();
            final CorruptJournalException found = assertThrows(CorruptJournalException.class, () -> {
                for (int i = 0; i < IDLE_POLLS; i++) {
                    records.pollAll(tailer);
                }
            });
            assertEquals(sequences(1, 20), records.sequences());
            assertEquals(21, found.sequence());
            assertEquals(frameOffset(20), found.offset());
        }
    }

    @Test
    void pollShouldEndBeforeTornRecordAndGoOnWhenItWasCut() throws IOException {
        script.open();
        append(10);
        script.flush();
        script.forgetAfter(() -> append(3));
        script.kill();
        script.storage().flip(FileNames.segment(1), frameOffset(10) + 50, 0x10);
        try (Tailer tailer = tailer(1, Visibility.WRITTEN);
                Tailer durable = tailer(1, Visibility.DURABLE)) {
            assertEquals(sequences(1, 10), sequencesOf(tailer));
            assertEquals(sequences(1, 10), sequencesOf(durable));
            script.open();
            assertTrue(script.journal().recoveryReport().tailCut());
            assertEquals(List.of(), sequencesOf(tailer));
            append(20);
            assertEquals(sequences(11, 30), sequencesOf(tailer));
            assertEquals(List.of(), sequencesOf(durable));
            script.flush();
            assertEquals(sequences(11, 30), sequencesOf(durable));
        }
    }

    @Test
    void pollShouldNotBeginBatchWhenItsEndIsMissing() throws IOException {
        script.open();
        append(2);
        script.flush();
        script.forgetAfter(() -> script.appendBatch(PAYLOAD_LENGTH, PAYLOAD_LENGTH, PAYLOAD_LENGTH));
        script.kill();
        script.storage().zero(FileNames.segment(1), frameOffset(4), FRAME_LENGTH);
        try (Tailer tailer = tailer(1, Visibility.WRITTEN)) {
            assertEquals(List.of(1L, 2L), sequencesOf(tailer));
            script.open();
            assertEquals(2, script.journal().recoveryReport().lastSequence());
            script.appendBatch(1, 2);
            assertEquals(List.of(3L, 4L), sequencesOf(tailer));
        }
        try (Tailer tailer = tailer(3, Visibility.WRITTEN)) {
            assertEquals(List.of(3L, 4L), sequencesOf(tailer));
        }
    }

    @Test
    void pollShouldPassGhostByWhenOneStandsBehindTheEnd() throws IOException {
        final Script cut = GoldenJournal.CUT.written();
        try (Tailer tailer =
                JournalReader.open(cut.storage().sibling()).tailer(Start.atHead(), Visibility.WRITTEN, this::tick)) {
            assertEquals(List.of(1L, 2L), sequencesOf(tailer));
            cut.open();
            cut.append(0, 50);
            cut.settle();
            assertEquals(List.of(3L), sequencesOf(tailer));
        }
    }

    @Test
    void pollShouldGoOnWhenTheWriterDiesAndComesBackAgainAndAgain() throws IOException {
        final TailedRecords records = new TailedRecords();
        final TailedRecords durable = new TailedRecords();
        script.open();
        try (Tailer tailer = tailer(1, Visibility.WRITTEN);
                Tailer careful = tailer(1, Visibility.DURABLE)) {
            for (int life = 0; life < 12; life++) {
                append(17 + life);
                records.pollAll(tailer);
                durable.pollAll(careful);
                if (life % 3 == 0) {
                    script.close();
                } else {
                    script.kill();
                }
                records.pollAll(tailer);
                script.open();
                durable.pollAll(careful);
                assertEquals(script.expected().size(), durable.records().size(), "opening makes all durable");
            }
            records.pollAll(tailer);
        }
        assertEquals(script.expected(), records.records());
        assertEquals(script.expected(), durable.records());
    }

    @Test
    void pollShouldBeOvertakenWhenTheNextSegmentIsGone() throws IOException {
        script.open();
        append(300);
        script.flush();
        final long head;
        try (Tailer tailer = tailer(1, Visibility.WRITTEN)) {
            final TailedRecords records = new TailedRecords();
            assertEquals(1, tailer.poll(records, 1));
            final int perSegment = (SegmentLayout.MIN_SEGMENT_LENGTH - SegmentLayout.HEADER_PAGE_LENGTH) / FRAME_LENGTH;
            head = 3L * perSegment + 1;
            final CompletableFuture<Long> truncated = script.journal().requestTruncation(head - 1);
            script.settle();
            assertEquals(head, truncated.join());
            assertTrue(!script.storage().names().contains(FileNames.segment(3)), "not truncated");
            final OvertakenException overtaken = assertThrows(OvertakenException.class, () -> records.pollAll(tailer));
            assertEquals(sequences(1, perSegment), records.sequences(), "what is mapped is read to its end");
            assertEquals(perSegment + 1, overtaken.sequence());
            assertEquals(head, overtaken.headSequence());
            assertThrows(OvertakenException.class, () -> tailer.poll(records, 1));
            assertThrows(OvertakenException.class, () -> tailer.seek(head - 1));
            tailer.seek(overtaken.headSequence());
            assertEquals(sequences(head, 300), sequencesOf(tailer));
            tailer.seek(Start.atHead());
            assertEquals(sequences(head, 300), sequencesOf(tailer));
        }
        assertThrows(OvertakenException.class, () -> tailer(head - 1, Visibility.WRITTEN));
        script.close();
        assertEquals(List.of(), script.storage().liveMappings());
    }

    @Test
    void pollShouldGoOnWhenTheJournalIsTruncatedWhileItsEndIsJudged() throws IOException {
        script.open();
        append(200);
        script.flush();
        final List<CompletableFuture<Long>> truncation = new ArrayList<>();
        try (Tailer tailer = tailer(1, Visibility.WRITTEN)) {
            assertEquals(200, sequencesOf(tailer).size());
            // The writer rolls behind the look that found nothing, so that nothing looks like damage ...
            script.storage().faults().on(StorageCall.of(StorageCall.Kind.OPEN, FileNames.META), Fault.runBefore(() -> {
                append(80);
                script.flush();
                // ... and what lies before goes behind the look at the head.
                script.storage().faults().on(StorageCall.of(StorageCall.Kind.LIST), Fault.runBefore(() -> {
                    truncation.add(script.journal().requestTruncation(200));
                    script.settle();
                }));
            }));
            assertEquals(sequences(201, 280), sequencesOf(tailer));
        }
        assertEquals(201, truncation.get(0).join(), "the end was not judged");
    }

    @Test
    void pollShouldCallJournalCorruptWhenTheSegmentBehindASealIsMissing() throws IOException {
        script.open();
        append(200);
        script.close();
        script.storage().delete(FileNames.segment(2));
        try (Tailer tailer = JournalReader.open(process).tailer(1, Visibility.WRITTEN)) {
            final TailedRecords records = new TailedRecords();
            final CorruptJournalException e =
                    assertThrows(CorruptJournalException.class, () -> records.pollAll(tailer));
            assertTrue(e.getMessage().contains("segment is missing"), e.getMessage());
            assertEquals(FileNames.segment(2), e.file().substring(e.file().lastIndexOf('/') + 1));
            assertEquals(sequences(1, e.sequence() - 1), records.sequences(), "what is whole comes first");
        }
    }

    @Test
    void pollShouldCallJournalCorruptWhenTheSegmentBehindASealGoesMissing() throws IOException {
        script.open();
        append(200);
        script.close();
        try (Tailer tailer = tailer(1, Visibility.WRITTEN)) {
            final TailedRecords records = new TailedRecords();
            assertEquals(1, tailer.poll(records, 1));
            script.storage().delete(FileNames.segment(2));
            final CorruptJournalException found =
                    assertThrows(CorruptJournalException.class, () -> records.pollAll(tailer));
            assertTrue(found.file().endsWith(FileNames.segment(2)), found.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pollShouldGoOnWhenStandbyWasDeletedAndMadeAgain(final boolean seenBefore) throws IOException {
        script.open();
        // Fills the segment to its last byte, so that there is no room for a seal.
        for (int i = 0; i < 60; i++) {
            script.append(0, 1024 - FrameLayout.HEADER_LENGTH);
            script.settle();
        }
        try (Tailer tailer = tailer(1, Visibility.WRITTEN)) {
            final TailedRecords records = new TailedRecords();
            records.pollAll(tailer);
            script.close();
            if (seenBefore) {
                for (int i = 0; i < 40; i++) {
                    assertEquals(0, tailer.poll(records, 1));
                }
                assertEquals(2, script.storage().liveMappings().size(), "the standby is mapped");
            }
            script.storage().delete(FileNames.segment(2));
            script.lengths(128 << 10, 64 << 10);
            script.open();
            append(200);
            assertEquals(60, records.records().size());
            assertEquals(sequences(61, 260), sequencesOf(tailer));
        }
    }

    @Test
    void durableTailerShouldLearnFromMetaWhenThereIsNoMark() throws IOException {
        script.storage()
                .faults()
                .on(
                        StorageCall.of(StorageCall.Kind.CREATE, FileNames.MARK),
                        Fault.failBefore(() -> new IOException("no")));
        script.open();
        assertTrue(!script.storage().names().contains(FileNames.MARK));
        requireMetaTells();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                MarkLayout.MAGIC_OFFSET,
                MarkLayout.CHECKSUM_OFFSET,
                MarkLayout.VERSION_OFFSET,
                MarkLayout.JOURNAL_ID_HIGH_OFFSET,
                MarkLayout.JOURNAL_ID_LOW_OFFSET,
                MarkLayout.DURABLE_SEQUENCE_OFFSET,
                MarkLayout.DURABLE_SEQUENCE_OFFSET + 3,
                MarkLayout.COMPLEMENT_OFFSET
            })
    void durableTailerShouldLearnFromMetaWhenTheMarkIsDamaged(final int offset) throws IOException {
        script.open();
        append(10);
        script.flush();
        script.kill();
        script.storage().flip(FileNames.MARK, offset, 0x40);
        try (Tailer tailer = tailer(1, Visibility.DURABLE)) {
            assertEquals(List.of(), sequencesOf(tailer));
            script.open();
            assertEquals(sequences(1, 10), sequencesOf(tailer));
        }
    }

    private void requireMetaTells() {
        append(10);
        script.flush();
        try (Tailer tailer = tailer(1, Visibility.DURABLE)) {
            assertEquals(List.of(), sequencesOf(tailer));
            append(100);
            final List<Long> found = sequencesOf(tailer);
            assertTrue(found.size() > 50 && found.size() < 110, "a roll writes the mark to the meta file: " + found);
            script.close();
            assertEquals(sequences(found.size() + 1L, 110), sequencesOf(tailer));
        }
    }

    @Test
    void pollShouldSayWhenAnotherJournalHasTakenThePlace() throws IOException {
        script.open();
        append(10);
        script.close();
        try (Tailer tailer = tailer(1, Visibility.WRITTEN)) {
            assertEquals(10, sequencesOf(tailer).size());
            for (final String name : List.copyOf(script.storage().names())) {
                if (!name.equals(FileNames.LOCK)) {
                    script.storage().delete(name);
                }
            }
            try (Journal other = Journal.open(
                    script.storage(),
                    JournalConfig.defaults().withSegmentLength(64 << 10).withInvokedAgents())) {
                assertThrows(NotAJournalException.class, () -> sequencesOf(tailer));
                assertEquals(0, other.lastSequence());
            }
        }
    }

    @Test
    void tailerShouldWaitWhenTheJournalHasNoSegmentYet() throws IOException {
        script.storage()
                .faults()
                .on(
                        StorageCall.of(StorageCall.Kind.CREATE, FileNames.segment(1) + FileNames.PREPARING_SUFFIX),
                        Fault.failBefore(() -> new IOException("not now")));
        assertThrows(StorageException.class, script::open);
        script.storage().faults().clear();
        for (final Visibility visibility : Visibility.values()) {
            try (Tailer end = JournalReader.open(process).tailer(Start.atEnd(), visibility)) {
                assertEquals(1, end.nextSequence());
            }
        }
        try (Tailer tailer = tailer(1, Visibility.WRITTEN)) {
            assertEquals(List.of(), sequencesOf(tailer));
        }
    }
}

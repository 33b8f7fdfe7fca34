// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Expected;
import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ranges of records, as a stream and as a replay, and the last ones of a journal. */
class RecordStreamTest {

    private static final int RECORDS = 300;

    private final Script script = new Script();

    /** Records, batches, and claims that were given up: many of them in a row at the end. */
    private JournalReader write(final int abortedAtEnd) {
        script.open();
        for (int i = 0; i < RECORDS; i++) {
            script.append(i % 5, 600 + i);
            if (i % 9 == 4) {
                script.appendBatch(0, 1, 70);
            }
            if (i % 13 == 7) {
                script.abort(i);
            }
            script.settle();
        }
        for (int i = 0; i < abortedAtEnd; i++) {
            script.abort(1);
            script.settle();
        }
        script.flush();
        return JournalReader.open(script.storage().sibling());
    }

    private static Expected expected(final JournalRecord record) {
        return new Expected(
                record.sequence(),
                record.type(),
                GoldenJournal.boxed(record.payload(), 0, record.payload().remaining()));
    }

    private static List<Expected> records(final JournalReader reader, final Start from, final Start to) {
        try (Stream<JournalRecord> records = reader.records(from, to)) {
            return records.map(RecordStreamTest::expected).collect(Collectors.toList());
        }
    }

    private List<Expected> range(final long from, final long to) {
        return script.expected().stream()
                .filter(record -> record.sequence() >= from && record.sequence() < to)
                .toList();
    }

    @Test
    void recordsShouldBeThoseOfTheRangeWhenItIsGivenByAnyPlace() {
        final JournalReader reader = write(0);
        assertEquals(script.expected(), records(reader, Start.atHead(), Start.atEnd()));
        assertEquals(script.expected(), records(script.journal().reader(), Start.atHead(), Start.atEnd()));
        assertEquals(range(77, 201), records(reader, Start.atSequence(77), Start.atSequence(201)));
        assertEquals(List.of(), records(reader, Start.atSequence(201), Start.atSequence(77)));
        assertEquals(List.of(), records(reader, Start.atEnd(), Start.atEnd()));
        final List<Long> times = new ArrayList<>();
        reader.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> times.add(timestampNs));
        final long firstNs = times.get(times.size() / 3);
        final long endNs = times.get(times.size() / 2);
        final List<Expected> found = records(
                reader, Start.atTime(Instant.ofEpochSecond(0, firstNs)), Start.atTime(Instant.ofEpochSecond(0, endNs)));
        assertEquals(script.expected().subList(times.indexOf(firstNs), times.indexOf(endNs)), found);
        final TailedRecords replayed = new TailedRecords();
        reader.replay(
                Start.atTime(Instant.ofEpochSecond(0, firstNs)),
                Start.atTime(Instant.ofEpochSecond(0, endNs)),
                replayed);
        assertEquals(found, replayed.records());
    }

    @Test
    void recordsShouldHoldAFileOnlyUntilTheyAreReadOrClosed() {
        final JournalReader reader = write(0);
        final int held = script.storage().openHandles().size();
        final Stream<JournalRecord> unread = reader.records(Start.atHead(), Start.atEnd());
        assertEquals(held + 1, script.storage().openHandles().size());
        unread.close();
        assertEquals(held, script.storage().openHandles().size());
        final Stream<JournalRecord> read = reader.records(Start.atSequence(250), Start.atEnd());
        final Iterator<JournalRecord> iterator = read.iterator();
        final JournalRecord kept = iterator.next();
        long last = kept.sequence();
        while (iterator.hasNext()) {
            last = iterator.next().sequence();
        }
        assertEquals(held, script.storage().openHandles().size(), "read to the end");
        assertEquals(script.expected().get(script.expected().size() - 1).sequence(), last);
        assertEquals(range(250, 251), List.of(expected(kept)), "a record stays as it is");
        assertThrows(
                java.nio.ReadOnlyBufferException.class, () -> kept.payload().put(0, (byte) 1));
        read.close();
    }

    @Test
    void recordsShouldGiveWhatIsWholeAndThenThrowWhenOneIsDamaged() throws IOException {
        final JournalReader reader = write(0);
        script.storage().flip(FileNames.segment(2), 20_000, 0x20);
        final List<Expected> given = new ArrayList<>();
        try (Stream<JournalRecord> records = reader.records(Start.atHead(), Start.atEnd())) {
            final CorruptJournalException e = assertThrows(
                    CorruptJournalException.class, () -> records.forEach(record -> given.add(expected(record))));
            assertEquals(range(1, e.sequence()), given);
        }
        assertTrue(given.size() > 50, "given: " + given.size());
    }

    @Test
    void lastRecordsShouldBeThoseInFrontOfTheEndWhenSomeSequencesWereGivenUp() {
        final JournalReader reader = write(700);
        final List<Expected> all = script.expected();
        for (final int count : new int[] {0, 1, 2, 5, 17, 100, 256, 257, all.size() - 1, all.size(), 1_000_000}) {
            final List<Expected> last = all.subList(Math.max(0, all.size() - count), all.size());
            assertEquals(last, records(reader, Start.atLast(count), Start.atEnd()), "count=" + count);
            try (Tailer inside = script.journal().tailer(Start.atLast(count), Visibility.WRITTEN);
                    Tailer outside = reader.tailer(Start.atLast(count), Visibility.DURABLE)) {
                assertEquals(last, new TailedRecords().pollAll(inside).records(), "count=" + count);
                assertEquals(last, new TailedRecords().pollAll(outside).records(), "count=" + count);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Start.atLast(-1));
    }

    @Test
    void lastRecordsShouldBeDurableOnesWhenThatIsAsked() {
        write(0);
        final List<Expected> durable = List.copyOf(script.expected());
        for (int i = 0; i < 5; i++) {
            script.append(0, 10);
        }
        script.settle();
        try (Tailer tailer = script.journal().tailer(Start.atLast(3), Visibility.DURABLE)) {
            final List<Expected> last = durable.subList(durable.size() - 3, durable.size());
            assertEquals(last, new TailedRecords().pollAll(tailer).records());
        }
    }

    @Test
    void lastRecordsShouldCostTheSameWhenTheJournalIsLonger() throws IOException {
        final List<Integer> counts = new ArrayList<>();
        for (final int segments : new int[] {20, 600}) {
            final LongJournal journal = new LongJournal(1, segments);
            final SparseStorage sparse = journal.storage();
            sparse.add(FileNames.INDEX, journal.index());
            final CountingStorage storage = new CountingStorage(sparse);
            final JournalReader reader = JournalReader.open(storage);
            storage.takeOpenCount();
            storage.takeListCount();
            assertEquals(journal.lastSequence() - 29, reader.find(Start.atLast(30)));
            counts.add(storage.takeOpenCount());
            assertEquals(0, storage.takeListCount());
        }
        assertEquals(counts.get(0), counts.get(1), "files opened");
    }
}

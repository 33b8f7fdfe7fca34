// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replay that is long enough for a second thread to read ahead of it comes to what it would come to alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ReadAheadTest {

    private static final long SEED = 20261126;
    private static final int SEGMENT_LENGTH = 16 << 20;
    private static final int JOURNAL_LENGTH = 40 << 20;
    private static final int ROUNDS = 60;
    private static final int LONGEST = 3 << 20;

    /** A frame, and the first sequence of its batch. */
    private record Place(long segment, int offset, long batchSequence) {}

    @TempDir
    private static Path directory;

    private final Random random = new Random(SEED);
    private final List<Integer> sums = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();

    @BeforeAll
    void write() throws IOException {
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH).withSyncPolicy(SyncPolicy.never());
        final byte[] bytes = new byte[LONGEST];
        random.nextBytes(bytes);
        final Batch batch = new Batch();
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            for (long written = 0; written < JOURNAL_LENGTH; ) {
                final int length = length();
                final boolean isBatch = length < 10_000 && random.nextInt(4) == 0;
                final int count = isBatch ? 2 + random.nextInt(random.nextInt(300) == 0 ? 2_000 : 20) : 1;
                batch.clear();
                for (int i = 0; i < count; i++) {
                    sums.add(sum(ByteBuffer.wrap(bytes, i, length)));
                    batch.add(bytes, i, length);
                }
                if (isBatch) {
                    appender.appendBatch(batch);
                } else {
                    appender.append(bytes, 0, length);
                }
                written += (long) count * length;
            }
        }
        final Storage storage = DirectoryStorage.open(directory);
        final Meta meta = Replay.readMeta(storage);
        try (JournalScan scan = new JournalScan(storage, meta, SegmentReader.open(storage, 1, meta, 1), 1)) {
            long batchSequence = 0;
            for (boolean isInBatch = false; scan.advance(); isInBatch = scan.isInOpenBatch()) {
                batchSequence = isInBatch ? batchSequence : scan.sequence();
                places.add(new Place(scan.reader().number(), scan.frameOffset(), batchSequence));
            }
        }
        assertTrue(places.size() >= sums.size(), () -> "seed " + SEED);
    }

    /** Mostly short, and now and then longer than what is read ahead at a time. */
    private int length() {
        return random.nextInt(10_000) == 0 ? random.nextInt(LONGEST) : random.nextInt(1 + random.nextInt(1_500));
    }

    private static int sum(final ByteBuffer bytes) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tidemark-read-ahead"))
                .toList();
    }

    /** What is replayed, from the first record to the last or to what is thrown. */
    private final class Found implements RecordHandler {

        private int count;
        private int threadCount;

        @Override
        public void onRecord(
                final long sequence,
                final long timestampNs,
                final int type,
                final ByteBuffer buffer,
                final int offset,
                final int length) {
            assertEquals(count + 1, sequence);
            assertEquals(
                    sums.get(count), sum(buffer.position(offset).limit(offset + length)), () -> "sequence " + sequence);
            count++;
            if (count % 4_096 == 0) {
                threadCount = Math.max(threadCount, threads().size());
            }
        }
    }

    @Test
    void replayShouldGiveEachRecordOnceWhenASecondThreadReadsAhead() {
        final Found found = new Found();
        JournalReader.open(directory).replay(1, found);
        assertEquals(sums.size(), found.count);
        assertEquals(1, found.threadCount, "threads that read ahead");
        assertEquals(List.of(), threads());
    }

    @Test
    void replayShouldEndWithTheLastRecordWantedWhenMoreWasReadAhead() {
        for (int round = 0; round < ROUNDS / 10; round++) {
            final int last = sums.size() / 2 + random.nextInt(sums.size() / 2);
            final Found found = new Found();
            assertEquals(last + 1, JournalReader.open(directory).replay(1, last, found), "seed " + SEED);
            assertEquals(last, found.count, "seed " + SEED);
        }
    }

    /** No frame lies across two windows, and each window but the first begins with one. */
    @Test
    void replayShouldGiveEachRecordOnceWhenFramesEndWhereWindowsDo(@TempDir final Path aligned) {
        final byte[] bytes = new byte[4_096 - FrameLayout.HEADER_LENGTH];
        final int count = JOURNAL_LENGTH / 4_096;
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH).withSyncPolicy(SyncPolicy.never());
        try (Journal journal = Journal.open(aligned, config)) {
            for (int i = 0; i < count; i++) {
                journal.appender().append(bytes, 0, bytes.length);
            }
        }
        final List<Long> sequences = new ArrayList<>();
        JournalReader.open(aligned).replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            assertEquals(bytes.length, length);
            sequences.add(sequence);
        });
        assertEquals(LongStream.rangeClosed(1, count).boxed().toList(), sequences);
    }

    /** It comes as far as it may, which is not the bytes that the handler has. */
    @Test
    void replayShouldLeaveTheHandlerItsBytesWhenTheSecondThreadIsFarAhead() {
        final Found found = new Found();
        final RecordHandler handler = (sequence, timestampNs, type, buffer, offset, length) -> {
            found.onRecord(sequence, timestampNs, type, buffer, offset, length);
            if (sequence % 1_024 == 0) {
                threads().forEach(ReadAheadTest::awaitRest);
                assertEquals(
                        sums.get(found.count - 1),
                        sum(buffer.position(offset).limit(offset + length)),
                        () -> "sequence " + sequence);
            }
        };
        JournalReader.open(directory).replay(1, handler);
        assertEquals(sums.size(), found.count);
    }

    private static void awaitRest(final Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void replayShouldStopAtTheDamageWhenItLiesInWhatIsReadAhead() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            final Place place = places.get(random.nextInt(places.size() - 1));
            final Path file = directory.resolve(FileNames.segment(place.segment()));
            final int at = place.offset() + random.nextInt(round % 2 == 0 ? FrameLayout.HEADER_LENGTH : 8);
            final int mask = 1 << random.nextInt(8);
            final String words = "seed " + SEED + " round " + round + " " + place + " at " + at + " mask " + mask;
            flip(file, at, mask);
            final Found found = new Found();
            final CorruptJournalException thrown = assertThrows(
                    CorruptJournalException.class,
                    () -> JournalReader.open(directory).replay(1, found),
                    words);
            flip(file, at, mask);
            assertEquals(file.toString(), thrown.file(), words);
            assertEquals(place.offset(), thrown.offset(), words);
            assertEquals(place.batchSequence(), thrown.sequence(), words);
            assertTrue(found.count < place.batchSequence(), words);
            assertEquals(List.of(), threads(), words);
        }
    }

    private static void flip(final Path file, final int at, final int mask) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(at);
            final int before = access.read();
            access.seek(at);
            access.write(before ^ mask);
        }
    }

    @Test
    void recordsShouldGoOnWhenTheThreadEndedForWantOfWork() throws InterruptedException {
        try (Stream<JournalRecord> stream = JournalReader.open(directory).records(Start.atHead(), Start.atEnd())) {
            final Iterator<JournalRecord> records = stream.iterator();
            int count = 0;
            while (threads().isEmpty()) {
                requireNext(records, count++);
            }
            for (final Thread thread : threads()) {
                thread.join();
            }
            while (records.hasNext()) {
                requireNext(records, count++);
            }
            assertEquals(sums.size(), count);
        }
        assertEquals(List.of(), threads());
    }

    private void requireNext(final Iterator<JournalRecord> records, final int index) {
        final JournalRecord next = records.next();
        assertEquals(index + 1, next.sequence());
        assertEquals(sums.get(index), sum(next.payload()), () -> "sequence " + next.sequence());
    }

    @Test
    void replayShouldThrowWhatTheHandlerThrowsAndLeaveNoThread() {
        final Found found = new Found();
        final RecordHandler handler = (sequence, timestampNs, type, buffer, offset, length) -> {
            found.onRecord(sequence, timestampNs, type, buffer, offset, length);
            if (found.threadCount > 0) {
                throw new HostileException("enough");
            }
        };
        assertThrows(HostileException.class, () -> JournalReader.open(directory).replay(1, handler));
        assertEquals(List.of(), threads());
    }
}

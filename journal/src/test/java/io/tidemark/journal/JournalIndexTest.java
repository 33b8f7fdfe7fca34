// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.IndexBlockLayout;
import io.tidemark.journal.format.IndexLayout;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The index makes seeking cheap, and is never believed. */
class JournalIndexTest {

    private static final long SEED = 20261126;

    /** Meta file, index, and the segment of the place. */
    private static final int MAX_OPENS = 3;

    /** In the segment that is not full the index is of no help, and at the end it is to be judged whether it is one. */
    private static final int MAX_OPENS_AT_END = 7;

    /** Number of segments in a journal whose index lies. */
    private static final int LYING = 24;

    private final SplittableRandom random = new SplittableRandom(SEED);

    private static Instant time(final long timestampNs) {
        return Instant.ofEpochSecond(0, timestampNs);
    }

    private static void requireRightPlaces(final LongJournal journal, final JournalReader reader, final long sequence) {
        assertEquals(sequence, reader.find(Start.atSequence(sequence)));
        final List<Long> given = new ArrayList<>();
        reader.replay(sequence, Math.min(sequence + 7, journal.lastSequence()), (s, t, type, b, o, l) -> given.add(s));
        assertEquals(sequence, given.get(0));
        final long timestampNs = LongJournal.timestampNs(sequence);
        assertEquals(sequence, reader.find(Start.atTime(time(timestampNs))));
        assertEquals(sequence, reader.find(Start.atTime(time(timestampNs - 1))));
        assertEquals(sequence + 1, reader.find(Start.atTime(time(timestampNs + 1))));
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "1, 1000", "90001, 91000", "1, 1025"})
    void findShouldOpenNoMoreFilesWhenTheJournalIsLonger(final long first, final long last) throws IOException {
        final LongJournal journal = new LongJournal(first, last);
        final SparseStorage sparse = journal.storage();
        sparse.add(FileNames.INDEX, journal.index());
        final CountingStorage storage = new CountingStorage(sparse);
        final JournalReader reader = JournalReader.open(storage);
        storage.takeListCount();
        for (int i = 0; i < 100; i++) {
            final long sequence = random.nextLong(LongJournal.firstSequence(first), journal.lastSequence() + 1);
            final boolean isFull = sequence <= journal.lastSequence() - LongJournal.RECORDS_PER_SEGMENT;
            final Start[] starts = {
                Start.atSequence(sequence),
                Start.atTime(time(LongJournal.timestampNs(sequence))),
                Start.atHead(),
                Start.atEnd(),
                Start.atTime(time(0)),
                Start.atTime(Instant.MAX),
            };
            final long[] expected = {
                sequence,
                sequence,
                LongJournal.firstSequence(first),
                journal.lastSequence() + 1,
                LongJournal.firstSequence(first),
                journal.lastSequence() + 1
            };
            for (int kind = 0; kind < starts.length; kind++) {
                final int where = kind;
                storage.takeOpenCount();
                assertEquals(expected[kind], reader.find(starts[kind]), starts[kind] + ", seed=" + SEED);
                final int opened = storage.takeOpenCount();
                final int allowed = isFull && kind < 2 ? MAX_OPENS + kind : MAX_OPENS_AT_END;
                assertTrue(opened <= allowed, () -> opened + " files opened: " + starts[where] + ", seed=" + SEED);
            }
        }
        assertEquals(0, storage.takeListCount(), "the directory was listed");
    }

    @Test
    void findShouldLearnWhenThereIsNoIndex() throws IOException {
        final LongJournal journal = new LongJournal(11, 1010);
        final CountingStorage storage = new CountingStorage(journal.storage());
        final JournalReader reader = JournalReader.open(storage);
        for (int round = 0; round < 2; round++) {
            for (long sequence = LongJournal.firstSequence(11); sequence <= journal.lastSequence(); sequence += 97) {
                requireRightPlaces(journal, reader, sequence);
            }
            requireRightPlaces(journal, reader, journal.lastSequence());
        }
        assertEquals(2_500, reader.find(Start.atSequence(2_500)));
        storage.takeOpenCount();
        assertEquals(2_500, reader.find(Start.atSequence(2_500)));
        assertEquals(MAX_OPENS, storage.takeOpenCount(), "meta file, segment, and an index that is not there");
    }

    @Test
    void findShouldThrowWhenTheSequenceWasTruncated() throws IOException {
        final LongJournal journal = new LongJournal(500, 600);
        final SparseStorage storage = journal.storage();
        storage.add(FileNames.INDEX, new LongJournal(1, 600).index());
        final JournalReader reader = JournalReader.open(storage);
        final long head = LongJournal.firstSequence(500);
        final OvertakenException e =
                assertThrows(OvertakenException.class, () -> reader.find(Start.atSequence(head - 1)));
        assertEquals(head, e.headSequence());
        requireRightPlaces(journal, reader, head);
    }

    /** What an index may say that is not so; all of it with the right checksum. */
    enum Lie {
        OFFSET_WITHIN_A_FRAME {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                add(block, entry, 8);
            }
        },
        OFFSET_OF_ANOTHER_FRAME {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                add(block, entry, FrameLayout.align(FrameLayout.HEADER_LENGTH + 40));
            }
        },
        OFFSET_BEHIND_THE_SEAL {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                add(block, entry, 16_384);
            }
        },
        OFFSET_AT_THE_END_OF_THE_LONGEST_SEGMENT {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                block.putInt(at(entry), SegmentLayout.MAX_SEGMENT_LENGTH - FrameLayout.HEADER_LENGTH);
            }
        },
        OFFSET_BELOW_ZERO {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                block.putInt(at(entry), -8);
            }
        },
        SEQUENCE_TOO_LOW {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                final int offset = IndexBlockLayout.FIRST_SEQUENCE_OFFSET;
                block.putLong(offset, Math.max(1, block.getLong(offset) - 7));
            }
        },
        SEQUENCE_TOO_HIGH {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                final int offset = IndexBlockLayout.FIRST_SEQUENCE_OFFSET;
                block.putLong(offset, block.getLong(offset) + 1_000);
            }
        },
        SEQUENCE_OF_NONE {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                block.putLong(IndexBlockLayout.FIRST_SEQUENCE_OFFSET, FrameLayout.MAX_SEQUENCE + 1);
            }
        },
        TIME_TOO_EARLY {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                block.putLong(at(entry) + 8, -5);
            }
        },
        TIME_TOO_LATE {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                block.putLong(at(entry) + 8, Long.MAX_VALUE);
            }
        },
        MORE_ENTRIES_THAN_THERE_ARE {
            @Override
            void tell(final ByteBuffer block, final int entry) {
                block.putInt(IndexBlockLayout.ENTRY_COUNT_OFFSET, 3);
            }
        };

        abstract void tell(ByteBuffer block, int entry);

        static int at(final int entry) {
            return IndexBlockLayout.HEADER_LENGTH + entry * IndexBlockLayout.ENTRY_LENGTH;
        }

        static void add(final ByteBuffer block, final int entry, final int bytes) {
            block.putInt(at(entry), block.getInt(at(entry)) + bytes);
        }
    }

    private static void lie(final byte[] index, final long segment, final Lie lie) {
        final int start = (int) IndexLayout.blockOffset(segment, IndexLayout.MIN_BLOCK_LENGTH, 1024);
        final ByteBuffer block =
                ByteBuffer.wrap(index, start, index.length - start).slice().order(ByteOrder.LITTLE_ENDIAN);
        lie.tell(block, 0);
        final int end = IndexBlockLayout.HEADER_LENGTH
                + block.getInt(IndexBlockLayout.ENTRY_COUNT_OFFSET) * IndexBlockLayout.ENTRY_LENGTH;
        final SeededChecksum checksum = new SeededChecksum();
        checksum.seed(HandmadeSegment.META.journalIdHigh(), HandmadeSegment.META.journalIdLow(), segment);
        final int from = IndexBlockLayout.ENTRY_COUNT_OFFSET;
        final int sum = checksum.of(block, from, Math.min(end, block.capacity()) - from);
        block.clear().putInt(IndexBlockLayout.CHECKSUM_OFFSET, sum);
    }

    @ParameterizedTest
    @EnumSource
    void findShouldGiveTheRightPlaceWhenTheIndexLies(final Lie lie) throws IOException {
        final LongJournal journal = new LongJournal(1, LYING);
        for (int round = 0; round < 2; round++) {
            final byte[] index = journal.index();
            final int part = 1 + random.nextInt(4);
            for (long segment = 1; segment < LYING; segment++) {
                if (random.nextInt(part) == 0) {
                    lie(index, segment, lie);
                }
            }
            final SparseStorage storage = journal.storage();
            storage.add(FileNames.INDEX, index);
            final JournalReader reader = JournalReader.open(storage);
            for (long sequence = 1; sequence <= journal.lastSequence(); sequence += 1 + random.nextInt(16)) {
                requireRightPlaces(journal, reader, sequence);
            }
        }
    }

    @Test
    void findShouldGiveTheRightPlaceWhenAnyBytesOfTheIndexAreDamaged() throws IOException {
        final LongJournal journal = new LongJournal(1, 40);
        final byte[] whole = journal.index();
        final SparseStorage storage = journal.storage();
        final SparseStorage.SparseFile file = storage.add(FileNames.INDEX, whole);
        for (int round = 0; round < 150; round++) {
            final byte[] damaged = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                final int block = random.nextInt(41) * IndexLayout.MIN_BLOCK_LENGTH;
                final int at = Math.min(damaged.length - 1, block + random.nextInt(random.nextBoolean() ? 48 : 4096));
                damaged[at] ^= (byte) (1 << random.nextInt(8));
            }
            System.arraycopy(damaged, 0, file.content(), 0, damaged.length);
            file.length(random.nextInt(3) == 0 ? random.nextInt(damaged.length) : damaged.length);
            requireRightPlaces(journal, JournalReader.open(storage), 1 + random.nextLong(journal.lastSequence()));
        }
    }

    @Test
    void findShouldGiveTheRightPlaceWhenTheIndexIsOfAnotherTime() throws IOException {
        // Segments of the same numbers with other records in them: files were restored one by one.
        final SimulatedStorage before = history(3_000, 60);
        final byte[] index = before.contents(FileNames.INDEX);
        final SimulatedStorage after = history(2_000, 90);
        after.delete(FileNames.INDEX);
        after.install(FileNames.INDEX, index);
        requireSamePlaces(after);
    }

    /** Two openings, segments with several entries, and a batch here and there. */
    private static SimulatedStorage history(final int payloadLength, final int records) throws IOException {
        final Script script = new Script();
        script.lengths(4 * SegmentLayout.MIN_SEGMENT_LENGTH, 64 << 10);
        for (int opening = 0; opening < 2; opening++) {
            script.open();
            for (int i = 0; i < records * 2; i++) {
                script.append(0, payloadLength + i);
                if (i % 10 == 4) {
                    script.appendBatch(10, 700, 30);
                }
                script.settle();
            }
            script.flush();
            if (opening == 0) {
                script.kill();
            } else {
                script.close();
            }
        }
        return script.storage();
    }

    /** Compares what the index finds with what is found without it. */
    private static void requireSamePlaces(final SimulatedStorage storage) throws IOException {
        final List<Long> times = new ArrayList<>();
        final JournalReader reader = JournalReader.open(storage);
        reader.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> times.add(timestampNs));
        for (int i = 0; i < times.size(); i++) {
            final long sequence = i + 1L;
            final List<Long> given = new ArrayList<>();
            reader.replay(sequence, sequence, (s, timestampNs, type, b, o, l) -> given.add(timestampNs));
            assertEquals(List.of(times.get(i)), given, "sequence=" + sequence);
            final Instant time = time(times.get(i));
            assertEquals(times.indexOf(times.get(i)) + 1, reader.find(Start.atTime(time)), "sequence=" + sequence);
        }
    }

    @Test
    void writerShouldKeepTheIndexWhenItRolls() throws IOException {
        final SimulatedStorage storage = history(3_000, 120);
        final int last = (int) Replay.readMeta(storage).markSegment();
        assertTrue(last > 5, "the journal hardly rolled: " + last);
        requireSamePlaces(storage);
        assertTrue(blocks(storage) >= last - 1, "blocks in the index: " + blocks(storage) + ", last=" + last);
        storage.zero(FileNames.INDEX, 0, storage.contents(FileNames.INDEX).length);
        assertEquals(last, IndexRebuild.run(storage, count -> {}));
        assertEquals(last, blocks(storage), "blocks in the index that was rebuilt");
        requireSamePlaces(storage);
        assertEquals(List.of(), storage.openHandles());
    }

    private static int blocks(final SimulatedStorage storage) throws IOException {
        final ByteBuffer file =
                ByteBuffer.wrap(storage.contents(FileNames.INDEX)).order(ByteOrder.LITTLE_ENDIAN);
        int count = 0;
        for (int at = IndexLayout.HEADER_PAGE_LENGTH; at < file.capacity(); at += IndexLayout.MIN_BLOCK_LENGTH) {
            count += file.getLong(at) == 0 ? 0 : 1;
        }
        return count;
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, 1 << 20, 64 << 20, 1 << 30})
    void positionsShouldFitIntoTheirBlockWhenEveryFrameIsNoted(final int segmentLength) {
        final SegmentPositions positions = SegmentPositions.of(7, segmentLength);
        for (int offset = SegmentLayout.HEADER_PAGE_LENGTH; offset <= segmentLength - 32; offset += 32) {
            positions.note(offset, offset, 0);
        }
        final int capacity = IndexBlockLayout.entryCapacity(IndexLayout.blockLength(segmentLength));
        assertTrue(positions.count() <= capacity, positions.count() + " are more than " + capacity);
        assertTrue(segmentLength - positions.offset(positions.count() - 1) <= 300_000, "the last part is not covered");
    }
}

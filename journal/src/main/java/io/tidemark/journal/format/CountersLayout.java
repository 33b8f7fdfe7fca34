// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The two slots of {@code journal.counters}, a cache that tells other processes what the writer is doing, and what it did last
 * when it is gone. They are stored in turn, so that one of them is whole at any moment; the whole one with the higher generation
 * counts. It is never forced, and nothing is lost with it.
 *
 * <p>A slot begins as all pages do, with magic, checksum and version; everything behind them is a row of 64-bit words, each
 * named by its offset. In memory the same row is an array: the word at an offset is the one at that offset divided by 8.
 */
public final class CountersLayout {

    /** Length of the file, in bytes. */
    public static final int FILE_LENGTH = 4096;

    /** Number of slots. */
    public static final int SLOT_COUNT = 2;

    /** Length of a slot, in bytes; the second begins behind the first. */
    public static final int SLOT_LENGTH = FILE_LENGTH / SLOT_COUNT;

    /** The first eight bytes of a slot. */
    public static final long MAGIC = 0x5254_4E43_4544_4954L;

    /** State: the journal is open. If the process is gone, it died so. */
    public static final int OPEN = 1;

    /** State: the journal was closed. */
    public static final int CLOSED = 2;

    /** State: the journal has ended itself after a failure. */
    public static final int FAILED = 3;

    /** Number of classes of times. */
    public static final int TIME_CLASS_COUNT = 216;

    /** Times below 2 to the power of this, in nanoseconds, are in the first class. */
    public static final int SHORTEST_TIME_SHIFT = 11;

    /** Each power of two is divided into 2 to the power of this many classes. */
    public static final int TIME_CLASS_SHIFT = 3;

    /** Offset of the magic, eight bytes. */
    public static final int MAGIC_OFFSET = 0;

    /** Offset of the checksum, four bytes. */
    public static final int CHECKSUM_OFFSET = MAGIC_OFFSET + Long.BYTES;

    /** Offset of the format version, four bytes. */
    public static final int VERSION_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** Offset of the generation: number of this writing of the file. */
    public static final int GENERATION_OFFSET = VERSION_OFFSET + Integer.BYTES;

    /** Offset of the high half of the journal's id. */
    public static final int JOURNAL_ID_HIGH_OFFSET = GENERATION_OFFSET + Long.BYTES;

    /** Offset of the low half of the journal's id. */
    public static final int JOURNAL_ID_LOW_OFFSET = JOURNAL_ID_HIGH_OFFSET + Long.BYTES;

    /** Offset of the epoch of the opening. */
    public static final int EPOCH_OFFSET = JOURNAL_ID_LOW_OFFSET + Long.BYTES;

    /** Offset of the state of the journal: {@link #OPEN}, {@link #CLOSED} or {@link #FAILED}. */
    public static final int STATE_OFFSET = EPOCH_OFFSET + Long.BYTES;

    /** Offset of the number of the process that has the journal open. */
    public static final int PROCESS_ID_OFFSET = STATE_OFFSET + Long.BYTES;

    /** Offset of the time at which that process was started, in nanoseconds since the beginning of 1970; 0 if it is not known. */
    public static final int PROCESS_STARTED_OFFSET = PROCESS_ID_OFFSET + Long.BYTES;

    /** Offset of the time at which the journal was opened, by its own clock, in nanoseconds since the beginning of 1970. */
    public static final int OPENED_OFFSET = PROCESS_STARTED_OFFSET + Long.BYTES;

    /** Offset of the time from the opening to these numbers, in nanoseconds. */
    public static final int ELAPSED_OFFSET = OPENED_OFFSET + Long.BYTES;

    /** Offset of the last sequence before the opening. */
    public static final int OPENED_SEQUENCE_OFFSET = ELAPSED_OFFSET + Long.BYTES;

    /** Offset of the last sequence given to a record. */
    public static final int APPENDED_SEQUENCE_OFFSET = OPENED_SEQUENCE_OFFSET + Long.BYTES;

    /** Offset of the last sequence written. */
    public static final int WRITTEN_SEQUENCE_OFFSET = APPENDED_SEQUENCE_OFFSET + Long.BYTES;

    /** Offset of the durable sequence. */
    public static final int DURABLE_SEQUENCE_OFFSET = WRITTEN_SEQUENCE_OFFSET + Long.BYTES;

    /** Offset of the head. */
    public static final int HEAD_OFFSET = DURABLE_SEQUENCE_OFFSET + Long.BYTES;

    /** Offset of the sequence of the last completed checkpoint. */
    public static final int CHECKPOINT_SEQUENCE_OFFSET = HEAD_OFFSET + Long.BYTES;

    /** Offset of the number of bytes written, headers and padding included. */
    public static final int WRITTEN_BYTES_OFFSET = CHECKPOINT_SEQUENCE_OFFSET + Long.BYTES;

    /** Offset of the number of runs of records that the writer stored at once. */
    public static final int RUNS_OFFSET = WRITTEN_BYTES_OFFSET + Long.BYTES;

    /** Offset of the number of records in the longest run. */
    public static final int LONGEST_RUN_OFFSET = RUNS_OFFSET + Long.BYTES;

    /** Offset of the number of forces. */
    public static final int FORCES_OFFSET = LONGEST_RUN_OFFSET + Long.BYTES;

    /** Offset of the time that all forces took, in nanoseconds. */
    public static final int FORCE_TIME_OFFSET = FORCES_OFFSET + Long.BYTES;

    /** Offset of the time that the longest force took, in nanoseconds. */
    public static final int LONGEST_FORCE_OFFSET = FORCE_TIME_OFFSET + Long.BYTES;

    /** Offset of the most records that one force made durable. */
    public static final int MOST_FORCED_OFFSET = LONGEST_FORCE_OFFSET + Long.BYTES;

    /** Offset of the number of forces above the configured threshold. */
    public static final int SLOW_FORCES_OFFSET = MOST_FORCED_OFFSET + Long.BYTES;

    /** Offset of the number of times that an append waited for room in the append queue. */
    public static final int BACK_PRESSURE_WAITS_OFFSET = SLOW_FORCES_OFFSET + Long.BYTES;

    /** Offset of the time that appends waited so, all together, in nanoseconds. */
    public static final int BACK_PRESSURE_TIME_OFFSET = BACK_PRESSURE_WAITS_OFFSET + Long.BYTES;

    /** Offset of the number of times that the writer waited for a standby. */
    public static final int STANDBY_WAITS_OFFSET = BACK_PRESSURE_TIME_OFFSET + Long.BYTES;

    /** Offset of the time that it waited so, in nanoseconds. */
    public static final int STANDBY_TIME_OFFSET = STANDBY_WAITS_OFFSET + Long.BYTES;

    /** Offset of the number of rolls. */
    public static final int ROLLS_OFFSET = STANDBY_TIME_OFFSET + Long.BYTES;

    /** Offset of the number of segments, with those that stand by. */
    public static final int SEGMENTS_OFFSET = ROLLS_OFFSET + Long.BYTES;

    /** Offset of the number of segments that stand by. */
    public static final int STANDBYS_OFFSET = SEGMENTS_OFFSET + Long.BYTES;

    /** Offset of the number of spares. */
    public static final int SPARES_OFFSET = STANDBYS_OFFSET + Long.BYTES;

    /** Offset of the length of all segments that the journal itself has mapped. */
    public static final int MAPPED_BYTES_OFFSET = SPARES_OFFSET + Long.BYTES;

    /** Offset of the length of the append queue, in bytes. */
    public static final int QUEUE_LENGTH_OFFSET = MAPPED_BYTES_OFFSET + Long.BYTES;

    /** Offset of the number of bytes in use of it. */
    public static final int QUEUE_USED_OFFSET = QUEUE_LENGTH_OFFSET + Long.BYTES;

    /** Offset of the number of pins. */
    public static final int PINS_OFFSET = QUEUE_USED_OFFSET + Long.BYTES;

    /** Offset of the number of open tailers of the process. */
    public static final int TAILERS_OFFSET = PINS_OFFSET + Long.BYTES;

    /** Offset of the number of problems that the listener was told. */
    public static final int PROBLEMS_OFFSET = TAILERS_OFFSET + Long.BYTES;

    /** Offset of the number of times that a listener threw. */
    public static final int LISTENER_FAILURES_OFFSET = PROBLEMS_OFFSET + Long.BYTES;

    /** Offset of the numbers of forces by the time that they took, a word for each {@linkplain #timeClass class} of times. */
    public static final int FORCE_TIMES_OFFSET = LISTENER_FAILURES_OFFSET + Long.BYTES;

    private static final int WORD_COUNT = SLOT_LENGTH / Long.BYTES;
    private static final int CLASSES_PER_DOUBLING = 1 << TIME_CLASS_SHIFT;

    private CountersLayout() {}

    /**
     * A row of words, all zero.
     *
     * @return one word for each eight bytes of a slot
     */
    public static long[] words() {
        return new long[WORD_COUNT];
    }

    /**
     * Where a word is in the row.
     *
     * @param offset of the word in a slot
     * @return its index
     */
    public static int index(final int offset) {
        return offset / Long.BYTES;
    }

    /**
     * The class of a time: classes are an eighth of a power of two wide, the first holds all that is shorter, the last all that
     * is longer.
     *
     * @param timeNs in nanoseconds
     * @return from 0 to {@link #TIME_CLASS_COUNT} - 1
     */
    public static int timeClass(final long timeNs) {
        final long atLeastNs = Math.max(timeNs, 1L << SHORTEST_TIME_SHIFT);
        final int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(atLeastNs);
        final int part = (int) (atLeastNs >>> (power - TIME_CLASS_SHIFT)) & (CLASSES_PER_DOUBLING - 1);
        return Math.min(TIME_CLASS_COUNT - 1, (power - SHORTEST_TIME_SHIFT) * CLASSES_PER_DOUBLING + part);
    }

    /**
     * The longest time in a class.
     *
     * @param timeClass from 0 to {@link #TIME_CLASS_COUNT} - 1
     * @return in nanoseconds; of the last class, the longest that would be there if it were like the others
     */
    public static long longestTimeNs(final int timeClass) {
        final int power = SHORTEST_TIME_SHIFT + timeClass / CLASSES_PER_DOUBLING;
        final long end = (long) CLASSES_PER_DOUBLING + timeClass % CLASSES_PER_DOUBLING + 1;
        return (end << (power - TIME_CLASS_SHIFT)) - 1;
    }

    /**
     * Writes a slot into a buffer, from its offset 0.
     *
     * @param buffer of {@link #SLOT_LENGTH} bytes, not mapped
     * @param words the row; those in front of the generation are passed over
     */
    public static void write(final ByteBuffer buffer, final long[] words) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(MAGIC_OFFSET, MAGIC);
        buffer.putInt(VERSION_OFFSET, SegmentLayout.FORMAT_VERSION);
        for (int i = index(GENERATION_OFFSET); i < WORD_COUNT; i++) {
            buffer.putLong(i * Long.BYTES, words[i]);
        }
        buffer.putInt(CHECKSUM_OFFSET, checksum(buffer));
        buffer.clear();
    }

    /**
     * Reads a slot of a journal.
     *
     * @param buffer of {@link #SLOT_LENGTH} bytes, from its offset 0, not mapped
     * @param journalIdHigh high half of the journal's id
     * @param journalIdLow low half of the journal's id
     * @param words receives the row
     * @return false if the slot is damaged, of another version, or another journal's
     */
    public static boolean read(
            final ByteBuffer buffer, final long journalIdHigh, final long journalIdLow, final long[] words) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.getLong(MAGIC_OFFSET) != MAGIC || buffer.getInt(CHECKSUM_OFFSET) != checksum(buffer)) {
            return false;
        }
        buffer.clear();
        if (HeaderVerdict.ofVersion(buffer.getInt(VERSION_OFFSET)) != HeaderVerdict.READABLE
                || buffer.getLong(JOURNAL_ID_HIGH_OFFSET) != journalIdHigh
                || buffer.getLong(JOURNAL_ID_LOW_OFFSET) != journalIdLow) {
            return false;
        }
        for (int i = index(GENERATION_OFFSET); i < WORD_COUNT; i++) {
            words[i] = buffer.getLong(i * Long.BYTES);
        }
        return true;
    }

    private static int checksum(final ByteBuffer buffer) {
        return new SeededChecksum().of(buffer, VERSION_OFFSET, SLOT_LENGTH - VERSION_OFFSET);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A block of {@code journal.index}: where in one segment some frames begin, the first one and others behind it.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 *  +-------------------------------+-------------------------------+
 *  |           CRC-32C             |         entry count           |   0
 *  +-------------------------------+-------------------------------+
 *  |                        segment number                         |   8
 *  +---------------------------------------------------------------+
 *  |                        first sequence                         |  16
 *  +---------------------------------------------------------------+
 *  |                          entries ...                          |  24
 *
 *  each entry:
 *  +-------------------------------+-------------------------------+
 *  |      offset in segment        | sequence less first sequence  |   0
 *  +-------------------------------+-------------------------------+
 *  |             timestamp (ns since 1970-01-01 UTC)               |   8
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>The checksum covers what is behind it up to the end of the last entry, and has the seed of the segment: a block of
 * another journal or segment is never whole in its place. A block says what was true when it was written, and must be
 * believed only as far as the frame shows that it points to.
 */
public final class IndexBlockLayout {

    /** Length in bytes of what stands in front of the entries. */
    public static final int HEADER_LENGTH = 24;

    /** Length in bytes of an entry. */
    public static final int ENTRY_LENGTH = 16;

    /** Offset of the checksum, four bytes. */
    public static final int CHECKSUM_OFFSET = 0;

    /** Offset of the number of entries, four bytes. */
    public static final int ENTRY_COUNT_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** Offset of the segment's number, eight bytes. */
    public static final int SEGMENT_NUMBER_OFFSET = ENTRY_COUNT_OFFSET + Integer.BYTES;

    /** Offset of the sequence of the first frame, eight bytes. */
    public static final int FIRST_SEQUENCE_OFFSET = SEGMENT_NUMBER_OFFSET + Long.BYTES;

    private static final int ENTRY_DELTA = Integer.BYTES;
    private static final int ENTRY_TIMESTAMP = 2 * Integer.BYTES;

    private IndexBlockLayout() {}

    /**
     * How many entries a block has room for.
     *
     * @param blockLength in bytes
     * @return number of entries
     */
    public static int entryCapacity(final int blockLength) {
        return (blockLength - HEADER_LENGTH) / ENTRY_LENGTH;
    }

    /**
     * Writes an entry.
     *
     * @param block to write to
     * @param index of the entry
     * @param offset of a frame in the segment
     * @param delta its sequence, less the first one of the segment
     * @param timestampNs its timestamp
     */
    public static void entry(
            final ByteBuffer block, final int index, final int offset, final int delta, final long timestampNs) {
        final int at = HEADER_LENGTH + index * ENTRY_LENGTH;
        block.order(ByteOrder.LITTLE_ENDIAN)
                .putInt(at, offset)
                .putInt(at + ENTRY_DELTA, delta)
                .putLong(at + ENTRY_TIMESTAMP, timestampNs);
    }

    /**
     * Writes what stands in front of the entries, which must be there.
     *
     * @param block to write to; its position is 0 and its limit is behind the last entry afterwards
     * @param checksum seeded for the segment
     * @param segment its number
     * @param firstSequence sequence of its first frame
     * @param entryCount number of entries, at least 1
     */
    public static void complete(
            final ByteBuffer block,
            final SeededChecksum checksum,
            final long segment,
            final long firstSequence,
            final int entryCount) {
        block.clear().order(ByteOrder.LITTLE_ENDIAN);
        block.putInt(ENTRY_COUNT_OFFSET, entryCount);
        block.putLong(SEGMENT_NUMBER_OFFSET, segment);
        block.putLong(FIRST_SEQUENCE_OFFSET, firstSequence);
        final int length = HEADER_LENGTH + entryCount * ENTRY_LENGTH;
        block.putInt(CHECKSUM_OFFSET, checksumOf(block, checksum, length));
        block.position(0).limit(length);
    }

    /**
     * Tells whether this is the whole block of a segment.
     *
     * @param block what was read in its place; has room for a block, whatever was there
     * @param length how much of it was there
     * @param checksum seeded for the segment
     * @param segment its number
     * @return whether its entries may be used as hints
     */
    public static boolean isOf(
            final ByteBuffer block, final int length, final SeededChecksum checksum, final long segment) {
        block.clear().order(ByteOrder.LITTLE_ENDIAN);
        if (block.getLong(SEGMENT_NUMBER_OFFSET) != segment) {
            return false;
        }
        final int count = block.getInt(ENTRY_COUNT_OFFSET);
        if (count < 1 || count > entryCapacity(length)) {
            return false;
        }
        final int found = checksumOf(block, checksum, HEADER_LENGTH + count * ENTRY_LENGTH);
        return block.clear().getInt(CHECKSUM_OFFSET) == found;
    }

    private static int checksumOf(final ByteBuffer block, final SeededChecksum checksum, final int length) {
        return checksum.of(block, ENTRY_COUNT_OFFSET, length - ENTRY_COUNT_OFFSET);
    }

    /**
     * Reads the number of the segment, whether or not the block is whole.
     *
     * @param block to read from
     * @return the number that stands there
     */
    public static long segmentNumber(final ByteBuffer block) {
        return block.order(ByteOrder.LITTLE_ENDIAN).getLong(SEGMENT_NUMBER_OFFSET);
    }

    /**
     * Reads the number of entries.
     *
     * @param block a whole block
     * @return number of entries
     */
    public static int entryCount(final ByteBuffer block) {
        return block.order(ByteOrder.LITTLE_ENDIAN).getInt(ENTRY_COUNT_OFFSET);
    }

    /**
     * Reads the sequence of the first frame of the segment.
     *
     * @param block a whole block
     * @return the sequence
     */
    public static long firstSequence(final ByteBuffer block) {
        return block.order(ByteOrder.LITTLE_ENDIAN).getLong(FIRST_SEQUENCE_OFFSET);
    }

    /**
     * Reads where the frame of an entry begins.
     *
     * @param block a whole block
     * @param index of the entry
     * @return offset in the segment
     */
    public static int offset(final ByteBuffer block, final int index) {
        return block.order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER_LENGTH + index * ENTRY_LENGTH);
    }

    /**
     * Reads which record the frame of an entry is.
     *
     * @param block a whole block
     * @param index of the entry
     * @return its sequence, less the first one of the segment
     */
    public static int delta(final ByteBuffer block, final int index) {
        return block.order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER_LENGTH + index * ENTRY_LENGTH + ENTRY_DELTA);
    }

    /**
     * Reads the timestamp of the frame of an entry.
     *
     * @param block a whole block
     * @param index of the entry
     * @return nanoseconds since the beginning of 1970
     */
    public static long timestampNs(final ByteBuffer block, final int index) {
        return block.order(ByteOrder.LITTLE_ENDIAN).getLong(HEADER_LENGTH + index * ENTRY_LENGTH + ENTRY_TIMESTAMP);
    }
}

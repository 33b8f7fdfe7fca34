// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first page of the file {@code journal.index}: a cache that tells where in the segments some frames begin, so that a
 * place is found without looking into every segment. It is never forced, and nothing is lost with it.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 *  +---------------------------------------------------------------+
 *  |                   magic "TIDEINDX"                            |   0
 *  +-------------------------------+-------------------------------+
 *  |           CRC-32C             |        format version         |   8
 *  +-------------------------------+-------------------------------+
 *  |                     journal id, high half                     |  16
 *  +---------------------------------------------------------------+
 *  |                     journal id, low half                      |  24
 *  +-------------------------------+-------------------------------+
 *  |         block length          |         block count           |  32
 *  +-------------------------------+-------------------------------+
 *  |                       zero up to 4096                         |  40
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Behind it lie the blocks, one for a segment ({@link IndexBlockLayout}). That of segment <i>n</i> is number <i>n</i> modulo
 * the block count: a ring, which is as long as the row of segments ever was and does not grow with what is truncated.
 */
public final class IndexLayout {

    /** Length in bytes of the first page; the blocks begin behind it. */
    public static final int HEADER_PAGE_LENGTH = 4096;

    /** The first eight bytes of the file. */
    public static final long MAGIC = 0x5844_4E49_4544_4954L;

    /** The shortest block, in bytes. */
    public static final int MIN_BLOCK_LENGTH = 4096;

    /** The longest block, in bytes: that of the longest segment. */
    public static final int MAX_BLOCK_LENGTH = 65_536;

    /** The lowest block count. */
    public static final int MIN_BLOCK_COUNT = 1024;

    /** The highest block count; of more segments only the newest are found in the index. */
    public static final int MAX_BLOCK_COUNT = 1 << 20;

    /** Offset of the magic, eight bytes. */
    public static final int MAGIC_OFFSET = 0;

    /** Offset of the checksum of the page, four bytes. */
    public static final int CHECKSUM_OFFSET = MAGIC_OFFSET + Long.BYTES;

    /** Offset of the format version, four bytes. */
    public static final int VERSION_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** Offset of the high half of the journal's id, eight bytes. */
    public static final int JOURNAL_ID_HIGH_OFFSET = VERSION_OFFSET + Integer.BYTES;

    /** Offset of the low half of the journal's id, eight bytes. */
    public static final int JOURNAL_ID_LOW_OFFSET = JOURNAL_ID_HIGH_OFFSET + Long.BYTES;

    /** Offset of the length of a block, four bytes. */
    public static final int BLOCK_LENGTH_OFFSET = JOURNAL_ID_LOW_OFFSET + Long.BYTES;

    /** Offset of the number of blocks in the ring, four bytes. */
    public static final int BLOCK_COUNT_OFFSET = BLOCK_LENGTH_OFFSET + Integer.BYTES;

    /** A block has this part of the length of its segment, so that its entries lie some 256 KiB apart. */
    private static final int SEGMENT_PART = 16_384;

    private IndexLayout() {}

    /**
     * The length of the blocks in the index of a journal that makes segments of a length.
     *
     * @param segmentLength in bytes, at most {@link SegmentLayout#MAX_SEGMENT_LENGTH}
     * @return bytes, a power of two
     */
    public static int blockLength(final int segmentLength) {
        int length = MIN_BLOCK_LENGTH;
        while (length < segmentLength / SEGMENT_PART) {
            length <<= 1;
        }
        return length;
    }

    /**
     * Writes the first page.
     *
     * @param page of {@link #HEADER_PAGE_LENGTH} bytes
     * @param journalIdHigh high half of the journal's id
     * @param journalIdLow low half of the journal's id
     * @param blockLength as {@link #blockLength(int)} tells
     * @param blockCount a power of two
     */
    public static void write(
            final ByteBuffer page,
            final long journalIdHigh,
            final long journalIdLow,
            final int blockLength,
            final int blockCount) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        for (int offset = 0; offset < HEADER_PAGE_LENGTH; offset += Long.BYTES) {
            page.putLong(offset, 0);
        }
        page.putLong(MAGIC_OFFSET, MAGIC);
        page.putInt(VERSION_OFFSET, SegmentLayout.FORMAT_VERSION);
        page.putLong(JOURNAL_ID_HIGH_OFFSET, journalIdHigh);
        page.putLong(JOURNAL_ID_LOW_OFFSET, journalIdLow);
        page.putInt(BLOCK_LENGTH_OFFSET, blockLength);
        page.putInt(BLOCK_COUNT_OFFSET, blockCount);
        page.putInt(CHECKSUM_OFFSET, checksum(page));
        page.clear();
    }

    /**
     * Tells whether this is the first page of the index of a journal.
     *
     * @param page of {@link #HEADER_PAGE_LENGTH} bytes
     * @param journalIdHigh high half of the journal's id
     * @param journalIdLow low half of the journal's id
     * @return false if it is damaged, of another version, another journal's, or says what can't be
     */
    public static boolean isOf(final ByteBuffer page, final long journalIdHigh, final long journalIdLow) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        if (page.getLong(MAGIC_OFFSET) != MAGIC || page.getInt(CHECKSUM_OFFSET) != checksum(page)) {
            return false;
        }
        page.clear();
        return HeaderVerdict.ofVersion(page.getInt(VERSION_OFFSET)) == HeaderVerdict.READABLE
                && page.getLong(JOURNAL_ID_HIGH_OFFSET) == journalIdHigh
                && page.getLong(JOURNAL_ID_LOW_OFFSET) == journalIdLow
                && isPowerOfTwo(blockLengthOf(page), MIN_BLOCK_LENGTH, MAX_BLOCK_LENGTH)
                && isPowerOfTwo(blockCountOf(page), MIN_BLOCK_COUNT, MAX_BLOCK_COUNT);
    }

    private static boolean isPowerOfTwo(final int value, final int lowest, final int highest) {
        return value >= lowest && value <= highest && Integer.bitCount(value) == 1;
    }

    /**
     * Reads the length of a block.
     *
     * @param page a first page
     * @return bytes
     */
    public static int blockLengthOf(final ByteBuffer page) {
        return page.order(ByteOrder.LITTLE_ENDIAN).getInt(BLOCK_LENGTH_OFFSET);
    }

    /**
     * Reads the number of blocks in the ring.
     *
     * @param page a first page
     * @return number of blocks
     */
    public static int blockCountOf(final ByteBuffer page) {
        return page.order(ByteOrder.LITTLE_ENDIAN).getInt(BLOCK_COUNT_OFFSET);
    }

    /**
     * Where the block of a segment lies.
     *
     * @param segment number of the segment
     * @param blockLength of each block
     * @param blockCount number of blocks in the ring
     * @return offset in the file
     */
    public static long blockOffset(final long segment, final int blockLength, final int blockCount) {
        return HEADER_PAGE_LENGTH + (segment & (blockCount - 1)) * blockLength;
    }

    private static int checksum(final ByteBuffer page) {
        return new SeededChecksum().of(page, VERSION_OFFSET, HEADER_PAGE_LENGTH - VERSION_OFFSET);
    }
}

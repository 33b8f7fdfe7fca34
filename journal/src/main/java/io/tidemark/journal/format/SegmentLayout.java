// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header page of a segment: 4096 bytes, written and forced before the segment gets its name.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 *  +---------------------------------------------------------------+
 *  |                   magic "TIDESEGM"                            |   0
 *  +-------------------------------+-------------------------------+
 *  |           CRC-32C             |        format version         |   8
 *  +-------------------------------+-------------------------------+
 *  |                     journal id, high half                     |  16
 *  +---------------------------------------------------------------+
 *  |                     journal id, low half                      |  24
 *  +---------------------------------------------------------------+
 *  |                        segment number                         |  32
 *  +-------------------------------+-------------------------------+
 *  |        segment length         |            epoch              |  40
 *  +-------------------------------+-------------------------------+
 *  |             created (ns since 1970-01-01 UTC)                 |  48
 *  +---------------------------------------------------------------+
 *  |                       zero up to 4096                         |  56
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>The checksum has no seed and covers everything behind it in the page. Magic, checksum and version keep their places
 * in every version of the format. The header does not tell the first sequence: a standby is made before anyone can know
 * it, and the first frame tells it.
 */
public final class SegmentLayout {

    /** The version of the format that this code writes, and the newest it reads. */
    public static final int FORMAT_VERSION = 1;

    /** The oldest version of the format that this code reads. */
    public static final int OLDEST_FORMAT_VERSION = 1;

    /** Length in bytes of the header page; the first frame begins behind it. */
    public static final int HEADER_PAGE_LENGTH = 4096;

    /** The shortest segment, in bytes. */
    public static final int MIN_SEGMENT_LENGTH = 64 << 10;

    /** The longest segment, in bytes. */
    public static final int MAX_SEGMENT_LENGTH = 1 << 30;

    /** The first eight bytes of a segment. */
    public static final long MAGIC = 0x4D47_4553_4544_4954L;

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

    /** Offset of the segment's number, eight bytes. */
    public static final int NUMBER_OFFSET = JOURNAL_ID_LOW_OFFSET + Long.BYTES;

    /** Offset of the segment's length, four bytes. */
    public static final int SEGMENT_LENGTH_OFFSET = NUMBER_OFFSET + Long.BYTES;

    /** Offset of the epoch in which the segment was made, four bytes. */
    public static final int EPOCH_OFFSET = SEGMENT_LENGTH_OFFSET + Integer.BYTES;

    /** Offset of the time at which the segment was made, eight bytes. */
    public static final int CREATED_OFFSET = EPOCH_OFFSET + Integer.BYTES;

    private SegmentLayout() {}

    /**
     * Tells whether a segment can have this length.
     *
     * @param length of the whole file, in bytes
     * @return whether it lies within the limits and is a multiple of {@link #HEADER_PAGE_LENGTH}
     */
    public static boolean isSegmentLength(final int length) {
        return length >= MIN_SEGMENT_LENGTH && length <= MAX_SEGMENT_LENGTH && length % HEADER_PAGE_LENGTH == 0;
    }

    /**
     * Writes a whole header page into a buffer, from its offset 0.
     *
     * @param page at least {@link #HEADER_PAGE_LENGTH} bytes
     * @param header what to write
     */
    public static void write(final ByteBuffer page, final SegmentHeader header) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        for (int offset = 0; offset < HEADER_PAGE_LENGTH; offset += Long.BYTES) {
            page.putLong(offset, 0);
        }
        page.putLong(MAGIC_OFFSET, MAGIC);
        page.putInt(VERSION_OFFSET, FORMAT_VERSION);
        page.putLong(JOURNAL_ID_HIGH_OFFSET, header.journalIdHigh());
        page.putLong(JOURNAL_ID_LOW_OFFSET, header.journalIdLow());
        page.putLong(NUMBER_OFFSET, header.number());
        page.putInt(SEGMENT_LENGTH_OFFSET, header.segmentLength());
        page.putInt(EPOCH_OFFSET, header.epoch());
        page.putLong(CREATED_OFFSET, header.createdNs());
        page.putInt(CHECKSUM_OFFSET, checksum(page));
        page.clear();
    }

    /**
     * Judges a header page.
     *
     * @param page at least {@link #HEADER_PAGE_LENGTH} bytes, from offset 0
     * @return whether the page is whole, and of a version that can be read
     */
    public static HeaderVerdict check(final ByteBuffer page) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        if (page.getLong(MAGIC_OFFSET) != MAGIC || page.getInt(CHECKSUM_OFFSET) != checksum(page)) {
            return HeaderVerdict.DAMAGED;
        }
        page.clear();
        return HeaderVerdict.ofVersion(page.getInt(VERSION_OFFSET));
    }

    /**
     * Reads a header page that was found to be whole.
     *
     * @param page the page, from offset 0
     * @return its fields
     */
    public static SegmentHeader read(final ByteBuffer page) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        return new SegmentHeader(
                page.getLong(JOURNAL_ID_HIGH_OFFSET),
                page.getLong(JOURNAL_ID_LOW_OFFSET),
                page.getLong(NUMBER_OFFSET),
                page.getInt(SEGMENT_LENGTH_OFFSET),
                page.getInt(EPOCH_OFFSET),
                page.getLong(CREATED_OFFSET));
    }

    /**
     * The version a header page tells, whether or not this code can read the rest.
     *
     * @param page the page, from offset 0
     * @return the format version
     */
    public static int version(final ByteBuffer page) {
        return page.order(ByteOrder.LITTLE_ENDIAN).getInt(VERSION_OFFSET);
    }

    private static int checksum(final ByteBuffer page) {
        return new SeededChecksum().of(page, VERSION_OFFSET, HEADER_PAGE_LENGTH - VERSION_OFFSET);
    }
}

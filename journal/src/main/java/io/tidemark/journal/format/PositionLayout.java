// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The two slots of the file that holds the position of a reader. They lie in pages of their own and are written in turn, as
 * those of {@link MetaLayout}.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 *  +---------------------------------------------------------------+
 *  |                   magic "TIDEPOSN"                            |   0
 *  +-------------------------------+-------------------------------+
 *  |           CRC-32C             |        format version         |   8
 *  +-------------------------------+-------------------------------+
 *  |                          generation                           |  16
 *  +---------------------------------------------------------------+
 *  |                     journal id, high half                     |  24
 *  +---------------------------------------------------------------+
 *  |                     journal id, low half                      |  32
 *  +---------------------------------------------------------------+
 *  |                       passed sequence                         |  40
 *  +---------------------------------------------------------------+
 *  |                    time of the commitment                     |  48
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>A slot is {@link #SLOT_LENGTH} bytes long, its rest is zero, and its checksum, without seed, covers everything behind it.
 * Magic, checksum and version keep their places in every version of the format.
 */
public final class PositionLayout {

    /** The slots begin at multiples of this many bytes. */
    public static final int SLOT_DISTANCE = 4096;

    /** Length of a slot, in bytes. */
    public static final int SLOT_LENGTH = 256;

    /** Number of slots. */
    public static final int SLOT_COUNT = 2;

    /** Length of the whole file, in bytes. */
    public static final int FILE_LENGTH = SLOT_COUNT * SLOT_DISTANCE;

    /** The first eight bytes of a slot. */
    public static final long MAGIC = 0x4E53_4F50_4544_4954L;

    /** Offset of the magic, eight bytes. */
    public static final int MAGIC_OFFSET = 0;

    /** Offset of the checksum of the slot, four bytes. */
    public static final int CHECKSUM_OFFSET = MAGIC_OFFSET + Long.BYTES;

    /** Offset of the format version, four bytes. */
    public static final int VERSION_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** Offset of the generation, eight bytes. */
    public static final int GENERATION_OFFSET = VERSION_OFFSET + Integer.BYTES;

    /** Offset of the high half of the journal's id, eight bytes. */
    public static final int JOURNAL_ID_HIGH_OFFSET = GENERATION_OFFSET + Long.BYTES;

    /** Offset of the low half of the journal's id, eight bytes. */
    public static final int JOURNAL_ID_LOW_OFFSET = JOURNAL_ID_HIGH_OFFSET + Long.BYTES;

    /** Offset of the passed sequence, eight bytes. */
    public static final int PASSED_SEQUENCE_OFFSET = JOURNAL_ID_LOW_OFFSET + Long.BYTES;

    /** Offset of the time of the commitment, eight bytes. */
    public static final int COMMITTED_OFFSET = PASSED_SEQUENCE_OFFSET + Long.BYTES;

    private PositionLayout() {}

    /**
     * Writes a slot into a buffer, from its offset 0.
     *
     * @param buffer at least {@link #SLOT_LENGTH} bytes
     * @param position what to write
     */
    public static void write(final ByteBuffer buffer, final Position position) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        for (int offset = 0; offset < SLOT_LENGTH; offset += Long.BYTES) {
            buffer.putLong(offset, 0);
        }
        buffer.putLong(MAGIC_OFFSET, MAGIC);
        buffer.putInt(VERSION_OFFSET, SegmentLayout.FORMAT_VERSION);
        buffer.putLong(GENERATION_OFFSET, position.generation());
        buffer.putLong(JOURNAL_ID_HIGH_OFFSET, position.journalIdHigh());
        buffer.putLong(JOURNAL_ID_LOW_OFFSET, position.journalIdLow());
        buffer.putLong(PASSED_SEQUENCE_OFFSET, position.passedSequence());
        buffer.putLong(COMMITTED_OFFSET, position.committedNs());
        buffer.putInt(CHECKSUM_OFFSET, checksum(buffer));
        buffer.clear().limit(SLOT_LENGTH);
    }

    /**
     * Judges a slot.
     *
     * @param buffer at least {@link #SLOT_LENGTH} bytes, from offset 0
     * @return whether the slot is whole, of a version that can be read, and holds what can be
     */
    public static HeaderVerdict check(final ByteBuffer buffer) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.getLong(MAGIC_OFFSET) != MAGIC || buffer.getInt(CHECKSUM_OFFSET) != checksum(buffer)) {
            return HeaderVerdict.DAMAGED;
        }
        buffer.clear();
        final HeaderVerdict verdict = HeaderVerdict.ofVersion(buffer.getInt(VERSION_OFFSET));
        return verdict == HeaderVerdict.READABLE && !read(buffer).isPossible() ? HeaderVerdict.DAMAGED : verdict;
    }

    /**
     * Reads a slot that was found to be whole.
     *
     * @param buffer the slot, from offset 0
     * @return its fields
     */
    public static Position read(final ByteBuffer buffer) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        return new Position(
                buffer.getLong(GENERATION_OFFSET),
                buffer.getLong(JOURNAL_ID_HIGH_OFFSET),
                buffer.getLong(JOURNAL_ID_LOW_OFFSET),
                buffer.getLong(PASSED_SEQUENCE_OFFSET),
                buffer.getLong(COMMITTED_OFFSET));
    }

    /**
     * The version a slot tells, whether or not this code can read the rest.
     *
     * @param buffer the slot, from offset 0
     * @return the format version
     */
    public static int version(final ByteBuffer buffer) {
        return buffer.order(ByteOrder.LITTLE_ENDIAN).getInt(VERSION_OFFSET);
    }

    private static int checksum(final ByteBuffer buffer) {
        return new SeededChecksum().of(buffer, VERSION_OFFSET, SLOT_LENGTH - VERSION_OFFSET);
    }
}

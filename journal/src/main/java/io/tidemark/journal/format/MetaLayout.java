// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The two slots of {@code journal.meta}. They lie in pages of their own and are written in turn, so that a torn write
 * of one leaves the other; the whole slot with the higher generation counts.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 *  +---------------------------------------------------------------+
 *  |                   magic "TIDEMETA"                            |   0
 *  +-------------------------------+-------------------------------+
 *  |           CRC-32C             |        format version         |   8
 *  +-------------------------------+-------------------------------+
 *  |                          generation                           |  16
 *  +---------------------------------------------------------------+
 *  |                     journal id, high half                     |  24
 *  +---------------------------------------------------------------+
 *  |                     journal id, low half                      |  32
 *  +-------------------------------+-------------------------------+
 *  |             epoch             |  closed (1) or open (0)       |  40
 *  +-------------------------------+-------------------------------+
 *  |                      head (a sequence)                        |  48
 *  +---------------------------------------------------------------+
 *  |                      durable sequence                         |  56
 *  +---------------------------------------------------------------+
 *  |                    number of the mark's segment               |  64
 *  +---------------------------------------------------------------+
 *  |               first sequence in the mark's segment            |  72
 *  +---------------------------------------------------------------+
 *  |              sequence of the last checkpoint, or 0            |  80
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>A slot is {@link #SLOT_LENGTH} bytes long, its rest is zero, and its checksum, without seed, covers everything
 * behind it. Magic, checksum and version keep their places in every version of the format.
 */
public final class MetaLayout {

    /** The slots begin at multiples of this many bytes. */
    public static final int SLOT_DISTANCE = 4096;

    /** Length of a slot, in bytes. */
    public static final int SLOT_LENGTH = 256;

    /** Number of slots. */
    public static final int SLOT_COUNT = 2;

    /** Length of the whole file, in bytes. */
    public static final int FILE_LENGTH = SLOT_COUNT * SLOT_DISTANCE;

    /** The first eight bytes of a slot. */
    public static final long MAGIC = 0x4154_454D_4544_4954L;

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

    /** Offset of the epoch, four bytes. */
    public static final int EPOCH_OFFSET = JOURNAL_ID_LOW_OFFSET + Long.BYTES;

    /** Offset of the mark of a clean close, four bytes. */
    public static final int CLOSED_OFFSET = EPOCH_OFFSET + Integer.BYTES;

    /** Offset of the head, eight bytes. */
    public static final int HEAD_OFFSET = CLOSED_OFFSET + Integer.BYTES;

    /** Offset of the durable sequence, eight bytes. */
    public static final int DURABLE_SEQUENCE_OFFSET = HEAD_OFFSET + Long.BYTES;

    /** Offset of the number of the segment at which recovery begins, eight bytes. */
    public static final int MARK_SEGMENT_OFFSET = DURABLE_SEQUENCE_OFFSET + Long.BYTES;

    /** Offset of the sequence of the first record in that segment, eight bytes. */
    public static final int MARK_SEGMENT_FIRST_SEQUENCE_OFFSET = MARK_SEGMENT_OFFSET + Long.BYTES;

    /** Offset of the sequence of the last completed checkpoint, eight bytes. */
    public static final int CHECKPOINT_SEQUENCE_OFFSET = MARK_SEGMENT_FIRST_SEQUENCE_OFFSET + Long.BYTES;

    private MetaLayout() {}

    /**
     * Writes a slot into a buffer, from its offset 0.
     *
     * @param buffer at least {@link #SLOT_LENGTH} bytes
     * @param meta what to write
     */
    public static void write(final ByteBuffer buffer, final Meta meta) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        for (int offset = 0; offset < SLOT_LENGTH; offset += Long.BYTES) {
            buffer.putLong(offset, 0);
        }
        buffer.putLong(MAGIC_OFFSET, MAGIC);
        buffer.putInt(VERSION_OFFSET, SegmentLayout.FORMAT_VERSION);
        buffer.putLong(GENERATION_OFFSET, meta.generation());
        buffer.putLong(JOURNAL_ID_HIGH_OFFSET, meta.journalIdHigh());
        buffer.putLong(JOURNAL_ID_LOW_OFFSET, meta.journalIdLow());
        buffer.putInt(EPOCH_OFFSET, meta.epoch());
        buffer.putInt(CLOSED_OFFSET, meta.closed() ? 1 : 0);
        buffer.putLong(HEAD_OFFSET, meta.head());
        buffer.putLong(DURABLE_SEQUENCE_OFFSET, meta.durableSequence());
        buffer.putLong(MARK_SEGMENT_OFFSET, meta.markSegment());
        buffer.putLong(MARK_SEGMENT_FIRST_SEQUENCE_OFFSET, meta.markSegmentFirstSequence());
        buffer.putLong(CHECKPOINT_SEQUENCE_OFFSET, meta.checkpointSequence());
        buffer.putInt(CHECKSUM_OFFSET, checksum(buffer));
        buffer.clear().limit(SLOT_LENGTH);
    }

    /**
     * Judges a slot.
     *
     * @param buffer at least {@link #SLOT_LENGTH} bytes, from offset 0
     * @return whether the slot is whole, and of a version that can be read
     */
    public static HeaderVerdict check(final ByteBuffer buffer) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.getLong(MAGIC_OFFSET) != MAGIC || buffer.getInt(CHECKSUM_OFFSET) != checksum(buffer)) {
            return HeaderVerdict.DAMAGED;
        }
        buffer.clear();
        return HeaderVerdict.ofVersion(buffer.getInt(VERSION_OFFSET));
    }

    /**
     * Reads a slot that was found to be whole.
     *
     * @param buffer the slot, from offset 0
     * @return its fields
     */
    public static Meta read(final ByteBuffer buffer) {
        buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        return new Meta(
                buffer.getLong(GENERATION_OFFSET),
                buffer.getLong(JOURNAL_ID_HIGH_OFFSET),
                buffer.getLong(JOURNAL_ID_LOW_OFFSET),
                buffer.getInt(EPOCH_OFFSET),
                buffer.getInt(CLOSED_OFFSET) != 0,
                buffer.getLong(HEAD_OFFSET),
                buffer.getLong(DURABLE_SEQUENCE_OFFSET),
                buffer.getLong(MARK_SEGMENT_OFFSET),
                buffer.getLong(MARK_SEGMENT_FIRST_SEQUENCE_OFFSET),
                buffer.getLong(CHECKPOINT_SEQUENCE_OFFSET));
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

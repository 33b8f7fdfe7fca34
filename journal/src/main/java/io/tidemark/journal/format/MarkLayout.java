// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The file {@code journal.mark}: a cache through which the durable sequence reaches other processes while the journal is
 * being written. It is never forced, and nothing is lost with it.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 *  +---------------------------------------------------------------+
 *  |                   magic "TIDEMARK"                            |   0
 *  +-------------------------------+-------------------------------+
 *  |           CRC-32C             |        format version         |   8
 *  +-------------------------------+-------------------------------+
 *  |                     journal id, high half                     |  16
 *  +---------------------------------------------------------------+
 *  |                     journal id, low half                      |  24
 *  +---------------------------------------------------------------+
 *  |                      durable sequence                         |  32
 *  +---------------------------------------------------------------+
 *  |                  complement of the durable sequence           |  40
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>The checksum covers what does not change: version and id. The sequence comes with its complement: words of different
 * stores, which a power cut can leave side by side, and words that rotted, do not match.
 *
 * <p>The mark is stored after the force that it tells of, so whatever it ever held is true for as long as the journal lives:
 * an old one is only late.
 */
public final class MarkLayout {

    /** Length of the file, in bytes. */
    public static final int FILE_LENGTH = 4096;

    /** The first eight bytes of the file. */
    public static final long MAGIC = 0x4B52_414D_4544_4954L;

    /** Offset of the magic, eight bytes. */
    public static final int MAGIC_OFFSET = 0;

    /** Offset of the checksum, four bytes. */
    public static final int CHECKSUM_OFFSET = MAGIC_OFFSET + Long.BYTES;

    /** Offset of the format version, four bytes. */
    public static final int VERSION_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** Offset of the high half of the journal's id, eight bytes. */
    public static final int JOURNAL_ID_HIGH_OFFSET = VERSION_OFFSET + Integer.BYTES;

    /** Offset of the low half of the journal's id, eight bytes. */
    public static final int JOURNAL_ID_LOW_OFFSET = JOURNAL_ID_HIGH_OFFSET + Long.BYTES;

    /** Offset of the durable sequence, eight bytes. */
    public static final int DURABLE_SEQUENCE_OFFSET = JOURNAL_ID_LOW_OFFSET + Long.BYTES;

    /** Offset of the complement of the durable sequence, eight bytes. */
    public static final int COMPLEMENT_OFFSET = DURABLE_SEQUENCE_OFFSET + Long.BYTES;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** A reader that comes in the middle of a store looks again; the next look is soon, so it need not insist. */
    private static final int LOOKS = 4;

    private MarkLayout() {}

    /**
     * Writes the whole file into a buffer.
     *
     * @param page of {@link #FILE_LENGTH} bytes
     * @param journalIdHigh high half of the journal's id
     * @param journalIdLow low half of the journal's id
     * @param durableSequence everything up to here is durable
     */
    public static void write(
            final ByteBuffer page, final long journalIdHigh, final long journalIdLow, final long durableSequence) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        for (int offset = 0; offset < FILE_LENGTH; offset += Long.BYTES) {
            page.putLong(offset, 0);
        }
        page.putLong(MAGIC_OFFSET, MAGIC);
        page.putInt(VERSION_OFFSET, SegmentLayout.FORMAT_VERSION);
        page.putLong(JOURNAL_ID_HIGH_OFFSET, journalIdHigh);
        page.putLong(JOURNAL_ID_LOW_OFFSET, journalIdLow);
        page.putLong(DURABLE_SEQUENCE_OFFSET, durableSequence);
        page.putLong(COMPLEMENT_OFFSET, ~durableSequence);
        page.putInt(CHECKSUM_OFFSET, checksum(page));
        page.clear();
    }

    /**
     * Tells whether this is the mark of a journal.
     *
     * @param page of {@link #FILE_LENGTH} bytes, not mapped
     * @param journalIdHigh high half of the journal's id
     * @param journalIdLow low half of the journal's id
     * @return false if it is damaged, of another version, or another journal's
     */
    public static boolean isOf(final ByteBuffer page, final long journalIdHigh, final long journalIdLow) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        if (page.getLong(MAGIC_OFFSET) != MAGIC || page.getInt(CHECKSUM_OFFSET) != checksum(page)) {
            return false;
        }
        page.clear();
        return HeaderVerdict.ofVersion(page.getInt(VERSION_OFFSET)) == HeaderVerdict.READABLE
                && page.getLong(JOURNAL_ID_HIGH_OFFSET) == journalIdHigh
                && page.getLong(JOURNAL_ID_LOW_OFFSET) == journalIdLow;
    }

    /**
     * Stores the durable sequence with release: who reads it finds everything that was stored before the force.
     *
     * @param buffer the file, direct and aligned to 8 bytes
     * @param durableSequence everything up to here is durable
     */
    public static void durableRelease(final ByteBuffer buffer, final long durableSequence) {
        LONG.setRelease(buffer, DURABLE_SEQUENCE_OFFSET, durableSequence);
        LONG.setRelease(buffer, COMPLEMENT_OFFSET, ~durableSequence);
    }

    /**
     * Reads the durable sequence with acquire.
     *
     * @param buffer the file, direct and aligned to 8 bytes
     * @return everything up to here is durable; -1 if the two words do not match, or hold no sequence
     */
    public static long durableAcquire(final ByteBuffer buffer) {
        for (int looksLeft = LOOKS; looksLeft != 0; looksLeft--) {
            final long sequence = (long) LONG.getAcquire(buffer, DURABLE_SEQUENCE_OFFSET);
            final long complement = (long) LONG.getAcquire(buffer, COMPLEMENT_OFFSET);
            if (sequence == ~complement && sequence >= 0 && sequence <= FrameLayout.MAX_SEQUENCE) {
                return sequence;
            }
        }
        return -1;
    }

    private static int checksum(final ByteBuffer page) {
        return new SeededChecksum().of(page, VERSION_OFFSET, DURABLE_SEQUENCE_OFFSET - VERSION_OFFSET);
    }
}

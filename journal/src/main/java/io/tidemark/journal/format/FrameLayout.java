// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The layout of a frame: a header of 32 bytes, the payload, and zero bytes up to the next multiple of 8.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 *  +-------------------------------+-------------------------------+
 *  |           CRC-32C             |            length             |   0   the word: stored last, with release
 *  +-------------------------------+-----------------------+-------+
 *  |                       sequence                        | flags |   8
 *  +-------------------------------------------------------+-------+
 *  |             timestamp (ns since 1970-01-01 UTC)               |  16
 *  +-------------------------------+---------------+---------------+
 *  |             epoch             |     type      |  durable lag  |  24
 *  +-------------------------------+---------------+---------------+
 *  |                          payload ...                          |  32
 * </pre>
 *
 * <p>All fields are little-endian. The length counts header and payload, not the padding. The checksum covers
 * everything from the length to the end of the padding. A length of zero means that there is nothing here.
 *
 * <p>The checksum comes first so that all it covers lies behind it in one piece, and so that the two fields which
 * complete a frame share one aligned 64-bit word: one store with release makes the frame visible. The sequence takes
 * seven bytes: at fifty million records a second it lasts for 45 years.
 *
 * <p>Buffers given to this class must be direct, and aligned to 8 bytes at offset zero: atomic access to heap buffers
 * throws since JDK 23 (JDK-8318966).
 */
public final class FrameLayout {

    /** Length in bytes of the header of a frame. */
    public static final int HEADER_LENGTH = 32;

    /** Every frame begins at a multiple of this many bytes. */
    public static final int ALIGNMENT = 8;

    /** Offset of the CRC-32C, four bytes. */
    public static final int CHECKSUM_OFFSET = 0;

    /** Offset of the length of header and payload, four bytes. */
    public static final int LENGTH_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** Offset of the sequence, seven bytes. */
    public static final int SEQUENCE_OFFSET = LENGTH_OFFSET + Integer.BYTES;

    /** Offset of the flags, one byte. */
    public static final int FLAGS_OFFSET = SEQUENCE_OFFSET + 7;

    /** Offset of the timestamp, eight bytes. */
    public static final int TIMESTAMP_OFFSET = FLAGS_OFFSET + Byte.BYTES;

    /** Offset of the epoch, four bytes. */
    public static final int EPOCH_OFFSET = TIMESTAMP_OFFSET + Long.BYTES;

    /** Offset of the record type, two bytes. */
    public static final int TYPE_OFFSET = EPOCH_OFFSET + Integer.BYTES;

    /** Offset of the encoded durable lag, two bytes; see {@link DurableLag}. */
    public static final int DURABLE_LAG_OFFSET = TYPE_OFFSET + Short.BYTES;

    /** Flag of every frame of an atomic batch but its last. */
    public static final int FLAG_BATCH_CONTINUES = 1;

    /** All flags this version knows; a frame with any other was written by a newer one. */
    public static final int KNOWN_FLAGS = FLAG_BATCH_CONTINUES;

    /** The largest sequence that seven bytes hold. */
    public static final long MAX_SEQUENCE = (1L << 56) - 1;

    /** The longest frame, padding included, that this format allows. */
    public static final int MAX_FRAME_LENGTH = 1 << 30;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT =
            MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private FrameLayout() {}

    /**
     * Rounds a length up to the next multiple of {@link #ALIGNMENT}.
     *
     * @param length in bytes, from 0 to {@link #MAX_FRAME_LENGTH}
     * @return the length with its padding
     */
    public static int align(final int length) {
        return (length + (ALIGNMENT - 1)) & -ALIGNMENT;
    }

    /**
     * Joins the two fields that complete a frame.
     *
     * @param length of header and payload, in bytes
     * @param checksum of the frame
     * @return the first eight bytes of the frame
     */
    public static long word(final int length, final int checksum) {
        return ((long) length << Integer.SIZE) | Integer.toUnsignedLong(checksum);
    }

    /**
     * Takes the length out of the word.
     *
     * @param word the first eight bytes of a frame
     * @return length of header and payload; 0 where there is nothing
     */
    public static int lengthOf(final long word) {
        return (int) (word >>> Integer.SIZE);
    }

    /**
     * Takes the checksum out of the word.
     *
     * @param word the first eight bytes of a frame
     * @return the checksum stored in it
     */
    public static int checksumOf(final long word) {
        return (int) word;
    }

    /**
     * Reads the word so that all of a frame that was completed by {@link #wordRelease} is visible.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the first eight bytes of the frame
     */
    public static long wordAcquire(final ByteBuffer buffer, final int offset) {
        return (long) LONG.getAcquire(buffer, offset);
    }

    /**
     * Completes a frame: everything stored before is visible to whoever reads the word with acquire.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @param word length and checksum
     */
    public static void wordRelease(final ByteBuffer buffer, final int offset, final long word) {
        LONG.setRelease(buffer, offset, word);
    }

    /**
     * Reads the word of a frame that no other thread is changing.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the first eight bytes of the frame
     */
    public static long word(final ByteBuffer buffer, final int offset) {
        return (long) LONG.get(buffer, offset);
    }

    /**
     * Stores the word of a frame that no other thread is reading yet.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @param word length and checksum
     */
    public static void word(final ByteBuffer buffer, final int offset, final long word) {
        LONG.set(buffer, offset, word);
    }

    /**
     * Stores sequence and flags.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @param sequence from 1 to {@link #MAX_SEQUENCE}
     * @param flags any of the {@code FLAG_} constants
     */
    public static void sequenceAndFlags(
            final ByteBuffer buffer, final int offset, final long sequence, final int flags) {
        LONG.set(buffer, offset + SEQUENCE_OFFSET, sequence | ((long) flags << 56));
    }

    /**
     * Reads the sequence.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the sequence, never negative
     */
    public static long sequence(final ByteBuffer buffer, final int offset) {
        return (long) LONG.get(buffer, offset + SEQUENCE_OFFSET) & MAX_SEQUENCE;
    }

    /**
     * Reads the flags.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the flags, from 0 to 255
     */
    public static int flags(final ByteBuffer buffer, final int offset) {
        return buffer.get(offset + FLAGS_OFFSET) & 0xFF;
    }

    /**
     * Stores the timestamp.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @param timestampNs nanoseconds since the beginning of 1970, UTC
     */
    public static void timestampNs(final ByteBuffer buffer, final int offset, final long timestampNs) {
        LONG.set(buffer, offset + TIMESTAMP_OFFSET, timestampNs);
    }

    /**
     * Reads the timestamp.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return nanoseconds since the beginning of 1970, UTC
     */
    public static long timestampNs(final ByteBuffer buffer, final int offset) {
        return (long) LONG.get(buffer, offset + TIMESTAMP_OFFSET);
    }

    /**
     * Stores epoch, type and durable lag in one go, for they lie in one word.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @param epoch of the opening that writes the frame
     * @param type of the record
     * @param encodedLag as {@link DurableLag#encode} gave it
     */
    public static void epochTypeAndLag(
            final ByteBuffer buffer, final int offset, final int epoch, final int type, final int encodedLag) {
        final long fields =
                Integer.toUnsignedLong(epoch) | ((long) (type & 0xFFFF) << 32) | ((long) (encodedLag & 0xFFFF) << 48);
        LONG.set(buffer, offset + EPOCH_OFFSET, fields);
    }

    /**
     * Reads sequence and flags in one go.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the sequence itself where no flag is set, and another number otherwise
     */
    public static long sequenceAndFlags(final ByteBuffer buffer, final int offset) {
        return (long) LONG.get(buffer, offset + SEQUENCE_OFFSET);
    }

    /**
     * Reads epoch, type and durable lag in one go.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the word in which they lie
     */
    public static long epochTypeAndLag(final ByteBuffer buffer, final int offset) {
        return (long) LONG.get(buffer, offset + EPOCH_OFFSET);
    }

    /**
     * Takes the epoch out of its word.
     *
     * @param fields as {@link #epochTypeAndLag(ByteBuffer, int)} read them
     * @return number of the opening that wrote the frame
     */
    public static int epochOf(final long fields) {
        return (int) fields;
    }

    /**
     * Takes the type out of its word.
     *
     * @param fields as {@link #epochTypeAndLag(ByteBuffer, int)} read them
     * @return the type
     */
    public static int typeOf(final long fields) {
        return (short) (fields >>> 32);
    }

    /**
     * Takes the encoded durable lag out of its word.
     *
     * @param fields as {@link #epochTypeAndLag(ByteBuffer, int)} read them
     * @return the lag as {@link DurableLag#decode} takes it
     */
    public static int encodedLagOf(final long fields) {
        return (int) (fields >>> 48);
    }

    /**
     * Reads the epoch.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return number of the opening that wrote the frame
     */
    public static int epoch(final ByteBuffer buffer, final int offset) {
        return (int) INT.get(buffer, offset + EPOCH_OFFSET);
    }

    /**
     * Reads the type.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the type: 0 and above are the user's, below 0 the journal's own, see {@link RecordType}
     */
    public static int type(final ByteBuffer buffer, final int offset) {
        return (short) SHORT.get(buffer, offset + TYPE_OFFSET);
    }

    /**
     * Reads the encoded durable lag.
     *
     * @param buffer that holds the frame
     * @param offset of the frame
     * @return the lag as {@link DurableLag#decode} takes it
     */
    public static int encodedLag(final ByteBuffer buffer, final int offset) {
        return (short) SHORT.get(buffer, offset + DURABLE_LAG_OFFSET) & 0xFFFF;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether all frames of a run have the checksums they must have, mostly in one pass of CRC-32C over all of their bytes:
 * the instruction for it has a latency of three cycles for eight bytes, which only a long range hides.
 *
 * <p>CRC is affine over the field of two elements. If {@code s} is the register after the bytes before a frame of length
 * {@code n}, {@code w} the checksum that the frame begins with, and {@code A} the linear map that {@code n} zero bytes are to the
 * register, then the register behind the frame is {@code A(s ^ w) ^ w ^ seed ^ z}, where {@code z} is the CRC-32C of {@code n - 4}
 * zero bytes, exactly if {@code w} is what it must be. So what CRC-32C must be behind the run follows from the checksums and
 * lengths alone. A map is kept as four tables of 256 words, which are made with CRC-32C itself.
 *
 * <p>This finds what looking at each frame would find: if one frame is damaged, the difference in its register is not zero, and
 * passes through {@code A}, which can be reversed. If several are, their differences cancel each other out once in 2^32 times,
 * which is as often as one damaged frame is not seen. Which of them is damaged it does not tell.
 *
 * <p>Not thread-safe: each thread has its own.
 */
public final class FrameRunCheck {

    /** Longer frames are checked one by one: they are long enough. With a table of 4 KiB for each length, 256 KiB are kept at most. */
    static final int LONGEST_COMBINED = 512;

    private static final int BYTE_VALUES = 256;
    private static final int ZEROS_INDEX = Integer.BYTES * BYTE_VALUES;

    private final SeededChecksum checksum = new SeededChecksum();
    private final SeededChecksum crc = new SeededChecksum();

    /** By length in words of 8 bytes; made when a length is first met. */
    private final int[] @Nullable [] maps = new int[LONGEST_COMBINED / FrameLayout.ALIGNMENT + 1][];

    /** Length with padding of the frame looked at last, and its map; null if the length is none, or too long. */
    private int length;

    private int @Nullable [] map;

    /** Creates a check that must be {@linkplain #segment turned to a segment} before its first use. */
    public FrameRunCheck() {}

    /**
     * Turns to the frames of another segment.
     *
     * @param header of the segment
     */
    public void segment(final SegmentHeader header) {
        checksum.seed(header.journalIdHigh(), header.journalIdLow(), header.number());
    }

    /**
     * Goes over the frames that lie in a row, and tells how far they have the checksums that frames at these places must have, and
     * nothing else of them. It ends where less than a frame is left, or where there can't be one.
     *
     * @param window a direct buffer that holds frames; its position and limit are changed
     * @param start offset in the window of the first frame, a multiple of 8
     * @param limit end of the bytes in the window
     * @return offset behind the last frame that ends a batch; the start if there is none, or if a checksum is wrong
     */
    public int soundEnd(final ByteBuffer window, final int start, final int limit) {
        window.clear();
        final int seed = checksum.seed();
        int combinedStart = start;
        int register = ~0;
        int end = start;
        int registerAtEnd = ~0;
        int at = start;
        while (at + FrameLayout.HEADER_LENGTH <= limit) {
            final long word = FrameLayout.word(window, at);
            turnToLength(FrameLayout.align(FrameLayout.lengthOf(word)));
            if (length < FrameLayout.HEADER_LENGTH || length > limit - at) {
                break;
            }
            final int[] mapped = map;
            if (mapped != null) {
                final int stored = FrameLayout.checksumOf(word);
                register = advance(mapped, register ^ stored) ^ stored ^ seed ^ mapped[ZEROS_INDEX];
            } else {
                if (!isSound(window, combinedStart, at, register)
                        || checksum.ofFrame(window, at, FrameLayout.lengthOf(word)) != FrameLayout.checksumOf(word)) {
                    return start;
                }
                window.clear();
                combinedStart = at + length;
                register = ~0;
                registerAtEnd = register;
            }
            at += length;
            if ((FrameLayout.flags(window, at - length) & FrameLayout.FLAG_BATCH_CONTINUES) == 0) {
                end = at;
                registerAtEnd = register;
            }
        }
        return isSound(window, combinedStart, Math.max(combinedStart, end), registerAtEnd) ? end : start;
    }

    private boolean isSound(final ByteBuffer window, final int start, final int end, final int register) {
        return crc.of(window, start, end - start) == ~register;
    }

    /** Does nothing if the frame is as long as the one before: a processor that foresees this needn't wait for one to find the next. */
    private void turnToLength(final int found) {
        if (found == length) {
            return;
        }
        length = found;
        map = null;
        if (found >= FrameLayout.HEADER_LENGTH && found <= LONGEST_COMBINED) {
            final int index = found / FrameLayout.ALIGNMENT;
            int[] known = maps[index];
            if (known == null) {
                known = newMap(found);
                maps[index] = known;
            }
            map = known;
        }
    }

    /** What zero bytes do to the register: for each value of each of its bytes, and behind them the CRC-32C of the zeros in a frame. */
    private int[] newMap(final int zeroCount) {
        final ByteBuffer bytes = ByteBuffer.allocate(zeroCount).order(ByteOrder.LITTLE_ENDIAN);
        final int[] made = new int[ZEROS_INDEX + 1];
        made[ZEROS_INDEX] = crc.of(bytes, 0, zeroCount - FrameLayout.LENGTH_OFFSET);
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            // The register begins with all bits set and ends inverted: four bytes are the same as what they are in it,
            // and zeros.
            bytes.putInt(0, ~(1 << bit));
            made[bit / Byte.SIZE * BYTE_VALUES + (1 << bit % Byte.SIZE)] = ~crc.of(bytes, 0, zeroCount);
        }
        for (int i = 0; i < ZEROS_INDEX; i++) {
            // Of its lowest bit, and of the others. What is one bit, or none, stays what it is.
            final int bit = Integer.lowestOneBit(i % BYTE_VALUES);
            made[i] = made[i - bit] ^ made[i - i % BYTE_VALUES + bit];
        }
        return made;
    }

    private static int advance(final int[] map, final int register) {
        return map[register & 0xFF]
                ^ map[BYTE_VALUES + (register >>> 8 & 0xFF)]
                ^ map[2 * BYTE_VALUES + (register >>> 16 & 0xFF)]
                ^ map[3 * BYTE_VALUES + (register >>> 24)];
    }
}

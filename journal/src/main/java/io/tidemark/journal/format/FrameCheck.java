// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.nio.ByteBuffer;

/**
 * Judges the bytes at one place of a segment. Whoever reads a journal, be it recovery, a replay or the verification,
 * asks here, so that all come to the same verdict.
 *
 * <p>Lengths are checked before they are used, and nothing is allocated. Not thread-safe.
 */
public final class FrameCheck {

    private final SeededChecksum checksum = new SeededChecksum();

    /** Creates a check that must be {@linkplain #segment turned to a segment} before its first use. */
    public FrameCheck() {}

    /**
     * Turns to the frames of another segment.
     *
     * @param header of the segment
     */
    public void segment(final SegmentHeader header) {
        checksum.seed(header.journalIdHigh(), header.journalIdLow(), header.number());
    }

    /**
     * Judges the bytes at an offset.
     *
     * @param window a direct buffer that holds a part of the segment; its position and limit are changed
     * @param offset in the window, a multiple of 8
     * @param windowEnd end of the bytes in the window
     * @param room bytes from the offset to the end of the segment
     * @param expectedSequence that the next frame must carry
     * @param lowestEpoch epoch of the frame before
     * @return the verdict
     */
    public FrameVerdict check(
            final ByteBuffer window,
            final int offset,
            final int windowEnd,
            final int room,
            final long expectedSequence,
            final int lowestEpoch) {
        if (room < FrameLayout.HEADER_LENGTH) {
            return FrameVerdict.NO_ROOM;
        }
        if (windowEnd - offset < FrameLayout.HEADER_LENGTH) {
            return FrameVerdict.MORE_NEEDED;
        }
        window.clear();
        final long word = FrameLayout.wordAcquire(window, offset);
        if (word == 0) {
            return FrameVerdict.NOTHING;
        }
        final int length = FrameLayout.lengthOf(word);
        if (!lengthFits(length, room)) {
            return FrameVerdict.BAD_LENGTH;
        }
        if (FrameLayout.align(length) > windowEnd - offset) {
            return FrameVerdict.MORE_NEEDED;
        }
        if (!checksumMatches(window, offset, word)) {
            return FrameVerdict.BAD_CHECKSUM;
        }
        window.clear();
        return judgeWhole(window, offset, expectedSequence, lowestEpoch);
    }

    /**
     * Tells whether the bytes are a whole frame of this segment that may stand somewhere behind a place where the chain
     * of frames is broken. Fields that can't be right rule a place out before its checksum is computed.
     *
     * @param window a direct buffer that holds a part of the segment; its position and limit are changed
     * @param offset in the window, a multiple of 8
     * @param windowEnd end of the bytes in the window
     * @param room bytes from the offset to the end of the segment
     * @param lowestSequence that the frame can carry
     * @param highestSequence that the frame can carry
     * @param highestEpoch that the frame can carry
     * @return {@link FrameVerdict#WHOLE}, {@link FrameVerdict#MORE_NEEDED}, or another if it is not one
     */
    public FrameVerdict checkAnywhere(
            final ByteBuffer window,
            final int offset,
            final int windowEnd,
            final int room,
            final long lowestSequence,
            final long highestSequence,
            final int highestEpoch) {
        if (room < FrameLayout.HEADER_LENGTH) {
            return FrameVerdict.NO_ROOM;
        }
        if (windowEnd - offset < FrameLayout.HEADER_LENGTH) {
            return FrameVerdict.MORE_NEEDED;
        }
        window.clear();
        final long word = FrameLayout.word(window, offset);
        final int length = FrameLayout.lengthOf(word);
        if (!lengthFits(length, room)) {
            return FrameVerdict.BAD_LENGTH;
        }
        final long sequence = FrameLayout.sequence(window, offset);
        if (sequence < lowestSequence || sequence > highestSequence) {
            return FrameVerdict.OUT_OF_SEQUENCE;
        }
        final int epoch = FrameLayout.epoch(window, offset);
        if (epoch < 1 || epoch > highestEpoch) {
            return FrameVerdict.STALE_EPOCH;
        }
        if (FrameLayout.align(length) > windowEnd - offset) {
            return FrameVerdict.MORE_NEEDED;
        }
        return checksumMatches(window, offset, word) ? FrameVerdict.WHOLE : FrameVerdict.BAD_CHECKSUM;
    }

    /**
     * Judges a frame whose checksum was found right ({@link FrameRunCheck}).
     *
     * @param window a direct buffer that holds the frame; its position and limit are changed
     * @param offset in the window, a multiple of 8
     * @param expectedSequence that the next frame must carry
     * @param lowestEpoch epoch of the frame before
     * @return the verdict that {@link #check} would give
     */
    public static FrameVerdict checkSound(
            final ByteBuffer window, final int offset, final long expectedSequence, final int lowestEpoch) {
        window.clear();
        return judgeWhole(window, offset, expectedSequence, lowestEpoch);
    }

    /**
     * Tells whether a frame whose checksum was found right is the next, goes on with the epoch before, and is a record of the
     * user by itself: then {@link #checkSound} would call it whole, and there is nothing else to be thought of.
     *
     * @param sequenceAndFlags of the frame
     * @param epochTypeAndLag of the frame
     * @param expectedSequence that the next frame must carry
     * @param epoch of the frame before
     * @return false if {@link #checkSound} must tell
     */
    public static boolean isPlain(
            final long sequenceAndFlags, final long epochTypeAndLag, final long expectedSequence, final int epoch) {
        return sequenceAndFlags == expectedSequence
                && FrameLayout.epochOf(epochTypeAndLag) == epoch
                && RecordType.isUser(FrameLayout.typeOf(epochTypeAndLag));
    }

    private static FrameVerdict judgeWhole(
            final ByteBuffer window, final int offset, final long expectedSequence, final int lowestEpoch) {
        if (isStale(FrameLayout.epoch(window, offset), lowestEpoch)) {
            return FrameVerdict.STALE_EPOCH;
        }
        if (FrameLayout.sequence(window, offset) != expectedSequence) {
            return FrameVerdict.OUT_OF_SEQUENCE;
        }
        final boolean readable = RecordType.isReadable(FrameLayout.type(window, offset))
                && (FrameLayout.flags(window, offset) & ~FrameLayout.KNOWN_FLAGS) == 0;
        return readable ? FrameVerdict.WHOLE : FrameVerdict.TOO_NEW;
    }

    private static boolean lengthFits(final int length, final int room) {
        return length >= FrameLayout.HEADER_LENGTH
                && length <= FrameLayout.MAX_FRAME_LENGTH
                && FrameLayout.align(length) <= room;
    }

    private static boolean isStale(final int epoch, final int lowestEpoch) {
        return epoch < lowestEpoch;
    }

    private boolean checksumMatches(final ByteBuffer window, final int offset, final long word) {
        return checksum.ofFrame(window, offset, FrameLayout.lengthOf(word)) == FrameLayout.checksumOf(word);
    }
}

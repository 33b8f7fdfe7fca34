// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameCheck;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Frames of a mapped segment, copied into memory that can't go away, and judged there.
 *
 * <p>Frames are not judged in the mapping, because a page that can't be reached, on a lost disk or behind the end of a file
 * that was cut short, ends the JVM when {@code CRC32C} comes upon it, and gives a handler what was never written, or an
 * error, when it does. What is handed out from here is, byte for byte, what was found whole. See {@code docs/adr}.
 *
 * <p>What the window holds may be older than what is in the segment: only a whole frame is believed, everything else is
 * read anew. A whole frame is true however old it is, as its checksum, its epoch and its sequence are those that belong
 * there.
 *
 * <p>Where a tailer is close behind the writer, one frame at a time is copied; the further it goes without meeting the
 * end, the longer the copies get. Owned by one thread.
 */
final class FrameWindow {

    private static final int FIRST_COPY_LENGTH = 256;
    private static final int LAST_COPY_LENGTH = 64 << 10;
    private static final int LOOKS = 3;

    private final FrameCheck check = new FrameCheck();

    private ByteBuffer window = SegmentReader.newWindow(LAST_COPY_LENGTH);

    /** The same bytes, for who must not change them. */
    private ByteBuffer readOnlyWindow = window.asReadOnlyBuffer();

    private @Nullable TailedSegment segment;

    /** Offset in the segment of the first byte in the window, and of the one behind the last. */
    private int start;

    private int end;
    private int copyLength = FIRST_COPY_LENGTH;

    /** Offset in the window of the frame judged last. */
    private int at;

    /** Turns to the frames of another segment. */
    void turnTo(final TailedSegment next) {
        segment = next;
        check.segment(next.header());
        start = 0;
        end = 0;
    }

    /**
     * Judges the bytes at an offset of the segment. If they are a whole frame, it is in hand afterwards.
     *
     * @param offset in the segment, a multiple of 8, not beyond its end
     * @param expectedSequence that the next frame must carry
     * @param lowestEpoch epoch of the frame before
     * @return the verdict, never {@link FrameVerdict#MORE_NEEDED}
     * @throws InternalError if a page could not be reached
     */
    FrameVerdict judge(final int offset, final long expectedSequence, final int lowestEpoch) {
        final TailedSegment mapped = segment;
        if (mapped == null) {
            throw new IllegalStateException("no segment is mapped");
        }
        final int room = mapped.length() - offset;
        if (offset >= start && offset < end) {
            at = offset - start;
            if (check.check(window, at, end - start, room, expectedSequence, lowestEpoch) == FrameVerdict.WHOLE) {
                return FrameVerdict.WHOLE;
            }
        }
        at = 0;
        if (room < FrameLayout.HEADER_LENGTH) {
            return FrameVerdict.NO_ROOM;
        }
        for (int look = 0; look < LOOKS; look++) {
            // With acquire: if this is the word of the frame, the copy below holds the frame.
            final long word = mapped.wordAcquire(offset);
            if (word == 0) {
                copyLength = FIRST_COPY_LENGTH;
                return FrameVerdict.NOTHING;
            }
            final int length = FrameLayout.lengthOf(word);
            if (length < FrameLayout.HEADER_LENGTH || length > FrameLayout.MAX_FRAME_LENGTH || length > room) {
                // Told by the copy too, unless the word was that of another frame, or of no page at all.
                fill(mapped, offset, FrameLayout.HEADER_LENGTH);
            } else {
                fill(mapped, offset, Math.min(room, FrameLayout.align(length)));
            }
            final FrameVerdict verdict = check.check(window, 0, end - start, room, expectedSequence, lowestEpoch);
            if (verdict != FrameVerdict.MORE_NEEDED) {
                return verdict;
            }
        }
        // A word that changes each time it is looked at is no length to go by.
        return FrameVerdict.BAD_LENGTH;
    }

    private void fill(final TailedSegment mapped, final int offset, final int needed) {
        if (needed > window.capacity()) {
            window = SegmentReader.newWindow(needed);
            readOnlyWindow = window.asReadOnlyBuffer();
        }
        final int wanted = Math.max(needed, Math.min(copyLength, mapped.length() - offset));
        start = 0;
        end = 0;
        try {
            copy(mapped, offset, wanted);
        } catch (final InternalError e) {
            if (wanted == needed) {
                throw e;
            }
            // What is further on may be lost, and this frame not.
            copy(mapped, offset, needed);
        }
        copyLength = Math.min(2 * copyLength, LAST_COPY_LENGTH);
    }

    private void copy(final TailedSegment mapped, final int offset, final int length) {
        window.clear();
        mapped.copy(offset, window, length);
        start = offset;
        end = offset + length;
    }

    /** Type of the frame in hand. */
    int type() {
        return FrameLayout.type(window, at);
    }

    /** Whether the next frame belongs to the same batch as the one in hand. */
    boolean continues() {
        return (FrameLayout.flags(window, at) & FrameLayout.FLAG_BATCH_CONTINUES) != 0;
    }

    /** Timestamp of the frame in hand. */
    long timestampNs() {
        return FrameLayout.timestampNs(window, at);
    }

    /** Epoch of the frame in hand. */
    int epoch() {
        return FrameLayout.epoch(window, at);
    }

    /** Length of header and payload of the frame in hand. */
    int length() {
        return FrameLayout.lengthOf(FrameLayout.word(window, at));
    }

    /** Offset of the payload of the frame in hand in {@link #payload()}. */
    int payloadOffset() {
        return at + FrameLayout.HEADER_LENGTH;
    }

    /** The bytes, for a handler, who may have changed limit or order of this buffer the last time. */
    ByteBuffer payload() {
        return readOnlyWindow.clear().order(ByteOrder.LITTLE_ENDIAN);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameRunCheck;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A stretch of a segment that was read ahead, and what of a batch or a frame lies in front of it. Filled and checked by the
 * thread that has claimed its number from the {@link ReadAheadRun}; from there on nobody changes it until the scan gives it back.
 */
final class ReadAheadWindow {

    /** How much is read at a time. A multiple of a page; all windows together stay in the processor's second cache. */
    static final int LENGTH = 128 << 10;

    /** Room in front, for the beginning of a batch that ends in this window. */
    private static final int CARRY_LENGTH = 128 << 10;

    private final ByteBuffer bytes = SegmentReader.newWindow(CARRY_LENGTH + LENGTH);
    private final ByteBuffer readOnlyBytes = bytes.asReadOnlyBuffer();

    /** The same bytes for the thread that fills the next window, while the scan may be at work here. */
    private final ByteBuffer bytesForNext = bytes.duplicate();

    /** Offset in the segment of what was read. */
    private int readStart;

    private int start;
    private int end;

    /** How many bytes were read. */
    private int found;

    /**
     * Reads.
     *
     * @param file of the segment
     * @param offset in it
     * @param length of what is read, at most {@link #LENGTH}
     */
    void read(final StorageFile file, final int offset, final int length) throws IOException {
        readStart = offset;
        bytes.clear().position(CARRY_LENGTH).limit(CARRY_LENGTH + length);
        found = file.read(bytes, offset);
        bytes.clear();
    }

    /** Begins with a frame in what was read. */
    void beginAt(final int offset) {
        start = offset;
        end = offset;
    }

    /**
     * Begins where the window before has ended.
     *
     * @return false if there is too much between that and what was read
     */
    boolean beginBehind(final ReadAheadWindow previous) {
        beginAt(previous.end);
        final int carryLength = readStart - start;
        if (carryLength > CARRY_LENGTH) {
            return false;
        }
        if (carryLength > 0) {
            bytes.put(CARRY_LENGTH - carryLength, previous.bytesForNext, previous.inBytes(start), carryLength);
        }
        return true;
    }

    /**
     * Finds where to end, behind the last batch that is here whole, and checks the frames up to there. If one is not sound, nothing
     * is handed to the scan, which finds out for itself which it is.
     *
     * @return whether the frames go on in the next window
     */
    boolean check(final FrameRunCheck check) {
        final int first = inBytes(start);
        end = start + check.soundEnd(bytes, first, CARRY_LENGTH + found) - first;
        bytes.clear();
        return end > start && found == LENGTH;
    }

    private int inBytes(final int offset) {
        return CARRY_LENGTH + offset - readStart;
    }

    /** Whether frames begin at an offset of the segment. */
    boolean beginsAt(final int offset) {
        return start == offset && end > start;
    }

    /** Offset in the segment of the first byte of {@link #bytes()}. */
    int origin() {
        return readStart - CARRY_LENGTH;
    }

    /** Offset in the segment behind the last frame. */
    int end() {
        return end;
    }

    /** For the scan; its position and limit change. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** For a handler. */
    ByteBuffer readOnlyBytes() {
        return readOnlyBytes;
    }
}

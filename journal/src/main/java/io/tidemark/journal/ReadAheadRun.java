// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameRunCheck;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A segment that is read from some offset on in windows, by the scan and by a thread ahead of it. Each claims the next window
 * that nobody has, reads it, waits until it is known where the one before ends, and checks its frames. So both read at the same time,
 * the waiting is short, and each finds what it works on in its own cache; the scan takes the windows in their order.
 *
 * <p>Windows go round. A number is claimed only when the scan has given back the window that has its place and the one behind that, which
 * takes what is unfinished at its end. {@code processed} is stored behind everything in a window and looked at before anything of it, both
 * volatile.
 */
final class ReadAheadRun {

    private static final int NONE = -1;

    private final SegmentHeader header;
    private final int firstOffset;
    private final int origin;
    private final int windowCount;
    private final ReadAheadWindow[] windows;
    private final AtomicInteger claimed = new AtomicInteger();

    /** For each place, the number of the window that was last finished there, from 1. */
    private final AtomicIntegerArray processed;

    /** Number of windows that the scan has given back. Written by the scan. */
    private volatile int released;

    /** No more windows will be finished. Set by either. */
    private volatile boolean isOver;

    /**
     * Begins.
     *
     * @param header of the segment
     * @param offset of a frame in it
     * @param windows that nobody else uses any more
     * @param alignment of what is read
     */
    ReadAheadRun(final SegmentHeader header, final int offset, final int alignment, final ReadAheadWindow... windows) {
        this.header = header;
        this.firstOffset = offset;
        this.origin = offset & -alignment;
        this.windowCount = (header.segmentLength() - origin - 1) / ReadAheadWindow.LENGTH + 1;
        this.windows = windows;
        this.processed = new AtomicIntegerArray(windows.length);
    }

    SegmentHeader header() {
        return header;
    }

    /**
     * Claims the next window.
     *
     * @return its number; -1 if there is none that can be read now
     */
    int claim() {
        final int next = claimed.get();
        return !isOver() && hasPlace(next) && claimed.compareAndSet(next, next + 1) ? next : NONE;
    }

    static boolean isClaimed(final int number) {
        return number != NONE;
    }

    /** Whether there is something to claim, or will be nothing any more. */
    boolean isWorkThere() {
        return isOver() || hasPlace(claimed.get());
    }

    /** Whether the scan has given back the window in the place of this one, and the one behind that. */
    private boolean hasPlace(final int number) {
        return number - released < windows.length - 1;
    }

    /** Whether there is nothing to claim, and never will be. */
    boolean isOver() {
        return isOver || claimed.get() >= windowCount;
    }

    /** Ends the run: what is not finished yet never will be. */
    void over() {
        isOver = true;
    }

    /** Reads a window that was claimed. */
    void read(final int number, final StorageFile file) throws IOException {
        final int offset = origin + number * ReadAheadWindow.LENGTH;
        window(number).read(file, offset, Math.min(ReadAheadWindow.LENGTH, header.segmentLength() - offset));
    }

    /** Checks a window that was read, when the one before is finished. */
    void check(final int number, final FrameRunCheck check) {
        final ReadAheadWindow window = window(number);
        boolean goesOn = true;
        if (number == 0) {
            window.beginAt(firstOffset);
        } else {
            goesOn = window.beginBehind(window(number - 1));
        }
        goesOn = goesOn && window.check(check);
        processed.set(number % windows.length, number + 1);
        if (!goesOn) {
            isOver = true;
        }
    }

    boolean isProcessed(final int number) {
        return number < 0 || processed.get(number % windows.length) == number + 1;
    }

    /** Whether a window is finished, or never will be. */
    boolean isDecided(final int number) {
        return isProcessed(number) || isOver;
    }

    ReadAheadWindow window(final int number) {
        return windows[number % windows.length];
    }

    /** Gives back all windows before a number. Scan only. */
    void release(final int number) {
        released = number;
    }
}

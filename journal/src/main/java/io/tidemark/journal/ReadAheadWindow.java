// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameCheck;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a segment that were read ahead. They are read by one thread, which then publishes the window to the scan; from there
 * on until the scan gives it back nobody changes them, and the first thread computes checksums in front of the scan.
 */
final class ReadAheadWindow {

    /** A multiple of a page. Several of these stay in the processor's last cache. */
    static final int LENGTH = 512 << 10;

    /** The scan may take over after so many frames. */
    private static final int FRAMES_PER_LOOK = 16;

    /** Owned by the scan while it has the window. */
    private final ByteBuffer bytes = SegmentReader.newWindow(LENGTH);

    private final ByteBuffer readOnlyBytes = bytes.asReadOnlyBuffer();

    /** The same bytes for the thread that reads ahead, which still looks at them when the scan does. */
    private final ByteBuffer bytesAhead = bytes.duplicate();

    /** What this was read for, from where to where. Stored before the window is published, and not changed until it is back. */
    private @Nullable ReadAheadRun run;

    private int start;
    private int end;

    /** Offset in the segment up to which frames have the checksum they must have. Written by the thread that reads ahead. */
    private volatile int soundEnd;

    /** The scan computes the rest. Written by the scan, and by the other thread while the window is its own. */
    private volatile boolean isTakenOver;

    /**
     * Reads, and finds where to end: behind the last batch that is in the window whole, if lengths and flags are what they
     * seem to be. If they are not, the scan will not get there.
     *
     * @return offset in the segment of the end; that of the beginning if no batch ends in the window
     */
    int fill(final StorageFile file, final ReadAheadRun reason, final int offset) throws IOException {
        final int length = Math.min(LENGTH, reason.header().segmentLength() - offset);
        bytesAhead.clear().limit(length);
        final int found = file.read(bytesAhead, offset);
        bytesAhead.clear();
        int at = 0;
        int batchEnd = 0;
        while (at + FrameLayout.HEADER_LENGTH <= found) {
            final int frameLength = FrameLayout.lengthOf(FrameLayout.word(bytesAhead, at));
            if (frameLength < FrameLayout.HEADER_LENGTH
                    || frameLength > FrameLayout.MAX_FRAME_LENGTH
                    || FrameLayout.align(frameLength) > found - at) {
                break;
            }
            final int next = at + FrameLayout.align(frameLength);
            if ((FrameLayout.flags(bytesAhead, at) & FrameLayout.FLAG_BATCH_CONTINUES) == 0) {
                batchEnd = next;
            }
            at = next;
        }
        run = reason;
        start = offset;
        end = offset + batchEnd;
        soundEnd = offset;
        isTakenOver = false;
        return end;
    }

    /** Computes checksums, until the scan takes over, or one is wrong. By the thread that reads ahead. */
    void check(final FrameCheck check) {
        final int length = end - start;
        int at = 0;
        while (at < length && !isTakenOver) {
            for (int frames = 0; frames < FRAMES_PER_LOOK && at < length; frames++) {
                if (!check.isSound(bytesAhead, at)) {
                    return;
                }
                at += FrameLayout.align(FrameLayout.lengthOf(FrameLayout.word(bytesAhead, at)));
            }
            soundEnd = start + at;
        }
    }

    /** Whether the scan can go on with this at an offset. */
    boolean isFor(final @Nullable ReadAheadRun reason, final int offset) {
        return run == reason && start == offset && end > offset;
    }

    boolean isFor(final @Nullable ReadAheadRun reason) {
        return run == reason;
    }

    /** Up to where frames are sound that the scan has come to. If it has come as far, it computes the rest itself. */
    int soundEnd(final int offset) {
        final int sound = soundEnd;
        if (sound <= offset) {
            isTakenOver = true;
        }
        return sound;
    }

    int start() {
        return start;
    }

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

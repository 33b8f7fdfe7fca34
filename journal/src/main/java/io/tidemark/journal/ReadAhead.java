// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a scan reads so much in a row that a second thread pays, and hands that thread's windows to the scan. The
 * thread is started when the scan has read some mebibytes, and ends with it, or when it is not asked for a while.
 *
 * <p>It only saves work. Whatever goes wrong there, and wherever it finds no whole frame, the scan reads for itself and
 * comes to its own verdict. Owned by the thread of the scan.
 */
final class ReadAhead implements Closeable {

    /** Reads in a row, of a mebibyte each, before a thread is worth its start. */
    private static final int FIRST_READS = 8;

    private static final int LAST_READS = 1024;

    private final Storage storage;

    private @Nullable ReadAheadThread thread;
    private int readsUntilStart = FIRST_READS;
    private int readsWanted = FIRST_READS;

    /** Whether windows of the segment are on their way to the scan. */
    private boolean isRunning;

    private long segment;

    ReadAhead(final Storage storage) {
        this.storage = storage;
    }

    /**
     * The bytes from an offset on, up to the end of a frame, and of its batch.
     *
     * @param file of the segment
     * @param header of the segment
     * @param offset in it at which a frame begins
     * @return a window, valid until the next call; null if the caller is to read for itself
     */
    @Nullable
    ReadAheadWindow next(final StorageFile file, final SegmentHeader header, final int offset) {
        final boolean isNearEnd = header.segmentLength() - offset < 2 * ReadAheadWindow.LENGTH;
        if (isRunning && segment == header.number()) {
            return take(offset, file, isNearEnd);
        }
        isRunning = false;
        if (isNearEnd) {
            return null;
        }
        if (readsUntilStart > 0) {
            readsUntilStart--;
            return null;
        }
        ReadAheadThread worker = thread;
        if (worker == null || worker.isEnded()) {
            worker = new ReadAheadThread(storage);
            thread = worker;
            worker.start();
        }
        worker.turnTo(header, offset);
        isRunning = true;
        segment = header.number();
        return take(offset, file, false);
    }

    /** Whether there is a thread that reads ahead, and windows are wanted from it. */
    boolean isStarted() {
        final ReadAheadThread worker = thread;
        return worker != null && !worker.isEnded() && readsUntilStart == 0;
    }

    private @Nullable ReadAheadWindow take(final int offset, final StorageFile file, final boolean isNearEnd) {
        final ReadAheadThread worker = thread;
        final ReadAheadWindow window = worker == null ? null : worker.take(offset, file);
        if (window != null) {
            readsWanted = 1;
            return window;
        }
        isRunning = false;
        if (!isNearEnd) {
            // Where the frames end it would be in vain for a while; behind one that is too long for a window it would
            // not.
            readsUntilStart = readsWanted;
            readsWanted = Math.min(2 * readsWanted, LAST_READS);
        }
        return null;
    }

    @Override
    public void close() {
        final ReadAheadThread worker = thread;
        thread = null;
        isRunning = false;
        if (worker != null) {
            worker.end();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameCheck;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads windows of a segment ahead of a scan, and computes the checksums of their frames as far as it gets. A window is
 * published as soon as it is read, and when the scan catches up it takes the rest of that window over while this thread
 * reads the next: both have work, whatever the handler takes.
 *
 * <p>Windows go round. {@code published} counts those that were given to the scan, {@code released} those that it gave back.
 * Each is volatile and has one writer, so a window's fields, which its present owner alone changes, are ordered by them.
 * Whoever waits says so in a volatile field and looks at the other's count once more before it parks; the other stores its
 * count before it looks at that field. In the one order that all volatile accesses have, one of the two sees the other.
 */
final class ReadAheadThread {

    private static final int WINDOWS = 4;
    private static final int SPINS = 5_000;
    private static final long IDLE_LIMIT_NS = TimeUnit.SECONDS.toNanos(1);

    private final Storage storage;
    private final Thread thread = new Thread(this::work, "tidemark-read-ahead");
    private final ReadAheadWindow[] windows = new ReadAheadWindow[WINDOWS];
    private final WakeSignal signal = new WakeSignal();

    /** Owned by the thread. */
    private final FrameCheck check = new FrameCheck();

    /** Written by the thread. */
    private volatile long published;

    /** Written by the thread. */
    private volatile boolean isEnded;

    /** Written by the scan. */
    private volatile @Nullable ReadAheadRun run;

    /** Written by the scan. */
    private volatile long released;

    /** Written by the scan. */
    private volatile boolean isClosed;

    /** Written by the scan; null while it does not wait. */
    private volatile @Nullable Thread waitingScan;

    /** Owned by the scan. */
    private long taken;

    ReadAheadThread(final Storage storage) {
        this.storage = storage;
        for (int i = 0; i < WINDOWS; i++) {
            windows[i] = new ReadAheadWindow();
        }
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Whether the thread has ended. It does when it was not asked for a while. */
    boolean isEnded() {
        return isEnded;
    }

    /** For the scan: reads somewhere else from now on. */
    void turnTo(final ReadAheadRun next) {
        run = next;
        release();
    }

    /**
     * For the scan: gives back the window that it has, and takes the next.
     *
     * @param offset at which it must begin
     * @return the window; null if there is none that begins there, and none will come
     */
    @Nullable
    ReadAheadWindow take(final int offset) {
        final ReadAheadRun present = run;
        release();
        while (present != null && awaitWindow(present)) {
            final ReadAheadWindow window = windows[(int) (taken % WINDOWS)];
            taken++;
            if (window.isFor(present)) {
                return window.isFor(present, offset) ? window : null;
            }
            // Of what was read before.
            release();
        }
        return null;
    }

    private void release() {
        released = taken;
        signal.wake();
    }

    /** False if none will come. */
    private boolean awaitWindow(final ReadAheadRun present) {
        int spins = 0;
        while (published == taken) {
            // The last window is published before its run is over, and before the thread has ended.
            if (present.isOver() || isEnded) {
                return published != taken;
            }
            if (spins < SPINS) {
                spins++;
                Thread.onSpinWait();
                continue;
            }
            waitingScan = Thread.currentThread();
            if (published == taken && !present.isOver() && !isEnded) {
                LockSupport.park(this);
            }
            waitingScan = null;
        }
        return true;
    }

    /** For the scan: ends the thread, and waits until it has. An interrupt of the caller stays one. */
    void end() {
        isClosed = true;
        signal.wake();
        if (JournalThreads.awaitEnd(thread, 0)) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        ReadAheadRun done = null;
        try {
            while (awaitRun(done)) {
                done = run;
                if (done != null) {
                    serve(done);
                }
            }
        } finally {
            isEnded = true;
            wakeScan();
        }
    }

    private void serve(final ReadAheadRun present) {
        try (StorageFile file = storage.open(FileNames.segment(present.header().number()), false)) {
            check.segment(present.header());
            int offset = present.offset();
            while (awaitFreeWindow(present)) {
                final long number = published;
                final ReadAheadWindow window = windows[(int) (number % WINDOWS)];
                final int end = window.fill(file, present, offset);
                if (end == offset) {
                    return;
                }
                published = number + 1;
                wakeScan();
                window.check(check);
                offset = end;
            }
        } catch (final IOException e) {
            // The scan comes to the same place, and tells what is wrong there.
        } finally {
            present.over();
            wakeScan();
        }
    }

    /** Waits for a run other than the one that is done; false if there is none for long, or never will be. */
    private boolean awaitRun(final @Nullable ReadAheadRun done) {
        return await(() -> run != done) && !isClosed;
    }

    /** Waits until there is a window to be filled; false if the scan has not wanted one for long, or never will. */
    private boolean awaitFreeWindow(final ReadAheadRun present) {
        return await(() -> run != present || published - released < WINDOWS) && run == present && !isClosed;
    }

    /** Waits until something is so, or the scan is closed; false if it was not for long. */
    private boolean await(final BooleanSupplier condition) {
        for (int spins = 0; spins < SPINS; spins++) {
            if (condition.getAsBoolean() || isClosed) {
                return true;
            }
            Thread.onSpinWait();
        }
        final long sinceNs = System.nanoTime();
        while (true) {
            signal.announce();
            final boolean isSo = condition.getAsBoolean() || isClosed;
            signal.park(isSo ? 0 : IDLE_LIMIT_NS);
            if (isSo) {
                return true;
            }
            if (System.nanoTime() - sinceNs >= IDLE_LIMIT_NS && !condition.getAsBoolean()) {
                return false;
            }
        }
    }

    private void wakeScan() {
        final Thread waiting = waitingScan;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameRunCheck;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads windows of a segment beside a scan: whichever of the two has nothing better to do claims the next one. See {@link ReadAheadRun}.
 *
 * <p>Whoever waits says so in a volatile field and looks once more before it parks; the other makes visible what that waits for before it
 * looks at that field. In the one order that all volatile accesses have, one of the two sees the other.
 */
final class ReadAheadThread {

    private static final int WINDOWS = 6;
    private static final int SPINS = 5_000;
    private static final long IDLE_LIMIT_NS = TimeUnit.SECONDS.toNanos(1);

    private final Storage storage;
    private final Thread thread = new Thread(this::work, "tidemark-read-ahead");
    private final ReadAheadWindow[] windows = new ReadAheadWindow[WINDOWS];
    private final WakeSignal signal = new WakeSignal();

    /** Owned by the thread. */
    private final FrameRunCheck check = new FrameRunCheck();

    /** Written by the thread: what it is at work on; null while that is nothing. */
    private volatile @Nullable ReadAheadRun served;

    /** Written by the thread. */
    private volatile boolean isEnded;

    /** Written by the scan. */
    private volatile @Nullable ReadAheadRun run;

    /** Written by the scan. */
    private volatile boolean isClosed;

    /** Written by the scan; null while it does not wait. */
    private volatile @Nullable Thread waitingScan;

    /** Owned by the scan. */
    private final FrameRunCheck checkOfScan = new FrameRunCheck();

    /** Number of the window that the scan takes next. Owned by the scan. */
    private int taken;

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

    /** For the scan: reads somewhere else from now on, as soon as the thread has left the windows that it was at work on. */
    void turnTo(final SegmentHeader header, final int offset) {
        final ReadAheadRun before = run;
        if (before != null) {
            before.over();
            signal.wake();
            // Who sees no run served here has told the thread, before it can claim anything, that this one is over.
            awaitAsScan(() -> served == null);
        }
        checkOfScan.segment(header);
        taken = 0;
        run = new ReadAheadRun(header, offset, SegmentPreparation.FILL_LENGTH, windows);
        signal.wake();
    }

    /**
     * For the scan: gives back the window that it has, and takes the next, which it may have to read itself.
     *
     * @param offset at which it must begin
     * @param file of the segment
     * @return the window; null if there is none that begins there, and none will come
     */
    @Nullable
    ReadAheadWindow take(final int offset, final StorageFile file) {
        final ReadAheadRun present = run;
        if (present == null || isEnded) {
            return null;
        }
        final int wanted = taken;
        present.release(wanted);
        signal.wake();
        while (!present.isProcessed(wanted)) {
            final int number = present.claim();
            if (ReadAheadRun.isClaimed(number)) {
                process(present, number, file, checkOfScan, this::awaitAsScan, this::wakeThread);
            } else {
                awaitAsScan(() -> present.isDecided(wanted));
                if (!present.isProcessed(wanted)) {
                    return null;
                }
            }
        }
        final ReadAheadWindow window = present.window(wanted);
        if (!window.beginsAt(offset)) {
            present.over();
            return null;
        }
        taken = wanted + 1;
        return window;
    }

    private interface Waiting {
        void until(BooleanSupplier condition);
    }

    /** Reads and checks a window that was claimed. What goes wrong the scan finds out where it comes to it, and tells. */
    private static void process(
            final ReadAheadRun present,
            final int number,
            final StorageFile file,
            final FrameRunCheck check,
            final Waiting waiting,
            final Runnable wakeOther) {
        boolean isDone = false;
        try {
            present.read(number, file);
            waiting.until(() -> present.isDecided(number - 1));
            if (present.isProcessed(number - 1)) {
                present.check(number, check);
                isDone = true;
            }
        } catch (final IOException e) {
            // Over, as with any other failure.
        } finally {
            if (!isDone) {
                present.over();
            }
            wakeOther.run();
        }
    }

    private void awaitAsScan(final BooleanSupplier condition) {
        int spins = 0;
        while (!condition.getAsBoolean()) {
            if (spins < SPINS) {
                spins++;
                Thread.onSpinWait();
                continue;
            }
            waitingScan = Thread.currentThread();
            if (!condition.getAsBoolean()) {
                LockSupport.park(this);
            }
            waitingScan = null;
        }
    }

    private void wakeScan() {
        final Thread waiting = waitingScan;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    private void wakeThread() {
        signal.wake();
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
                served = done;
                if (done != null) {
                    serve(done);
                }
                served = null;
                wakeScan();
            }
        } finally {
            isEnded = true;
            served = null;
            wakeScan();
        }
    }

    private void serve(final ReadAheadRun present) {
        try (StorageFile file = storage.open(FileNames.segment(present.header().number()), false)) {
            check.segment(present.header());
            while (awaitForWhile(present::isWorkThere) && !present.isOver() && !isClosed) {
                final int number = present.claim();
                if (ReadAheadRun.isClaimed(number)) {
                    process(present, number, file, check, this::await, this::wakeScan);
                }
            }
        } catch (final IOException e) {
            // The scan comes to the same place, and tells what is wrong there.
            present.over();
        }
    }

    /** Waits for a run other than the one that is done; false if there is none for long, or never will be. */
    private boolean awaitRun(final @Nullable ReadAheadRun done) {
        return awaitForWhile(() -> run != done) && !isClosed;
    }

    private void await(final BooleanSupplier condition) {
        while (!awaitForWhile(condition)) {
            Thread.onSpinWait();
        }
    }

    /** Waits until something is so, or the scan is closed; false if it was not for long. */
    private boolean awaitForWhile(final BooleanSupplier condition) {
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
}

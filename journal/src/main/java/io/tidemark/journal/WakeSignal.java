// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread park while there is nothing to do, and others wake it.
 *
 * <p>The thread that parks says so first, then looks once more for work; who brings work makes it visible first, then
 * asks whether the thread is parked. All four are volatile accesses, so at least one of the two sees the other.
 */
final class WakeSignal {

    private volatile boolean parked;
    private volatile @Nullable Thread thread;

    /** Tells whether the thread is about to park or has parked. Any thread. */
    boolean isParked() {
        return parked;
    }

    /** Wakes the thread if it has parked. Any thread; what it shall find must have been stored before. */
    void wake() {
        if (parked) {
            parked = false;
            LockSupport.unpark(thread);
        }
    }

    /** Says that the calling thread will park; it looks for work once more before it does. Owner only. */
    void announce() {
        if (thread == null) {
            thread = Thread.currentThread();
        }
        parked = true;
    }

    /** Parks. Owner only. */
    void park(final long limitNs) {
        if (limitNs > 0) {
            LockSupport.parkNanos(this, limitNs);
        }
        parked = false;
    }
}

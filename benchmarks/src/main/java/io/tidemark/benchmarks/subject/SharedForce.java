// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Group commit for what has none of its own: of all who wait, one forces what was written by then, and the others wait for
 * that.
 */
public final class SharedForce {

    private final Force force;
    private final AtomicBoolean forcing = new AtomicBoolean();
    private final AtomicReference<@Nullable Waiter> waiters = new AtomicReference<>();

    /** Written by whoever forces. */
    private volatile long durable;

    /** Makes things durable. */
    @FunctionalInterface
    public interface Force {

        /**
         * Forces everything that was written. One thread at a time.
         *
         * @param durable up to where all is durable already
         * @return up to where all is durable now
         */
        long force(long durable);
    }

    private static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private @Nullable Waiter next;
    }

    /**
     * Shares a force.
     *
     * @param force to be shared
     */
    public SharedForce(final Force force) {
        this.force = force;
    }

    /**
     * Waits until a record is durable, or forces it.
     *
     * @param ticket of the record
     */
    public void await(final long ticket) {
        while (durable < ticket) {
            if (forcing.compareAndSet(false, true)) {
                try {
                    durable = force.force(durable);
                } finally {
                    forcing.set(false);
                    wakeAll();
                }
            } else {
                final Waiter waiter = new Waiter();
                waiter.next = waiters.get();
                while (!waiters.compareAndSet(waiter.next, waiter)) {
                    waiter.next = waiters.get();
                }
                if (durable < ticket && forcing.get()) {
                    LockSupport.park(this);
                }
            }
        }
    }

    private void wakeAll() {
        for (Waiter waiter = waiters.getAndSet(null); waiter != null; waiter = waiter.next) {
            LockSupport.unpark(waiter.thread);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Group commit for what has none of its own: of all who wait, one forces what was written by then, and the others wait for
 * that. Those who came too late for a force sleep on, but for one, who does the next.
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
        private final long ticket;
        private @Nullable Waiter next;

        Waiter(final long ticket) {
            this.ticket = ticket;
        }
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
                    handOn();
                }
            } else {
                push(new Waiter(ticket));
                if (durable < ticket && forcing.get()) {
                    LockSupport.park(this);
                }
            }
        }
    }

    private void push(final Waiter waiter) {
        do {
            waiter.next = waiters.get();
        } while (!waiters.compareAndSet(waiter.next, waiter));
    }

    /**
     * Wakes those whose records are durable, and one of the others. Those go back before anybody else can force: whoever does
     * finds them then, even if the one that was woken has nothing left to do.
     */
    private void handOn() {
        final long reached = durable;
        Waiter covered = null;
        Waiter successor = null;
        for (Waiter waiter = waiters.getAndSet(null); waiter != null; ) {
            final Waiter next = waiter.next;
            if (waiter.ticket <= reached) {
                waiter.next = covered;
                covered = waiter;
            } else if (successor == null) {
                successor = waiter;
            } else {
                push(waiter);
            }
            waiter = next;
        }
        forcing.set(false);
        if (successor == null) {
            // Who came between the look and the end of the force has nobody else to wake him.
            wake(waiters.getAndSet(null));
        } else {
            LockSupport.unpark(successor.thread);
        }
        wake(covered);
    }

    private static void wake(final @Nullable Waiter first) {
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            LockSupport.unpark(waiter.thread);
        }
    }
}

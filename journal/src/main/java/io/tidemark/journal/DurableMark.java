// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The durable sequence, and those who wait for it.
 *
 * <p>Assumptions: (1) one thread at a time raises the mark; (2) any thread waits.
 *
 * <p>Guarantees: (1) a waiter returns after the mark has reached its sequence, the journal has failed or its time is up;
 * (2) no wake-up is lost: a waiter puts itself on the stack, then looks at the mark and the end once more; who raises the
 * mark stores it, then takes the stack. All are volatile accesses, so one sees the other; (3) waiters that gave up are
 * dropped, so that waiting again and again holds no memory.
 */
final class DurableMark {

    private static final VarHandle WAITERS;
    private static final int CANCELLED_BEFORE_SWEEP = 32;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            WAITERS = lookup.findVarHandle(DurableMark.class, "waiters", Waiter.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final PaddedSequence mark;

    /** A stack. Pushed by waiters, taken as a whole by whoever sweeps. */
    @SuppressWarnings("unused")
    private volatile @Nullable Waiter waiters;

    /** Number of waiters that gave up since the last sweep. */
    private final AtomicInteger cancelled = new AtomicInteger();

    /** How long the last force took. Written by whoever raises the mark. */
    private volatile long forceNs;

    /** Nothing will move any more. */
    private volatile boolean ended;

    /** Number of times that all were woken. Who began to wait before the last time returns. */
    private final AtomicInteger wakeUps = new AtomicInteger();

    private static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private final long sequence;
        private final int wakeUpsBefore;
        private volatile boolean cancelled;
        private @Nullable Waiter next;

        Waiter(final long sequence, final int wakeUpsBefore) {
            this.sequence = sequence;
            this.wakeUpsBefore = wakeUpsBefore;
        }
    }

    DurableMark(final long initial) {
        mark = new PaddedSequence(initial);
    }

    /** The mark. Volatile, because the keeper takes back that it was told of a move and then reads where it went. */
    long get() {
        return mark.getVolatile();
    }

    /** Notes how long a force took, behind which the mark will be raised: that is what those who wait may expect. */
    void forced(final long durationNs) {
        forceNs = durationNs;
    }

    /** How long the last force took, in nanoseconds; 0 if there was none. */
    long forceNs() {
        return forceNs;
    }

    /** Raises the mark and wakes whom that concerns. One thread at a time. */
    void raise(final long sequence) {
        mark.setVolatile(sequence);
        sweep();
    }

    /** Wakes everybody: the mark will not move any more. */
    void end() {
        ended = true;
        sweep();
    }

    /**
     * Wakes everybody to look at the state of the journal. Those who still want to wait do so. Counted, so that a sweeper
     * that holds the stack meanwhile, and a waiter that is not on it yet, notice it as they notice a raise.
     */
    void wakeAll() {
        wakeUps.incrementAndGet();
        sweep();
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * Waits until the mark has reached a sequence.
     *
     * @param sequence to wait for
     * @param timeoutNs at most this long; {@link Long#MAX_VALUE} for ever
     * @param interruptible whether an interrupt ends the waiting
     * @param spinNs how long to spin before parking, if forces are short enough for that to be worth it
     * @return false if the time was up, the mark has ended, the thread was interrupted, or all were woken to look again
     */
    boolean await(final long sequence, final long timeoutNs, final boolean interruptible, final long spinNs) {
        if (mark.getAcquire() >= sequence) {
            return true;
        }
        final int wakeUpsBefore = wakeUps.get();
        final long startNs = System.nanoTime();
        if (isWorthSpinning(spinNs) && spin(sequence, wakeUpsBefore, startNs, Math.min(spinNs, timeoutNs))) {
            return true;
        }
        return park(sequence, wakeUpsBefore, startNs, timeoutNs, interruptible);
    }

    /** Not on a virtual thread: to park it takes no system call, and when it yields, its carrier does not. */
    private boolean isWorthSpinning(final long spinNs) {
        return spinNs > 0 && forceNs <= spinNs / 2 && !VirtualThreads.isCurrent();
    }

    /**
     * Number of waiters on the stack, those included that gave up and were not dropped yet. Exact while nobody sweeps; a
     * sweep moves waiters under the one who counts, and they may be counted once more.
     */
    int waiterCount() {
        int count = 0;
        for (Waiter waiter = (Waiter) WAITERS.getVolatile(this); waiter != null; waiter = waiter.next) {
            count++;
        }
        return count;
    }

    /** Any number of threads may: each that yields lets the others look, and the one that forces go on. */
    private boolean spin(final long sequence, final int wakeUpsBefore, final long startNs, final long limitNs) {
        while (!ended && wakeUps.get() == wakeUpsBefore && System.nanoTime() - startNs < limitNs) {
            if (mark.getAcquire() >= sequence) {
                return true;
            }
            // Where cores are few, the thread that forces may be waiting for this one.
            ParkingIdleStrategy.yieldToOthers();
        }
        return false;
    }

    private boolean park(
            final long sequence,
            final int wakeUpsBefore,
            final long startNs,
            final long timeoutNs,
            final boolean interruptible) {
        final Waiter waiter = new Waiter(sequence, wakeUpsBefore);
        push(waiter);
        boolean interrupted = false;
        try {
            while (mark.getVolatile() < sequence && !ended && wakeUps.get() == wakeUpsBefore) {
                if (interruptible && Thread.currentThread().isInterrupted()) {
                    break;
                }
                if (timeoutNs == Long.MAX_VALUE) {
                    // Not with an endless limit: a virtual thread would be given a timer, and the kernel one for
                    // others.
                    LockSupport.park(this);
                } else {
                    final long leftNs = timeoutNs - (System.nanoTime() - startNs);
                    if (leftNs <= 0) {
                        break;
                    }
                    LockSupport.parkNanos(this, leftNs);
                }
                if (!interruptible) {
                    // A set interrupt status would turn parking into spinning.
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            waiter.cancelled = true;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (mark.getVolatile() >= sequence) {
            return true;
        }
        dropCancelled();
        return false;
    }

    private void push(final Waiter waiter) {
        Waiter top = (Waiter) WAITERS.getVolatile(this);
        waiter.next = top;
        while (!WAITERS.compareAndSet(this, top, waiter)) {
            top = (Waiter) WAITERS.getVolatile(this);
            waiter.next = top;
        }
    }

    private void dropCancelled() {
        if (cancelled.incrementAndGet() >= CANCELLED_BEFORE_SWEEP) {
            cancelled.set(0);
            sweep();
        }
    }

    /**
     * Takes the whole stack, wakes those whose time has come, and puts the others back. While a sweeper holds the stack,
     * another may raise the mark, end it or wake all, and find nobody to wake; so a sweeper looks at all of that again
     * after putting back. A waiter that has seen more wake-ups than the sweeper is put back.
     */
    private void sweep() {
        long reached;
        boolean over;
        int woken;
        do {
            over = ended;
            woken = wakeUps.get();
            reached = mark.getVolatile();
            Waiter waiter = (Waiter) WAITERS.getAndSet(this, null);
            while (waiter != null) {
                final Waiter next = waiter.next;
                if (over || waiter.sequence <= reached || waiter.wakeUpsBefore - woken < 0) {
                    LockSupport.unpark(waiter.thread);
                } else if (!waiter.cancelled) {
                    push(waiter);
                }
                waiter = next;
            }
        } while (WAITERS.getVolatile(this) != null
                && (mark.getVolatile() != reached || ended != over || wakeUps.get() != woken));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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
 *
 * <p><b>Virtual threads wake each other.</b> Who raises the mark wakes one of them, and hands it the others. A carrier that has
 * nothing to do is woken by a system call, runs what it was woken for, and sleeps again before the next one is there; from one of their
 * own all of them come to the carriers at once. That one may find no carrier, though, where those it is to wake hold all of them: code
 * that can't be unmounted does. So who raised the mark looks after a while whether it has begun, and otherwise wakes the others itself.
 */
final class DurableMark {

    private static final VarHandle WAITERS;
    private static final VarHandle OTHERS;
    private static final int CANCELLED_BEFORE_SWEEP = 32;

    /** Many times what it takes to be woken; what it costs to look once more is little beside it. */
    private static final long PATIENCE_NS = 1_000_000;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            WAITERS = lookup.findVarHandle(DurableMark.class, "waiters", Waiter.class);
            OTHERS = lookup.findVarHandle(Waiter.class, "others", Waiter.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final PaddedSequence mark;

    /** Whether a waiter can be asked to wake others. Asked on its own thread. */
    private final BooleanSupplier wakesOthers;

    /** A stack. Pushed by waiters, taken as a whole by whoever sweeps. */
    @SuppressWarnings("unused")
    private volatile @Nullable Waiter waiters;

    /** Number of waiters that gave up since the last sweep. */
    private final AtomicInteger cancelled = new AtomicInteger();

    /** How long the last force took. Written by whoever raises the mark. */
    private volatile long forceNs;

    /** Nothing will move any more. */
    private volatile boolean ended;

    /** To whom others were handed last; null if it is known to have begun with them. Written by whoever raises the mark. */
    private volatile @Nullable Waiter handedTo;

    /** When that was. Owned by whoever raises the mark. */
    private long handedAtNs;

    /** Number of times that all were woken. Who began to wait before the last time returns. */
    private final AtomicInteger wakeUps = new AtomicInteger();

    private static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private final long sequence;
        private final int wakeUpsBefore;
        private final boolean wakesOthers;
        private volatile boolean cancelled;
        private @Nullable Waiter next;

        /** The first of those whom this one is to wake; this one itself when it has begun, or was relieved of it. */
        @SuppressWarnings("unused")
        private volatile @Nullable Waiter others;

        Waiter(final long sequence, final int wakeUpsBefore, final boolean wakesOthers) {
            this.sequence = sequence;
            this.wakeUpsBefore = wakeUpsBefore;
            this.wakesOthers = wakesOthers;
        }

        /** Hands others to this one; false if it has gone already. */
        boolean hand(final Waiter first) {
            return OTHERS.compareAndSet(this, null, first);
        }

        /** Takes what was handed to this one. From now on nothing is. */
        @Nullable
        Waiter takeOthers() {
            final Waiter first = (Waiter) OTHERS.getAndSet(this, this);
            return first == this ? null : first;
        }

        boolean hasBegun() {
            return OTHERS.getVolatile(this) == this;
        }
    }

    DurableMark(final long initial) {
        this(initial, VirtualThreads::isCurrent);
    }

    /**
     * Creates the mark.
     *
     * @param initial the sequence that is durable
     * @param wakesOthers whether the thread that asks, and is about to wait, can be asked to wake others
     */
    DurableMark(final long initial, final BooleanSupplier wakesOthers) {
        this.mark = new PaddedSequence(initial);
        this.wakesOthers = wakesOthers;
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
        sweep(true);
    }

    /** Wakes everybody: the mark will not move any more. Any thread; at last the one that raises the mark. */
    void end() {
        ended = true;
        sweep(false);
        final Waiter waker = handedTo;
        if (waker != null) {
            unparkAll(waker.takeOthers());
        }
    }

    /** Wakes those whom another one should have begun to wake by now. Whoever raises the mark. */
    void wakeLeftBehind() {
        if (leftBehindLimitNs() == 0) {
            relieve();
        }
    }

    /**
     * How long those may still take whom another one is to wake. Whoever raises the mark.
     *
     * @return nanoseconds; {@link Long#MAX_VALUE} if there are none
     */
    long leftBehindLimitNs() {
        final Waiter waker = handedTo;
        if (waker == null) {
            return Long.MAX_VALUE;
        }
        if (waker.hasBegun()) {
            handedTo = null;
            return Long.MAX_VALUE;
        }
        return Math.max(0, PATIENCE_NS - (System.nanoTime() - handedAtNs));
    }

    /** Wakes those oneself who were handed to another, if that one has not begun. */
    private void relieve() {
        final Waiter waker = handedTo;
        if (waker != null) {
            handedTo = null;
            unparkAll(waker.takeOthers());
        }
    }

    /**
     * Wakes everybody to look at the state of the journal. Those who still want to wait do so. Counted, so that a sweeper
     * that holds the stack meanwhile, and a waiter that is not on it yet, notice it as they notice a raise.
     */
    void wakeAll() {
        wakeUps.incrementAndGet();
        sweep(false);
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
        final Waiter waiter = new Waiter(sequence, wakeUpsBefore, wakesOthers.getAsBoolean());
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
            if (waiter.wakesOthers) {
                unparkAll(waiter.takeOthers());
            }
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
            sweep(false);
        }
    }

    /**
     * Takes the whole stack, wakes those whose time has come, and puts the others back. While a sweeper holds the stack,
     * another may raise the mark, end it or wake all, and find nobody to wake; so a sweeper looks at all of that again
     * after putting back. A waiter that has seen more wake-ups than the sweeper is put back.
     *
     * @param handing whether those who can wake others may be asked to
     */
    private void sweep(final boolean handing) {
        long reached;
        boolean over;
        int woken;
        do {
            over = ended;
            woken = wakeUps.get();
            reached = mark.getVolatile();
            Waiter waiter = (Waiter) WAITERS.getAndSet(this, null);
            Waiter handed = null;
            while (waiter != null) {
                final Waiter next = waiter.next;
                if (over || waiter.sequence <= reached || waiter.wakeUpsBefore - woken < 0) {
                    if (handing && waiter.wakesOthers) {
                        waiter.next = handed;
                        handed = waiter;
                    } else {
                        LockSupport.unpark(waiter.thread);
                    }
                } else if (!waiter.cancelled) {
                    push(waiter);
                }
                waiter = next;
            }
            if (handed != null) {
                handOver(handed);
            }
        } while (WAITERS.getVolatile(this) != null
                && (mark.getVolatile() != reached || ended != over || wakeUps.get() != woken));
    }

    /**
     * Wakes one of those in a row and hands it the ones behind it. It takes them when it leaves, however that comes about; who has left
     * before they were handed to it is passed over.
     */
    private void handOver(final Waiter first) {
        relieve();
        Waiter waker = first;
        boolean handed = false;
        while (waker != null && !handed) {
            final Waiter others = waker.next;
            handed = others != null && waker.hand(others);
            if (handed) {
                handedAtNs = System.nanoTime();
                handedTo = waker;
            }
            LockSupport.unpark(waker.thread);
            waker = others;
        }
    }

    private static void unparkAll(final @Nullable Waiter first) {
        Waiter waiter = first;
        while (waiter != null) {
            // Before it is woken: then it may be gone.
            final Waiter next = waiter.next;
            LockSupport.unpark(waiter.thread);
            waiter = next;
        }
    }
}

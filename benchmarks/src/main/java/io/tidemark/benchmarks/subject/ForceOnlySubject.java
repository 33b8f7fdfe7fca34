// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * A limit, and nobody's journal: the least that threads can pay to share forces. An append puts its thread on a stack and sleeps; one
 * thread takes the stack, writes a block, forces it, and wakes whom it took. No record is copied, none is told from another.
 */
final class ForceOnlySubject implements Subject {

    private static final int FILE_LENGTH = 64 << 20;
    private static final long SPINS = 100;

    private final BlockFile file;
    private final AtomicLong appended = new AtomicLong();
    private final AtomicReference<@Nullable Waiter> waiters = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    private static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private @Nullable Waiter next;
        private volatile boolean done;
    }

    ForceOnlySubject(final SubjectPlan plan) throws IOException {
        if (plan.durability() != SubjectPlan.Durability.ALWAYS) {
            throw new IllegalArgumentException(
                    "forces alone are a limit of who waits for them: found policy " + plan.durability());
        }
        Files.createDirectories(plan.directory());
        this.file = new BlockFile(plan.directory().resolve("blocks"), FILE_LENGTH);
        this.thread = new Thread(this::forceUntilClosed, "force-only");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public Producer producer() {
        return record -> {
            final Waiter waiter = new Waiter();
            do {
                waiter.next = waiters.get();
            } while (!waiters.compareAndSet(waiter.next, waiter));
            while (!waiter.done && failure == null) {
                LockSupport.park(this);
            }
            if (failure != null) {
                throw new IllegalStateException("forcing failed", failure);
            }
            return appended.incrementAndGet();
        };
    }

    private void forceUntilClosed() {
        final IdleStrategy idle = new BackoffIdleStrategy(SPINS, Long.MAX_VALUE, 1, 1);
        while (!closed && failure == null) {
            final Waiter taken = waiters.getAndSet(null);
            if (taken == null) {
                idle.idle();
                continue;
            }
            idle.reset();
            try {
                file.writeAndForce();
            } catch (final IOException | RuntimeException e) {
                failure = e;
            }
            wake(taken);
        }
        // Who comes from now on sees the failure before he sleeps.
        wake(waiters.getAndSet(null));
    }

    private static void wake(final @Nullable Waiter first) {
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            waiter.done = true;
            LockSupport.unpark(waiter.thread);
        }
    }

    @Override
    public Follower follower() {
        throw new UnsupportedOperationException("nothing is kept that could be followed");
    }

    /** An append returns when all of that is over. */
    @Override
    public void awaitWritten(final long ticket) {}

    @Override
    public void awaitDurable(final long ticket) {}

    @Override
    public void flush(final long ticket) {}

    @Override
    public void close() {
        closed = true;
        ThreadEnd.await(thread);
        try {
            file.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The policy {@code batch} for what has none of its own: a thread beside that forces as often as the journal does by default,
 * so that a power cut takes no more from one subject than from another. Under other policies it does nothing.
 */
public final class BatchForce implements AutoCloseable {

    /** As long as records of the journal wait for a force by default. */
    public static final long DELAY_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Runnable force;
    private final @Nullable Thread thread;
    private volatile boolean closed;

    /** Of the thread that forces; to be read when it has ended. */
    private @Nullable RuntimeException failure;

    /**
     * Begins to force, if the policy is {@code batch}.
     *
     * @param durability the policy
     * @param force forces everything that was written; called by one thread
     */
    public BatchForce(final SubjectPlan.Durability durability, final Runnable force) {
        this.force = force;
        if (durability == SubjectPlan.Durability.BATCH) {
            thread = new Thread(this::run, "batch-force");
            thread.setDaemon(true);
            thread.start();
        } else {
            thread = null;
        }
    }

    private void run() {
        try {
            while (!closed) {
                LockSupport.parkNanos(DELAY_NS);
                force.run();
            }
        } catch (final RuntimeException e) {
            failure = e;
        }
    }

    /**
     * Ends the thread, to be called before what is forced is closed.
     *
     * @throws IllegalStateException if a force failed: the figures are void
     */
    @Override
    public void close() {
        closed = true;
        if (thread == null) {
            return;
        }
        ThreadEnd.await(thread);
        if (failure != null) {
            throw new IllegalStateException("a force beside the appends failed; the figures are void", failure);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * What rewritten classes and scenarios call. On a thread that takes part in a schedule each of these lets the scheduler
 * decide who goes on; on any other thread they do what the original does.
 */
public final class Interleaving {

    private Interleaving() {}

    private static Actor actor() {
        return Thread.currentThread() instanceof Actor actor
                        && actor.execution().isScheduling()
                ? actor
                : null;
    }

    /** The name of the calling thread's part. */
    static String role() {
        final Actor actor = actor();
        return actor == null ? "nobody" : actor.role;
    }

    /**
     * Called when an operation begins: its time is that of the next access.
     *
     * @return false if accesses of this thread are not scheduled, and the time is now
     */
    static boolean calling(final Operation<?> operation, final History<?> history) {
        final Actor actor = actor();
        if (actor != null) {
            actor.called = operation;
            actor.history = history;
        }
        return actor != null;
    }

    /**
     * Called before each access to shared memory.
     *
     * @param target the object or buffer
     * @param index offset in bytes in a buffer; below 0 in an object
     * @param write whether the access may change something
     */
    public static void access(final Object target, final int index, final boolean write) {
        if (Thread.currentThread() instanceof Actor actor) {
            actor.execution().access(actor, target, index, write);
        }
    }

    /** Called with the result of each compare-and-set, and returns it. */
    public static boolean compared(final boolean done) {
        final Actor actor = actor();
        if (actor != null) {
            actor.execution().happened(actor, done ? "compare-and-set succeeded" : "compare-and-set failed");
        }
        return done;
    }

    /** Stands for {@link LockSupport#park(Object)}. */
    public static void park(final Object blocker) {
        parkNanos(blocker, Long.MAX_VALUE);
    }

    /** Stands for {@link LockSupport#parkNanos(Object, long)}. */
    public static void parkNanos(final Object blocker, final long limitNs) {
        final Actor actor = actor();
        if (actor != null) {
            actor.execution().park(actor, limitNs);
        } else {
            LockSupport.parkNanos(blocker, limitNs);
        }
    }

    /** Stands for {@link LockSupport#unpark(Thread)}. */
    public static void unpark(final Thread thread) {
        final Actor actor = actor();
        if (actor != null) {
            actor.execution().unpark(actor, thread);
        } else {
            LockSupport.unpark(thread);
        }
    }

    /** Stands for {@link Thread#yield()}: the calling thread goes on when another one has changed something. */
    @SuppressWarnings("ThreadPriorityCheck")
    public static void yieldToOthers() {
        final Actor actor = actor();
        if (actor != null) {
            actor.execution().yieldToOthers(actor);
        } else {
            Thread.yield();
        }
    }

    /** Stands for {@link System#nanoTime()}: modelled time goes on where a thread yields or its time is up. */
    public static long nanoTime() {
        final Actor actor = actor();
        return actor == null ? System.nanoTime() : actor.execution().nowNs();
    }

    /** Stands for {@link ByteBuffer#put(int, ByteBuffer, int, int)}: copies word by word, in ascending order. */
    public static ByteBuffer put(
            final ByteBuffer target,
            final int index,
            final ByteBuffer source,
            final int sourceIndex,
            final int length) {
        final Actor actor = actor();
        if (actor == null) {
            return target.put(index, source, sourceIndex, length);
        }
        for (int done = 0; done < length; done += Long.BYTES) {
            access(target, index + done, true);
            target.put(index + done, source, sourceIndex + done, Math.min(Long.BYTES, length - done));
        }
        return target;
    }

    /**
     * Notes that something happened which a scenario is there for. What never happens in any schedule was not explored.
     *
     * @param what in words
     */
    public static void happened(final String what) {
        final Actor actor = actor();
        if (actor != null) {
            actor.execution().happened(actor, what);
        }
    }
}

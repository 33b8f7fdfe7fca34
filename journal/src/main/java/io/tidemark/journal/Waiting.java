// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.jfr.EventSpan;
import io.tidemark.journal.jfr.JournalEvents;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/** How callers wait for durability, and what they are told when it does not come. */
final class Waiting {

    /** Little beside a force. */
    private static final long LOOK_AGAIN_NS = 50_000;

    /** For a record that was not even begun, and may be long in coming. */
    private static final long LOOK_FOR_CLAIM_NS = 1_000_000;

    private Waiting() {}

    /**
     * Asks for a force and waits for it, whatever interrupts the thread. A thread of the journal is refused even if there is nothing
     * to wait for: it would depend on how fast the others are.
     */
    static void flush(final Engine engine) {
        requireOtherThread(engine);
        awaitDurable(engine, engine.requestFlush(), 0);
    }

    /** Waits until a record is durable, whatever interrupts the thread. */
    static void awaitDurable(final Engine engine, final long sequence, final long spinNs) {
        if (engine.durable().get() >= sequence) {
            return;
        }
        requireOtherThread(engine);
        while (!awaitOnce(engine, sequence, Long.MAX_VALUE, false, spinNs)) {
            throwIfHopeless(engine, sequence);
        }
    }

    /**
     * Waits until a record is durable, at most for a time.
     *
     * @return false if the time was up
     */
    static boolean awaitDurable(final Engine engine, final long sequence, final long timeoutNs, final long spinNs)
            throws InterruptedException {
        if (engine.durable().get() >= sequence) {
            return true;
        }
        requireOtherThread(engine);
        final long startNs = System.nanoTime();
        long leftNs = timeoutNs;
        while (!awaitOnce(engine, sequence, leftNs, true, spinNs)) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for sequence " + sequence);
            }
            throwIfHopeless(engine, sequence);
            leftNs = timeoutNs == Long.MAX_VALUE ? Long.MAX_VALUE : timeoutNs - (System.nanoTime() - startNs);
            if (leftNs <= 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean awaitOnce(
            final Engine engine,
            final long sequence,
            final long timeoutNs,
            final boolean interruptible,
            final long spinNs) {
        final AgentThreads threads = engine.agentThreads();
        if (!threads.worksWhileWaiting()) {
            return engine.durable().await(sequence, timeoutNs, interruptible, spinNs);
        }
        final int workCount = threads.work();
        if (threads.waitsAlone() || (workCount > 0 && engine.written().getAcquire() < sequence)) {
            return engine.durable().get() >= sequence;
        }
        return engine.durable()
                .await(sequence, Math.min(timeoutNs, lookAgainNs(engine, sequence)), interruptible, spinNs);
    }

    /**
     * How long a thread that could write the record waits before it looks whether it is to. Nobody tells it when a claim before the
     * record is committed, or when a thread goes away that was writing.
     */
    private static long lookAgainNs(final Engine engine, final long sequence) {
        if (engine.written().getAcquire() >= sequence) {
            return Long.MAX_VALUE;
        }
        return sequence <= engine.queue().lastClaimedSequence() ? LOOK_AGAIN_NS : LOOK_FOR_CLAIM_NS;
    }

    /** Waits until there is room in the queue, or no sense in waiting for it. */
    static void awaitRoom(final Engine engine, final IdleStrategy idleStrategy) {
        final Counters counters = engine.counters();
        counters.waitsForRoom();
        engine.noteCounted();
        final EventSpan event = JournalEvents.instance()
                .beginBackPressure(
                        engine.directory(),
                        engine.queue().usedLength(),
                        engine.written().getAcquire() - engine.durable().get(),
                        engine.isWaitingForStandby());
        idleStrategy.reset();
        long startNs = engine.nowNs();
        while (!engine.queue().hasRoom()
                && !engine.hasFailed()
                && !engine.isClosing()
                && engine.stallProblem() == null) {
            idle(engine, idleStrategy);
            final long nowNs = engine.nowNs();
            if (nowNs - startNs > CounterKeeping.INTERVAL_NS) {
                // A wait that goes on for long is seen before it ends.
                counters.waitedForRoom(nowNs - startNs);
                engine.noteCounted();
                startNs = nowNs;
            }
        }
        counters.waitedForRoom(engine.nowNs() - startNs);
        if (event != null) {
            JournalEvents.instance().endBackPressure(event);
        }
    }

    /** Waits a little for room in the queue. */
    private static void idle(final Engine engine, final IdleStrategy idleStrategy) {
        final AgentThreads threads = engine.agentThreads();
        final int workCount = threads.work();
        if (!threads.waitsAlone()) {
            idleStrategy.idle(workCount);
        }
    }

    /**
     * Moves the head and waits until it is durable and what lies before it is deleted, whatever interrupts the thread.
     *
     * @return the head
     */
    static long truncate(final Engine engine, final TruncationRequest request) {
        requireOtherThread(engine);
        engine.requestTruncation(request);
        final AgentThreads threads = engine.agentThreads();
        while (threads.waitsAlone() && !request.result().isDone()) {
            threads.work();
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return request.result().get();
                } catch (final InterruptedException e) {
                    interrupted = true;
                } catch (final ExecutionException e) {
                    throw (JournalException) Objects.requireNonNull(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Refuses a thread that runs the journal: while it waits, nothing happens that it could wait for. */
    static void requireOtherThread(final Engine engine) {
        if (engine.agentThreads().isAgentThread()) {
            throw new IllegalStateException("this thread runs the journal, and would wait for itself: thread="
                    + Thread.currentThread().getName() + "; a listener, or who invokes the journal, uses tryAppend and"
                    + " leaves waiting to other threads");
        }
    }

    private static void throwIfHopeless(final Engine engine, final long sequence) {
        final JournalFailedException failure = engine.failure();
        if (failure != null) {
            throw new JournalFailedException(
                    "sequence " + sequence + " did not become durable: " + failure.getMessage(), failure);
        }
        if (engine.durable().hasEnded()) {
            throw new JournalClosedException("journal was closed before sequence " + sequence
                    + " became durable: durable=" + engine.durable().get() + ", directory=" + engine.directory());
        }
        final StorageFullException problem = engine.stallProblem();
        // What was written before room was wanting becomes durable all the same.
        if (problem != null && sequence > engine.written().getAcquire()) {
            final boolean accepted = sequence <= engine.queue().lastClaimedSequence();
            throw new StorageFullException(
                    "sequence " + sequence
                            + (accepted
                                    ? " was accepted and will become durable when there is room: "
                                    : " can't become durable before there is room: ")
                            + problem.getMessage(),
                    problem,
                    accepted ? sequence : 0);
        }
    }

    /** The exception for a negative code of an appender. */
    static JournalException refused(final Engine engine, final long code) {
        if (code == Appender.FAILED) {
            final @Nullable JournalFailedException failure = engine.failure();
            return new JournalFailedException(
                    "nothing was appended: " + (failure == null ? "" : failure.getMessage()),
                    Objects.requireNonNull(failure));
        }
        final StorageFullException stall = engine.stallProblem();
        final StorageFullException problem = stall == null ? engine.reserveProblem() : stall;
        if (code == Appender.STORAGE_FULL && problem != null) {
            return new StorageFullException("nothing was appended: " + problem.getMessage(), problem);
        }
        if (code == Appender.STORAGE_FULL) {
            return new StorageFullException(
                    "nothing was appended: storage was full a moment ago: directory=" + engine.directory(),
                    new IOException("no room for a segment"));
        }
        return new JournalClosedException("nothing was appended: journal is closed: directory=" + engine.directory());
    }
}

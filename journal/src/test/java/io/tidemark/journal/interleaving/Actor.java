// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread of a scenario. It runs only while it has the turn, and takes part in one schedule after the other.
 *
 * <p>All that is not volatile here belongs to whoever has the turn.
 */
final class Actor extends Thread {

    /** What a schedule knows of a thread. */
    enum Status {
        RUNNABLE,
        PARKED,
        FINISHED
    }

    static final long NOT_YIELDED = -1;

    /** A hand-over to a thread that still looks for its turn costs far less than one to a thread that sleeps. */
    private static final int SPINS_BEFORE_PARK = Runtime.getRuntime().availableProcessors() > 1 ? 500 : 0;

    /** Position in the list of the scenario's parts. */
    final int number;

    Status status = Status.FINISHED;

    /** Before its first access. The start and the first access are one step: what is between them, nobody sees. */
    boolean fresh;

    /** What {@link LockSupport#unpark} leaves behind for the next park. */
    boolean permit;

    /** When parking ends by itself, in modelled time. */
    long deadlineNs;

    /** Number of changes when this thread found nothing to do. */
    long yieldedAt;

    /** An operation that was called and has accessed nothing yet. */
    Operation<?> called;

    /** Where that operation is noted down. */
    History<?> history;

    String role;
    Runnable body;

    private final Execution execution;

    Actor(final Execution execution, final int number) {
        super("interleaving-" + number);
        this.execution = execution;
        this.number = number;
        setDaemon(true);
    }

    Execution execution() {
        return execution;
    }

    /** Makes ready for the next schedule. */
    void begin(final Scenario.Part part) {
        role = part.name();
        body = part.body();
        status = Status.RUNNABLE;
        fresh = true;
        permit = false;
        deadlineNs = Long.MAX_VALUE;
        yieldedAt = NOT_YIELDED;
        called = null;
    }

    @Override
    public void run() {
        awaitTurn();
        while (!execution.isOver()) {
            execution.perform(this);
            awaitTurn();
        }
    }

    /** Returns when this thread has the turn. */
    void awaitTurn() {
        int spins = SPINS_BEFORE_PARK;
        while (execution.turn() != this && !execution.isOver()) {
            if (spins > 0) {
                spins--;
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
    }
}

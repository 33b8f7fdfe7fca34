// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.function.LongSupplier;
import org.agrona.concurrent.AgentTerminationException;

/**
 * An agent as its thread runs it: it works, and when there is nothing to do it announces that it will park, looks once
 * more, and parks until it is woken or its time is up. Each of these is a step, so that work can come between any two.
 */
final class ScheduledAgent extends ScheduledParticipant {

    private enum State {
        WORKING,
        ANNOUNCING,
        LOOKING,
        PARKED,
        ENDED
    }

    private final SignalledAgent agent;
    private final LongSupplier nowNs;
    private State state = State.WORKING;
    private long parkedUntilNs;

    ScheduledAgent(final SignalledAgent agent, final LongSupplier nowNs) {
        this.agent = agent;
        this.nowNs = nowNs;
    }

    @Override
    boolean isReady() {
        return switch (state) {
            case ENDED -> false;
            case PARKED -> !agent.signal().isParked() || parkedUntilNs <= nowNs.getAsLong();
            default -> true;
        };
    }

    @Override
    void step() {
        switch (state) {
            case WORKING -> work();
            case ANNOUNCING -> {
                agent.signal().announce();
                state = State.LOOKING;
            }
            case LOOKING -> look();
            default -> {
                agent.signal().park(0);
                state = State.WORKING;
            }
        }
    }

    private void work() {
        try {
            if (agent.doWork() == 0) {
                state = State.ANNOUNCING;
            }
        } catch (final AgentTerminationException e) {
            state = State.ENDED;
            agent.onClose();
        } catch (final Exception e) {
            throw new AssertionError("an agent let an exception through: " + agent.roleName(), e);
        }
    }

    private void look() {
        final long limitNs = agent.parkLimitNs();
        if (limitNs <= 0) {
            agent.signal().park(0);
            state = State.WORKING;
            return;
        }
        parkedUntilNs = limitNs > Long.MAX_VALUE - nowNs.getAsLong() ? Long.MAX_VALUE : nowNs.getAsLong() + limitNs;
        state = State.PARKED;
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    /** When it wakes by itself; {@link Long#MAX_VALUE} if never. */
    long wakesAtNs() {
        return state == State.PARKED ? parkedUntilNs : Long.MAX_VALUE;
    }

    @Override
    public String toString() {
        return agent.roleName() + "=" + state;
    }
}

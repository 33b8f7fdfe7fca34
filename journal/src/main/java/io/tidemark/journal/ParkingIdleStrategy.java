// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import org.agrona.concurrent.IdleStrategy;

/**
 * Spins while work may be about to come, then parks until somebody wakes the agent. Spinning first is what keeps latency
 * low: to be woken takes some 50 µs on a virtual machine, to notice while spinning half a microsecond.
 *
 * <p>Owned by the agent's thread.
 */
final class ParkingIdleStrategy implements IdleStrategy {

    private static final int SPINS_WITHOUT_CLOCK = 100;

    private final SignalledAgent agent;
    private int spins;
    private long idleSinceNs;

    ParkingIdleStrategy(final SignalledAgent agent) {
        this.agent = agent;
    }

    @Override
    public void idle(final int workCount) {
        if (workCount > 0) {
            reset();
        } else {
            idle();
        }
    }

    @Override
    public void idle() {
        if (spins < SPINS_WITHOUT_CLOCK) {
            spins++;
            Thread.onSpinWait();
            return;
        }
        final long nowNs = System.nanoTime();
        if (spins == SPINS_WITHOUT_CLOCK) {
            spins++;
            idleSinceNs = nowNs;
        }
        final long idleNs = nowNs - idleSinceNs;
        if (idleNs < agent.spinNs()) {
            if (idleNs < agent.yieldAfterNs()) {
                Thread.onSpinWait();
            } else {
                yieldToOthers();
            }
            return;
        }
        final WakeSignal signal = agent.signal();
        signal.announce();
        signal.park(agent.parkLimitNs());
    }

    /** With fewer cores than threads, whoever brings the work may be waiting for this core. */
    @SuppressWarnings("ThreadPriorityCheck")
    static void yieldToOthers() {
        Thread.yield();
    }

    @Override
    public void reset() {
        spins = 0;
    }
}

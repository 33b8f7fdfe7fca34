// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import org.agrona.concurrent.Agent;

/** An agent that is woken by those who bring it work. */
interface SignalledAgent extends Agent {

    /** Wakes this agent. */
    WakeSignal signal();

    /**
     * How long the agent may park if nobody wakes it. Asked after it was announced that it will park, so that whoever
     * brings work after the answer sees that it must wake the agent.
     *
     * @return nanoseconds; 0 if there is something to do now
     */
    long parkLimitNs();

    /** How long the agent's thread spins before it parks, in nanoseconds. */
    long spinNs();

    /**
     * How much of that it spins without offering its core to others in between, in nanoseconds. Linux takes an offer at its word:
     * who makes it counts as having used its slice (EEVDF, {@code yield_task_fair}), and waits for the core the longer when somebody
     * wants it next.
     */
    default long yieldAfterNs() {
        return 0;
    }
}

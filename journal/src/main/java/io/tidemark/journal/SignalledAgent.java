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
}

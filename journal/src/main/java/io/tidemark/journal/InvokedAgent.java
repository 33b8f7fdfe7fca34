// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import org.agrona.concurrent.AgentTerminationException;

/**
 * Lets an agent work where it is invoked, until it ends itself. An interrupt of the thread that invokes it, which is the user's, is no
 * order to end, as it would be to Agrona's {@code AgentInvoker}.
 *
 * <p>Owned by the thread that holds the {@linkplain AgentThreads#invoking() lock}, or, where tests step agents one by one, by the only one.
 */
final class InvokedAgent {

    private final Engine engine;
    private final SignalledAgent agent;

    /** Written under the lock; read by the thread that closes, too. */
    private volatile boolean running = true;

    InvokedAgent(final Engine engine, final SignalledAgent agent) {
        this.engine = engine;
        this.agent = agent;
    }

    SignalledAgent agent() {
        return agent;
    }

    boolean isRunning() {
        return running;
    }

    /**
     * Lets the agent work once.
     *
     * @return amount of work done; 0 if there was nothing to do, or it has ended
     */
    int invoke() {
        if (!running) {
            return 0;
        }
        try {
            return agent.doWork();
        } catch (final AgentTerminationException e) {
            // It has said why already.
            close();
        } catch (final Throwable e) {
            // JDK 17 throws the error for a fault in a mapped page late, and anywhere.
            engine.fail(e);
            close();
        }
        return 0;
    }

    /** Ends the agent, once. */
    void close() {
        if (running) {
            running = false;
            agent.onClose();
        }
    }
}

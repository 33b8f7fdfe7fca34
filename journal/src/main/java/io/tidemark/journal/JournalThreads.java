// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Runs the three agents: each on a thread of its own, writer and sync agent on one where every append waits for its force,
 * or all by whoever calls {@link #invoke()}.
 *
 * <p>An agent ends itself; the threads are joined, not stopped, because a stop would interrupt a force.
 */
final class JournalThreads {

    private final Engine engine;
    private final List<AgentInvoker> invokers;
    private final List<Thread> threads;

    private JournalThreads(final Engine engine, final List<AgentInvoker> invokers, final List<Thread> threads) {
        this.engine = engine;
        this.invokers = invokers;
        this.threads = threads;
    }

    /** Starts a thread for each agent. */
    static JournalThreads start(final JournalOpening opening) {
        final Engine engine = opening.engine();
        final List<Thread> threads = engine.writesThenSyncs()
                ? List.of(
                        start(engine, opening.keeper()),
                        start(engine, new WriteThenSyncAgent(opening.writer(), opening.sync())))
                : List.of(
                        start(engine, opening.keeper()),
                        start(engine, opening.sync()),
                        start(engine, opening.writer()));
        return new JournalThreads(engine, List.of(), threads);
    }

    private static Thread start(final Engine engine, final SignalledAgent agent) {
        final Supplier<IdleStrategy> supplier = engine.config().idleStrategy();
        // The keeper never needs a core to itself.
        final IdleStrategy idleStrategy =
                supplier == null || agent instanceof KeeperAgent ? new ParkingIdleStrategy(agent) : supplier.get();
        final AgentRunner runner = new AgentRunner(idleStrategy, thrown -> report(engine, thrown), null, agent);
        final ThreadFactory factory = engine.config().threadFactory();
        return AgentRunner.startOnThread(runner, factory == null ? JournalThreads::daemon : factory);
    }

    private static Thread daemon(final Runnable task) {
        final Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    /** Prepares the agents to be invoked. */
    static JournalThreads invoked(final JournalOpening opening) {
        final Engine engine = opening.engine();
        final List<AgentInvoker> invokers = List.of(
                invoker(engine, opening.writer()), invoker(engine, opening.sync()), invoker(engine, opening.keeper()));
        return new JournalThreads(engine, invokers, List.of());
    }

    private static AgentInvoker invoker(final Engine engine, final SignalledAgent agent) {
        final AgentInvoker invoker = new AgentInvoker(thrown -> report(engine, thrown), null, agent);
        invoker.start();
        return invoker;
    }

    private static void report(final Engine engine, final @Nullable Throwable thrown) {
        // An agent that ends itself has said why already.
        if (thrown != null && !(thrown instanceof AgentTerminationException)) {
            engine.fail(thrown);
        }
    }

    /** The agents, in the order of the data: writer, sync, keeper; empty if they have threads. */
    List<AgentInvoker> invokers() {
        return invokers;
    }

    /** Lets each agent work once. Invoked agents only. */
    int invoke() {
        if (invokers.isEmpty()) {
            throw new IllegalStateException(
                    "the journal has its own threads: configure withInvokedAgents() to invoke it");
        }
        int workCount = 0;
        for (final AgentInvoker invoker : invokers) {
            workCount += invoker.invoke();
        }
        return workCount;
    }

    /** Waits until all agents have ended, whatever interrupts the thread. */
    void join() {
        boolean interrupted = false;
        while (!engine.keeperEnded()) {
            if (!invokers.isEmpty()) {
                invoke();
            } else {
                interrupted |= joinThreads();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean joinThreads() {
        boolean interrupted = false;
        for (final Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        return interrupted;
    }
}

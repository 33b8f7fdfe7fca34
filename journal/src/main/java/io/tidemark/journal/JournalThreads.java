// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Runs the three agents: each on a thread of its own, writer and sync agent on one where every append waits for its force,
 * or the writer, or all of them, by whoever calls {@link #invoke()}.
 *
 * <p>An agent ends itself; the threads are joined, not stopped, because a stop would interrupt a force. Who stops them all
 * the same does not get away with open files: what an agent left undone is done by the thread that closes.
 */
final class JournalThreads {

    /** How long to wait for threads before looking whether their agents have ended. */
    private static final long JOIN_MS = 10;

    private static final long CLOSE_PARK_NS = 50_000;

    /** A thread of the user's making may outlive its agent; it is not waited for longer than this. */
    private static final long LINGER_MS = 1_000;

    private final Engine engine;

    /** In the order in which they are started: the keeper first, as it is the one that lets everything go. */
    private final List<SignalledAgent> agents;

    private final List<InvokedAgent> invokers;
    private final List<Thread> threads = new ArrayList<>();

    /** Gives segments to the archive; null if there is none. Nobody waits for it: it may hang in the user's code. */
    private final @Nullable ArchiveAgent archive;

    private @Nullable Thread archiveThread;
    private final ReentrantLock archiving = new ReentrantLock();

    private JournalThreads(
            final JournalOpening opening, final List<SignalledAgent> agents, final List<InvokedAgent> invokers) {
        this.engine = opening.engine();
        this.archive = opening.archive();
        this.agents = agents;
        this.invokers = invokers;
    }

    /**
     * Starts a thread for each agent that is to have one, and prepares the others to be invoked. If that fails, those that run are
     * ended, and everything that was opened is let go.
     */
    static JournalThreads start(final JournalOpening opening) {
        final Engine engine = opening.engine();
        final List<SignalledAgent> agents = engine.writesThenSyncs()
                ? List.of(opening.keeper(), new WriteThenSyncAgent(engine, opening.writer(), opening.sync()))
                : List.of(opening.keeper(), opening.sync(), opening.writer());
        final Invocation invocation = engine.config().invocation();
        final int threadCount = switch (invocation) {
            case NOTHING -> agents.size();
            case WRITER -> agents.size() - 1;
            case ALL -> 0;
        };
        final List<InvokedAgent> invokers = new ArrayList<>();
        for (int i = agents.size() - 1; i >= threadCount; i--) {
            invokers.add(new InvokedAgent(engine, agents.get(i)));
        }
        final JournalThreads started = new JournalThreads(opening, agents, List.copyOf(invokers));
        if (engine.config().invokingWaits()) {
            engine.agentThreads().workWhileWaiting(started::invoke);
        } else if (invocation == Invocation.WRITER) {
            engine.agentThreads().workWhileWaiting(started::invokeUnlessOthersDo);
        }
        started.startThreads(threadCount);
        return started;
    }

    private void startThreads(final int threadCount) {
        try {
            for (final SignalledAgent agent : agents.subList(0, threadCount)) {
                threads.add(start(agent));
            }
            if (archive != null && threadCount > 0) {
                archiveThread = start(archive);
            }
        } catch (final RuntimeException | Error e) {
            abandon();
            throw e;
        }
    }

    private Thread start(final SignalledAgent agent) {
        final AgentRunner runner = new AgentRunner(idleStrategy(agent), thrown -> report(engine, thrown), null, agent);
        final Runnable task = () -> runToTheEnd(runner, agent);
        final ThreadFactory factory = engine.config().threadFactory();
        final Thread thread = factory == null ? daemon(task) : factory.newThread(task);
        if (thread == null) {
            throw new IllegalStateException("threadFactory made no thread for " + agent.roleName() + ": found null");
        }
        thread.setName(agent.roleName());
        try {
            thread.start();
        } catch (final IllegalThreadStateException e) {
            throw new IllegalStateException(
                    "threadFactory must make threads that are not started yet: found " + thread.getState() + " for "
                            + agent.roleName(),
                    e);
        }
        return thread;
    }

    /**
     * Whatever happens to the runner, its agent is closed: others wait for that. JDK 17 throws the error for a fault in a
     * mapped page late, once, and anywhere: in the runner, or while the agent is being closed. So that is done twice, and
     * does nothing the second time.
     */
    private void runToTheEnd(final AgentRunner runner, final SignalledAgent agent) {
        engine.agentThreads().addOwn(Thread.currentThread());
        try {
            runner.run();
        } catch (final Throwable e) {
            engine.fail(e);
        } finally {
            agent.onClose();
        }
    }

    private IdleStrategy idleStrategy(final SignalledAgent agent) {
        final Supplier<IdleStrategy> supplier = engine.config().idleStrategy();
        // The keeper never needs a core to itself, nor does the archive.
        if (supplier == null || agent instanceof KeeperAgent || agent instanceof ArchiveAgent) {
            return new ParkingIdleStrategy(agent);
        }
        final IdleStrategy idleStrategy = supplier.get();
        if (idleStrategy == null) {
            throw new IllegalStateException("idleStrategy made no strategy for " + agent.roleName() + ": found null");
        }
        return idleStrategy;
    }

    private static Thread daemon(final Runnable task) {
        final Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private static void report(final Engine engine, final @Nullable Throwable thrown) {
        // An agent that ends itself has said why already.
        if (thrown != null && !(thrown instanceof AgentTerminationException)) {
            engine.fail(thrown);
        }
    }

    /** The agents that are invoked, in the order of the data: writer, sync, keeper; empty if they have threads. */
    List<InvokedAgent> invokers() {
        return invokers;
    }

    /** Lets each agent that is invoked work once. Of several threads that come at once, one waits for the other. */
    int invoke() {
        if (invokers.isEmpty()) {
            throw new IllegalStateException("the journal has its own threads: configure withInvokedWriter() or"
                    + " withInvokedAgents() to invoke it");
        }
        final ReentrantLock invoking = engine.agentThreads().invoking();
        if (invoking.isHeldByCurrentThread()) {
            throw new IllegalStateException("what invoke() calls must not invoke the journal: a listener, or a clock");
        }
        invoking.lock();
        return invokeAllAndUnlock(invoking);
    }

    /** Does that if no other thread is at it. By a thread that waits. */
    private int invokeUnlessOthersDo() {
        final ReentrantLock invoking = engine.agentThreads().invoking();
        if (!invoking.tryLock()) {
            return 0;
        }
        return invokeAllAndUnlock(invoking);
    }

    private int invokeAllAndUnlock(final ReentrantLock invoking) {
        // It would close the file under an agent that is at work.
        final boolean interrupted = Thread.interrupted();
        try {
            return invokeAll();
        } finally {
            invoking.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private int invokeAll() {
        engine.agentThreads().noteInvoking();
        int workCount = 0;
        for (int i = 0; i < invokers.size(); i++) {
            workCount += invokers.get(i).invoke();
        }
        return workCount;
    }

    /** Lets the archive agent work once. Of several threads that come at once, one waits for the other. */
    int invokeArchive() {
        if (invokers.isEmpty() || archive == null || archiveThread != null) {
            throw new IllegalStateException(
                    "the journal has no archive, or a thread for it: configure withInvokedAgents() and withArchive()");
        }
        if (archiving.isHeldByCurrentThread()) {
            throw new IllegalStateException("an archive must not invoke the journal, it is called by it");
        }
        archiving.lock();
        try {
            return archive.doWork();
        } catch (final AgentTerminationException e) {
            return 0;
        } finally {
            archiving.unlock();
        }
    }

    /** Whether the calling thread is at work on an agent: it must not wait until the agents have ended. */
    boolean isAtWorkHere() {
        return engine.agentThreads().isAtWork() || archiving.isHeldByCurrentThread();
    }

    /** Lets the agents do what is left to do and end, and says what went wrong. Once. */
    void close() {
        engine.beginClosing();
        while (!engine.queue().tryClose() && !engine.hasFailed() && !engine.writerEnded()) {
            workOrPark();
        }
        engine.writerSignal().wake();
        join();
        final JournalFailedException failure = engine.failure();
        if (failure != null) {
            throw failure;
        }
        final JournalException abandoned = engine.abandoned();
        if (abandoned != null) {
            throw abandoned;
        }
    }

    /** Lets the agents work that are invoked; where there was nothing to do, those that have threads are given a moment. */
    private void workOrPark() {
        final int workCount = invokers.isEmpty() ? 0 : invoke();
        if (workCount == 0 && !threads.isEmpty()) {
            LockSupport.parkNanos(CLOSE_PARK_NS);
        }
    }

    /** Waits until all agents have ended, whatever interrupts the thread, and finishes what they left undone. */
    void join() {
        boolean interrupted = false;
        while (!haveEnded()) {
            if (invokers.stream().anyMatch(InvokedAgent::isRunning)) {
                workOrPark();
            } else if (threads.stream().anyMatch(Thread::isAlive)) {
                interrupted |= awaitThreads(JOIN_MS);
            } else {
                break;
            }
        }
        finish();
        // Their agents have said that they end; until the threads are gone, they still run.
        interrupted |= awaitThreads(engine.config().threadFactory() == null ? 0 : LINGER_MS);
        if (archiveThread != null) {
            interrupted |= awaitEnd(archiveThread, LINGER_MS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean haveEnded() {
        return engine.writerEnded() && engine.syncEnded() && engine.keeperEnded();
    }

    private boolean awaitThreads(final long limitMs) {
        boolean interrupted = false;
        for (final Thread thread : threads) {
            interrupted |= awaitEnd(thread, limitMs);
        }
        return interrupted;
    }

    /** Waits for a thread, at most for a time, or without limit if that is 0; whether an interrupt came meanwhile. */
    static boolean awaitEnd(final Thread thread, final long limitMs) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join(limitMs);
                return interrupted;
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
    }

    /** Ends the agents whose threads never ran, or were ended from outside, so that every file is let go. */
    private void finish() {
        if (!haveEnded()) {
            engine.fail(new IllegalStateException("a thread of the journal has ended without having done its work"));
        }
        for (int i = agents.size() - 1; i > 0; i--) {
            if (!engine.writerEnded() || !engine.syncEnded()) {
                agents.get(i).onClose();
            }
        }
        if (!engine.isReleased()) {
            agents.get(0).onClose();
        }
    }

    /** Ends what was started of a journal that nobody will be given. */
    private void abandon() {
        engine.beginClosing();
        engine.queue().tryClose();
        invokers.forEach(InvokedAgent::close);
        for (int i = agents.size() - invokers.size() - 1; i >= threads.size(); i--) {
            agents.get(i).onClose();
        }
        if (!threads.isEmpty()) {
            join();
        }
    }
}

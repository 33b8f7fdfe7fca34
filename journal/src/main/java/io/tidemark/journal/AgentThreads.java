// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Which threads run agents: the journal's own, and those of the user that invoke them. And what a thread does that has to wait. */
final class AgentThreads {

    /** What a thread does that has to wait. */
    interface Work {

        /**
         * Does some of it.
         *
         * @return amount of work done; 0 if there was nothing to do
         */
        int work();
    }

    private final Invocation invocation;

    /** Whether a thread that waits is all there is, and invokes every agent itself. */
    private final boolean waitsAlone;

    /** Those of the journal's own. Each adds itself. */
    private final List<Thread> own = new CopyOnWriteArrayList<>();

    /** Held by the thread that invokes agents, for as long as they work. It hands what the agents own to the next such thread. */
    private final ReentrantLock invoking = new ReentrantLock();

    /** The thread that last invoked the agents; null if none has. Written by that thread, under the lock. */
    private volatile @Nullable Thread lastInvoking;

    /** What a thread does that has to wait; null if it parks. Set once, before anybody waits. */
    private @Nullable Work workWhileWaiting;

    AgentThreads(final JournalConfig config) {
        this.invocation = config.invocation();
        this.waitsAlone = config.invokingWaits();
    }

    /** The calling thread runs an agent until it ends. */
    void addOwn(final Thread thread) {
        own.add(thread);
    }

    /** Whether the calling thread is one of the journal's own, or is invoking agents right now. */
    boolean isAtWork() {
        return own.contains(Thread.currentThread()) || invoking.isHeldByCurrentThread();
    }

    ReentrantLock invoking() {
        return invoking;
    }

    /** The calling thread invokes agents. Under the lock. */
    void noteInvoking() {
        final Thread current = Thread.currentThread();
        if (lastInvoking != current) {
            lastInvoking = current;
        }
    }

    /**
     * Whether the calling thread runs an agent: then what it would wait for never comes. Who invokes all of them is one such thread
     * between two invocations, too. Who invokes the writer alone is not: it goes on with that while it waits.
     */
    boolean isAgentThread() {
        return !waitsAlone && (isAtWork() || (invocation == Invocation.ALL && lastInvoking == Thread.currentThread()));
    }

    void workWhileWaiting(final Work work) {
        workWhileWaiting = work;
    }

    /** Whether a thread that has to wait can do some of the work itself. */
    boolean worksWhileWaiting() {
        return workWhileWaiting != null;
    }

    /**
     * Does some of what a thread does that has to wait.
     *
     * @return amount of work done; 0 if there was nothing to do
     */
    int work() {
        final Work work = workWhileWaiting;
        return work == null ? 0 : work.work();
    }

    /** Whether a thread that waits is all there is: nobody else would end its waiting. */
    boolean waitsAlone() {
        return waitsAlone;
    }
}

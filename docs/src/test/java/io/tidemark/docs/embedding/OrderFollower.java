// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import io.tidemark.journal.Journal;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Start;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.springframework.context.SmartLifecycle;

/** A thread that follows the journal between start and stop of the application. */
class OrderFollower implements SmartLifecycle {

    private final Journal journal;
    private final RecordHandler handler;

    /** Written by whoever starts and stops. */
    private volatile boolean running;

    /** Guarded by the monitor, as Spring may start and stop from several threads. */
    private Thread thread;

    OrderFollower(final Journal journal, final RecordHandler handler) {
        this.journal = journal;
        this.handler = handler;
    }

    @Override
    public synchronized void start() {
        running = true;
        thread = new Thread(this::follow, "orders-follower");
        thread.start();
    }

    private void follow() {
        final IdleStrategy idleStrategy = new BackoffIdleStrategy();
        try (Tailer tailer = journal.tailer(Start.atHead(), Visibility.DURABLE)) {
            while (running) {
                idleStrategy.idle(tailer.poll(handler, 256));
            }
        }
    }

    @Override
    public synchronized void stop() {
        running = false;
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}

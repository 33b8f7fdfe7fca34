// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The signal that ends the process. It comes on a thread of the JVM's, which waits a moment then, so that what is being
 * printed can be finished.
 */
final class EndingSignal implements AutoCloseable {

    private static final long LAST_WORDS_MS = 1_000;

    private final CountDownLatch come = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::letEnd, "tidemark-signal");
    private final Runnable firstDeed;

    EndingSignal() {
        this(() -> {});
    }

    /**
     * Prepares to listen.
     *
     * @param firstDeed what is done when it comes, on the thread on which it comes, whatever others are doing
     */
    EndingSignal(final Runnable firstDeed) {
        this.firstDeed = firstDeed;
    }

    /** Begins to listen. */
    void listen() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    boolean hasCome() {
        return come.getCount() == 0;
    }

    /**
     * Waits until it has come.
     *
     * @param limitNs how long at most
     * @return whether it has
     * @throws InterruptedException if the caller was interrupted
     */
    boolean await(final long limitNs) throws InterruptedException {
        return come.await(limitNs, TimeUnit.NANOSECONDS);
    }

    private void letEnd() {
        come.countDown();
        firstDeed.run();
        try {
            ended.await(LAST_WORDS_MS, TimeUnit.MILLISECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All was said. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending already, and the hook is waiting for nothing else.
            return;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Runs a call on a thread that nobody interrupts; who waits for it does so whatever interrupts the caller.
 *
 * @param <T> what the call returns
 */
final class OpeningThread<T> {

    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final Thread thread;

    private OpeningThread(final String threadName, final Supplier<T> task) {
        this.thread = new Thread(
                () -> {
                    try {
                        future.complete(task.get());
                    } catch (final Throwable e) {
                        future.completeExceptionally(e);
                    }
                },
                threadName);
        thread.setDaemon(true);
    }

    /** Begins a call, for which the caller must {@linkplain #await() wait} in any case. */
    static <T> OpeningThread<T> start(final String threadName, final Supplier<T> task) {
        final OpeningThread<T> opening = new OpeningThread<>(threadName, task);
        opening.thread.start();
        return opening;
    }

    static <T> T call(final Supplier<T> task) {
        return call("tidemark-open", task);
    }

    static <T> T call(final String threadName, final Supplier<T> task) {
        return start(threadName, task).await();
    }

    /** Waits for the call, and throws what it threw. */
    T await() {
        try {
            // Joining a future is not ended by an interrupt, and keeps the status.
            return future.join();
        } catch (final CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        } finally {
            // It has said all, but a thread of the journal's that still ends would outlive its opening.
            if (JournalThreads.awaitEnd(thread, 0)) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

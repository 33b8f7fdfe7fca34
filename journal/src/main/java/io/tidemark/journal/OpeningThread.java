// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Runs a call on a thread that nobody interrupts, and waits for it whatever interrupts the caller. */
final class OpeningThread {

    private OpeningThread() {}

    static <T> T call(final Supplier<T> task) {
        return call("tidemark-open", task);
    }

    static <T> T call(final String threadName, final Supplier<T> task) {
        final CompletableFuture<T> future = new CompletableFuture<>();
        final Thread thread = new Thread(
                () -> {
                    try {
                        future.complete(task.get());
                    } catch (final Throwable e) {
                        future.completeExceptionally(e);
                    }
                },
                threadName);
        thread.setDaemon(true);
        thread.start();
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

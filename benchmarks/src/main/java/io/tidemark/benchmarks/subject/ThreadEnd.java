// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

/** The end of a subject's own thread, for which closing waits. */
final class ThreadEnd {

    private ThreadEnd() {}

    /**
     * Waits until a thread has ended. An interrupt of the caller stays one.
     *
     * @param thread that was told to end
     */
    static void await(final Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.spi;

/**
 * Is told how long things take inside of a journal, on the threads where they happen. {@code
 * io.tidemark.journal.histogram.JournalHistograms} is one; others may bring the times to where they are wanted.
 *
 * <p>It is called while records wait, so it must return at once, and should not allocate. Each method is called by one thread at a
 * time, different methods at the same time by different ones. What it throws is passed over and counted as a failure of a listener.
 *
 * <p>Appends are measured by samples where they come faster than some ten thousand a second: each measured append then stands for
 * several, and is told with their number. Which are measured depends on their sequence alone, not on how long they take.
 */
public interface JournalProbe {

    /**
     * An append was written: from where it began, waiting for room included, until it could be read.
     *
     * @param durationNs in nanoseconds
     * @param appendCount how many appends this one stands for, at least 1; a batch is one append
     */
    default void onWritten(final long durationNs, final long appendCount) {}

    /**
     * An append became durable: from where it began until whoever waited for it was woken.
     *
     * @param durationNs in nanoseconds
     * @param appendCount how many appends this one stands for, at least 1
     */
    default void onDurable(final long durationNs, final long appendCount) {}

    /**
     * A force has succeeded.
     *
     * @param durationNs that it took, in nanoseconds
     * @param length that was forced, in bytes
     */
    default void onForced(final long durationNs, final long length) {}

    /**
     * The writer went on to another segment: from where it needed one until it had one.
     *
     * @param durationNs in nanoseconds
     */
    default void onRolled(final long durationNs) {}
}

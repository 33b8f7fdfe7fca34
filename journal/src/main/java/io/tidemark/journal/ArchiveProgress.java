// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import org.jspecify.annotations.Nullable;

/**
 * What keeper and archive agent tell each other: which segments are full, which are confirmed, and that it is over.
 *
 * <p>The archive may hang for as long as it likes. So the keeper, when the journal is being closed, does not wait for the agent
 * to end, but for it to be outside of a call, and in the end declares it over all the same: from then on the agent changes
 * nothing any more.
 */
final class ArchiveProgress {

    /**
     * The segment in which recovery would begin: all before it are full and durable, and stay as they are.
     *
     * @param segment number
     * @param firstSequence of its first record
     */
    record Mark(long segment, long firstSequence) {}

    private final WakeSignal signal = new WakeSignal();

    /** Written by the keeper. */
    private volatile Mark mark;

    /** All segments before this one are confirmed. Written by the archive agent. */
    private volatile long confirmedBelow;

    /** The thread that is at work; null if none is. Guarded by this object. */
    private @Nullable Thread worker;

    /** Nothing is to be changed any more. Guarded by this object. */
    private boolean over;

    ArchiveProgress(final Mark mark) {
        this.mark = mark;
    }

    WakeSignal signal() {
        return signal;
    }

    Mark mark() {
        return mark;
    }

    /** More segments may be full. Keeper only. */
    void mark(final long segment, final long firstSequence) {
        if (segment != mark.segment()) {
            mark = new Mark(segment, firstSequence);
            signal.wake();
        }
    }

    /** The first segment that must not go. Any thread. */
    long confirmedBelow() {
        return confirmedBelow;
    }

    /** Begins a step; false if it is over. Archive agent only. */
    synchronized boolean begin() {
        if (over) {
            return false;
        }
        worker = Thread.currentThread();
        return true;
    }

    /** Ends a step; an interrupt that came meanwhile was meant for what it called. */
    synchronized void end() {
        worker = null;
        Thread.interrupted();
    }

    /** Makes something durable, unless it is over, and then says that all before a segment are confirmed. */
    synchronized void confirm(final long below, final StorageCall.Body<Boolean> body) throws java.io.IOException {
        if (!over) {
            body.run();
            confirmedBelow = below;
        }
    }

    /** What was confirmed before the journal was opened. Archive agent only. */
    void knownBelow(final long below) {
        confirmedBelow = below;
    }

    /**
     * Ends it: at once if no step is under way, else when that has ended, or when it has taken too long. Keeper only.
     *
     * @return whether it is over
     */
    synchronized boolean end(final boolean overdue) {
        if (worker == null) {
            over = true;
        } else if (overdue && !over) {
            over = true;
            worker.interrupt();
        }
        return over;
    }
}

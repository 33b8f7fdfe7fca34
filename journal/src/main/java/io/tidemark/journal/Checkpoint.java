// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * A checkpoint under way: the promise of the user's own data to hold every record up to a sequence, durably, so that the
 * journal may let them go.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = journal.beginCheckpoint()) {  // 1  the journal is durable up to checkpoint.sequence()
 *     store.writeUpTo(checkpoint.sequence());                // 2  apply
 *     store.force();                                         // 3  the data is durable
 *     checkpoint.complete();                                 // 4  and only now may the journal be cut
 * }
 * }</pre>
 *
 * <p>A crash between any two of these steps leaves a journal from which the data can be rebuilt, by replaying from behind
 * {@link Journal#lastCheckpoint()}. What was applied already may then be applied once more, so applying a record must be
 * idempotent.
 *
 * <pre>{@code
 * journal.replay(journal.lastCheckpoint() + 1, store);          // after opening, before anything is appended
 * }</pre>
 *
 * <p>A checkpoint that is closed before it was completed never was. One that lies before the last completed one may be completed,
 * and takes nothing back. Owned by one thread at a time.
 */
public final class Checkpoint implements AutoCloseable {

    private final Engine engine;
    private final long sequence;

    private boolean open = true;

    Checkpoint(final Engine engine, final long sequence) {
        this.engine = engine;
        this.sequence = sequence;
    }

    /**
     * The last record that the checkpoint covers: durable, as all before it.
     *
     * @return a sequence; 0 if there is no record
     */
    public long sequence() {
        return sequence;
    }

    /**
     * Completes the checkpoint: a record of it is appended and forced, then checkpoint and head are made durable in one
     * step, then the segments that lie before the head as a whole are deleted. The user's data must be durable up to
     * {@link #sequence()} by now: nothing else holds those records any more.
     *
     * <p>If this throws, the checkpoint may have been completed or not; {@link Journal#lastCheckpoint()} tells, at the latest when
     * the journal is opened again. Nothing is lost either way, and another checkpoint can be begun.
     *
     * <p>The head stops at the first {@link Pin}, and at what a {@link NamedReader} has not passed; the checkpoint is complete all
     * the same.
     *
     * @return the head: the first sequence that may be read from now on
     * @throws IllegalStateException if the checkpoint was completed or closed before, or if this thread runs the journal
     * @throws StorageException if a segment could not be deleted, or the position of a named reader can't be read; the checkpoint
     *     is complete then
     * @throws JournalException if the journal is closed, has failed, or the file system is full
     */
    public long complete() {
        if (!open) {
            throw new IllegalStateException("checkpoint was completed or closed before: sequence=" + sequence);
        }
        Waiting.requireOtherThread(engine);
        open = false;
        if (sequence > engine.checkpoint().getAcquire()) {
            // Tells readers of the journal where the checkpoint was made.
            new Appender(engine).appendCheckpoint(sequence);
            Waiting.flush(engine);
        }
        return Waiting.truncate(engine, request());
    }

    /** What the keeper has to do, once that record is durable. */
    TruncationRequest request() {
        return new TruncationRequest(sequence, sequence);
    }

    /** Abandons the checkpoint, unless it was completed. That changes nothing. */
    @Override
    public void close() {
        open = false;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Position;
import io.tidemark.journal.storage.PositionFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageLock;
import java.io.IOException;
import java.util.Objects;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * A reader whose position is kept in the directory of the journal, under a name, so that whoever takes up the name again goes on
 * where it ended: behind the last record that was committed, after any crash of the process or of the machine.
 *
 * <pre>{@code
 * try (NamedReader reader = JournalReader.open(directory).named("billing", Start.atHead())) {
 *     Tailer tailer = reader.tailer();
 *     while (running.getAsBoolean()) {
 *         idleStrategy.idle(tailer.poll(handler, 256));
 *         reader.commit();    // everything polled so far was passed, durably
 *     }
 * }
 * }</pre>
 *
 * <p>Only durable records are given out, because a position behind one that a power cut can take away would pass over the
 * one that comes in its place. What was read and not committed comes again.
 *
 * <p>One reader at a time has a name, in all processes; the lock on it ends with the process. The process must have the right to
 * write in the directory. The writer takes no notice, but for this: what a named reader has not passed is kept.
 *
 * <p>Since what it has not passed is kept, a name under which nobody reads any more fills the disk:
 * {@link JournalReader#deleteNamedReader} forgets it, and {@link JournalReader#namedReaders} lists them.
 *
 * <p>Thread-safe; its tailer is for one thread at a time.
 */
public final class NamedReader implements AutoCloseable {

    private final Storage storage;
    private final String directory;
    private final String name;
    private final StorageLock lock;
    private final PositionFile file;
    private final TailedMarks marks;
    private final EpochNanoClock clock;
    private final Following following;

    /** All below is guarded by this object. */
    private Position position;

    /** The lowest sequence that one of the slots tells. */
    private long heldSequence;

    private @Nullable Tailer tailer;
    private boolean failed;
    private boolean closed;

    /** Makes tailers for durable records. */
    interface Following {
        Tailer tailer(Start start) throws IOException;
    }

    private NamedReader(
            final Storage storage,
            final String name,
            final StorageLock lock,
            final Opened opened,
            final TailedMarks marks,
            final EpochNanoClock clock,
            final Following following) {
        this.storage = storage;
        this.directory = storage.pathOf("");
        this.name = name;
        this.lock = lock;
        this.file = opened.file;
        this.position = opened.position;
        this.heldSequence = opened.heldSequence;
        this.marks = marks;
        this.clock = clock;
        this.following = following;
    }

    private record Opened(PositionFile file, Position position, long heldSequence) {}

    /**
     * Takes up a name.
     *
     * @param storage of the journal
     * @param name of the reader
     * @param start where to begin if the name is new
     * @param marks how far the journal is durable; closed with the reader, or if this fails
     * @param clock stamps positions
     * @param following makes tailers
     * @return the reader
     * @throws IOException if a call failed; then nothing is left open or locked
     */
    static NamedReader open(
            final Storage storage,
            final String name,
            final Start start,
            final TailedMarks marks,
            final EpochNanoClock clock,
            final Following following)
            throws IOException {
        StorageLock lock = null;
        try {
            lock = ReaderNames.lock(storage, ReaderNames.require(name));
            final Opened opened = openOrCreate(storage, name, start, marks, clock);
            return new NamedReader(storage, name, lock, opened, marks, clock, following);
        } catch (final IOException | RuntimeException | Error e) {
            closeBehind(lock, marks, e);
            throw e;
        }
    }

    private static void closeBehind(final @Nullable StorageLock lock, final TailedMarks marks, final Throwable cause) {
        try {
            marks.close();
            if (lock != null) {
                lock.close();
            }
        } catch (final IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static Opened openOrCreate(
            final Storage storage,
            final String name,
            final Start start,
            final TailedMarks marks,
            final EpochNanoClock clock)
            throws IOException {
        final String fileName = FileNames.position(name);
        if (!storage.list().contains(fileName)) {
            // Nobody moves the head until whoever does can see the new position.
            return ReaderNames.holdingHead(storage, () -> {
                final Position first =
                        Position.first(Replay.readMeta(storage), passedAt(storage, start, marks), clock.nanoTime());
                return new Opened(PositionFile.create(storage, fileName, first), first, first.passedSequence());
            });
        }
        final PositionFile file = PositionFile.open(storage, fileName, true);
        try {
            final ReaderNames.Found found =
                    ReaderNames.requireReadable(storage, name, Replay.readMeta(storage), file.read());
            // The process that wrote it may have died, or failed, before it was forced.
            file.write(found.position());
            return new Opened(file, found.position(), found.heldSequence());
        } catch (final IOException | RuntimeException | Error e) {
            try {
                file.close();
            } catch (final IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /** The last sequence in front of a place, which must be durable: behind it, others could come in the place of records. */
    private static long passedAt(final Storage storage, final Start start, final TailedMarks marks) throws IOException {
        final long passed =
                new StartSearch(storage).find(start, marks.durable()).nextSequence() - 1;
        requireDurable(passed, marks);
        return passed;
    }

    private static void requireDurable(final long sequence, final TailedMarks marks) throws IOException {
        if (sequence > marks.durable()) {
            marks.look();
        }
        if (sequence > marks.durable()) {
            throw new IllegalArgumentException("position of a reader can't be behind what is not durable yet: sequence="
                    + sequence + ", durable=" + marks.durable());
        }
    }

    /**
     * The name.
     *
     * @return the name of the reader
     */
    public String name() {
        return name;
    }

    /**
     * The position: everything up to here was passed, and committed.
     *
     * @return a sequence; 0 if nothing was passed
     */
    public synchronized long passedSequence() {
        return position.passedSequence();
    }

    /**
     * The tailer of this reader, made at the first call, behind the position. It gives out durable records alone. It is closed
     * with the reader.
     *
     * @return the tailer
     * @throws IllegalStateException if the reader is closed
     * @throws OvertakenException if the next record was truncated before the name was there; {@link #reset} goes on from
     *     another
     * @throws CorruptJournalException if the next record had been durable and is damaged, or if the journal ends before the
     *     position: an older copy has taken its place
     * @throws JournalException as for {@link JournalReader#tailer(Start, Visibility)}
     */
    public synchronized Tailer tailer() {
        requireOpen();
        Tailer made = tailer;
        if (made == null) {
            made = StorageCall.run(directory, () -> {
                requireNotBeyondTheEnd();
                return following.tailer(Start.atSequence(position.passedSequence() + 1));
            });
            tailer = made;
        }
        return made;
    }

    private void requireNotBeyondTheEnd() throws IOException {
        final long passed = position.passedSequence();
        if (passed <= marks.durable()) {
            return;
        }
        final long last = new StartSearch(storage).find(Start.atEnd(), -1).nextSequence() - 1;
        if (passed > last) {
            throw new CorruptJournalException(
                    storage.pathOf(FileNames.position(name)),
                    0,
                    passed,
                    "position of reader " + name + " is behind sequence " + passed + ", but the journal ends with "
                            + last + "; or reset the position");
        }
    }

    /**
     * Commits everything that the tailer has given out by {@link Tailer#poll}, or that was committed there: the position
     * is behind it, durably, when this returns. Where the tailer was moved with {@link Tailer#seek(long)}, what lies between
     * counts as passed.
     *
     * @return the position, as {@link #passedSequence()}
     * @throws IllegalArgumentException if the tailer was moved back behind the position, or beyond what is durable
     * @throws IllegalStateException as for {@link #commit(long)}, or if the tailer is in use
     * @throws JournalException as for {@link #commit(long)}
     */
    public synchronized long commit() {
        requireOpen();
        final Tailer made = tailer;
        commit(made == null ? position.passedSequence() : made.nextSequence() - 1);
        return position.passedSequence();
    }

    /**
     * Commits everything up to a record: the position is behind it, durably, when this returns. That takes a force of one
     * page, if the position moves, and one more when it is committed again and did not.
     *
     * @param sequence of the last record that was passed; at least {@link #passedSequence()}, as the position only moves forward
     * @throws IllegalArgumentException if the sequence lies before the position, or is not durable yet
     * @throws IllegalStateException if the reader is closed
     * @throws StorageException if the position could not be made durable: it is then this one or the one before, and the
     *     reader must be closed and the name taken up again
     */
    public synchronized void commit(final long sequence) {
        requireOpen();
        if (sequence < position.passedSequence()) {
            throw new IllegalArgumentException("position of reader " + name + " can only move forward: sequence="
                    + sequence + ", passed=" + position.passedSequence() + "; reset puts it back");
        }
        if (sequence == position.passedSequence() && heldSequence == sequence) {
            return;
        }
        StorageCall.run(directory, () -> {
            requireDurable(sequence, marks);
            write(sequence);
            return true;
        });
    }

    /**
     * Puts the position somewhere else, durably, be it forward or back. The tailer goes there, too.
     *
     * @param start the place
     * @return the position, as {@link #passedSequence()}
     * @throws IllegalArgumentException if the place lies beyond what is durable
     * @throws IllegalStateException if the reader is closed, or the tailer in use
     * @throws OvertakenException if the record there was truncated
     * @throws CorruptJournalException if a record on the way there had been durable and is damaged
     * @throws StorageException as for {@link #commit(long)}
     */
    public synchronized long reset(final Start start) {
        Objects.requireNonNull(start, "start");
        requireOpen();
        return StorageCall.run(directory, () -> {
            ReaderNames.holdingHead(storage, () -> {
                write(passedAt(storage, start, marks));
                return true;
            });
            if (tailer != null) {
                tailer.seek(position.passedSequence() + 1);
            }
            return position.passedSequence();
        });
    }

    private void write(final long sequence) throws IOException {
        if (failed) {
            throw new StorageException("position of reader " + name + " could not be made durable before: directory="
                    + directory + "; close the reader and take the name up again");
        }
        final Position next = position.behind(sequence, clock.nanoTime());
        failed = true;
        file.write(next);
        failed = false;
        heldSequence = Math.min(position.passedSequence(), sequence);
        position = next;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("reader is closed: name=" + name + ", directory=" + directory);
        }
    }

    /**
     * Lets the name go, and closes the tailer. What was not committed is not. Further calls do nothing.
     *
     * @throws IllegalStateException if the tailer is in use; the name is still taken then
     * @throws StorageException if that fails; it is closed then all the same
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (tailer != null) {
            tailer.close();
        }
        closed = true;
        StorageCall.run(directory, () -> {
            try {
                marks.close();
                settle();
            } finally {
                try {
                    file.close();
                } finally {
                    lock.close();
                }
            }
            return true;
        });
    }

    /** Lets both slots tell the position, so that nothing more is kept than what was not passed. */
    private void settle() throws IOException {
        if (!failed && heldSequence != position.passedSequence()) {
            write(position.passedSequence());
        }
    }
}

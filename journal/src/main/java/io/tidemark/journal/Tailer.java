// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.agrona.concurrent.NanoClock;

/**
 * Follows a journal, from inside the writing process or from another: gives every record once, in order, and goes on as the
 * journal grows.
 *
 * <pre>{@code
 * IdleStrategy idleStrategy = new BackoffIdleStrategy();
 * try (Tailer tailer = journal.tailer(Start.atHead(), Visibility.DURABLE)) {
 *     while (running.getAsBoolean()) {
 *         try {
 *             idleStrategy.idle(tailer.poll(handler, 256));
 *         } catch (OvertakenException e) {
 *             tailer.seek(Start.atHead());    // what came before was truncated, and can be done without
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Who hands records on, and may fail at that, goes behind them only then:
 *
 * <pre>{@code
 * if (tailer.peek(outgoing, 256) > 0) {               // a handler that collects
 *     outgoing.send();                                // if this throws, the same records come again
 *     tailer.commit(outgoing.lastSequence());
 * }
 * }</pre>
 *
 * <p>A batch is begun only when all of it is there, and durable if it must be; its records may come in several polls.
 * Checksum, epoch and sequence of every record are checked before it is given out.
 *
 * <p>A tailer maps the one segment that it reads, and lets it go when it goes on. The file may be truncated away meanwhile:
 * what is mapped is read to its end. A tailer is overtaken only when the segment that it wants next is gone.
 *
 * <p>One thread at a time: what another does at the same time, and what a handler does, is refused with an
 * {@link IllegalStateException}. A tailer may be handed to another thread, if that happens before the other's first use. A
 * tailer that is not closed holds its mapping for as long as the process lives.
 *
 * <p>An exception leaves the position where it is: in front of the record that could not be given.
 */
public final class Tailer implements AutoCloseable {

    private static final VarHandle BUSY;

    static {
        try {
            BUSY = MethodHandles.lookup().findVarHandle(Tailer.class, "busy", boolean.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Storage storage;
    private final JournalIndex index;
    private final String directory;
    private final TailedMarks marks;
    private final Visibility visibility;
    private final TailerChain chain;
    private final TailerLimit limit;

    /**
     * Whether a call is in here: set and taken back by whoever is, who owns all other fields meanwhile. A second thread could
     * read what the first has unmapped, which ends the JVM on versions that can't prevent it.
     */
    @SuppressWarnings("unused")
    private boolean busy;

    private boolean closed;

    /** The last record that was peeked at and not committed; 0 if there is none. */
    private long peekedSequence;

    private Tailer(
            final Storage storage,
            final JournalIndex index,
            final Meta meta,
            final TailedMarks marks,
            final Visibility visibility,
            final NanoClock ticker,
            final Start start,
            final TailerLimit limit)
            throws IOException {
        this.storage = storage;
        this.limit = limit;
        this.index = index;
        this.directory = storage.pathOf("");
        this.marks = marks;
        this.visibility = visibility;
        this.chain = new TailerChain(
                storage,
                meta,
                visibility == Visibility.DURABLE,
                marks,
                ticker,
                find(storage, index, marks, visibility, start));
    }

    /**
     * Makes a tailer.
     *
     * @param storage of the journal
     * @param index of it
     * @param meta of the journal; only its id counts
     * @param marks how far the journal is written and durable; the tailer closes them
     * @param visibility which records are given out
     * @param ticker tells when to look at files again while there is nothing to read
     * @param start where to begin
     * @param limit in which a place was made for the tailer, which gives it back
     * @return the tailer
     * @throws IOException if reading failed
     */
    static Tailer open(
            final Storage storage,
            final JournalIndex index,
            final Meta meta,
            final TailedMarks marks,
            final Visibility visibility,
            final NanoClock ticker,
            final Start start,
            final TailerLimit limit)
            throws IOException {
        try {
            return new Tailer(storage, index, meta, marks, visibility, ticker, start, limit);
        } catch (final IOException | RuntimeException | Error e) {
            limit.release();
            try {
                marks.close();
            } catch (final IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private static StartSearch.Place find(
            final Storage storage,
            final JournalIndex index,
            final TailedMarks marks,
            final Visibility visibility,
            final Start start)
            throws IOException {
        return new StartSearch(storage, index)
                .find(start, visibility == Visibility.DURABLE ? marks.durable() : marks.written());
    }

    /**
     * Gives the next records to a handler, and goes behind each that it took. If the handler throws, the position is in front
     * of the record that it was given. Allocates nothing, but where a segment ends or a file must be looked at.
     *
     * @param handler takes the records; it must not use this tailer
     * @param limit of the number of records, from 0
     * @return number of records given; 0 if there is none for now
     * @throws IllegalArgumentException if the limit is negative
     * @throws IllegalStateException if the tailer is closed, or in use
     * @throws OvertakenException if the next record was truncated; {@link #seek(long)} goes on from another
     * @throws CorruptJournalException if the next record had been durable and is damaged
     * @throws IncompatibleFormatException if the next record was written by a newer version
     * @throws NotAJournalException if another journal has taken the place of this one
     * @throws StorageException if reading fails
     */
    public int poll(final RecordHandler handler, final int limit) {
        enter(handler, limit);
        try {
            peekedSequence = 0;
            int count = 0;
            while (count < limit && advance(false)) {
                chain.give(handler);
                chain.pass();
                count++;
            }
            return count;
        } finally {
            leave();
        }
    }

    /**
     * Gives the next records to a handler and stays where it is: they come again, unless they are {@linkplain #commit
     * committed}. At most those of one segment are given at a time, because one is mapped; so fewer than the limit does not
     * mean that there are no more, but 0 does.
     *
     * @param handler takes the records; it must not use this tailer
     * @param limit of the number of records, from 0
     * @return number of records given; 0 if there is none for now
     * @throws IllegalArgumentException if the limit is negative
     * @throws IllegalStateException if the tailer is closed, or in use
     * @throws JournalException as for {@link #poll}
     */
    public int peek(final RecordHandler handler, final int limit) {
        enter(handler, limit);
        try {
            peekedSequence = 0;
            if (limit == 0 || !advance(false)) {
                return 0;
            }
            chain.keepPlace();
            int count = 0;
            try {
                do {
                    chain.give(handler);
                    chain.pass();
                    count++;
                    peekedSequence = chain.nextSequence() - 1;
                } while (count < limit && advance(true));
            } finally {
                chain.comeBack();
            }
            return count;
        } finally {
            leave();
        }
    }

    /**
     * Goes behind a record that was given by the last {@link #peek}.
     *
     * @param sequence of that record; the one before {@link #nextSequence()} changes nothing
     * @throws IllegalArgumentException if no such record was peeked at since the position was changed last
     * @throws IllegalStateException if the tailer is closed, or in use
     * @throws JournalException as for {@link #poll}
     */
    public void commit(final long sequence) {
        enter();
        try {
            final long next = chain.nextSequence();
            if (sequence != next - 1 && (sequence < next || sequence > peekedSequence)) {
                throw new IllegalArgumentException("sequence was not peeked at: sequence=" + sequence + ", next=" + next
                        + ", last peeked=" + peekedSequence);
            }
            while (chain.nextSequence() <= sequence) {
                if (!advance(true)) {
                    throw new IllegalStateException("record is no longer there: sequence=" + chain.nextSequence());
                }
                chain.pass();
                chain.wantAll();
            }
        } finally {
            leave();
        }
    }

    /**
     * Goes to a record, or to where it will be.
     *
     * @param sequence of the record that is to come next, from 1
     * @throws IllegalArgumentException if the sequence is below 1
     * @throws IllegalStateException if the tailer is closed, or in use
     * @throws JournalException as for {@link #seek(Start)}
     */
    public void seek(final long sequence) {
        seek(Start.atSequence(sequence));
    }

    /**
     * Goes to a place. If that fails, the position stays what it was.
     *
     * @param start the place
     * @throws IllegalStateException if the tailer is closed, or in use
     * @throws OvertakenException if the record there was truncated
     * @throws CorruptJournalException if a record on the way there had been durable and is damaged
     * @throws StorageException if reading fails
     */
    public void seek(final Start start) {
        Objects.requireNonNull(start, "start");
        enter();
        try {
            StorageCall.run(directory, () -> {
                chain.goTo(find(storage, index, marks, visibility, start));
                peekedSequence = 0;
                return true;
            });
        } finally {
            leave();
        }
    }

    /**
     * The sequence of the record that comes next; records that are passed over, because they are not wanted or were aborted,
     * may make it a later one.
     *
     * @return a sequence, from 1
     * @throws IllegalStateException if the tailer is in use
     */
    public long nextSequence() {
        take();
        try {
            return chain.nextSequence();
        } finally {
            leave();
        }
    }

    /**
     * Lets the mapping go. Further calls do nothing.
     *
     * @throws IllegalStateException if the tailer is in use: another thread, or a handler, must not close it
     * @throws StorageException if that fails; it is closed then all the same
     */
    @Override
    public void close() {
        take();
        try {
            if (!closed) {
                closed = true;
                limit.release();
                StorageCall.run(directory, () -> {
                    chain.close();
                    return true;
                });
            }
        } finally {
            leave();
        }
    }

    private boolean advance(final boolean inSegment) {
        try {
            return chain.advance(inSegment);
        } catch (final IOException e) {
            throw StorageCall.translated(directory, e);
        } catch (final InternalError e) {
            throw StorageCall.faulted(chain.path(), e);
        }
    }

    private void enter(final RecordHandler handler, final int limit) {
        Objects.requireNonNull(handler, "handler");
        if (limit < 0) {
            throw new IllegalArgumentException("limit must be 0 or more: limit=" + limit);
        }
        enter();
    }

    private void enter() {
        take();
        if (closed) {
            leave();
            throw new IllegalStateException("tailer is closed: directory=" + directory);
        }
    }

    /** With acquire, so that what the thread before has left is seen. */
    private void take() {
        if (!BUSY.compareAndSet(this, false, true)) {
            throw new IllegalStateException("tailer is in use by another thread, or by this handler: directory="
                    + directory + "; a tailer is for one thread at a time");
        }
    }

    private void leave() {
        BUSY.setRelease(this, false);
    }
}

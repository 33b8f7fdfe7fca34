// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A journal that is open for writing: records are appended at its end, become durable in their order, and are read back
 * in it.
 *
 * <pre>{@code
 * try (Journal journal = Journal.open(directory)) {
 *     Appender appender = journal.appender();
 *     long sequence = appender.append(bytes, 0, bytes.length);
 *     journal.awaitDurable(sequence);
 * }
 * }</pre>
 *
 * <p>Sequences are dense: 1, 2, 3 and so on, across all appenders and all openings. After a crash of the process or of the
 * machine the journal holds a prefix of what was appended, without a gap, byte for byte, and at least everything up to the
 * last durable sequence that anybody was told.
 *
 * <p>Thread-safe. What waits must not be called by a thread that runs the journal, that is from a {@link JournalListener},
 * from a {@link DurabilityListener}, or by the thread that {@linkplain #invoke() invokes} all agents of the journal: it would wait for
 * itself, and so gets an {@link IllegalStateException} instead. Who invokes the writer alone may wait.
 *
 * <p>After {@link #close()}, and after a failure, everything that only tells or reads works as before: sequences, counts,
 * the recovery report and {@link #replay}.
 */
public final class Journal implements AutoCloseable {

    private final Storage storage;
    private final JournalReader reader;
    private final Engine engine;
    private final JournalThreads threads;
    private final RecoveryReport recoveryReport;
    private final ReentrantLock closeLock = new ReentrantLock();

    /** Guarded by the lock. */
    private boolean closed;

    private Journal(final Storage storage, final JournalOpening opening, final JournalThreads threads) {
        this.storage = storage;
        this.engine = opening.engine();
        this.reader = JournalReader.of(storage, engine.tailerLimit());
        this.threads = threads;
        this.recoveryReport = opening.report();
    }

    /**
     * Opens the journal in a directory with the default configuration, and creates it if the directory is empty or
     * missing.
     *
     * @param directory of the journal
     * @return the journal
     * @throws JournalException if it can't be opened; the subclass tells why
     */
    public static Journal open(final Path directory) {
        return open(directory, JournalConfig.defaults());
    }

    /**
     * Opens the journal in a directory, and creates it if the directory is empty or missing.
     *
     * @param directory of the journal
     * @param config how to run it
     * @return the journal
     * @throws JournalLockedException if it is open for writing elsewhere
     * @throws NotAJournalException if the directory holds other files, and no journal
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws CorruptJournalException if something that had been durable is damaged; nothing was changed then
     * @throws StorageFullException if there is no room
     * @throws StorageException if the file system refuses in another way
     */
    public static Journal open(final Path directory, final JournalConfig config) {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(config, "config");
        final String path = directory.toAbsolutePath().normalize().toString();
        final Supplier<Journal> opening = () -> StorageCall.run(
                path, () -> open(DirectoryStorage.openOrCreate(directory, config.storageSync()), config));
        // An interrupt of the caller would close the files under work, so they are opened on a thread that has none.
        return config.invocation() == Invocation.ALL ? opening.get() : OpeningThread.call(opening);
    }

    static Journal open(final Storage storage, final JournalConfig config) throws IOException {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new JournalException("this machine is big-endian, the journal was never tested on one");
        }
        final JournalOpening opening = JournalOpening.open(storage, config);
        opening.engine().news().offer(() -> config.listener().onRecovered(opening.report()));
        return new Journal(storage, opening, JournalThreads.start(opening));
    }

    /** What makes this journal's files durable; null for what Java has. */
    @Nullable
    StorageSync storageSync() {
        return engine.config().storageSync();
    }

    /**
     * Makes an appender for the calling thread, or for one that it is handed to. Costs some allocation, so keep it.
     *
     * @return a new appender
     */
    public Appender appender() {
        return new Appender(engine);
    }

    /**
     * The last sequence that was given to a record. It need not have been written yet.
     *
     * @return a sequence; 0 if there never was a record
     */
    public long lastSequence() {
        return engine.queue().lastClaimedSequence();
    }

    /**
     * The last sequence that was written: a crash of the process can't take it away any more, a power cut can.
     *
     * @return a sequence; 0 if there never was a record
     */
    public long writtenSequence() {
        return engine.written().getAcquire();
    }

    /**
     * The durable sequence: neither a crash of the process nor a power cut can take away a record up to here.
     *
     * @return a sequence; 0 if there never was a record
     */
    public long durableSequence() {
        return engine.durable().get();
    }

    /**
     * Waits until a record is durable. When that will be is for the {@link SyncPolicy} to say; {@link #flush()} asks for it
     * at once.
     *
     * @param sequence of the record; it may be one that was not given out yet, then this waits for its append as well; 0 is
     *     before the first record, and durable
     * @throws IllegalArgumentException if the sequence is negative
     * @throws IllegalStateException if this thread runs the journal
     * @throws InterruptedException if the thread is interrupted
     * @throws JournalFailedException if the journal failed before
     * @throws JournalClosedException if the journal was closed before
     * @throws StorageFullException if the record waits for room on the file system; it may still become durable
     */
    public void awaitDurable(final long sequence) throws InterruptedException {
        requireSequence(sequence);
        Waiting.awaitDurable(engine, sequence, Long.MAX_VALUE, 0);
    }

    /**
     * Waits until a record is durable, but not longer than a given time.
     *
     * @param sequence of the record, as for {@link #awaitDurable(long)}, which throws the same and for the same reasons
     * @param timeout 0 or less to look without waiting; more than 292 years is for ever
     * @return false if the time was up
     * @throws InterruptedException if the thread is interrupted
     * @throws JournalException as for {@link #awaitDurable(long)}
     */
    public boolean awaitDurable(final long sequence, final Duration timeout) throws InterruptedException {
        requireSequence(sequence);
        final long timeoutNs = Math.max(0, TimeUnit.NANOSECONDS.convert(Objects.requireNonNull(timeout, "timeout")));
        return Waiting.awaitDurable(engine, sequence, timeoutNs, 0);
    }

    private static void requireSequence(final long sequence) {
        if (sequence < 0) {
            throw new IllegalArgumentException("sequence must be 0 or more: sequence=" + sequence
                    + "; a negative number from tryAppend says why nothing was appended");
        }
    }

    /**
     * Forces everything that was appended before this call, and waits for it; an interrupt does not end the waiting.
     *
     * @return the durable sequence, at least that of the last record appended before
     * @throws IllegalStateException if this thread runs the journal
     * @throws JournalException as for {@link #awaitDurable(long)}
     */
    public long flush() {
        Waiting.flush(engine);
        return durableSequence();
    }

    long requestFlush() {
        return engine.requestFlush();
    }

    /** Asks for a force and waits until a record is durable, whatever interrupts the thread. */
    void flushUpTo(final long sequence) {
        if (durableSequence() < sequence) {
            requestFlush();
            Waiting.awaitDurable(engine, sequence, 0);
        }
    }

    /**
     * Gives every record from a sequence on to a handler, up to the last one written at the moment of this call. The handler
     * may use the journal, and even close it: the replay goes on.
     *
     * @param fromSequence of the first record wanted, from 1; beyond the last there is nothing to give
     * @param handler takes the records; what it throws ends the replay
     * @return the sequence of the record that would have come next, at least {@code fromSequence}
     * @throws IllegalArgumentException if {@code fromSequence} is below 1
     * @throws OvertakenException if the first record wanted was truncated
     * @throws CorruptJournalException if a record on the way is damaged
     * @throws StorageException if reading fails
     */
    public long replay(final long fromSequence, final RecordHandler handler) {
        Objects.requireNonNull(handler, "handler");
        final long last = writtenSequence();
        final long next = StorageCall.run(
                engine.directory(), () -> Replay.run(storage, reader.index(), fromSequence, last, handler));
        if (next <= last) {
            throw new CorruptJournalException(
                    engine.directory(), 0, next, "a record that was written since opening is no longer there");
        }
        return next;
    }

    /**
     * The head: the first sequence that may be read. What is below was truncated.
     *
     * @return a sequence, from 1; one above the last record if nothing is left
     */
    public long headSequence() {
        return engine.head().getAcquire();
    }

    /**
     * Truncates: gives up every record up to a sequence. The head moves durably, then the segments that lie before it as a
     * whole are deleted, the oldest first. A segment in which the head lies is kept as it is. When this returns, the
     * head is durable, and no crash brings back what was deleted.
     *
     * <p>The head stops at the first {@link Pin}, and at what a {@link NamedReader} has not passed. Calling it again, or with
     * a lower sequence, does nothing but to try again what could not be deleted.
     *
     * @param upTo the last sequence to give up; 0 gives up nothing
     * @return the head: at least {@code upTo + 1}, unless something holds it
     * @throws IllegalArgumentException if {@code upTo} is negative, or not durable yet
     * @throws IllegalStateException if this thread runs the journal
     * @throws StorageException if a segment could not be deleted, and then the head has moved, and the next truncation or opening
     *     tries again; or if the position of a named reader can't be read, and then it has not
     * @throws JournalFailedException if the journal had failed, or does so now
     * @throws JournalClosedException if the journal is closed; the next opening deletes what is left of what was to go
     */
    public long truncate(final long upTo) {
        return Waiting.truncate(engine, truncation(upTo));
    }

    /**
     * Keeps records: the head does not move past the pin, whatever truncates, until it is moved or closed, or the journal is.
     *
     * @param sequence of the first record to keep, from 1; it may be one that does not exist yet
     * @return the pin
     * @throws IllegalArgumentException if the sequence is below 1
     * @throws OvertakenException if the record was truncated, or is about to be
     */
    public Pin pin(final long sequence) {
        return engine.pins().add(sequence);
    }

    CompletableFuture<Long> requestTruncation(final long upTo) {
        return request(truncation(upTo));
    }

    CompletableFuture<Long> request(final TruncationRequest request) {
        engine.requestTruncation(request);
        return request.result();
    }

    private TruncationRequest truncation(final long upTo) {
        if (upTo < 0 || upTo > durableSequence()) {
            throw new IllegalArgumentException("upTo must be from 0 to the durable sequence: upTo=" + upTo
                    + ", durable=" + durableSequence() + "; only what is durable may be given up");
        }
        return new TruncationRequest(upTo, 0);
    }

    /**
     * Begins a checkpoint of everything appended so far: forces it, and waits for that. From then on the user's data may
     * hold every record up to {@link Checkpoint#sequence()}.
     *
     * @return the checkpoint, to be completed when the user's data is durable, or abandoned
     * @throws IllegalStateException if this thread runs the journal
     * @throws JournalException as for {@link #awaitDurable(long)}
     */
    public Checkpoint beginCheckpoint() {
        return beginCheckpoint(lastSequence());
    }

    /**
     * Begins a checkpoint of everything up to a record: forces it, and waits for that. For who has applied less than what was
     * appended.
     *
     * @param sequence of the last record that the user's data is going to hold; 0 is before the first
     * @return the checkpoint, to be completed when the user's data is durable, or abandoned
     * @throws IllegalArgumentException if the sequence is negative, or was not given to a record yet
     * @throws IllegalStateException if this thread runs the journal
     * @throws JournalException as for {@link #awaitDurable(long)}
     */
    public Checkpoint beginCheckpoint(final long sequence) {
        if (sequence < 0 || sequence > lastSequence()) {
            throw new IllegalArgumentException("checkpoint must be from 0 to the last sequence: sequence=" + sequence
                    + ", last=" + lastSequence());
        }
        flushUpTo(sequence);
        return new Checkpoint(engine, sequence);
    }

    /**
     * The last completed checkpoint. Everything up to it is in the user's data, so who rebuilds that data
     * {@linkplain #replay replays} from the sequence behind it.
     *
     * @return the sequence of the checkpoint; 0 if there was none
     */
    public long lastCheckpoint() {
        return engine.checkpoint().getAcquire();
    }

    /**
     * Follows the journal from a record on. It may be one that does not exist yet.
     *
     * @param fromSequence of the first record wanted, from 1
     * @param visibility which records are given out
     * @return the tailer, to be closed by the caller
     * @throws IllegalArgumentException if {@code fromSequence} is below 1
     * @throws JournalException as for {@link #tailer(Start, Visibility)}
     */
    public Tailer tailer(final long fromSequence, final Visibility visibility) {
        return tailer(Start.atSequence(fromSequence), visibility);
    }

    /**
     * Follows the journal from a place on. A tailer goes on when the journal is closed, and then comes to its end.
     *
     * @param start where to begin
     * @param visibility which records are given out
     * @return the tailer, to be closed by the caller
     * @throws OvertakenException if the first record wanted was truncated
     * @throws TailerLimitException if too many tailers are open
     * @throws CorruptJournalException if a record on the way there had been durable and is damaged
     * @throws StorageException if reading fails
     */
    public Tailer tailer(final Start start, final Visibility visibility) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(visibility, "visibility");
        return StorageCall.run(
                engine.directory(),
                () -> reader.tailer(
                        engine.meta(),
                        new EngineMarks(engine),
                        visibility,
                        engine.config().ticker(),
                        start));
    }

    /**
     * Reads this journal as other processes do: ranges, streams of records, {@linkplain JournalReader#named named readers}. It
     * shares the limit on tailers.
     *
     * @return the reader, always the same, which needs no closing
     */
    public JournalReader reader() {
        return reader;
    }

    /**
     * The longest payload that a record can have.
     *
     * @return bytes
     */
    public int maxRecordLength() {
        return engine.maxRecordLength();
    }

    /**
     * What opening found.
     *
     * @return the report
     */
    public RecoveryReport recoveryReport() {
        return recoveryReport;
    }

    /**
     * What the journal has counted since it was opened. Also when it is closed.
     *
     * @return the counters, as they are now
     */
    public JournalCounters counters() {
        return JournalCounters.of(engine);
    }

    /**
     * How often an append found the queue full and had to wait: the first sign of a disk that can't keep up.
     *
     * @return number of waits since opening
     */
    public long backPressureCount() {
        return engine.counters().backPressureWaits();
    }

    /**
     * How often a full segment had no standby ready behind it.
     *
     * @return number of waits since opening
     */
    public long standbyWaitCount() {
        return engine.counters().standbyWaits();
    }

    /**
     * How many segments stand ready to be written behind the present one.
     *
     * @return number of segments
     */
    public int standbyCount() {
        return engine.standbys().size();
    }

    /**
     * Lets each of the journal's agents work once that has no thread. Only for a journal configured so, by
     * {@link JournalConfig#withInvokedWriter()} or {@link JournalConfig#withInvokedAgents()}. Of several threads that come at once, one
     * waits for the other. An interrupt before the call is kept and does no harm; nor does one that comes while the writer works, but
     * one that comes while all agents do may end the journal.
     *
     * @return amount of work done; 0 if there was nothing to do
     * @throws IllegalStateException if the journal has a thread for each agent, or if a listener calls this
     */
    public int invoke() {
        return threads.invoke();
    }

    /**
     * Gives the {@linkplain JournalConfig#withArchive archive} a segment, from a thread that may hang in it. Only for a journal
     * {@linkplain JournalConfig#withInvokedAgents() configured} so.
     *
     * @return amount of work done; 0 if there was nothing to do
     * @throws IllegalStateException if the journal has a thread for that, or no archive, or if the archive calls this
     */
    public int invokeArchive() {
        return threads.invokeArchive();
    }

    /** The agents one by one, for tests that step them in any order. */
    List<InvokedAgent> invokers() {
        return threads.invokers();
    }

    /**
     * Closes the journal: no append is accepted any more, what was accepted is written and forced whatever the policy, and
     * everything is let go. Calls after the first wait for it, and do nothing.
     *
     * <p>A claim that nobody commits, and an archive, are waited for as long as {@link JournalConfig#withCloseTimeout} says; then
     * the claim and what was appended behind it are given up, and the exception says so.
     *
     * @throws IllegalStateException if a listener calls this: it would wait for itself, and must leave that to another
     *     thread, for which it must not wait; nothing is closed then
     * @throws JournalFailedException if the journal had failed, or does so now: what is durable is told by
     *     {@link #durableSequence()}, which stays readable
     * @throws JournalException if records that were accepted could not be written in the time allowed
     */
    @Override
    public void close() {
        if (threads.isAtWorkHere()) {
            throw new IllegalStateException(
                    "a listener must not close the journal, it would wait for itself: directory=" + engine.directory()
                            + "; let another thread close it");
        }
        closeLock.lock();
        try {
            if (!closed) {
                closed = true;
                threads.close();
            }
        } finally {
            closeLock.unlock();
        }
    }
}

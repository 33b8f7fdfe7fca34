// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.CountersFile;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from outside: in another process than its writer, or with no writer at all. Needs no lock and no right
 * to write, and never changes a byte of the directory; but for named readers, whose positions are kept there.
 *
 * <pre>{@code
 * JournalReader reader = JournalReader.open(directory);
 * long next = reader.replay(Start.atHead(), Start.atEnd(), handler);
 * // some time later: what came since
 * next = reader.replay(next, handler);
 * }</pre>
 *
 * <p>What is read is what was written, whether durable or not. A crash of the machine can take away records at the end
 * that were read here before. Who must see only what is durable uses a {@link #tailer(Start, Visibility) tailer}.
 *
 * <p>Thread-safe: each call opens what it needs and lets it go.
 */
public final class JournalReader {

    private final Storage storage;
    private final JournalIndex index;
    private final String directory;
    private final TailerLimit tailerLimit;

    private JournalReader(final Storage storage, final TailerLimit tailerLimit) {
        this.storage = storage;
        this.index = new JournalIndex(storage);
        this.directory = storage.pathOf("");
        this.tailerLimit = tailerLimit;
    }

    /**
     * Looks at the journal in a directory. At most 1024 tailers of the reader may be open at a time.
     *
     * @param directory of the journal
     * @return a reader, which needs no closing
     * @throws NotAJournalException if there is no journal
     * @throws StorageException if the directory can't be read
     */
    public static JournalReader open(final Path directory) {
        return open(DirectoryStorage.open(Objects.requireNonNull(directory, "directory")));
    }

    /**
     * Looks at the journal in a directory, and bounds what its tailers hold.
     *
     * @param directory of the journal
     * @param maxTailers how many tailers of this reader may be open at a time, at least 1; each has at most two segments mapped
     * @return a reader, which needs no closing
     * @throws IllegalArgumentException if {@code maxTailers} is below 1
     * @throws NotAJournalException if there is no journal
     * @throws StorageException if the directory can't be read
     */
    public static JournalReader open(final Path directory, final int maxTailers) {
        final Path path = Objects.requireNonNull(directory, "directory");
        return open(DirectoryStorage.open(path), TailerLimit.require(maxTailers));
    }

    static JournalReader open(final Storage storage) {
        return open(storage, TailerLimit.DEFAULT_MAX_TAILERS);
    }

    /** Reads what is open for writing in this process. */
    static JournalReader of(final Storage storage, final TailerLimit tailerLimit) {
        return new JournalReader(storage, tailerLimit);
    }

    private static JournalReader open(final Storage storage, final int maxTailers) {
        final JournalReader reader = new JournalReader(storage, new TailerLimit(storage.pathOf(""), maxTailers));
        StorageCall.run(reader.directory, () -> JournalFiles.listExisting(storage));
        return reader;
    }

    /**
     * Gives every record from a sequence on to a handler, to the end of the journal. A writer that is at work may move the
     * end meanwhile, even if it is the handler that appends.
     *
     * @param fromSequence of the first record wanted, from 1; beyond the last there is nothing to give
     * @param handler takes the records, on the calling thread; what it throws ends the replay
     * @return the sequence of the record that would come next, at least {@code fromSequence}
     * @throws IllegalArgumentException if {@code fromSequence} is below 1
     * @throws OvertakenException if the first record wanted was truncated
     * @throws CorruptJournalException if a record that had been durable is damaged
     * @throws IncompatibleFormatException if a record was written by a newer version
     * @throws StorageException if reading fails
     */
    public long replay(final long fromSequence, final RecordHandler handler) {
        return replay(fromSequence, Long.MAX_VALUE, handler);
    }

    /**
     * Gives every record of a range to a handler.
     *
     * @param fromSequence of the first record wanted, from 1
     * @param toSequence of the last record wanted; if it is below {@code fromSequence}, there is nothing to give
     * @param handler takes the records; what it throws ends the replay
     * @return the sequence of the record that would come next, at least {@code fromSequence}
     * @throws IllegalArgumentException if {@code fromSequence} is below 1
     * @throws OvertakenException if the first record wanted was truncated
     * @throws CorruptJournalException if a record that had been durable is damaged
     * @throws IncompatibleFormatException if a record was written by a newer version
     * @throws StorageException if reading fails
     */
    public long replay(final long fromSequence, final long toSequence, final RecordHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return StorageCall.run(directory, () -> Replay.run(storage, index, fromSequence, toSequence, handler));
    }

    /**
     * Gives every record between two places to a handler, say of an hour:
     *
     * <pre>{@code
     * reader.replay(Start.atTime(noon), Start.atTime(noon.plusSeconds(3600)), handler);
     * }</pre>
     *
     * @param from the first record wanted
     * @param until the first record not wanted; {@link Start#atEnd()} for all there are
     * @param handler takes the records; what it throws ends the replay
     * @return the sequence of the record that would come next
     * @throws OvertakenException if the first record wanted was truncated
     * @throws CorruptJournalException if a record that had been durable is damaged
     * @throws IncompatibleFormatException if a record was written by a newer version
     * @throws StorageException if reading fails
     */
    public long replay(final Start from, final Start until, final RecordHandler handler) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(until, "until");
        Objects.requireNonNull(handler, "handler");
        final long last = lastBefore(until);
        return replay(find(from), last, handler);
    }

    private long lastBefore(final Start until) {
        return until.kind() == Start.Kind.END ? Long.MAX_VALUE : find(until) - 1;
    }

    /**
     * The records between two places, one by one as the stream asks for them: each is read, checked and copied only then. The
     * stream holds a file open until it is closed, or has given the last.
     *
     * <pre>{@code
     * try (Stream<JournalRecord> records = reader.records(Start.atLast(100), Start.atEnd())) {
     *     records.filter(record -> record.type() == TRADE).forEach(trades::add);
     * }
     * }</pre>
     *
     * <p>What goes wrong while it is read is thrown by the operation that asked for the record, with the types that {@link #replay}
     * throws.
     *
     * @param from the first record wanted
     * @param until the first record not wanted; {@link Start#atEnd()} for all there are when the stream comes there
     * @return a sequential stream in the order of the sequences, to be closed by the caller
     * @throws OvertakenException if the first record wanted was truncated
     * @throws CorruptJournalException if a record on the way there had been durable and is damaged
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public Stream<JournalRecord> records(final Start from, final Start until) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(until, "until");
        final long last = lastBefore(until);
        final long first = find(from);
        return StorageCall.run(directory, () -> RecordStream.open(storage, index, first, last));
    }

    /**
     * Tells where a place is. That costs the same however long the journal is.
     *
     * @param start the place
     * @return the sequence of the first record there; if there is none yet, the one that comes next
     * @throws OvertakenException if the record there was truncated
     * @throws CorruptJournalException if a record on the way there had been durable and is damaged
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public long find(final Start start) {
        Objects.requireNonNull(start, "start");
        return StorageCall.run(
                directory, () -> new StartSearch(storage, index).find(start, -1).nextSequence());
    }

    /**
     * Follows the journal from a record on, while another process writes it. It may be a record that does not exist yet.
     *
     * @param fromSequence of the first record wanted, from 1
     * @param visibility which records are given out
     * @return the tailer, to be closed by the caller
     * @throws IllegalArgumentException if {@code fromSequence} is below 1
     * @throws OvertakenException if the first record wanted was truncated
     * @throws TailerLimitException if too many tailers are open
     * @throws CorruptJournalException if a record on the way there had been durable and is damaged
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public Tailer tailer(final long fromSequence, final Visibility visibility) {
        return tailer(Start.atSequence(fromSequence), visibility);
    }

    /**
     * Follows the journal from a place on, while another process writes it.
     *
     * @param start where to begin
     * @param visibility which records are given out
     * @return the tailer, to be closed by the caller
     * @throws OvertakenException if the first record wanted was truncated
     * @throws TailerLimitException if too many tailers are open
     * @throws CorruptJournalException if a record on the way there had been durable and is damaged
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public Tailer tailer(final Start start, final Visibility visibility) {
        return tailer(start, visibility, System::nanoTime);
    }

    Tailer tailer(final Start start, final Visibility visibility, final NanoClock ticker) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(visibility, "visibility");
        return StorageCall.run(directory, () -> {
            final Meta meta = Replay.readExistingMeta(storage);
            final TailedMarks marks = new PublishedMarks(storage, meta, visibility == Visibility.DURABLE);
            return tailer(meta, marks, visibility, ticker, start);
        });
    }

    /** Makes a tailer that learns from the marks how far the journal is; it closes them, and so does this if it fails. */
    Tailer tailer(
            final Meta meta,
            final TailedMarks marks,
            final Visibility visibility,
            final NanoClock ticker,
            final Start start)
            throws IOException {
        try {
            tailerLimit.reserve();
        } catch (final TailerLimitException e) {
            marks.close();
            throw e;
        }
        return Tailer.open(storage, index, meta, marks, visibility, ticker, start, tailerLimit);
    }

    JournalIndex index() {
        return index;
    }

    /**
     * Takes up the name of a reader, whose position is kept in the directory. If the name is new, it begins at the head.
     *
     * @param name 1 to 64 of a to z, 0 to 9, '.', '_' and '-', the first of them a letter or digit
     * @return the reader, to be closed by the caller
     * @throws IllegalArgumentException if that is no name
     * @throws ReaderLockedException if somebody else uses it, in this process or in another
     * @throws CorruptJournalException if the position is damaged
     * @throws NotAJournalException if the position is one in another journal
     * @throws StorageException if reading fails, or if this process may not write in the directory
     */
    public NamedReader named(final String name) {
        return named(name, Start.atHead());
    }

    /**
     * Takes up the name of a reader, whose position is kept in the directory.
     *
     * @param name 1 to 64 of a to z, 0 to 9, '.', '_' and '-', the first of them a letter or digit
     * @param start where to begin if the name is new; else it goes on where it ended
     * @return the reader, to be closed by the caller
     * @throws IllegalArgumentException if that is no name, or the place lies beyond what is durable
     * @throws ReaderLockedException if somebody else uses it, in this process or in another
     * @throws OvertakenException if the name is new, and the record at which to begin was truncated
     * @throws CorruptJournalException if the position is damaged, or a record on the way to where it begins
     * @throws NotAJournalException if the position is one in another journal
     * @throws StorageException if reading fails, or if this process may not write in the directory
     */
    public NamedReader named(final String name, final Start start) {
        Objects.requireNonNull(start, "start");
        return named(Objects.requireNonNull(name, "name"), start, new OffsetEpochNanoClock(), System::nanoTime);
    }

    NamedReader named(final String name, final Start start, final EpochNanoClock clock, final NanoClock ticker) {
        return StorageCall.run(directory, () -> {
            JournalFiles.listExisting(storage);
            return NamedReader.open(
                    storage,
                    name,
                    start,
                    new PublishedMarks(storage, Replay.readMeta(storage), true),
                    clock,
                    place -> tailer(place, Visibility.DURABLE, ticker));
        });
    }

    /**
     * Tells how far each named reader has come, whether it is at work or not.
     *
     * @return the readers, by name
     * @throws StorageException if reading fails
     */
    public List<ReaderStatus> namedReaders() {
        return StorageCall.run(directory, () -> ReaderNames.list(storage));
    }

    /**
     * Forgets a named reader, durably: nothing is kept for it any more.
     *
     * @param name of the reader
     * @return false if there was none
     * @throws IllegalArgumentException if that is no name
     * @throws ReaderLockedException if somebody uses it
     * @throws StorageException if that fails, or if this process may not write in the directory
     */
    public boolean deleteNamedReader(final String name) {
        Objects.requireNonNull(name, "name");
        return StorageCall.run(directory, () -> ReaderNames.delete(storage, name));
    }

    /**
     * Reads the whole journal: every header, every checksum, every link from record to record and from segment to segment.
     *
     * @return what was found; damage is reported, not thrown
     * @throws NotAJournalException if there is no journal any more
     * @throws IncompatibleFormatException if it was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public VerifyReport verify() {
        return verify(count -> {});
    }

    /**
     * Verifies, and tells how far it is.
     *
     * @param progress takes how many records were read, after each, on this thread; it begins anew if what was being read is
     *     truncated meanwhile. What it throws ends the verification
     * @return what was found; damage is reported, not thrown
     * @throws JournalException as for {@link #verify()}
     */
    public VerifyReport verify(final LongConsumer progress) {
        Objects.requireNonNull(progress, "progress");
        return StorageCall.run(directory, () -> Verification.run(storage, progress));
    }

    /**
     * Looks at meta file and last segments: quick, and no proof that what lies between is whole; {@link #verify()} is.
     *
     * @return what they tell
     * @throws NotAJournalException if there is no journal any more
     * @throws CorruptJournalException if they are damaged
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public JournalStatus status() {
        return StorageCall.run(directory, () -> Verification.status(storage));
    }

    /**
     * Tells what the writer has counted since it opened the journal, up to a tenth of a second ago; when it is gone, what it had
     * counted then. Costs two small files to be read, and the writer nothing.
     *
     * @return the counters; null if the last opening left none, because there was no room for them, or they were deleted
     * @throws NotAJournalException if there is no journal any more
     * @throws CorruptJournalException if the meta file is damaged
     * @throws StorageException if reading fails
     */
    public @Nullable JournalCounters counters() {
        final long[] words = StorageCall.run(directory, () -> {
            final Meta meta = Replay.readExistingMeta(storage);
            return JournalCounters.ofOpening(meta.epoch(), CountersFile.read(storage, meta));
        });
        return words.length == 0 ? null : JournalCounters.ofFile(words);
    }

    /**
     * Takes what is whole from a damaged journal into a new one, which can be read, verified and opened for writing. Nothing
     * of the damaged one is changed. Nobody may be writing in it.
     *
     * <p>Every whole record is there with its sequence, time, type and payload; a batch is there whole or not at all. Lost
     * sequences between records are passed over by readers, like a claim that was given up, and so are those that had been
     * durable behind the last record: none is given out again. If more than ten million sequences in a row were lost between
     * records, what lies in front of them is left out, and the head of the copy is behind them; if so many were lost behind
     * the last record, the copy ends with that.
     *
     * @param directory of the damaged journal; {@code journal.meta} or the header of a segment must be whole
     * @param copy directory of the new journal, missing or empty, outside of the damaged one
     * @return what was salvaged, what was lost, and what is whole but could not be taken over
     * @throws IllegalArgumentException if there is something in the directory of the copy, or it lies in the other
     * @throws NotAJournalException if there is no journal
     * @throws CorruptJournalException if nothing tells the id of the journal
     * @throws IncompatibleFormatException if something in it was written in a format that this version does not read
     * @throws StorageFullException if there is no room for the copy; what was made of it is no journal
     * @throws StorageException if reading or writing fails
     */
    public static RepairReport repair(final Path directory, final Path copy) {
        return repair(directory, copy, count -> {});
    }

    /**
     * Repairs, and tells how far it is.
     *
     * @param directory of the damaged journal; {@code journal.meta} or the header of a segment must be whole
     * @param copy directory of the new journal, missing or empty, outside of the damaged one
     * @param progress takes how many records were read, after each, on a thread of the journal's: those of the damaged journal
     *     are read twice, then those of the copy once. What it throws ends the repair, and what was made of the copy is no journal
     * @return what was salvaged, what was lost, and what is whole but could not be taken over
     * @throws IllegalArgumentException if there is something in the directory of the copy, or it lies in the other
     * @throws JournalException as for {@link #repair(Path, Path)}
     */
    public static RepairReport repair(final Path directory, final Path copy, final LongConsumer progress) {
        Objects.requireNonNull(progress, "progress");
        final Path from =
                Objects.requireNonNull(directory, "directory").toAbsolutePath().normalize();
        final Path to = Objects.requireNonNull(copy, "copy").toAbsolutePath().normalize();
        // An interrupt of the caller would close the files under work.
        return OpeningThread.call("tidemark-repair", () -> {
            StorageCall.run(from.toString(), () -> JournalFiles.requireAny(DirectoryStorage.open(from)));
            if (to.startsWith(from)) {
                throw new IllegalArgumentException(
                        "copy must lie outside of the journal, which is not changed: copy=" + to + ", journal=" + from);
            }
            return StorageCall.run(to.toString(), () -> {
                try (Storage target = DirectoryStorage.openOrCreate(to)) {
                    return Repair.run(DirectoryStorage.open(from), target, progress);
                }
            });
        });
    }

    /**
     * Writes {@code journal.index} anew, by reading the whole journal. It is a cache through which places are found fast; the
     * writer keeps it, so this is for a journal in which it was lost. A writer may be at work beside this.
     *
     * @param directory of the journal
     * @return number of segments that are in the index now
     * @throws NotAJournalException if there is no journal
     * @throws CorruptJournalException if a record that had been durable is damaged; what lies before is in the index
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading or writing fails
     */
    public static int rebuildIndex(final Path directory) {
        return rebuildIndex(directory, count -> {});
    }

    /**
     * Rebuilds the index, and tells how far it is.
     *
     * @param directory of the journal
     * @param progress takes how many records were read, after each, on a thread of the journal's. What it throws ends the work;
     *     segments that were read before are in the index
     * @return number of segments that are in the index now
     * @throws JournalException as for {@link #rebuildIndex(Path)}
     */
    public static int rebuildIndex(final Path directory, final LongConsumer progress) {
        Objects.requireNonNull(progress, "progress");
        final Path path =
                Objects.requireNonNull(directory, "directory").toAbsolutePath().normalize();
        // An interrupt of the caller would close the files under work.
        return OpeningThread.call(
                "tidemark-index",
                () -> StorageCall.run(path.toString(), () -> IndexRebuild.run(DirectoryStorage.open(path), progress)));
    }

    /**
     * The first sequence that may be read; what is below was truncated.
     *
     * @return the head, from 1
     * @throws CorruptJournalException if the meta file is damaged
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public long headSequence() {
        return StorageCall.run(directory, () -> Replay.readMeta(storage)).head();
    }

    /**
     * The last completed checkpoint: everything up to it is in the data of whoever made it.
     *
     * @return the sequence of the checkpoint; 0 if there was none
     * @throws JournalException as for {@link #headSequence()}
     */
    public long lastCheckpoint() {
        return StorageCall.run(directory, () -> Replay.readMeta(storage)).checkpointSequence();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.Storage;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Reads a journal from outside: in another process than its writer, or with no writer at all. Needs no lock and no right
 * to write, and never changes a byte of the directory.
 *
 * <p>What is read is what was written, whether durable or not. A crash of the machine can take away records at the end
 * that were read here before.
 *
 * <p>Thread-safe: each call opens what it needs and lets it go.
 */
public final class JournalReader {

    private final Storage storage;
    private final String directory;

    private JournalReader(final Storage storage) {
        this.storage = storage;
        this.directory = storage.pathOf("");
    }

    /**
     * Looks at the journal in a directory.
     *
     * @param directory of the journal
     * @return a reader
     * @throws NotAJournalException if there is no journal
     * @throws StorageException if the directory can't be read
     */
    public static JournalReader open(final Path directory) {
        return open(DirectoryStorage.open(Objects.requireNonNull(directory, "directory")));
    }

    static JournalReader open(final Storage storage) {
        final JournalReader reader = new JournalReader(storage);
        StorageCall.run(reader.directory, () -> JournalFiles.listExisting(storage));
        return reader;
    }

    /**
     * Gives every record from a sequence on to a handler, to the end of the journal. A writer that is at work may move the
     * end meanwhile, even if it is the handler that appends.
     *
     * @param fromSequence of the first record wanted, from 1; beyond the last there is nothing to give
     * @param handler takes the records; what it throws ends the replay
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
        return StorageCall.run(directory, () -> Replay.run(storage, fromSequence, toSequence, handler));
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
        return StorageCall.run(directory, () -> Verification.run(storage));
    }

    /**
     * Looks at meta file and last segments.
     *
     * @return what they tell
     * @throws CorruptJournalException if they are damaged
     * @throws IncompatibleFormatException if the journal was written in a format that this version does not read
     * @throws StorageException if reading fails
     */
    public JournalStatus status() {
        return StorageCall.run(directory, () -> Verification.status(storage));
    }

    /**
     * The first sequence that may be read; what is below was truncated.
     *
     * @return the head
     */
    public long headSequence() {
        return StorageCall.run(directory, () -> Replay.readMeta(storage)).head();
    }

    /**
     * The last completed checkpoint: everything up to it is in the data of whoever made it.
     *
     * @return the sequence of the checkpoint; 0 if there was none
     */
    public long lastCheckpoint() {
        return StorageCall.run(directory, () -> Replay.readMeta(storage)).checkpointSequence();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.Position;
import io.tidemark.journal.storage.PositionFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageLock;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The names of readers and the locks behind them. Each name has a byte of {@code journal.names} that is locked by whoever uses
 * it; another byte is locked for the moment in which the head is moved, or a position is put where it may be passed. So
 * whoever moves the head has seen each position that is in front of it. Holds no state.
 */
final class ReaderNames {

    /** How long a name waits for the head to be moved, which takes a few forces. */
    private static final long HEAD_WAIT_NS = 10_000_000_000L;

    private static final long HEAD_PARK_NS = 100_000;

    private ReaderNames() {}

    static String require(final String name) {
        if (!FileNames.isReaderName(name)) {
            throw new IllegalArgumentException("name of a reader must be 1 to " + FileNames.MAX_READER_NAME_LENGTH
                    + " of a to z, 0 to 9, '.', '_' and '-', and begin with a letter or digit: found "
                    + quoted(name));
        }
        return name;
    }

    /** What somebody gave for a name, so that it can be printed. */
    private static String quoted(final String name) {
        final StringBuilder words = new StringBuilder("\"");
        for (int i = 0; i < Math.min(name.length(), FileNames.MAX_READER_NAME_LENGTH); i++) {
            final char character = name.charAt(i);
            words.append(character < ' ' || character > '~' ? '?' : character);
        }
        return words.append(name.length() > FileNames.MAX_READER_NAME_LENGTH ? "...\"" : "\"")
                .toString();
    }

    /** Takes a name, or says that somebody else has it. */
    static StorageLock lock(final Storage storage, final String name) throws IOException {
        final StorageLock lock = tryLock(storage, FileNames.nameRegion(name));
        if (lock == null) {
            throw new ReaderLockedException("name of a reader is in use elsewhere, in this process or another: name="
                    + name + ", directory=" + storage.pathOf("") + "; one reader at a time can have it");
        }
        return lock;
    }

    /** Does something while the head stays where it is. */
    static <T> T holdingHead(final Storage storage, final StorageCall.Body<T> body) throws IOException {
        final StorageLock lock = lockHead(storage);
        try {
            return body.run();
        } finally {
            lock.close();
        }
    }

    private static StorageLock lockHead(final Storage storage) throws IOException {
        final long beginNs = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                final StorageLock lock = tryLock(storage, FileNames.HEAD_REGION);
                if (lock != null) {
                    return lock;
                }
                if (System.nanoTime() - beginNs >= HEAD_WAIT_NS) {
                    throw new StorageException("the head is being moved, or a name taken up, for too long: directory="
                            + storage.pathOf("") + "; look for a process that stands still");
                }
                LockSupport.parkNanos(HEAD_PARK_NS);
                // A set interrupt status would turn parking into spinning.
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static @Nullable StorageLock tryLock(final Storage storage, final long region) throws IOException {
        try {
            return storage.tryLock(FileNames.NAMES, region);
        } catch (final NoSuchFileException e) {
            throw e;
        } catch (final FileSystemException e) {
            throw new StorageException(
                    "a named reader keeps its position in the directory of the journal, which can't be written: file="
                            + storage.pathOf(FileNames.NAMES) + ": "
                            + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason())
                            + "; give this process the right to write there, or read without a name",
                    e);
        }
    }

    /** How far each reader has come, by name. */
    static List<ReaderStatus> list(final Storage storage) throws IOException {
        final Meta meta = Replay.readMeta(storage);
        final List<ReaderStatus> readers = new ArrayList<>();
        for (final String fileName : storage.list()) {
            final String name = FileNames.readerName(fileName);
            final ReaderStatus reader = name.isEmpty() ? null : status(storage, name, meta);
            if (reader != null) {
                readers.add(reader);
            }
        }
        return readers;
    }

    /** How far a reader has come; null if it was deleted since it was listed. */
    private static @Nullable ReaderStatus status(final Storage storage, final String name, final Meta meta) {
        try {
            final Position position =
                    requireReadable(storage, name, meta, read(storage, name)).position();
            return new ReaderStatus(name, position.passedSequence(), position.committedNs(), "");
        } catch (final NoSuchFileException e) {
            return null;
        } catch (final IOException | JournalException e) {
            return new ReaderStatus(name, -1, 0, String.valueOf(e.getMessage()));
        }
    }

    static PositionFile.Content read(final Storage storage, final String name) throws IOException {
        try (PositionFile file = PositionFile.open(storage, FileNames.position(name), false)) {
            return file.read();
        }
    }

    /** What was read of a position that can be relied on. */
    record Found(Position position, long heldSequence) {}

    /** Refuses what is not a position in this journal. */
    static Found requireReadable(
            final Storage storage, final String name, final Meta meta, final PositionFile.Content content) {
        final String path = storage.pathOf(FileNames.position(name));
        final Position position = content.position();
        if (position == null && content.verdict() != HeaderVerdict.DAMAGED) {
            throw SegmentReader.incompatible(content.verdict(), content.version(), path);
        }
        if (position == null) {
            throw new CorruptJournalException(
                    path, 0, 0, "neither slot of the position of reader " + name + " is whole; or delete the name");
        }
        if (!position.isIn(meta)) {
            throw new NotAJournalException("position of reader " + name + " is one in another journal: file=" + path
                    + "; delete the name to begin anew");
        }
        return new Found(position, content.heldSequence());
    }

    /** Forgets a reader; false if there was none of the name. */
    static boolean delete(final Storage storage, final String name) throws IOException {
        final String fileName = FileNames.position(require(name));
        final StorageLock lock = lock(storage, name);
        try {
            return holdingHead(storage, () -> deleteFiles(storage, fileName));
        } finally {
            lock.close();
        }
    }

    private static boolean deleteFiles(final Storage storage, final String fileName) throws IOException {
        final List<String> names = storage.list();
        final String preparingName = fileName + FileNames.PREPARING_SUFFIX;
        if (names.contains(preparingName)) {
            storage.delete(preparingName);
        }
        if (names.contains(fileName)) {
            storage.delete(fileName);
        }
        storage.forceDirectory();
        return names.contains(fileName);
    }
}

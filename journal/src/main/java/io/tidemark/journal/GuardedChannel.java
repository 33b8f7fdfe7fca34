// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.DataFile;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A channel to a data file that keeps the order between log and data: no page reaches the file before the record that
 * changed it is durable in the journal. Whatever a crash leaves of the file, the journal can tell how it came to be.
 *
 * <pre>{@code
 * try (GuardedChannel accounts = GuardedChannel.open(journal, dataFile)) {
 *     long sequence = appender.append(transfer, 0, transfer.length);
 *     accounts.write(sequence, page, pageNumber * PAGE_LENGTH);    // waits until the record is durable
 *     accounts.force();                                            // now the page is durable, too
 * }
 * }</pre>
 *
 * <p>What a page may not do the other way round is for the caller to see to: records may only be truncated once the pages
 * that they changed were forced. A page that a power cut catches on its way may be torn, old in one place and new in
 * another: the records since the last checkpoint, applied again, must be able to set that right.
 *
 * <p>Thread-safe. Reads and writes come one after the other; a force goes on beside them, and waiting for the journal
 * holds up nobody else. Interrupts are kept and end nothing. While it is open the file must keep its name. The channel does not
 * own the journal: when that is closed or has failed, pages whose records were durable by then can still be written, and
 * no others.
 *
 * <p>The first failure of a force is final, as it is for the journal: every later call but {@link #close()} throws. What the
 * file shows then, and when it is opened again, need not be on the disk: apply the records from the last checkpoint on to
 * every page, whether the page seems to have them or not.
 */
public final class GuardedChannel implements AutoCloseable {

    /** How long a data file can be, in bytes: 256 TiB. What is beyond is an overflow, or no position at all. */
    public static final long MAX_LENGTH = 1L << 48;

    private final Journal journal;
    private final Storage storage;
    private final DataFile file;
    private final String path;
    private final String directory;

    /** Held to read and write. Of both locks, the one to force is taken first. */
    private final ReentrantLock accessLock = new ReentrantLock();

    private final ReentrantLock forceLock = new ReentrantLock();

    /** Written once, under both locks. */
    private volatile boolean closed;

    /** Why nothing works any more. Written once, under the lock to force. */
    private volatile @Nullable StorageException failure;

    /**
     * Takes over an open file.
     *
     * @param journal that must be durable first
     * @param storage of the directory of the file, closed with the channel
     * @param file to guard
     * @param name of the file
     */
    private GuardedChannel(final Journal journal, final Storage storage, final DataFile file, final String name) {
        this.journal = journal;
        this.storage = storage;
        this.file = file;
        this.path = storage.pathOf(name);
        this.directory = storage.pathOf("");
    }

    /**
     * Opens a data file, and creates it and its directory where they are missing. Name and content are durable when this
     * returns.
     *
     * @param journal in which changes are recorded before they reach the file; open
     * @param dataFile a regular file, of which nobody else writes; not one of a journal's own, and no link
     * @return the channel
     * @throws IllegalArgumentException if a file of this name could be a journal's own
     * @throws StorageFullException if there is no room
     * @throws StorageException if the file system refuses in another way
     */
    public static GuardedChannel open(final Journal journal, final Path dataFile) {
        Objects.requireNonNull(journal, "journal");
        final Path absolute =
                Objects.requireNonNull(dataFile, "dataFile").toAbsolutePath().normalize();
        final Path directory = absolute.getParent();
        final Path name = absolute.getFileName();
        if (directory == null || name == null) {
            throw new IllegalArgumentException("dataFile must name a file, found a directory: dataFile=" + absolute);
        }
        requireNotOfJournal(name.toString(), absolute.toString());
        // An interrupt of the caller would close the file under work, so it is opened on a thread that has none.
        return OpeningThread.call("tidemark-data-open", () -> {
            try {
                return StorageCall.run(
                        directory.toString(),
                        () -> open(
                                journal,
                                DirectoryStorage.openOrCreate(directory, journal.storageSync()),
                                name.toString()));
            } catch (final NotAJournalException e) {
                throw new StorageException(
                        "data file can't be made: a file is where its directory should be: dataFile=" + absolute, e);
            }
        });
    }

    /**
     * Opens a data file in a directory.
     *
     * @param journal that must be durable first
     * @param storage of the directory, closed with the channel
     * @param name of the file
     * @return the channel
     * @throws IOException if a call failed; the storage is closed then
     */
    static GuardedChannel open(final Journal journal, final Storage storage, final String name) throws IOException {
        try {
            return new GuardedChannel(journal, storage, DataFile.openOrCreate(storage, name), name);
        } catch (final IOException | RuntimeException e) {
            try {
                storage.close();
            } catch (final IOException | RuntimeException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /** Whoever opens a journal's lock file and closes it again lets go of the lock. */
    private static void requireNotOfJournal(final String name, final String path) {
        if (name.equals(FileNames.LOCK)
                || name.equals(FileNames.META)
                || FileNames.isPreparing(name)
                || FileNames.segmentNumber(name) != -1) {
            throw new IllegalArgumentException(
                    "dataFile has a name that journals give to their own files: dataFile=" + path + "; choose another");
        }
    }

    /**
     * Writes a page as soon as a record is durable: asks the journal for a force and waits for it, whatever interrupts the
     * thread.
     *
     * @param sequence of the last record that changed the page; 0 for a page that no record speaks of
     * @param source the page, from its position to its limit; the position is moved to the limit if that succeeds
     * @param position of the first byte in the file, in bytes; what lies between it and the end of the file becomes zeros
     * @throws IllegalArgumentException if the sequence was never given to a record, or the page does not lie within
     *     {@link #MAX_LENGTH}
     * @throws IllegalStateException if the channel is closed, or if this thread runs the journal and would wait for itself
     * @throws JournalException as for {@link Journal#awaitDurable(long)}; the page was not written then
     * @throws StorageFullException if there is no room for the record, or for the page
     * @throws StorageException if writing fails, and part of the page may be there; or if a force failed before
     */
    public void write(final long sequence, final ByteBuffer source, final long position) {
        requirePage(sequence, source, position);
        requireUsable();
        journal.flushUpTo(sequence);
        writeDurable(source, position);
    }

    /**
     * Writes a page if a record is durable, and does nothing if it is not. The journal is not asked for a force.
     *
     * @param sequence of the last record that changed the page; 0 for a page that no record speaks of
     * @param source the page, from its position to its limit; the position is moved to the limit if it is written
     * @param position of the first byte in the file, in bytes; what lies between it and the end of the file becomes zeros
     * @return whether the page was written; if not, {@link Journal#awaitDurable(long)} tells when it can be
     * @throws IllegalArgumentException if the sequence was never given to a record, or the page does not lie within
     *     {@link #MAX_LENGTH}
     * @throws IllegalStateException if the channel is closed
     * @throws StorageFullException if there is no room for the page
     * @throws StorageException if writing fails, and part of the page may be there; or if a force failed before
     */
    public boolean tryWrite(final long sequence, final ByteBuffer source, final long position) {
        requirePage(sequence, source, position);
        requireUsable();
        if (journal.durableSequence() < sequence) {
            return false;
        }
        writeDurable(source, position);
        return true;
    }

    private void requirePage(final long sequence, final ByteBuffer source, final long position) {
        Objects.requireNonNull(source, "source");
        final long last = journal.lastSequence();
        // A sequence from the future is a mistake, and to wait for it could be for ever.
        if (sequence < 0 || sequence > last) {
            throw new IllegalArgumentException(
                    "sequence must be that of a record, from 0 to " + last + ": sequence=" + sequence);
        }
        requirePosition(position, source.remaining());
    }

    private static void requirePosition(final long position, final int byteCount) {
        if (position < 0 || position > MAX_LENGTH - byteCount) {
            throw new IllegalArgumentException("position must be from 0 to " + (MAX_LENGTH - byteCount) + " for "
                    + byteCount + " bytes: position=" + position);
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException("channel is closed: file=" + path);
        }
        final StorageException first = failure;
        if (first != null) {
            throw new StorageException("channel has failed: " + first.getMessage(), first);
        }
    }

    /** The durable mark never goes back, so what was durable before the lock was taken is so still. */
    private void writeDurable(final ByteBuffer source, final long position) {
        accessLock.lock();
        try {
            requireUsable();
            StorageCall.run(directory, () -> {
                file.write(source, position);
                return true;
            });
        } finally {
            accessLock.unlock();
        }
    }

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @param target filled from its position on, which is moved if that succeeds
     * @param position of the first byte in the file, in bytes
     * @return number of bytes read: fewer than there was room for where the file ends, 0 behind its end
     * @throws IllegalArgumentException if the buffer is read-only, or the range does not lie within {@link #MAX_LENGTH}
     * @throws IllegalStateException if the channel is closed
     * @throws StorageException if reading fails, or a force failed before
     */
    public int read(final ByteBuffer target, final long position) {
        Objects.requireNonNull(target, "target");
        if (target.isReadOnly()) {
            throw new IllegalArgumentException(
                    "target must be writable, found a read-only buffer of " + target.capacity() + " bytes");
        }
        requirePosition(position, target.remaining());
        accessLock.lock();
        try {
            requireUsable();
            return StorageCall.run(directory, () -> file.read(target, position));
        } finally {
            accessLock.unlock();
        }
    }

    /**
     * The length of the file.
     *
     * @return bytes, up to {@link #MAX_LENGTH}
     * @throws IllegalStateException if the channel is closed
     * @throws StorageException if the file system can't tell, or a force failed before
     */
    public long length() {
        accessLock.lock();
        try {
            requireUsable();
            return StorageCall.run(directory, file::length);
        } finally {
            accessLock.unlock();
        }
    }

    /**
     * Makes durable every page whose writing returned before this call, and the length of the file. Pages may be read and
     * written meanwhile.
     *
     * @throws IllegalStateException if the channel is closed
     * @throws StorageException if that failed, now or before: what of the file is on the disk is not known, and nothing can
     *     be done with the channel but to close it
     */
    public void force() {
        forceLock.lock();
        try {
            requireUsable();
            forceOnce();
        } finally {
            forceLock.unlock();
        }
    }

    private void forceOnce() {
        try {
            // An interrupt would close the file, and hide what the force had to say.
            OpeningThread.call(
                    "tidemark-data-force",
                    () -> StorageCall.run(directory, () -> {
                        file.force();
                        return true;
                    }));
        } catch (final RuntimeException | Error e) {
            final StorageException first = new StorageException(
                    "data file could not be forced, and what of it is on the disk is not known: " + e.getMessage()
                            + ": file=" + path + "; close it, open it again, and apply the records from the last"
                            + " checkpoint on to every page",
                    e);
            failure = first;
            if (e instanceof JournalException) {
                throw first;
            }
            throw e;
        }
    }

    /**
     * Closes the file, without a force: what was written since the last one becomes durable when the system likes. Calls
     * after the first do nothing.
     *
     * @throws StorageException if the file system refuses; the channel is closed all the same
     */
    @Override
    public void close() {
        forceLock.lock();
        accessLock.lock();
        try {
            if (!closed) {
                closed = true;
                StorageCall.run(directory, () -> {
                    try {
                        file.close();
                    } finally {
                        storage.close();
                    }
                    return true;
                });
            }
        } finally {
            accessLock.unlock();
            forceLock.unlock();
        }
    }
}

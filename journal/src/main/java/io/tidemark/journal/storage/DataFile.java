// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/**
 * A file of the user's beside the journal: read and written at given offsets by threads that may be interrupted, and forced.
 *
 * <p>It is open twice. An interrupt closes the channel that the thread is in; the one that reads and writes is then
 * opened again by its name, and the call is repeated, which is harmless as it goes to the same place. The other is only
 * forced, by threads that nobody interrupts, and so stays open from first to last: what the system has to say about pages
 * that it could not write, it says to a descriptor that was open when that happened, and a descriptor opened later may never
 * hear of it.
 *
 * <p>Threads: one at a time reads, writes or asks for the length; one at a time forces, beside them.
 */
public final class DataFile implements Closeable {

    private final Storage storage;
    private final String name;

    /** Replaced when an interrupt has closed it. Owned by the thread that reads or writes. */
    private StorageFile accessed;

    private final StorageFile forced;

    /** No write went further. Stored by the thread that writes, before it writes; read by the thread that forces. */
    private volatile long writtenLength;

    /** The length that was forced with metadata. Owned by the thread that forces. */
    private long forcedLength;

    private DataFile(
            final Storage storage,
            final String name,
            final StorageFile accessed,
            final StorageFile forced,
            final long length) {
        this.storage = storage;
        this.name = name;
        this.accessed = accessed;
        this.forced = forced;
        this.writtenLength = length;
        this.forcedLength = length;
    }

    /**
     * Opens a file, or creates it, and makes durable what is in it and what it is called, so that nothing read from it can
     * vanish.
     *
     * @param storage of the directory
     * @param name of the file
     * @return the file
     * @throws IOException if a call failed; then nothing is left open
     */
    public static DataFile openOrCreate(final Storage storage, final String name) throws IOException {
        final StorageFile accessed = storage.list().contains(name) ? storage.open(name, true) : storage.create(name);
        try {
            final StorageFile forced = storage.open(name, true);
            try {
                forced.force(true);
                storage.forceDirectory();
                return new DataFile(storage, name, accessed, forced, forced.length());
            } catch (final IOException | RuntimeException e) {
                closeBehind(forced, e);
                throw e;
            }
        } catch (final IOException | RuntimeException e) {
            closeBehind(accessed, e);
            throw e;
        }
    }

    private static void closeBehind(final StorageFile file, final Exception cause) {
        try {
            file.close();
        } catch (final IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /** A call that is the same if it is done again. */
    private interface Access<T> {
        T run(StorageFile file) throws IOException;
    }

    private <T> T access(final Access<T> access) throws IOException {
        // An interrupt from before the call would close the channel at once.
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return access.run(accessed);
                } catch (final IOException e) {
                    if (!tellsOfClosedChannel(e)) {
                        throw e;
                    }
                    interrupted |= Thread.interrupted();
                    accessed.close();
                    accessed = storage.open(name, true);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Nobody but an interrupt closes the channel while it is in use. */
    static boolean tellsOfClosedChannel(final IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClosedChannelException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @param target filled from its position on; the position is moved if that succeeds
     * @param offset in the file, in bytes
     * @return number of bytes read, 0 at the end of the file
     * @throws IOException if reading failed
     */
    public int read(final ByteBuffer target, final long offset) throws IOException {
        final int count = access(file -> file.read(target.duplicate(), offset));
        target.position(target.position() + count);
        return count;
    }

    /**
     * Writes all that is left in a buffer.
     *
     * @param source written from its position to its limit; the position is moved if that succeeds
     * @param offset in the file, in bytes
     * @throws IOException if not all could be written; part of it may be there
     */
    public void write(final ByteBuffer source, final long offset) throws IOException {
        if (!source.hasRemaining()) {
            return;
        }
        writtenLength = Math.max(writtenLength, offset + source.remaining());
        access(file -> {
            file.write(source.duplicate(), offset);
            return true;
        });
        source.position(source.limit());
    }

    /**
     * The length of the file.
     *
     * @return bytes
     * @throws IOException if it can't be told
     */
    public long length() throws IOException {
        return access(StorageFile::length);
    }

    /**
     * Makes durable what was written by calls that have returned, and the length of the file if they made it longer. Only
     * by a thread that nobody interrupts.
     *
     * @throws IOException if that failed; what is durable then is not known, and trying again proves nothing
     */
    public void force() throws IOException {
        // Read before the force: what makes the file longer while it lasts is left to the next one.
        final long length = writtenLength;
        forced.force(length > forcedLength);
        forcedLength = length;
    }

    @Override
    public void close() throws IOException {
        try {
            accessed.close();
        } finally {
            forced.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One directory, as the engine sees it: the seam to the operating system.
 *
 * <p>What is created, renamed or deleted has its new name for certain only after {@link #forceDirectory()}. A failure is
 * an {@link IOException}; want of room is a {@link NoSpaceException}.
 *
 * <p>Threads: any, for different files; the directory itself is changed by one thread at a time.
 */
public interface Storage extends Closeable {

    /**
     * Where a file lies, for messages.
     *
     * @param name of a file in this directory
     * @return its path
     */
    String pathOf(String name);

    /**
     * The names of all that lies in this directory.
     *
     * @return the names, sorted
     * @throws IOException if the directory can't be read
     */
    List<String> list() throws IOException;

    /**
     * Takes the lock that keeps other writers out, in this process and in others. It is held until {@link #close()}.
     *
     * @param name of the file to lock; created if missing, and opened by nobody else, ever
     * @return false if somebody else holds it
     * @throws IOException if the file can't be opened or locked
     */
    boolean tryLock(String name) throws IOException;

    /**
     * Takes a lock on one byte of a file, which keeps others from the same byte, in this process and in others.
     *
     * @param name of the file; created if missing, and opened for nothing else
     * @param region offset of the byte, from 0; it need not exist
     * @return the lock; null if somebody else holds it
     * @throws IOException if the file can't be opened or locked
     */
    @Nullable
    StorageLock tryLock(String name, long region) throws IOException;

    /**
     * Creates a file that does not exist yet.
     *
     * @param name of the file
     * @return the file, writable and empty
     * @throws IOException if it exists or can't be created
     */
    StorageFile create(String name) throws IOException;

    /**
     * Opens a file that exists.
     *
     * @param name of the file
     * @param writable whether it will be written
     * @return the file
     * @throws IOException if it is missing or can't be opened
     */
    StorageFile open(String name, boolean writable) throws IOException;

    /**
     * Gives a file a new name, in one step.
     *
     * @param from its name
     * @param to its new name, which no file has
     * @throws IOException if that can't be done
     */
    void rename(String from, String to) throws IOException;

    /**
     * Deletes a file.
     *
     * @param name of the file
     * @throws IOException if that can't be done
     */
    void delete(String name) throws IOException;

    /**
     * Makes all names of this directory durable, as they are now.
     *
     * @throws IOException if that failed; what is durable then is not known
     */
    void forceDirectory() throws IOException;

    /**
     * How much can still be stored here, as far as this user may.
     *
     * @return bytes
     * @throws IOException if it can't be told
     */
    long usableSpace() throws IOException;

    /**
     * Whether this file system never writes in place: then a file that was written once is worth no more than a new one.
     *
     * @return whether it is known to be of that kind
     * @throws IOException if it can't be told
     */
    boolean copiesOnWrite() throws IOException;

    /**
     * Opens the leases on segments that a file stands for. All who open them in one process share them, whatever becomes of
     * the others.
     *
     * @param name of the file; where it may be written it is created if missing
     * @param writable whether segments are to be claimed, too, for which the file must be writable
     * @return the leases
     * @throws IOException if the file is missing or can't be opened
     */
    SegmentLeases leases(String name, boolean writable) throws IOException;

    /**
     * How short the pieces may be in which a segment is mapped.
     *
     * @return bytes, a multiple of the length of a page of memory
     */
    default int minPieceLength() {
        return MappedPieces.MIN_PIECE_LENGTH;
    }

    /**
     * Whether what is written to a file shows in its mappings, at once and in the order in which it was written.
     *
     * @return whether that is known
     */
    default boolean showsWritesInMappings() {
        return true;
    }

    /** Lets the lock go. Files and mappings that are still open stay usable. */
    @Override
    void close() throws IOException;
}

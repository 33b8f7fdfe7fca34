// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file, read and written at given offsets. Used by one thread at a time. */
public interface StorageFile extends Closeable {

    /**
     * The length of the file.
     *
     * @return bytes
     * @throws IOException if it can't be told
     */
    long length() throws IOException;

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @param target filled from its position on
     * @param offset in the file, in bytes
     * @return number of bytes read, 0 at the end of the file
     * @throws IOException if reading failed
     */
    int read(ByteBuffer target, long offset) throws IOException;

    /**
     * Writes all that is left in a buffer.
     *
     * @param source written from its position to its limit
     * @param offset in the file, in bytes
     * @throws IOException if not all could be written
     */
    void write(ByteBuffer source, long offset) throws IOException;

    /**
     * Reserves room, where the system has a call for that: then want of room shows here, and nothing needs to be written to
     * find out. Elsewhere it does nothing. May make the file longer, up to that length; what was not written reads as zeros.
     *
     * @param length in bytes, from the beginning of the file
     * @throws IOException if that failed; {@link NoSpaceException} if there is no room
     */
    void reserve(long length) throws IOException;

    /**
     * Makes what was written durable.
     *
     * @param withMetadata false if only data was overwritten, and length and times of the file need not be kept
     * @throws IOException if that failed; what is durable then is not known, and trying again proves nothing
     */
    void force(boolean withMetadata) throws IOException;

    /**
     * Maps a part of the file for writing. The mapping outlives {@link #close()}.
     *
     * @param offset of the mapping in the file, a multiple of the length of a page of memory
     * @param length of the mapping; the file goes at least as far
     * @return the mapping
     * @throws IOException if it can't be mapped
     */
    MappedFile map(int offset, int length) throws IOException;

    /**
     * Maps a part of the file for reading alone. The mapping outlives {@link #close()}, and the file's deletion.
     *
     * <p>Of a page that can't be reached the JVM knows no better than to end itself, if it is an intrinsic of the JDK that
     * comes upon it, such as that of {@code CRC32C}. Only loads of single words and copies from buffer to buffer are safe:
     * they fail with an {@link InternalError}, some late ({@link MappedFault}).
     *
     * @param offset of the mapping in the file, a multiple of the length of a page of memory
     * @param length of the mapping; the file goes at least as far
     * @return the mapping, whose buffer can't be stored to and which must not be forced
     * @throws IOException if it can't be mapped
     */
    MappedFile mapForReading(int offset, int length) throws IOException;

    /** Closes the file. */
    @Override
    void close() throws IOException;
}

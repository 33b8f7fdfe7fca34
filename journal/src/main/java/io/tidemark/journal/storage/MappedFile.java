// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A mapped part of a file. Offsets are those in the mapping. If it is mapped for writing, one thread stores, and another may force at the same time; if it is mapped
 * for reading, one thread loads.
 */
public interface MappedFile {

    /**
     * The bytes of that part.
     *
     * @return a direct buffer over the whole mapping; position and limit are the caller's to set
     */
    ByteBuffer buffer();

    /**
     * Faults pages in for writing, so that the first store to each is not stopped. They become dirty; no byte changes. Nobody
     * else may store to them meanwhile.
     *
     * @param offset of the first byte, a multiple of {@link SegmentPreparation#FILL_LENGTH}
     * @param length of the range, in bytes
     * @throws IOException if a page can't be reached; {@link NoSpaceException} if there is no room for it
     * @throws InternalError if a page can't be reached, and the JVM was the one that noticed
     */
    void faultIn(int offset, int length) throws IOException;

    /**
     * Makes a range durable, with the cheapest call that still makes it reachable after a power cut. No interrupt of a
     * thread can break it.
     *
     * @param offset of the first byte
     * @param length of the range, in bytes
     * @throws IOException if that failed; what is durable then is not known, and trying again proves nothing
     */
    void force(int offset, int length) throws IOException;

    /**
     * Lets the mapping go. Nobody may touch the buffer from now on: where the Java version can't prevent it, the JVM
     * would die.
     *
     * @throws IOException if what belongs to the mapping could not be closed
     */
    void unmap() throws IOException;
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Puts runs of completed frames into the segment that is being written: the first word last, and before it a word of zero behind
 * the run, so that a reader who sees the first word sees all of the run, and never goes on into leftovers.
 *
 * <p>Owned by the writer.
 */
interface RunStore {

    /** No run is made longer, but for one claim that is: it stays in the cache of the processor from the checksums to the store. */
    int LONGEST_RUN_LENGTH = 256 << 10;

    /**
     * How long runs are made if there is enough to write: a run ends behind the frame with which it is that long.
     *
     * @return bytes, at most {@link #LONGEST_RUN_LENGTH}
     */
    int runLength();

    /**
     * Stores a run.
     *
     * @param segment into which
     * @param offset in the segment, behind everything that was stored before
     * @param source of the frames
     * @param start offset in it, a multiple of 8
     * @param length of the run, a multiple of 8; the segment has room for it
     * @throws IOException if a call failed
     * @throws InternalError if a mapped page could not be reached
     */
    void store(Segment segment, int offset, ByteBuffer source, int start, int length) throws IOException;
}

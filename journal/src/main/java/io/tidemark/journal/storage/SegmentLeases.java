// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.Closeable;
import java.io.IOException;

/**
 * Who reads which segment: so that the writer does not use the file of a segment again while somebody has it mapped. Any
 * number may hold a segment, in this process and in others; a claim of the writer's excludes them, and they exclude it. All of
 * it ends with the process.
 *
 * <p>Thread-safe. Calls do not wait, and an interrupt of the calling thread does them no harm.
 */
public interface SegmentLeases extends Closeable {

    /**
     * Holds a segment. To be called before the segment is opened by its name: then it keeps its file for as long.
     *
     * @param segment number of the segment; it need not exist
     * @return false if the writer has claimed it
     * @throws IOException if that can't be told; nothing is held then
     */
    boolean tryHold(long segment) throws IOException;

    /**
     * Lets a segment go. As often as it was held.
     *
     * @param segment number of the segment
     * @throws IOException if that failed; it counts as let go all the same
     */
    void letGo(long segment) throws IOException;

    /**
     * Claims a segment for the writer: nobody holds it, and nobody can from now on.
     *
     * @param segment number of the segment
     * @return false if somebody holds it
     * @throws IOException if that can't be told; nothing is claimed then
     */
    boolean tryClaim(long segment) throws IOException;

    /**
     * Gives a claim up.
     *
     * @param segment number of the segment
     * @throws IOException if that failed; it counts as given up all the same
     */
    void unclaim(long segment) throws IOException;

    /** Ends this use of the leases. What was held through it must have been let go. */
    @Override
    void close() throws IOException;
}

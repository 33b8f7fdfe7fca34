// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;

/** How far a tailer knows the journal to be written and durable. Owned by the thread of the tailer. */
interface TailedMarks {

    /** The last sequence written; -1 if only the segments tell. */
    long written();

    /**
     * The durable sequence, as far as it can be told without a call. What was written up to here can be read.
     *
     * @return a sequence; it never goes back
     */
    long durable();

    /**
     * Looks again, more closely: now and then, while there is nothing to read.
     *
     * @throws IOException if reading failed
     */
    void look() throws IOException;

    /**
     * Lets go what belongs to it.
     *
     * @throws IOException if that failed
     */
    void close() throws IOException;
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/** Which records a {@link Tailer} gives out. */
public enum Visibility {
    /**
     * Every record as soon as it is written: with the lowest latency. A power cut can take away records at the end that
     * were given out, and other records then get their sequences.
     */
    WRITTEN,

    /** A record once it is durable: nothing that is given out can be lost any more, neither by a crash nor by a power cut. */
    DURABLE
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/** What a claim in the append queue gave. Owned by the appender that claims. */
final class QueueClaim {
    /** Offset in the ring. */
    int offset;

    /** The first sequence. */
    long sequence;
}

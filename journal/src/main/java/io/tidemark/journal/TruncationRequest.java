// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.concurrent.CompletableFuture;

/**
 * What the keeper is asked to do: to move the head, and to remember a checkpoint.
 *
 * @param upTo the last sequence that is no longer wanted
 * @param checkpointSequence everything up to here is in the user's data, durably; 0 if that is not known
 * @param result the head, once it is durable and what lies before it is gone; completed by the keeper, or by who asks if
 *     the keeper has ended
 * @param byRetention whether it is the policy that wants it, and not the user
 */
record TruncationRequest(long upTo, long checkpointSequence, CompletableFuture<Long> result, boolean byRetention) {

    TruncationRequest(final long upTo, final long checkpointSequence) {
        this(upTo, checkpointSequence, new CompletableFuture<>(), false);
    }

    static TruncationRequest ofRetention(final long upTo) {
        return new TruncationRequest(upTo, 0, new CompletableFuture<>(), true);
    }

    /** Answers that nothing more will be done. */
    void refuse(final Engine engine) {
        final JournalFailedException failure = engine.failure();
        final long head = engine.head().getAcquire();
        result.completeExceptionally(
                failure == null
                        ? new JournalClosedException("journal was closed before it was truncated up to sequence " + upTo
                                + ": head=" + head + ", directory=" + engine.directory())
                        : new JournalFailedException(
                                "journal was not truncated up to sequence " + upTo + ", head=" + head + ": "
                                        + failure.getMessage(),
                                failure));
    }
}

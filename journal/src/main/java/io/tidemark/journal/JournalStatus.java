// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * A look at a journal from outside.
 *
 * @param segmentCount number of segments, with those that stand by
 * @param firstSequence first sequence that can be read; the next one if the journal is empty
 * @param lastSequence last sequence written; 0 if there never was one
 * @param durableSequence the highest sequence that the files prove to be durable; a running writer may be further
 * @param headSequence first sequence that may be read; what is below is truncated
 * @param checkpointSequence everything up to here was in the user's data, durably, at the last completed checkpoint; 0 if
 *     there was none
 * @param bytes length of all segments together, in bytes
 * @param epoch number of the last opening for writing, from 1
 * @param closedCleanly whether that opening was closed in good order; false also while it lasts
 */
public record JournalStatus(
        int segmentCount,
        long firstSequence,
        long lastSequence,
        long durableSequence,
        long headSequence,
        long checkpointSequence,
        long bytes,
        int epoch,
        boolean closedCleanly) {}

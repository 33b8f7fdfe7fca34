// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

/**
 * What a recovery found, as the report of the journal tells it; this package knows nothing of that.
 *
 * @param epoch number of the opening, from 1
 * @param firstSequence first sequence that can be read
 * @param lastSequence last sequence that can be read; 0 if there never was one
 * @param closedCleanly whether the opening before was closed in good order
 * @param tailCut whether something was cut off
 * @param cutFile file in which that was; empty if none was
 * @param cutOffset offset of the cut, in bytes
 * @param cutReason what was found there; empty if no cut was made
 * @param segmentsDeleted number of segments deleted
 * @param segmentsRead number of segments read
 * @param metaSlotsDamaged number of slots that were not whole
 * @param recoveryNs how long it took, in nanoseconds
 */
public record RecoveryFacts(
        int epoch,
        long firstSequence,
        long lastSequence,
        boolean closedCleanly,
        boolean tailCut,
        String cutFile,
        long cutOffset,
        String cutReason,
        int segmentsDeleted,
        int segmentsRead,
        int metaSlotsDamaged,
        long recoveryNs) {}

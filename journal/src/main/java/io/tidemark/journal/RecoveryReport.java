// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * What opening a journal for writing found and did: {@link Journal#recoveryReport()}, {@link JournalListener#onRecovered}.
 *
 * @param epoch number of this opening, from 1
 * @param firstSequence first sequence that can be read; the next one if the journal is empty
 * @param lastSequence last sequence that can be read; 0 if there never was one
 * @param closedCleanly whether the opening before was closed in good order
 * @param tailCut whether something that had never become durable was cut off behind the last sequence
 * @param cutFile file in which the cut was made; empty if none was
 * @param cutOffset offset of the cut in that file, in bytes; 0 if none was made
 * @param cutReason what was found there; empty if no cut was made
 * @param segmentsDeleted number of segments deleted because they lay behind the cut
 * @param segmentsRead number of segments read to find the end
 * @param metaSlotsDamaged number of slots of {@code journal.meta} that were not whole, and are again now: 1 after a crash
 *     while it was written, or if it is rotten. If it was the newer one, the older one was believed, which may prove less
 * @param durationNs that the recovery took, in nanoseconds
 */
public record RecoveryReport(
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
        long durationNs) {}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.List;

/**
 * What a repair took from a damaged journal into a new one, and what it did not. Sequences keep their numbers: in the copy,
 * those that were lost or left out between two that were salvaged are passed over by every reader, like a claim that was
 * given up.
 *
 * @param firstSequence first sequence that may be read in the copy; the next one if it is empty
 * @param lastSequence last sequence of the copy, lost ones at its end included; 0 if there never was one
 * @param salvaged whole records, which are in the copy; ascending
 * @param lost sequences of which nothing whole was found; ascending. In front of the first that was salvaged and behind the
 *     last, those that {@code journal.meta} tells of
 * @param leftOut records that are whole, but not in the copy; ascending: parts of a batch the rest of which is lost, records
 *     that may be such a part, and all that lies in front of a gap which is too long to be kept
 * @param metaLost whether {@code journal.meta} could not be read. Then nobody knows what is missing in front of the first
 *     record and behind the last, and records that an opening had cut off may be back
 */
public record RepairReport(
        long firstSequence,
        long lastSequence,
        List<Range> salvaged,
        List<Range> lost,
        List<Range> leftOut,
        boolean metaLost) {

    /**
     * Makes a report.
     *
     * @param firstSequence first sequence that may be read in the copy
     * @param lastSequence last sequence of the copy
     * @param salvaged in the copy
     * @param lost nowhere
     * @param leftOut whole, but not in the copy
     * @param metaLost whether {@code journal.meta} could not be read
     */
    public RepairReport {
        salvaged = List.copyOf(salvaged);
        lost = List.copyOf(lost);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Sequences in a row.
     *
     * @param fromSequence the first
     * @param toSequence the last
     */
    public record Range(long fromSequence, long toSequence) {

        /**
         * How many there are.
         *
         * @return number of sequences, at least 1
         */
        public long count() {
            return toSequence - fromSequence + 1;
        }
    }

    /**
     * Whether all that is known to have been in the journal is in the copy.
     *
     * @return true if nothing was lost or left out
     */
    public boolean isComplete() {
        return lost.isEmpty() && leftOut.isEmpty();
    }

    /**
     * Counts the sequences of some ranges.
     *
     * @param ranges of this report
     * @return number of sequences
     */
    public static long count(final List<Range> ranges) {
        long count = 0;
        for (final Range range : ranges) {
            count += range.count();
        }
        return count;
    }
}

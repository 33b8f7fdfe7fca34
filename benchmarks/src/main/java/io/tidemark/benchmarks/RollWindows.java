// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;

/**
 * Tells which records lie just behind a roll, and which lie as long behind the middle of a segment, to compare. That can
 * be told from the sequence alone where all records of a journal have one length.
 */
final class RollWindows {

    /** Where a record lies. */
    enum Place {
        ELSEWHERE,
        BEHIND_ROLL,
        BEHIND_MIDDLE
    }

    private final long recordsPerSegment;
    private final long window;

    /**
     * Knows the segments of a journal.
     *
     * @param segmentLength of every segment, in bytes
     * @param recordLength of every record, in bytes
     * @param window number of records behind a roll that it may have delayed
     */
    RollWindows(final int segmentLength, final int recordLength, final long window) {
        final int frameLength = FrameLayout.align(FrameLayout.HEADER_LENGTH + recordLength);
        this.recordsPerSegment = (long) (segmentLength - SegmentLayout.HEADER_PAGE_LENGTH) / frameLength;
        this.window = Math.min(window, recordsPerSegment / 4);
    }

    long recordsPerSegment() {
        return recordsPerSegment;
    }

    Place placeOf(final long sequence) {
        final long index = (sequence - 1) % recordsPerSegment;
        if (index < window) {
            // Behind the first segment's beginning there is no roll.
            return sequence > recordsPerSegment ? Place.BEHIND_ROLL : Place.ELSEWHERE;
        }
        final long behindMiddle = index - recordsPerSegment / 2;
        return behindMiddle >= 0 && behindMiddle < window ? Place.BEHIND_MIDDLE : Place.ELSEWHERE;
    }
}

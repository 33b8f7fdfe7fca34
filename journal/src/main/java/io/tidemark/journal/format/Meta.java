// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/**
 * What a slot of {@code journal.meta} tells.
 *
 * @param generation number of this writing of the file; slots are written in turn, the higher one counts
 * @param journalIdHigh high half of the random id given at creation
 * @param journalIdLow low half of that id
 * @param epoch number of the last opening for writing, from 1; 0 before the first
 * @param closed whether that opening was closed in good order, everything forced
 * @param head first sequence that may be read
 * @param durableSequence everything up to here was forced when the slot was written
 * @param markSegment number of the segment that holds the next sequence, or an earlier one; recovery begins there
 * @param markSegmentFirstSequence sequence of the first record in that segment
 * @param checkpointSequence everything up to here was in the user's data, durably, at the last completed checkpoint; 0 if
 *     there was none
 */
public record Meta(
        long generation,
        long journalIdHigh,
        long journalIdLow,
        int epoch,
        boolean closed,
        long head,
        long durableSequence,
        long markSegment,
        long markSegmentFirstSequence,
        long checkpointSequence) {

    /**
     * The slot of a journal that was never opened for writing.
     *
     * @param journalIdHigh high half of the journal's id
     * @param journalIdLow low half of the journal's id
     * @return the first generation
     */
    public static Meta created(final long journalIdHigh, final long journalIdLow) {
        return new Meta(0, journalIdHigh, journalIdLow, 0, true, 1, 0, 1, 1, 0);
    }

    /**
     * The same generation with the news that the journal is opened for writing.
     *
     * @param newEpoch number of this opening
     * @return the slot to write
     */
    public Meta opened(final int newEpoch) {
        return new Meta(
                generation,
                journalIdHigh,
                journalIdLow,
                newEpoch,
                false,
                head,
                durableSequence,
                markSegment,
                markSegmentFirstSequence,
                checkpointSequence);
    }

    /**
     * The same once more, for the other slot.
     *
     * @return the next generation
     */
    public Meta again() {
        return marked(durableSequence, markSegment, markSegmentFirstSequence);
    }

    /**
     * The slot to write when the durable mark has moved.
     *
     * @param sequence everything up to here is durable
     * @param segment number of the segment that holds the next sequence, or an earlier one
     * @param segmentFirstSequence sequence of the first record in that segment
     * @return the next generation
     */
    public Meta marked(final long sequence, final long segment, final long segmentFirstSequence) {
        return new Meta(
                generation + 1,
                journalIdHigh,
                journalIdLow,
                epoch,
                closed,
                head,
                sequence,
                segment,
                segmentFirstSequence,
                checkpointSequence);
    }

    /**
     * The same generation with the news that everything is forced and nothing will follow in this epoch.
     *
     * @return the slot to write
     */
    public Meta closedCleanly() {
        return new Meta(
                generation,
                journalIdHigh,
                journalIdLow,
                epoch,
                true,
                head,
                durableSequence,
                markSegment,
                markSegmentFirstSequence,
                checkpointSequence);
    }

    /**
     * The same generation with the news of a truncation.
     *
     * @param newHead first sequence that may be read from now on
     * @param newCheckpointSequence everything up to here is in the user's data, durably
     * @return the slot to write
     */
    public Meta truncated(final long newHead, final long newCheckpointSequence) {
        return new Meta(
                generation,
                journalIdHigh,
                journalIdLow,
                epoch,
                closed,
                newHead,
                durableSequence,
                markSegment,
                markSegmentFirstSequence,
                newCheckpointSequence);
    }
}

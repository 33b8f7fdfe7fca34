// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/**
 * What a slot of the file of a position tells.
 *
 * @param generation number of this writing of the file; slots are written in turn, the higher one counts
 * @param journalIdHigh high half of the id of the journal in which the position is
 * @param journalIdLow low half of that id
 * @param passedSequence everything up to here was passed; 0 if nothing was
 * @param committedNs when that was said, in nanoseconds since the beginning of 1970, UTC
 */
public record Position(long generation, long journalIdHigh, long journalIdLow, long passedSequence, long committedNs) {

    /**
     * The first position under a name.
     *
     * @param meta of the journal
     * @param sequence everything up to here is not wanted
     * @param nowNs the present time
     * @return the first generation
     */
    public static Position first(final Meta meta, final long sequence, final long nowNs) {
        return new Position(0, meta.journalIdHigh(), meta.journalIdLow(), sequence, nowNs);
    }

    /**
     * The position behind a record.
     *
     * @param sequence everything up to here was passed
     * @param nowNs the present time
     * @return the next generation
     */
    public Position behind(final long sequence, final long nowNs) {
        return new Position(generation + 1, journalIdHigh, journalIdLow, sequence, nowNs);
    }

    /**
     * Tells whether the position is one in this journal.
     *
     * @param meta of the journal
     * @return whether the ids are the same
     */
    public boolean isIn(final Meta meta) {
        return journalIdHigh == meta.journalIdHigh() && journalIdLow == meta.journalIdLow();
    }

    /**
     * Tells whether the numbers are ones that a journal can have.
     *
     * @return false if they would overflow, or are below 0
     */
    public boolean isPossible() {
        return generation >= 0
                && generation <= Long.MAX_VALUE / 2
                && passedSequence >= 0
                && passedSequence <= FrameLayout.MAX_SEQUENCE;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What lies on both sides of the segment that a tailer reads: the one behind it, mapped before it is needed, and the one in front,
 * let go of when there is time. Opening and mapping a segment takes some calls, and letting go of one as long; done where the writer
 * rolls, that would be time in which records wait.
 *
 * <p>There is never more mapped than two segments: one is mapped ahead only when little of the present one is left, and what was left
 * is kept only as long as the tailer is in the first piece of the next.
 *
 * <p>Every field is owned by the thread that uses the tailer.
 */
final class TailedNeighbours {

    /** No epoch: they begin with 1. */
    static final int NONE = 0;

    private final Storage storage;
    private final TailerLeases leases;
    private final Meta meta;

    /** The one behind; null while it is not mapped. */
    private @Nullable TailedSegment successor;

    /** Whether the tailer has come to the successor, and found nothing in it. */
    private boolean isAwaited;

    /** Where a successor was last looked for ahead of time: with which sequence next. */
    private long soughtAtSequence;

    /** Epoch of the frames that were read when the successor was mapped; {@link #NONE} if it was not mapped ahead. */
    private int aheadEpoch = NONE;

    /** The one in front, of which something is still mapped; null if nothing is. */
    private @Nullable TailedSegment left;

    TailedNeighbours(final Storage storage, final TailerLeases leases, final Meta meta) {
        this.storage = storage;
        this.leases = leases;
        this.meta = meta;
    }

    /**
     * The segment behind the present one, now that the tailer has come to it.
     *
     * <p>One that was mapped ahead is taken if the writer that sealed the present one is the one that was there then. Had another
     * opened the journal since, it could have put another file in its place, and its epoch would be in the seal.
     *
     * @param number of that segment
     * @param sequence that is expected in it
     * @param sealEpoch of the seal of the present one; {@link #NONE} if there is no seal
     * @return it; null if it is not there yet
     * @throws IOException if it can't be read or mapped
     * @throws CorruptJournalException if its header is not what it must be
     */
    @Nullable
    TailedSegment successor(final long number, final long sequence, final int sealEpoch) throws IOException {
        if (aheadEpoch != NONE && aheadEpoch != sealEpoch) {
            letGoOfSuccessor();
        }
        aheadEpoch = NONE;
        TailedSegment found = successor;
        if (found == null) {
            found = TailedSegment.map(storage, leases, number, meta, sequence);
            successor = found;
        }
        return found;
    }

    /** The tailer has come to the successor, and nothing was written in it yet. */
    void await() {
        isAwaited = true;
    }

    /**
     * The tailer goes to the successor.
     *
     * @param present the segment that it leaves; null if it was not mapped
     * @throws IOException if something could not be let go of
     */
    void goOn(final @Nullable TailedSegment present) throws IOException {
        successor = null;
        isAwaited = false;
        try {
            letGoOfLeft();
        } finally {
            if (present != null && present.isInPieces()) {
                left = present;
            } else if (present != null) {
                present.unmap();
            }
        }
    }

    /**
     * Uses a moment in which there is nothing to read.
     *
     * @param present the segment in which the tailer is; null if it is not mapped
     * @param offset in it
     * @param sequence that comes next
     * @param epoch of the frame before it
     * @throws IOException if something could not be let go of
     */
    void useTime(final @Nullable TailedSegment present, final int offset, final long sequence, final int epoch)
            throws IOException {
        letGoOfLeft();
        if (isAwaited) {
            // Nobody has written in it. Whoever opens the journal may have put another in its place.
            letGoOfSuccessor();
        } else if (successor == null
                && present != null
                && present.isNearEnd(offset)
                && epoch != NONE
                && sequence != soughtAtSequence) {
            soughtAtSequence = sequence;
            mapAhead(present.header().number() + 1, sequence, epoch);
        }
    }

    /** What is wrong with it concerns nobody before all records of the present segment were given out. */
    private void mapAhead(final long number, final long sequence, final int epoch) {
        try {
            successor = TailedSegment.map(storage, leases, number, meta, sequence);
            aheadEpoch = epoch;
        } catch (final IOException | CorruptJournalException | IncompatibleFormatException e) {
            successor = null;
        }
    }

    private void letGoOfSuccessor() throws IOException {
        final TailedSegment unused = successor;
        successor = null;
        isAwaited = false;
        aheadEpoch = NONE;
        if (unused != null) {
            unused.unmap();
        }
    }

    /** Lets go of what was left. */
    void letGoOfLeft() throws IOException {
        final TailedSegment behind = left;
        if (behind != null) {
            left = null;
            behind.unmap();
        }
    }

    /** Lets go of both. */
    void unmap() throws IOException {
        try {
            letGoOfLeft();
        } finally {
            letGoOfSuccessor();
        }
    }
}

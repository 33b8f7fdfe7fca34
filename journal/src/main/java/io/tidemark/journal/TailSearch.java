// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Looks behind the place where the chain of frames ends for whole frames: each proves by its durable lag up to where the
 * journal had been forced when it was written. That is how corruption is told from a torn tail.
 *
 * <p>Frames are looked for at every multiple of 8. A whole one is stepped over, so that what lies in its payload is not
 * looked at. Bytes that only look like frames cost a checksum each; the sum is bounded by
 * {@link #BUDGET_SEGMENTS} times the length of the segment, and where that is not enough the search says so.
 */
final class TailSearch {

    /** Bytes that may be checksummed in vain, in lengths of the segment. */
    private static final long BUDGET_SEGMENTS = 64;

    private final Meta meta;
    private final long lowestSequence;

    /** Length of the segments searched so far: no frame in them can have taken a sequence further on. */
    private long searchedLength;

    private long provenDurable;
    private long wholeFrames;
    private boolean gaveUp;

    /**
     * Creates a search.
     *
     * @param meta of the journal
     * @param lowestSequence where the chain ended; frames with lower sequences prove nothing new
     */
    TailSearch(final Meta meta, final long lowestSequence) {
        this.meta = meta;
        this.lowestSequence = lowestSequence;
    }

    /**
     * Searches the rest of a segment.
     *
     * @param reader of the segment
     * @param from offset at which to begin
     * @throws IOException if reading failed
     */
    void search(final SegmentReader reader, final int from) throws IOException {
        long budget = BUDGET_SEGMENTS * reader.length();
        searchedLength += reader.length();
        final long highestSequence = lowestSequence + searchedLength;
        int offset = reader.skipZeros(from);
        while (!gaveUp) {
            final FrameVerdict verdict = reader.judgeAnywhere(offset, lowestSequence, highestSequence, meta.epoch());
            if (verdict == FrameVerdict.NO_ROOM) {
                return;
            }
            final ByteBuffer window = reader.window().clear();
            final int at = reader.inWindow(offset);
            final int length = FrameLayout.lengthOf(FrameLayout.word(window, at));
            int step = FrameLayout.ALIGNMENT;
            if (verdict == FrameVerdict.WHOLE) {
                take(window, at);
                step = FrameLayout.align(length);
            } else if (verdict == FrameVerdict.BAD_CHECKSUM) {
                budget -= length;
                gaveUp = budget < 0;
            }
            offset = reader.skipZeros(offset + step);
        }
    }

    private void take(final ByteBuffer window, final int at) {
        provenDurable = Math.max(
                provenDurable,
                DurableLag.provenDurable(FrameLayout.sequence(window, at), FrameLayout.encodedLag(window, at)));
        // A frame of an older epoch was cut off before this one began. What it proves stays true: what it calls
        // durable lay below that cut.
        if (FrameLayout.epoch(window, at) == meta.epoch()) {
            wholeFrames++;
        }
    }

    /** The highest sequence that the frames found prove to be durable. */
    long provenDurable() {
        return provenDurable;
    }

    /** Number of frames of the last epoch that were found. */
    long wholeFrames() {
        return wholeFrames;
    }

    /** Whether so many bytes looked like frames that the search was given up. */
    boolean gaveUp() {
        return gaveUp;
    }
}

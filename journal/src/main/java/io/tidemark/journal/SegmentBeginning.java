// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What the beginning of a segment tells.
 *
 * @param firstSequence of its first frame; 0 if there is no whole one, or the header is damaged
 * @param timestampNs of that frame; {@link Long#MIN_VALUE} if there is none
 * @param epoch of that frame; 0 if there is none
 * @param length of the segment; 0 if the header is damaged
 */
record SegmentBeginning(long firstSequence, long timestampNs, int epoch, long length) {

    static SegmentBeginning read(final Storage storage, final Meta meta, final long number) throws IOException {
        try (SegmentReader reader = SegmentReader.openForLook(storage, number, meta, 0)) {
            final int offset = SegmentLayout.HEADER_PAGE_LENGTH;
            if (reader.judgeAnywhere(offset, 1, FrameLayout.MAX_SEQUENCE, Integer.MAX_VALUE) != FrameVerdict.WHOLE) {
                return new SegmentBeginning(0, Long.MIN_VALUE, 0, reader.length());
            }
            final ByteBuffer window = reader.window().clear();
            final int at = reader.inWindow(offset);
            return new SegmentBeginning(
                    FrameLayout.sequence(window, at),
                    FrameLayout.timestampNs(window, at),
                    FrameLayout.epoch(window, at),
                    reader.length());
        } catch (final CorruptJournalException e) {
            return new SegmentBeginning(0, Long.MIN_VALUE, 0, 0);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.IndexFile;
import io.tidemark.journal.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * One look for a place, through the index. What it finds is a hint: a frame that must be looked at before it is believed. It
 * opens the index, and a segment only where the index has a gap; it does not list the directory.
 *
 * <p>The search goes from the segment of the durable mark backwards, in steps that double, and then halves what is between; so
 * it takes as many reads of a block as the number of segments behind the place has digits.
 *
 * <p>Owned by one thread.
 */
final class IndexLookup implements Closeable {

    private final Storage storage;
    private final Meta meta;
    private final JournalIndex index;
    private final @Nullable IndexFile file;

    /**
     * A frame at which a walk may begin.
     *
     * @param segment number of its segment
     * @param offset in it
     * @param sequence that the frame carries
     * @param isFromMeta whether {@code journal.meta} tells this, and there may be no frame yet
     */
    record Hint(long segment, int offset, long sequence, boolean isFromMeta) {}

    IndexLookup(final Storage storage, final Meta meta, final JournalIndex index) throws IOException {
        this.storage = storage;
        this.meta = meta;
        this.index = index;
        this.file = openFile(storage, meta);
    }

    private static @Nullable IndexFile openFile(final Storage storage, final Meta meta) {
        try {
            return IndexFile.open(storage, meta);
        } catch (final IOException e) {
            // A cache that can't be read is none.
            return null;
        }
    }

    /** The last known frame with a sequence or a lower one; null if the index can't tell. */
    @Nullable
    Hint upTo(final long sequence) throws IOException {
        if (sequence >= meta.markSegmentFirstSequence()) {
            return inMarkSegment(positions -> positions.lastUpTo(sequence));
        }
        long high = meta.markSegment();
        long low = high - 1;
        for (long step = 2; low >= 1 && beginsAbove(low, sequence); step *= 2) {
            high = low;
            low = Math.max(low == 1 ? 0 : 1, low - step);
        }
        while (high - low > 1) {
            final long middle = (low + high) >>> 1;
            if (beginsAbove(middle, sequence)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        final SegmentPositions found = low < 1 ? null : positions(low);
        return found == null ? null : hint(found, found.lastUpTo(sequence));
    }

    /** Whether a segment begins above a sequence; no where nobody can tell, because it was truncated. */
    private boolean beginsAbove(final long segment, final long sequence) throws IOException {
        final SegmentPositions found = positions(segment);
        return found != null && found.sequence(0) > sequence;
    }

    /** The last known frame that is older than a time, or the one to begin with at the head; null if the index can't tell. */
    @Nullable
    Hint before(final long timeNs) throws IOException {
        final Hint head = upTo(meta.head());
        if (head == null) {
            return null;
        }
        long low = head.segment();
        long high = meta.markSegment() + 1;
        while (high - low > 1) {
            final long middle = (low + high) >>> 1;
            final SegmentPositions found = positions(middle);
            if (found == null && middle < meta.markSegment()) {
                return null;
            }
            if (found != null && found.timestampNs(0) < timeNs) {
                low = middle;
            } else {
                high = middle;
            }
        }
        final SegmentPositions found = positions(low);
        if (found == null) {
            return head;
        }
        final Hint before = hint(found, found.lastBefore(timeNs));
        return before == null || before.sequence() < head.sequence() ? head : before;
    }

    private interface Choice {
        int of(SegmentPositions positions);
    }

    private Hint inMarkSegment(final Choice choice) throws IOException {
        final SegmentPositions found = indexed(meta.markSegment());
        if (found != null && found.sequence(0) == meta.markSegmentFirstSequence()) {
            final Hint hint = hint(found, choice.of(found));
            if (hint != null) {
                return hint;
            }
        }
        return new Hint(meta.markSegment(), SegmentLayout.HEADER_PAGE_LENGTH, meta.markSegmentFirstSequence(), true);
    }

    private static @Nullable Hint hint(final SegmentPositions positions, final int entry) {
        return entry < 0
                ? null
                : new Hint(positions.segment(), positions.offset(entry), positions.sequence(entry), false);
    }

    /** What is known of a segment; null if it was truncated, or has no frame. */
    private @Nullable SegmentPositions positions(final long segment) throws IOException {
        final SegmentPositions indexed = indexed(segment);
        return indexed != null ? indexed : firstOf(segment);
    }

    /** What the index knows of a segment; null if nothing. */
    private @Nullable SegmentPositions indexed(final long segment) {
        final SegmentPositions known = index.known(meta, segment);
        final IndexFile open = file;
        if (known != null || open == null) {
            return known;
        }
        try {
            final ByteBuffer block = open.read(segment);
            return block == null ? null : SegmentPositions.read(block);
        } catch (final IOException e) {
            // A cache that can't be read is none.
            return null;
        }
    }

    /** Looks at the first frame of a segment that is not in the index. */
    private @Nullable SegmentPositions firstOf(final long segment) throws IOException {
        try (SegmentReader reader = SegmentReader.openForLook(storage, segment, meta, 0)) {
            final int first = SegmentLayout.HEADER_PAGE_LENGTH;
            if (reader.judgeAnywhere(first, 1, FrameLayout.MAX_SEQUENCE, Integer.MAX_VALUE) != FrameVerdict.WHOLE) {
                return null;
            }
            final ByteBuffer window = reader.window().clear();
            final int at = reader.inWindow(first);
            final SegmentPositions found = SegmentPositions.ofFirst(
                    segment, FrameLayout.sequence(window, at), FrameLayout.timestampNs(window, at));
            if (segment < meta.markSegment()) {
                // What lies before the mark is durable, and stays as it is.
                index.keep(meta, found);
            }
            return found;
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

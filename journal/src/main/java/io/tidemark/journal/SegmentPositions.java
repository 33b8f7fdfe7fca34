// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.IndexBlockLayout;
import io.tidemark.journal.format.IndexLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.IndexFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where some frames of one segment begin: the first, and others some 256 KiB apart. Noted while a segment is written or walked
 * through; what a block of {@code journal.index} holds.
 *
 * <p>Filled by one thread, and then handed on whole: by the writer to the keeper with the segment that it seals.
 */
final class SegmentPositions {

    /** Closer together, entries would not save anything. */
    private static final int MIN_SPACING = 64 << 10;

    private final long segment;
    private final int spacing;
    private final int[] offsets;
    private final long[] sequences;
    private final long[] timestampsNs;
    private int count;
    private int nextOffset;

    private SegmentPositions(final long segment, final int spacing, final int capacity) {
        this.segment = segment;
        this.spacing = spacing;
        this.offsets = new int[capacity];
        this.sequences = new long[capacity];
        this.timestampsNs = new long[capacity];
    }

    /**
     * Begins with none.
     *
     * @param segment number of the segment
     * @param segmentLength its length
     */
    static SegmentPositions of(final long segment, final int segmentLength) {
        final int capacity = IndexBlockLayout.entryCapacity(IndexLayout.blockLength(segmentLength));
        final int spacing = Math.max(MIN_SPACING, segmentLength / capacity + 1);
        return new SegmentPositions(segment, spacing, segmentLength / spacing + 1);
    }

    /** Knows the first frame alone. */
    static SegmentPositions ofFirst(final long segment, final long firstSequence, final long timestampNs) {
        final SegmentPositions positions = new SegmentPositions(segment, MIN_SPACING, 1);
        positions.note(SegmentLayout.HEADER_PAGE_LENGTH, firstSequence, timestampNs);
        return positions;
    }

    /** What a block says; null if that can't be. */
    static @Nullable SegmentPositions read(final ByteBuffer block) {
        final int count = IndexBlockLayout.entryCount(block);
        final SegmentPositions positions =
                new SegmentPositions(IndexBlockLayout.segmentNumber(block), MIN_SPACING, count);
        final long first = IndexBlockLayout.firstSequence(block);
        for (int i = 0; i < count; i++) {
            positions.offsets[i] = IndexBlockLayout.offset(block, i);
            positions.sequences[i] = first + IndexBlockLayout.delta(block, i);
            positions.timestampsNs[i] = IndexBlockLayout.timestampNs(block, i);
        }
        positions.count = count;
        return positions.isPossible() ? positions : null;
    }

    /** Whether offsets and sequences go up, from the beginning of a segment and from a sequence that there is. */
    private boolean isPossible() {
        for (int i = 0; i < count; i++) {
            final boolean follows = i == 0
                    ? offsets[0] == SegmentLayout.HEADER_PAGE_LENGTH && sequences[0] >= 1
                    : offsets[i] >= offsets[i - 1] + FrameLayout.HEADER_LENGTH && sequences[i] > sequences[i - 1];
            if (!follows
                    || offsets[i] % FrameLayout.ALIGNMENT != 0
                    || offsets[i] > SegmentLayout.MAX_SEGMENT_LENGTH - FrameLayout.HEADER_LENGTH
                    || sequences[i] > FrameLayout.MAX_SEQUENCE) {
                return false;
            }
        }
        return true;
    }

    /** Notes a frame, if it is the first one, or far enough behind the one noted last. */
    void note(final int offset, final long sequence, final long timestampNs) {
        if (offset >= nextOffset && count < offsets.length) {
            offsets[count] = offset;
            sequences[count] = sequence;
            timestampsNs[count] = timestampNs;
            count++;
            nextOffset = offset + spacing;
        }
    }

    /** Forgets the frames from a sequence on: they were cut off. */
    void cut(final long fromSequence) {
        while (count > 0 && sequences[count - 1] >= fromSequence) {
            count--;
            nextOffset = offsets[count];
        }
    }

    /** Writes what was noted. Where a block has not room for all, some in between are left out. */
    void write(final IndexFile file, final long firstSegment) throws IOException {
        if (!isWhole()) {
            return;
        }
        final int step = (count + file.entryCapacity() - 1) / file.entryCapacity();
        final ByteBuffer block = file.newBlock();
        int written = 0;
        for (int i = 0; i < count; i += step) {
            IndexBlockLayout.entry(block, written, offsets[i], (int) (sequences[i] - sequences[0]), timestampsNs[i]);
            written++;
        }
        file.write(segment, sequences[0], written, firstSegment);
    }

    /** Whether the first frame of the segment is among them; without it they can't tell what the segment holds. */
    boolean isWhole() {
        return count > 0 && offsets[0] == SegmentLayout.HEADER_PAGE_LENGTH;
    }

    long segment() {
        return segment;
    }

    int count() {
        return count;
    }

    int offset(final int index) {
        return offsets[index];
    }

    long sequence(final int index) {
        return sequences[index];
    }

    long timestampNs(final int index) {
        return timestampsNs[index];
    }

    /** The last one with this sequence or a lower one; -1 if there is none. */
    int lastUpTo(final long sequence) {
        int low = -1;
        int high = count - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (sequences[middle] <= sequence) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The last one that is older than a time, as far as times go up; -1 if the first is not. */
    int lastBefore(final long timeNs) {
        int low = -1;
        int high = count - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (timestampsNs[middle] < timeNs) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}

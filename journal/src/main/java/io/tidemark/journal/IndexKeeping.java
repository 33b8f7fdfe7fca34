// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.IndexFile;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * Writes to {@code journal.index} where frames of segments begin that are full and forced. A convenience for readers: it is done
 * when nothing else is to do, it is not forced, and where it can't be done it is left undone.
 *
 * <p>Only what is durable is ever written there, so that nothing that a recovery cuts off can stand in it.
 *
 * <p>Owned by the keeper.
 */
final class IndexKeeping {

    /** A disk on which this gets so far behind has other worries; the oldest are given up. */
    private static final int MAX_PENDING = 64;

    private final Storage storage;
    private final Meta meta;
    private final int segmentLength;
    private final Deque<SegmentPositions> pending = new ArrayDeque<>();

    IndexKeeping(final Storage storage, final Meta meta, final int segmentLength) {
        this.storage = storage;
        this.meta = meta;
        this.segmentLength = segmentLength;
    }

    /** Has the positions of a segment written, soon. */
    void add(final SegmentPositions positions) {
        if (pending.size() == MAX_PENDING) {
            pending.removeFirst();
        }
        if (positions.isWhole()) {
            pending.addLast(positions);
        }
    }

    /** Has the positions of the last segment of a closed journal written, if that saves a reader anything. */
    void addUnfinished(final SegmentPositions positions) {
        if (positions.count() > 1) {
            add(positions);
        }
    }

    void addAll(final Collection<SegmentPositions> segments) {
        segments.forEach(this::add);
    }

    boolean isDue() {
        return !pending.isEmpty();
    }

    /**
     * Writes all that is pending.
     *
     * @param firstSegment the oldest segment that exists
     * @return number of segments written
     */
    int write(final long firstSegment) {
        if (pending.isEmpty()) {
            return 0;
        }
        final int count = pending.size();
        try (IndexFile file = IndexFile.openOrCreate(storage, meta, segmentLength)) {
            for (final SegmentPositions positions : pending) {
                positions.write(file, firstSegment);
            }
        } catch (final IOException e) {
            // What is missing in the index is looked up in the segments, and `tidemark index` writes it anew.
            pending.clear();
            return count;
        }
        pending.clear();
        return count;
    }
}

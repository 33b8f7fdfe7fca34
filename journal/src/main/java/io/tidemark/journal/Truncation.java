// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the segments go that lie before the head as a whole: the oldest first, and each of them durably before the next, so
 * that what a crash leaves is a row without a gap. Step by step, because standby segments must not wait for it. One whose
 * file can be used again is renamed, all others are deleted; that it is gone as a segment is the same.
 *
 * <p>The head is durable before the first segment goes. A crash in between leaves segments that nobody may read, and the
 * next opening goes on with them.
 *
 * <p>The segment of the durable mark stays, and all behind it: recovery begins there, and writer and sync agent may still
 * hold what is behind.
 *
 * <p>A segment that is not archived stays, and all behind it, until it is.
 *
 * <p>Owned by the keeper.
 */
final class Truncation {

    /** Who has a use for the file of a segment. */
    interface Recycler {

        /**
         * Gives the file another name, if it is wanted.
         *
         * @return false if it is to be deleted
         */
        boolean takeOver(long segment) throws IOException;
    }

    private final Storage storage;
    private final Recycler recycler;

    /** First sequences of segments, as far as they are known; so that few have to be looked at. */
    private final Map<Long, Long> firstSequences = new HashMap<>();

    /** The oldest segment that exists. */
    private long firstSegment;

    /** Every segment below this one lies before the head. */
    private long deleteBelow;

    /** Head and segment of the mark for which everything was deleted that can be. */
    private long settledHead = 1;

    private long settledMarkSegment;

    private long settledKeptFrom;

    /** The first segment that must not go, whatever the head says: it is not archived yet. */
    private final LongSupplier keptFrom;

    private @Nullable IOException refusal;

    Truncation(final Storage storage, final long firstSegment, final LongSupplier keptFrom, final Recycler recycler) {
        this.storage = storage;
        this.keptFrom = keptFrom;
        this.recycler = recycler;
        this.firstSegment = firstSegment;
    }

    /** The oldest segment that exists. */
    long firstSegment() {
        return firstSegment;
    }

    /** Notes where a segment begins that was just gone on to. */
    void note(final long segment, final long firstSequence) {
        firstSequences.put(segment, firstSequence);
    }

    /** Begins anew: what could not be deleted before is tried again. */
    void begin() {
        refusal = null;
        settledHead = 0;
    }

    /** Why the file system did not let a segment go, or could not tell where it ends; null if it did not refuse. */
    @Nullable
    IOException refusal() {
        return refusal;
    }

    /** Whether a step would do something. */
    boolean isDue(final Meta meta) {
        return firstSegment < deleteBelow
                || (refusal == null
                        && meta.head() > 1
                        && firstSegment < meta.markSegment()
                        && (meta.head() != settledHead
                                || meta.markSegment() != settledMarkSegment
                                || keptFrom.getAsLong() != settledKeptFrom));
    }

    /**
     * Lets one segment go, or finds out which may go next.
     *
     * @param meta of which the head is durable
     * @throws IOException if the directory could not be forced; that is final
     */
    void step(final Meta meta) throws IOException {
        if (firstSegment < deleteBelow) {
            letOldestGo();
            return;
        }
        final long kept = keptFrom.getAsLong();
        try {
            deleteBelow = Math.min(kept, segmentOfHead(meta));
        } catch (final IOException | JournalException e) {
            // Nothing is lost by keeping a segment.
            refuse(e instanceof IOException failure ? failure : new IOException(e.getMessage(), e));
        }
        if (deleteBelow <= firstSegment) {
            settledHead = meta.head();
            settledMarkSegment = meta.markSegment();
            settledKeptFrom = kept;
        }
    }

    private void letOldestGo() throws IOException {
        try {
            if (!recycler.takeOver(firstSegment)) {
                storage.delete(FileNames.segment(firstSegment));
            }
        } catch (final NoSuchFileException e) {
            // Somebody else has deleted it. That it is gone is all that is wanted.
            firstSequences.remove(firstSegment);
        } catch (final IOException e) {
            refuse(e);
            return;
        }
        storage.forceDirectory();
        firstSequences.remove(firstSegment);
        firstSegment++;
    }

    private void refuse(final IOException cause) {
        refusal = cause;
        deleteBelow = firstSegment;
    }

    /** The next segment that is known to begin at the head or before, so that all in front of it may go. */
    private long segmentOfHead(final Meta meta) throws IOException {
        for (long number = firstSegment + 1; number <= meta.markSegment(); number++) {
            final long first = firstSequence(meta, number);
            if (first > 0) {
                return first <= meta.head() ? number : firstSegment;
            }
            // Damaged, and so passed over: where the next one begins tells as much.
        }
        return firstSegment;
    }

    private long firstSequence(final Meta meta, final long segment) throws IOException {
        if (segment == meta.markSegment()) {
            return meta.markSegmentFirstSequence();
        }
        final Long known = firstSequences.get(segment);
        if (known != null) {
            return known;
        }
        final long found = Replay.firstSequence(storage, meta, segment);
        firstSequences.put(segment, found);
        return found;
    }
}

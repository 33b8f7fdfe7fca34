// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds places in a journal at a cost that does not grow with its length: through {@code journal.index}, and through what was
 * learnt of segments that are missing there. See {@link IndexLookup}.
 *
 * <p>Nothing that the index says is believed before the frame that it points to was found whole, with that sequence, in a
 * segment that lies before the durable mark or is the mark's. From there the chain is walked as ever. So an index that lies
 * costs time: its reader goes by the segments themselves then.
 *
 * <p>Thread-safe. What was learnt is kept within a bound, the least used is forgotten first.
 */
final class JournalIndex {

    /** Number of positions that are kept, of 20 bytes each: some 5 MB. */
    private static final int MAX_KEPT_POSITIONS = 1 << 18;

    /** What a segment takes beside its positions, in positions: objects, arrays, and its place in the map. */
    private static final int POSITIONS_PER_SEGMENT = 12;

    private final Storage storage;

    /** What was learnt of segments that the file does not tell, in the order of their last use. Guarded by this. */
    private final Map<Long, SegmentPositions> kept = new LinkedHashMap<>(16, 0.75f, true);

    /** Guarded by this. */
    private int keptPositions;

    /** Id of the journal that it was learnt of. Guarded by this. */
    private long journalIdHigh;

    private long journalIdLow;

    JournalIndex(final Storage storage) {
        this.storage = storage;
    }

    /**
     * Begins a walk as shortly before a record as is known.
     *
     * @param meta as it was read last
     * @param sequence of the record, not below the head
     * @return a scan of which the next frame is that of the record or one before; null if the index can't tell
     * @throws IOException if reading failed
     */
    @Nullable
    JournalScan upTo(final Meta meta, final long sequence) throws IOException {
        return scan(meta, Long.MAX_VALUE, lookup -> lookup.upTo(sequence));
    }

    /**
     * Begins a walk as shortly before a time as is known, but not before the record at the head.
     *
     * @param meta as it was read last
     * @param timeNs the time
     * @return a scan of which the next frame is older than that, or that of the head or one before; null if the index can't tell
     * @throws IOException if reading failed
     */
    @Nullable
    JournalScan before(final Meta meta, final long timeNs) throws IOException {
        return scan(meta, timeNs, lookup -> lookup.before(timeNs));
    }

    private interface Search {
        IndexLookup.@Nullable Hint run(IndexLookup lookup) throws IOException;
    }

    private @Nullable JournalScan scan(final Meta meta, final long timeNs, final Search search) throws IOException {
        final IndexLookup.Hint hint;
        try (IndexLookup lookup = new IndexLookup(storage, meta, this)) {
            hint = search.run(lookup);
        } catch (final CorruptJournalException e) {
            // Of a segment that may be none of our business. The walk will tell, if it is.
            return null;
        }
        return hint == null ? null : scan(meta, timeNs, hint);
    }

    private @Nullable JournalScan scan(final Meta meta, final long timeNs, final IndexLookup.Hint hint)
            throws IOException {
        final SegmentReader reader;
        try {
            reader = SegmentReader.openForLook(storage, hint.segment(), meta, hint.sequence());
        } catch (final NoSuchFileException | CorruptJournalException e) {
            return null;
        }
        try {
            if (hint.isFromMeta() || isTrue(meta, timeNs, hint, reader)) {
                return new JournalScan(storage, meta, reader, hint.sequence(), hint.offset());
            }
        } catch (final IOException | RuntimeException | Error e) {
            reader.close();
            throw e;
        }
        reader.close();
        forget(hint.segment());
        return null;
    }

    /** Whether the frame is there that a hint points to, and is older than a time, if it is not the first one that counts. */
    private static boolean isTrue(
            final Meta meta, final long timeNs, final IndexLookup.Hint hint, final SegmentReader reader)
            throws IOException {
        if (hint.offset() > reader.length() - FrameLayout.HEADER_LENGTH) {
            return false;
        }
        final FrameVerdict verdict =
                reader.judgeAnywhere(hint.offset(), hint.sequence(), hint.sequence(), Integer.MAX_VALUE);
        return verdict == FrameVerdict.WHOLE
                && (timeNs == Long.MAX_VALUE
                        || hint.sequence() <= meta.head()
                        || FrameLayout.timestampNs(reader.window().clear(), reader.inWindow(hint.offset())) < timeNs);
    }

    /** What was learnt of a segment; null if nothing. */
    synchronized @Nullable SegmentPositions known(final Meta meta, final long segment) {
        requireJournal(meta);
        return kept.get(segment);
    }

    /** Keeps what was learnt of a segment that the file does not tell. */
    synchronized void keep(final Meta meta, final SegmentPositions positions) {
        requireJournal(meta);
        final SegmentPositions before = kept.put(positions.segment(), positions);
        keptPositions += weight(positions) - (before == null ? 0 : weight(before));
        final Iterator<SegmentPositions> eldest = kept.values().iterator();
        while (keptPositions > MAX_KEPT_POSITIONS) {
            keptPositions -= weight(eldest.next());
            eldest.remove();
        }
    }

    private synchronized void forget(final long segment) {
        final SegmentPositions before = kept.remove(segment);
        keptPositions -= before == null ? 0 : weight(before);
    }

    private static int weight(final SegmentPositions positions) {
        return positions.count() + POSITIONS_PER_SEGMENT;
    }

    private void requireJournal(final Meta meta) {
        if (meta.journalIdHigh() != journalIdHigh || meta.journalIdLow() != journalIdLow) {
            journalIdHigh = meta.journalIdHigh();
            journalIdLow = meta.journalIdLow();
            kept.clear();
            keptPositions = 0;
        }
    }
}

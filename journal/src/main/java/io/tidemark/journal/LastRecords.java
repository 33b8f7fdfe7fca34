// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.Storage;
import java.io.IOException;

/**
 * Finds the last records of a journal: reads a part in front of the end, and parts in front of that until there are enough. Sequences
 * are dense, so that one part is enough, but where sequences were given up, or taken by the journal itself.
 *
 * <p>Owned by one thread.
 */
final class LastRecords {

    private static final int MIN_PART = 256;
    private static final int MAX_PART = 65_536;

    private final Storage storage;
    private final JournalIndex index;
    private final StartSearch search;

    /** The first record of the part that was read last. */
    private long firstOfPart;

    LastRecords(final Storage storage, final JournalIndex index, final StartSearch search) {
        this.storage = storage;
        this.index = index;
        this.search = search;
    }

    /**
     * Finds where they begin.
     *
     * @param count number of records wanted
     * @param visibleSequence the last record that may be given; -1 for the last that is written
     * @return the place
     * @throws IOException if reading failed
     * @throws OvertakenException if some of them were truncated meanwhile, so that others are the last now
     */
    StartSearch.Place find(final long count, final long visibleSequence) throws IOException {
        final StartSearch.Place end = search.find(Start.atEnd(), visibleSequence);
        final long first = firstOf(count, end.nextSequence());
        return first == end.nextSequence() ? end : search.find(Start.atSequence(first), visibleSequence);
    }

    /** The sequence of the first of the last records before an end; the head if there are not so many. */
    private long firstOf(final long count, final long end) throws IOException {
        long missing = count;
        long upper = end;
        int part = 0;
        while (missing > 0) {
            final long head = Replay.readMeta(storage).head();
            if (upper <= head) {
                return Math.min(head, end);
            }
            final long lower = Math.max(head, upper - Math.max(missing, part));
            final long[] last = new long[(int) Math.min(missing, MAX_PART)];
            final long found = collect(lower, upper - 1, last);
            if (found == missing) {
                return firstOfPart;
            }
            if (found > missing) {
                // Only a short part can have more than is missing, and so all that is missing was kept.
                return last[(int) (found % last.length)];
            }
            missing -= found;
            upper = lower;
            part = Math.min(MAX_PART, Math.max(MIN_PART, 4 * part));
        }
        return upper;
    }

    /** Reads a range, and keeps the sequences of the last records in it, round and round. */
    private long collect(final long from, final long to, final long[] last) throws IOException {
        long count = 0;
        try (ReplayCursor cursor = Replay.open(storage, index, from, to)) {
            while (cursor != null && cursor.advance()) {
                firstOfPart = count == 0 ? cursor.sequence() : firstOfPart;
                last[(int) (count % last.length)] = cursor.sequence();
                count++;
            }
        }
        return count;
    }
}

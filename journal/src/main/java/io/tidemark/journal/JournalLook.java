// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;

/**
 * What a reader without a lock sees at first: meta file and segments, as they belong together. A writer may roll and truncate
 * meanwhile.
 *
 * <p>The segments are listed behind the meta file that counts: a writer names a segment before the mark can lie in it. And
 * the meta file must be the same when they are listed: a segment from the head or the mark on that is missing then was
 * not truncated, it is lost.
 *
 * @param meta as it was before the listing
 * @param files what was listed; there is no gap in it
 */
record JournalLook(Meta meta, JournalFiles files) {

    /** Looks at a journal that must exist. */
    static JournalLook take(final Storage storage) throws IOException {
        JournalFiles.listExisting(storage);
        return take(storage, Replay.readMeta(storage));
    }

    /** Looks at a journal of which the meta file was read already. */
    static JournalLook take(final Storage storage, final Meta first) throws IOException {
        Meta meta = first;
        while (true) {
            final JournalFiles files = listWhole(storage);
            final Meta now = Replay.readMeta(storage);
            if (now.generation() == meta.generation()) {
                files.requireSegments(storage, meta);
                return new JournalLook(meta, files);
            }
            meta = now;
        }
    }

    /**
     * Lists until there is no gap. A truncation goes on while the directory is being read, so a segment may be listed that
     * was deleted before the one behind it, which is not listed: but then it is not listed the next time.
     */
    private static JournalFiles listWhole(final Storage storage) throws IOException {
        JournalFiles files = JournalFiles.listExisting(storage);
        while (!files.isContiguous()) {
            final JournalFiles again = JournalFiles.listExisting(storage);
            if (!again.segments().isEmpty() && again.firstSegment() <= files.firstSegment()) {
                again.requireContiguous(storage);
            }
            files = again;
        }
        return files;
    }

    /** Throws if a record was truncated: what was found missing is not damage then. */
    static void throwIfOvertaken(final Storage storage, final long sequence) throws IOException {
        final long head = Replay.readMeta(storage).head();
        if (sequence < head) {
            throw new OvertakenException(storage.pathOf(""), sequence, head);
        }
    }
}

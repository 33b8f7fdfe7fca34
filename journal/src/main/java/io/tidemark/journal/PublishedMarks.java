// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.MarkFile;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The durable sequence as other processes see it: what {@code journal.meta} told last, or {@code journal.mark}, whichever
 * is further. Neither ever tells more than is true; without the second the first is late, by a roll or a silence of the writer.
 *
 * <p>Owned by the thread of the tailer.
 */
final class PublishedMarks implements TailedMarks {

    private final Storage storage;
    private final Meta journal;

    /** Whether the mark is worth a mapping: only who waits for durable records needs it at once. */
    private final boolean wantsMark;

    private @Nullable MarkFile markFile;
    private long durable;

    /**
     * Begins to look.
     *
     * @param storage of the journal
     * @param meta of the journal, as it is
     * @param wantsMark whether to map the mark
     */
    PublishedMarks(final Storage storage, final Meta meta, final boolean wantsMark) {
        this.storage = storage;
        this.journal = meta;
        this.wantsMark = wantsMark;
        this.durable = meta.durableSequence();
        mapMark();
    }

    @Override
    public long written() {
        return -1;
    }

    @Override
    public long durable() {
        final MarkFile mark = markFile;
        if (mark != null) {
            durable = Math.max(durable, mark.durable());
        }
        return durable;
    }

    @Override
    public void look() throws IOException {
        final Meta meta = Replay.readMeta(storage);
        if (meta.journalIdHigh() != journal.journalIdHigh() || meta.journalIdLow() != journal.journalIdLow()) {
            throw new NotAJournalException("not the journal that was opened: expected id " + words(journal) + ", found "
                    + words(meta) + ": directory=" + storage.pathOf("") + "; open the new one");
        }
        durable = Math.max(durable, meta.durableSequence());
        final MarkFile mark = markFile;
        if (mark != null && mark.isLost()) {
            markFile = null;
            mark.close();
        }
        mapMark();
    }

    private static String words(final Meta meta) {
        return Long.toHexString(meta.journalIdHigh()) + "-" + Long.toHexString(meta.journalIdLow());
    }

    private void mapMark() {
        if (wantsMark && markFile == null) {
            try {
                markFile = MarkFile.open(storage, journal);
            } catch (final IOException e) {
                // It is for convenience only: the meta file tells, a little later.
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        final MarkFile mark = markFile;
        markFile = null;
        if (mark != null) {
            mark.close();
        }
    }
}

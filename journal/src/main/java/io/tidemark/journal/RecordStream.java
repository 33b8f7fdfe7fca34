// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Feeds a stream with records, one at a time, from a cursor that it closes behind the last. Used by one thread at a time. */
final class RecordStream extends Spliterators.AbstractSpliterator<JournalRecord> {

    private final String directory;

    /** Null when there is nothing left to read. */
    private @Nullable ReplayCursor cursor;

    private RecordStream(final String directory, final @Nullable ReplayCursor cursor) {
        super(Long.MAX_VALUE, ORDERED | NONNULL | IMMUTABLE);
        this.directory = directory;
        this.cursor = cursor;
    }

    /**
     * Begins to read a range.
     *
     * @param storage of the journal
     * @param index of it
     * @param fromSequence of the first record wanted
     * @param toSequence of the last record wanted; {@link Long#MAX_VALUE} for all there are
     * @return the stream, which must be closed
     * @throws IOException if reading failed
     */
    static Stream<JournalRecord> open(
            final Storage storage, final JournalIndex index, final long fromSequence, final long toSequence)
            throws IOException {
        final RecordStream records =
                new RecordStream(storage.pathOf(""), Replay.open(storage, index, fromSequence, toSequence));
        return StreamSupport.stream(records, false).onClose(records::close);
    }

    @Override
    public boolean tryAdvance(final Consumer<? super JournalRecord> action) {
        final ReplayCursor open = cursor;
        if (open == null) {
            return false;
        }
        if (!StorageCall.run(directory, open::advance)) {
            close();
            return false;
        }
        action.accept(open.copy());
        return true;
    }

    private void close() {
        final ReplayCursor open = cursor;
        cursor = null;
        if (open != null) {
            StorageCall.run(directory, () -> {
                open.close();
                return true;
            });
        }
    }
}

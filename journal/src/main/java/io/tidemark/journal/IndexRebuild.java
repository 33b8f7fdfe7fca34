// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.IndexFile;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code journal.index} anew from the segments. A writer may be at work, and write to the same file: both write what is
 * true, and a block that got mixed up has a wrong checksum. Holds no state between calls.
 */
final class IndexRebuild {

    private IndexRebuild() {}

    /**
     * Walks through the journal and writes a block for each segment that is left.
     *
     * @param storage of the journal
     * @param readCount takes how many records were read, after each
     * @return number of blocks written
     * @throws IOException if reading or writing failed
     */
    static int run(final Storage storage, final LongConsumer readCount) throws IOException {
        while (true) {
            final JournalLook look = JournalLook.take(storage);
            if (look.files().segments().isEmpty()) {
                return 0;
            }
            try {
                return run(storage, look, readCount);
            } catch (final OvertakenException | NoSuchFileException e) {
                if (Replay.readMeta(storage).generation() == look.meta().generation()) {
                    throw e;
                }
                // Truncated while it was read: all begins anew with what is left.
            }
        }
    }

    private static int run(final Storage storage, final JournalLook look, final LongConsumer readCount)
            throws IOException {
        final long firstSegment = look.files().firstSegment();
        try (JournalScan scan = Replay.startingWith(storage, look.meta(), look.files(), firstSegment);
                IndexFile file =
                        IndexFile.remake(storage, look.meta(), scan.reader().length())) {
            return walk(storage, look.meta(), scan, file, firstSegment, readCount);
        }
    }

    /** Only what is durable: what is not may be cut off, and the index would not notice. */
    private static int walk(
            final Storage storage,
            final Meta meta,
            final JournalScan scan,
            final IndexFile file,
            final long firstSegment,
            final LongConsumer readCount)
            throws IOException {
        final long first = scan.nextSequence();
        int count = 0;
        SegmentPositions positions = null;
        while (scan.nextSequence() <= meta.durableSequence()) {
            if (!scan.advance()) {
                if (Replay.isEnd(storage, meta, scan, Long.MAX_VALUE)) {
                    break;
                }
                continue;
            }
            if (positions == null || positions.segment() != scan.reader().number()) {
                count += write(positions, file, firstSegment);
                positions = SegmentPositions.of(
                        scan.reader().number(), scan.reader().length());
            }
            positions.note(scan.frameOffset(), scan.sequence(), scan.timestampNs());
            readCount.accept(scan.nextSequence() - first);
        }
        return count + write(positions, file, firstSegment);
    }

    private static int write(final @Nullable SegmentPositions positions, final IndexFile file, final long firstSegment)
            throws IOException {
        if (positions == null) {
            return 0;
        }
        positions.write(file, firstSegment);
        return 1;
    }
}

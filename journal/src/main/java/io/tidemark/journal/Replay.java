// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Reads records in their order and gives the user's to a handler. Holds no state between calls. */
final class Replay {

    private Replay() {}

    static Meta readMeta(final Storage storage) throws IOException {
        try (MetaFile file = MetaFile.open(storage, false)) {
            return JournalFiles.readMeta(storage, file);
        }
    }

    /** Reads the meta file of a directory in which there may be no journal. */
    static Meta readExistingMeta(final Storage storage) throws IOException {
        try {
            return readMeta(storage);
        } catch (final NoSuchFileException e) {
            JournalFiles.listExisting(storage);
            throw e;
        }
    }

    /**
     * Replays a range.
     *
     * @param storage of the journal
     * @param index of it
     * @param fromSequence of the first record wanted
     * @param toSequence of the last record wanted; {@link Long#MAX_VALUE} for all there are
     * @param handler takes the records
     * @return the sequence of the record that would have come next
     * @throws IOException if reading failed
     */
    static long run(
            final Storage storage,
            final JournalIndex index,
            final long fromSequence,
            final long toSequence,
            final RecordHandler handler)
            throws IOException {
        if (fromSequence < 1) {
            throw new IllegalArgumentException("fromSequence must be at least 1: fromSequence=" + fromSequence);
        }
        try (ReplayCursor cursor = open(storage, index, fromSequence, toSequence)) {
            if (cursor == null) {
                return fromSequence;
            }
            while (cursor.advance()) {
                cursor.give(handler);
                cursor.giveRun(handler);
            }
            return cursor.nextSequence();
        }
    }

    /**
     * Begins to read a range.
     *
     * @param storage of the journal
     * @param index of it
     * @param fromSequence of the first record wanted
     * @param toSequence of the last record wanted; {@link Long#MAX_VALUE} for all there are
     * @return a cursor in front of the first record; null if the journal has no segment yet
     * @throws IOException if reading failed
     */
    static @Nullable ReplayCursor open(
            final Storage storage, final JournalIndex index, final long fromSequence, final long toSequence)
            throws IOException {
        final Meta meta = readExistingMeta(storage);
        // At the head there is nothing to be found, and the directory shows whether something is missing in front.
        final JournalScan near = fromSequence <= meta.head() ? null : index.upTo(meta, fromSequence);
        if (near != null) {
            return new ReplayCursor(storage, meta, near, fromSequence, toSequence);
        }
        while (true) {
            final JournalLook look = JournalLook.take(storage);
            if (look.files().segments().isEmpty()) {
                return null;
            }
            final JournalScan scan = startingAt(storage, look, fromSequence);
            if (scan != null) {
                return new ReplayCursor(storage, look.meta(), scan, fromSequence, toSequence);
            }
        }
    }

    /** Begins at the segment that holds a sequence; null if that was truncated while it was looked for, to look again. */
    private static @Nullable JournalScan startingAt(
            final Storage storage, final JournalLook look, final long fromSequence) throws IOException {
        try {
            return startingAt(storage, look.meta(), look.files(), fromSequence);
        } catch (final CorruptJournalException | NoSuchFileException e) {
            JournalLook.throwIfOvertaken(storage, fromSequence);
            if (readMeta(storage).generation() == look.meta().generation()) {
                throw e;
            }
            return null;
        }
    }

    /** Whether this is where the journal ends; damage is an exception, and a journal that has grown is no end. */
    static boolean isEnd(final Storage storage, final Meta meta, final JournalScan scan, final long toSequence)
            throws IOException {
        final JournalTail tail = JournalTail.of(storage, meta, scan);
        // What is missing, here or behind, may be so only because it lies before the head by now.
        JournalLook.throwIfOvertaken(storage, scan.nextSequence());
        if (tail.decision() == RecoveryCase.Decision.RESUME && toSequence == Long.MAX_VALUE) {
            return true;
        }
        // The proof may be younger than the look at the end: a live writer has gone on meanwhile.
        final FrameVerdict now = scan.reader().judge(scan.endOffset(), scan.nextSequence(), scan.epoch());
        if (now == FrameVerdict.WHOLE) {
            return false;
        }
        tail.throwIfRefused();
        return true;
    }

    /** Begins at the segment that holds a sequence, or at the one that is nearest. */
    static JournalScan startingAt(final Storage storage, final Meta meta, final JournalFiles files, final long sequence)
            throws IOException {
        if (sequence < meta.head()) {
            throw new OvertakenException(storage.pathOf(""), sequence, meta.head());
        }
        int low = 0;
        int high = files.segments().size() - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (beginsBefore(storage, meta, files.segments().get(middle), sequence)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return startingWith(storage, meta, files, files.segments().get(low));
    }

    /** Whether the first frame of a segment has this sequence or an earlier one. */
    private static boolean beginsBefore(final Storage storage, final Meta meta, final long segment, final long sequence)
            throws IOException {
        try {
            final long first = firstSequence(storage, meta, segment);
            return first != 0 && first <= sequence;
        } catch (final NoSuchFileException e) {
            // Truncated since it was listed, and so it lay before the head.
            return true;
        }
    }

    /** Begins at the first frame of a segment. */
    static JournalScan startingWith(
            final Storage storage, final Meta meta, final JournalFiles files, final long segment) throws IOException {
        final boolean isFirst = segment == files.firstSegment();
        final SegmentReader reader = SegmentReader.open(storage, segment, meta, isFirst ? meta.head() : 0);
        try {
            final long found = segment == meta.markSegment() ? meta.markSegmentFirstSequence() : firstSequence(reader);
            if (isFirst && found > meta.head()) {
                throw new CorruptJournalException(
                        storage.pathOf(FileNames.segment(segment - 1)),
                        0,
                        meta.head(),
                        "segments are missing in front: expected sequence " + meta.head() + ", found " + found);
            }
            // Where nothing was ever written, or something is damaged, the walk will tell.
            return new JournalScan(storage, meta, reader, found == 0 ? meta.head() : found);
        } catch (final IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * Sequence of the first frame of a segment.
     *
     * @return the sequence; 0 if there is no whole frame, or the header is damaged
     * @throws NoSuchFileException if there is no such segment, or none any more
     */
    static long firstSequence(final Storage storage, final Meta meta, final long segment) throws IOException {
        long found = 0;
        try (SegmentReader reader = SegmentReader.openForLook(storage, segment, meta, 0)) {
            found = firstSequence(reader);
        } catch (final CorruptJournalException e) {
            // The walk from an earlier segment comes here too, and can then tell which record is missing.
            found = 0;
        }
        if (found == 0) {
            requirePresent(storage, segment);
        }
        return found;
    }

    /** What was opened as a segment may have become another since; but then its name is gone. */
    static void requirePresent(final Storage storage, final long segment) throws IOException {
        storage.open(FileNames.segment(segment), false).close();
    }

    private static long firstSequence(final SegmentReader reader) throws IOException {
        final int offset = SegmentLayout.HEADER_PAGE_LENGTH;
        final FrameVerdict verdict = reader.judgeAnywhere(offset, 1, FrameLayout.MAX_SEQUENCE, Integer.MAX_VALUE);
        return verdict == FrameVerdict.WHOLE
                ? FrameLayout.sequence(reader.window().clear(), reader.inWindow(offset))
                : 0;
    }
}

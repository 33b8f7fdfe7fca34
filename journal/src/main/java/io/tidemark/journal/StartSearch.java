// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * Finds the place of the chain at which a tailer begins: by a search over the first frames of the segments, and then by a
 * walk through one. It reads by position, as replay does; the tailer maps what is found.
 *
 * <p>Owned by the thread that makes the tailer.
 */
final class StartSearch {

    /** A truncation may delete what was just listed. It does so once for each segment, and we look as often. */
    private static final int ATTEMPTS = 100;

    private final Storage storage;

    /** The frame at which the walk may be taken up: one that is not inside a batch. */
    private long segment;

    private int offset;
    private long sequence;
    private int epoch;

    /**
     * A place between two frames.
     *
     * @param segment number of the segment
     * @param offset in it of the next frame
     * @param sequence that the next frame must carry
     * @param epoch of the frame before; 0 if that was not read
     * @param nextSequence of the first record wanted, not below that of the frame
     * @param fromNs records with a lower timestamp are not wanted; {@link Long#MIN_VALUE} for all
     */
    record Place(long segment, int offset, long sequence, int epoch, long nextSequence, long fromNs) {}

    private interface Attempt {
        Place run(Meta meta, JournalFiles files) throws IOException;
    }

    StartSearch(final Storage storage) {
        this.storage = storage;
    }

    /**
     * Finds a place.
     *
     * @param start what to find
     * @param visibleSequence the last record that the tailer could give; -1 for the last that is written
     * @return the place
     * @throws IOException if reading failed
     * @throws OvertakenException if the sequence wanted was truncated
     */
    Place find(final Start start, final long visibleSequence) throws IOException {
        return switch (start.kind()) {
            case SEQUENCE -> look((meta, files) -> atSequence(meta, files, start.sequence()));
            case HEAD -> look((meta, files) -> atSequence(meta, files, meta.head()));
            case END ->
                look((meta, files) -> visibleSequence < 0
                        ? atEnd(meta, files)
                        : atSequence(meta, files, Math.max(visibleSequence + 1, meta.head())));
            case CHECKPOINT ->
                look((meta, files) -> atSequence(meta, files, Math.max(meta.checkpointSequence() + 1, meta.head())));
            case TIME -> look((meta, files) -> atTime(meta, files, start.timeNs()));
        };
    }

    private Place look(final Attempt attempt) throws IOException {
        for (int i = 1; true; i++) {
            final JournalLook look = JournalLook.take(storage);
            try {
                return attempt.run(look.meta(), look.files());
            } catch (final NoSuchFileException | CorruptJournalException e) {
                // What is missing may have been truncated since it was listed.
                final Meta now = Replay.readMeta(storage);
                if (i == ATTEMPTS || now.generation() == look.meta().generation()) {
                    throw e;
                }
            }
        }
    }

    /** The journal is so young that it has no segment yet. */
    private static Place beginning(final Meta meta, final long nextSequence, final long fromNs) {
        final long first = meta.markSegmentFirstSequence();
        return new Place(
                meta.markSegment(), SegmentLayout.HEADER_PAGE_LENGTH, first, 0, Math.max(first, nextSequence), fromNs);
    }

    private Place atSequence(final Meta meta, final JournalFiles files, final long wanted) throws IOException {
        if (files.segments().isEmpty()) {
            return beginning(meta, wanted, Long.MIN_VALUE);
        }
        try (JournalScan scan = Replay.startingAt(storage, meta, files, wanted)) {
            keep(scan, SegmentLayout.HEADER_PAGE_LENGTH);
            while (scan.nextSequence() < wanted && goOn(meta, scan)) {
                keepUnlessInBatch(scan);
            }
        }
        return place(Math.max(wanted, sequence), Long.MIN_VALUE);
    }

    private Place atEnd(final Meta meta, final JournalFiles files) throws IOException {
        if (files.segments().isEmpty()) {
            return beginning(meta, 1, Long.MIN_VALUE);
        }
        final long first = Math.max(meta.markSegment(), files.firstSegment());
        try (JournalScan scan = Replay.startingWith(storage, meta, files, first)) {
            keep(scan, SegmentLayout.HEADER_PAGE_LENGTH);
            while (goOn(meta, scan)) {
                keepUnlessInBatch(scan);
            }
        }
        return place(Math.max(sequence, meta.head()), Long.MIN_VALUE);
    }

    private Place atTime(final Meta meta, final JournalFiles files, final long timeNs) throws IOException {
        if (files.segments().isEmpty()) {
            return beginning(meta, meta.head(), timeNs);
        }
        // The first record of that time may be the last of a segment whose successor begins at the same time.
        int low = 0;
        int high = files.segments().size() - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (beginsBefore(meta, files.segments().get(middle), timeNs)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        try (JournalScan scan =
                Replay.startingWith(storage, meta, files, files.segments().get(low))) {
            keep(scan, SegmentLayout.HEADER_PAGE_LENGTH);
            while (goOn(meta, scan)) {
                if (scan.sequence() >= meta.head() && RecordType.isUser(scan.type()) && scan.timestampNs() >= timeNs) {
                    return place(scan.sequence(), Long.MIN_VALUE);
                }
                keepUnlessInBatch(scan);
            }
        }
        return place(Math.max(sequence, meta.head()), timeNs);
    }

    /** Whether the first frame of a segment is older than a time; no where there is no frame, or a damaged header. */
    private boolean beginsBefore(final Meta meta, final long number, final long timeNs) throws IOException {
        try (SegmentReader reader = SegmentReader.open(storage, number, meta, 0)) {
            final int first = SegmentLayout.HEADER_PAGE_LENGTH;
            return reader.judgeAnywhere(first, 1, FrameLayout.MAX_SEQUENCE, Integer.MAX_VALUE) == FrameVerdict.WHOLE
                    && FrameLayout.timestampNs(reader.window().clear(), reader.inWindow(first)) < timeNs;
        } catch (final CorruptJournalException e) {
            // The walk from an earlier segment comes here too, and can then tell which record is missing.
            return false;
        }
    }

    /** Goes to the next frame; false at the end of the journal, and damage is an exception. */
    private boolean goOn(final Meta meta, final JournalScan scan) throws IOException {
        while (!scan.advance()) {
            if (Replay.isEnd(storage, meta, scan, Long.MAX_VALUE)) {
                return false;
            }
        }
        return true;
    }

    private void keepUnlessInBatch(final JournalScan scan) {
        if (!scan.isInOpenBatch()) {
            keep(scan, scan.endOffset());
        }
    }

    private void keep(final JournalScan scan, final int nextOffset) {
        segment = scan.reader().number();
        offset = nextOffset;
        sequence = scan.nextSequence();
        epoch = scan.epoch();
    }

    private Place place(final long nextSequence, final long fromNs) {
        return new Place(segment, offset, sequence, epoch, nextSequence, fromNs);
    }
}

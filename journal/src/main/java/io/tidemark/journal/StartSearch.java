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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the place of the chain at which a tailer begins: by the index, or by a search over the first frames of the segments, and
 * then by a walk through a part of one. It reads by position, as replay does; the tailer maps what is found.
 *
 * <p>Owned by the thread that makes the tailer.
 */
final class StartSearch {

    /** A truncation may delete what was just listed. It does so once for each segment, and we look as often. */
    private static final int ATTEMPTS = 100;

    private final Storage storage;
    private final JournalIndex index;

    /** Positions noted on the way through the segment in which the walk began. */
    private @Nullable SegmentPositions noted;

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

    /** For one look, which remembers nothing for others. */
    StartSearch(final Storage storage) {
        this(storage, new JournalIndex(storage));
    }

    StartSearch(final Storage storage, final JournalIndex index) {
        this.storage = storage;
        this.index = index;
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
        for (int attempt = 1; true; attempt++) {
            try {
                return findOnce(start, visibleSequence);
            } catch (final OvertakenException e) {
                // Only who names a record can be overtaken. Any other place has moved on since the meta file was read.
                if (start.kind() == Start.Kind.SEQUENCE || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private Place findOnce(final Start start, final long visibleSequence) throws IOException {
        if (start.kind() == Start.Kind.LAST) {
            return new LastRecords(storage, index, this).find(start.count(), visibleSequence);
        }
        final Place found = byIndex(start, visibleSequence);
        if (found != null) {
            return found;
        }
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
            case LAST -> throw new AssertionError("looked for elsewhere");
        };
    }

    /** Asks the index; null if it can't tell, or has lied, and then the segments are asked. */
    private @Nullable Place byIndex(final Start start, final long visibleSequence) throws IOException {
        try {
            final Meta meta = Replay.readMeta(storage);
            return switch (start.kind()) {
                case SEQUENCE -> byIndex(meta, start.sequence());
                case HEAD -> byIndex(meta, meta.head());
                case END ->
                    visibleSequence < 0 ? endByIndex(meta) : byIndex(meta, Math.max(visibleSequence + 1, meta.head()));
                case CHECKPOINT -> byIndex(meta, Math.max(meta.checkpointSequence() + 1, meta.head()));
                case TIME -> timeByIndex(meta, start.timeNs());
                case LAST -> throw new AssertionError("looked for elsewhere");
            };
        } catch (final NoSuchFileException | CorruptJournalException e) {
            // Truncated meanwhile, or damaged, or no journal at all: the segments tell which.
            return null;
        }
    }

    private @Nullable Place byIndex(final Meta meta, final long wanted) throws IOException {
        if (wanted < meta.head()) {
            return null;
        }
        try (JournalScan scan = index.upTo(meta, wanted)) {
            return scan == null ? null : walkTo(meta, scan, wanted, last(meta, scan));
        }
    }

    private @Nullable Place endByIndex(final Meta meta) throws IOException {
        try (JournalScan scan = index.upTo(meta, Long.MAX_VALUE)) {
            return scan == null ? null : walkToEnd(meta, scan);
        }
    }

    private @Nullable Place timeByIndex(final Meta meta, final long timeNs) throws IOException {
        try (JournalScan scan = index.before(meta, timeNs)) {
            return scan == null ? null : walkToTime(meta, scan, timeNs, last(meta, scan));
        }
    }

    /** The last segment in which a hint that is worth something lets the walk end: where it begins, or the next. */
    private static long last(final Meta meta, final JournalScan scan) {
        final long first = scan.reader().number();
        return first < meta.markSegment() ? first + 1 : Long.MAX_VALUE;
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
            return Objects.requireNonNull(walkTo(meta, scan, wanted, Long.MAX_VALUE));
        }
    }

    private Place atEnd(final Meta meta, final JournalFiles files) throws IOException {
        if (files.segments().isEmpty()) {
            return beginning(meta, 1, Long.MIN_VALUE);
        }
        final long first = Math.max(meta.markSegment(), files.firstSegment());
        try (JournalScan scan = Replay.startingWith(storage, meta, files, first)) {
            return walkToEnd(meta, scan);
        }
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
            return Objects.requireNonNull(walkToTime(meta, scan, timeNs, Long.MAX_VALUE));
        }
    }

    /** Goes on to a record, or to where it will be; null if that lies behind a segment. */
    private @Nullable Place walkTo(final Meta meta, final JournalScan scan, final long wanted, final long lastSegment)
            throws IOException {
        begin(scan);
        while (scan.nextSequence() < wanted && goOn(meta, scan)) {
            if (scan.reader().number() > lastSegment) {
                return null;
            }
            keepUnlessInBatch(scan);
        }
        learn(meta);
        return place(Math.max(wanted, sequence), Long.MIN_VALUE);
    }

    private Place walkToEnd(final Meta meta, final JournalScan scan) throws IOException {
        begin(scan);
        while (goOn(meta, scan)) {
            keepUnlessInBatch(scan);
        }
        return place(Math.max(sequence, meta.head()), Long.MIN_VALUE);
    }

    /** Goes on to the first record of a time; null if that lies behind a segment. */
    private @Nullable Place walkToTime(
            final Meta meta, final JournalScan scan, final long timeNs, final long lastSegment) throws IOException {
        begin(scan);
        while (goOn(meta, scan)) {
            if (scan.reader().number() > lastSegment) {
                return null;
            }
            if (scan.sequence() >= meta.head() && RecordType.isUser(scan.type()) && scan.timestampNs() >= timeNs) {
                learn(meta);
                return place(scan.sequence(), Long.MIN_VALUE);
            }
            keepUnlessInBatch(scan);
        }
        return place(Math.max(sequence, meta.head()), timeNs);
    }

    private void begin(final JournalScan scan) {
        final SegmentReader reader = scan.reader();
        noted = scan.endOffset() == SegmentLayout.HEADER_PAGE_LENGTH
                ? SegmentPositions.of(reader.number(), reader.length())
                : null;
        keep(scan, scan.endOffset());
    }

    /** Has the index keep what was noted on the way, so that the next walk there is shorter. */
    private void learn(final Meta meta) {
        final SegmentPositions positions = noted;
        if (positions != null && positions.count() > 1 && positions.segment() < meta.markSegment()) {
            index.keep(meta, positions);
        }
    }

    /** Whether the first frame of a segment is older than a time; no where there is no frame, or a damaged header. */
    private boolean beginsBefore(final Meta meta, final long number, final long timeNs) throws IOException {
        try (SegmentReader reader = SegmentReader.openForLook(storage, number, meta, 0)) {
            final int first = SegmentLayout.HEADER_PAGE_LENGTH;
            if (reader.judgeAnywhere(first, 1, FrameLayout.MAX_SEQUENCE, Integer.MAX_VALUE) == FrameVerdict.WHOLE) {
                return FrameLayout.timestampNs(reader.window().clear(), reader.inWindow(first)) < timeNs;
            }
        } catch (final CorruptJournalException e) {
            // The walk from an earlier segment comes here too, and can then tell which record is missing.
            return isTruncated(number);
        } catch (final NoSuchFileException e) {
            return true;
        }
        return isTruncated(number);
    }

    /** Whether a segment that was listed is there no more, and so lay before the head. */
    private boolean isTruncated(final long number) throws IOException {
        try {
            Replay.requirePresent(storage, number);
            return false;
        } catch (final NoSuchFileException e) {
            return true;
        }
    }

    /** Goes to the next frame; false at the end of the journal, and damage is an exception. */
    private boolean goOn(final Meta meta, final JournalScan scan) throws IOException {
        while (!scan.advance()) {
            if (Replay.isEnd(storage, meta, scan, Long.MAX_VALUE)) {
                return false;
            }
        }
        final SegmentPositions positions = noted;
        if (positions != null && positions.segment() == scan.reader().number()) {
            positions.note(scan.frameOffset(), scan.sequence(), scan.timestampNs());
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

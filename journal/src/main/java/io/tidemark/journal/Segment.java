// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MappedPieces;
import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A segment mapped for writing.
 *
 * <p>Made by the keeper, or by whoever opens the journal; written by the writer, which then hands it to the sync thread by
 * storing where it went on; forced by the sync thread, which hands it back to the keeper; unmapped by the keeper. At each
 * hand-over the thread before is done with it, so no two of them can meet over an unmapped buffer.
 */
final class Segment {

    private static final VarHandle WRITTEN_OFFSET;
    private static final VarHandle NEXT;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            WRITTEN_OFFSET = lookup.findVarHandle(Segment.class, "writtenOffset", int.class);
            NEXT = lookup.findVarHandle(Segment.class, "next", Segment.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SegmentHeader header;
    private final MappedPieces pieces;

    /** Where some frames begin. The writer notes them; the keeper reads them when the segment was sealed. */
    private final SegmentPositions positions;

    /** End of the frames. Written by the writer with release. */
    @SuppressWarnings("unused")
    private int writtenOffset;

    /** End of what was forced. Owned by the sync thread. */
    private int forcedOffset;

    /** Last sequence in here or before. Written by the writer before {@link #next}. */
    private long lastSequence;

    /** Where the journal goes on; null while this is the last. Written once by the writer, with release. */
    @SuppressWarnings("unused")
    private @Nullable Segment next;

    Segment(final SegmentHeader header, final MappedPieces pieces, final int writtenOffset) {
        this(header, pieces, writtenOffset, SegmentPositions.of(header.number(), header.segmentLength()));
    }

    private Segment(
            final SegmentHeader header,
            final MappedPieces pieces,
            final int writtenOffset,
            final SegmentPositions positions) {
        this.header = header;
        this.positions = positions;
        this.pieces = pieces;
        this.forcedOffset = writtenOffset;
        WRITTEN_OFFSET.setRelease(this, writtenOffset);
    }

    /**
     * Maps a segment that exists.
     *
     * @param storage that holds it
     * @param meta of the journal it must belong to
     * @param number of the segment
     * @param nextSequence of the journal, for messages
     * @param writtenOffset end of the frames in it
     * @param faultLength number of bytes to fault in for writing from there on, at most
     * @param positions of frames in it; null if there are none
     * @return the segment
     * @throws IOException if it can't be read or mapped
     */
    static Segment map(
            final Storage storage,
            final Meta meta,
            final long number,
            final long nextSequence,
            final int writtenOffset,
            final int faultLength,
            final @Nullable SegmentPositions positions)
            throws IOException {
        final SegmentHeader header;
        try (SegmentReader reader = SegmentReader.open(storage, number, meta, nextSequence)) {
            header = reader.header();
        }
        try (StorageFile file = storage.open(FileNames.segment(number), true)) {
            final MappedPieces pieces = MappedPieces.map(storage, file, header.segmentLength());
            final int page = writtenOffset & -SegmentPreparation.FILL_LENGTH;
            final int end = (int) Math.min(header.segmentLength(), (long) page + faultLength);
            try {
                pieces.faultIn(page, end - page);
            } catch (final IOException | InternalError e) {
                pieces.unmap();
                throw e;
            }
            return positions == null
                    ? new Segment(header, pieces, writtenOffset)
                    : new Segment(header, pieces, writtenOffset, positions);
        }
    }

    SegmentHeader header() {
        return header;
    }

    long number() {
        return header.number();
    }

    int length() {
        return header.segmentLength();
    }

    /** The mapped bytes, to which the writer stores. */
    MappedPieces pieces() {
        return pieces;
    }

    SegmentPositions positions() {
        return positions;
    }

    int writtenOffset() {
        return (int) WRITTEN_OFFSET.getAcquire(this);
    }

    /** Everything before the offset was stored. Writer only. */
    void writtenRelease(final int offset) {
        WRITTEN_OFFSET.setRelease(this, offset);
    }

    /** Ends this segment. Writer only, once, after the last store to it. */
    void sealRelease(final long sequence, final Segment successor) {
        lastSequence = sequence;
        NEXT.setRelease(this, successor);
    }

    @Nullable
    Segment nextAcquire() {
        return (Segment) NEXT.getAcquire(this);
    }

    /** Last sequence in here or before; to be read after {@link #nextAcquire()} was not null. */
    long lastSequence() {
        return lastSequence;
    }

    int forcedOffset() {
        return forcedOffset;
    }

    /**
     * Forces everything up to an offset that was not forced before. Sync thread only.
     *
     * @param offset end of the range
     * @return number of bytes forced
     * @throws IOException if the force failed
     */
    int force(final int offset) throws IOException {
        final int length = offset - forcedOffset;
        if (length > 0) {
            pieces.force(forcedOffset, length);
            forcedOffset = offset;
        }
        return length;
    }

    /**
     * Forces the zeros behind the last frame, if they lie on a page of their own: so that whoever reads the segment next finds
     * its end and not the leftovers of a segment that the file was before. Sync thread only, when everything else is forced.
     *
     * @throws IOException if the force failed
     */
    void forceEnd() throws IOException {
        if (forcedOffset > SegmentLayout.HEADER_PAGE_LENGTH
                && forcedOffset % SegmentPreparation.FILL_LENGTH == 0
                && forcedOffset + Long.BYTES <= length()) {
            pieces.force(forcedOffset, Long.BYTES);
        }
    }

    /**
     * Lets a piece of the mapping go. Keeper only, when nobody else has the segment any more.
     *
     * @param index of the piece
     */
    void unmap(final int index) throws IOException {
        pieces.unmap(index);
    }

    /** Lets go what is left of the mapping. Keeper only, when nobody else has the segment any more. */
    void unmap() throws IOException {
        pieces.unmap();
    }
}

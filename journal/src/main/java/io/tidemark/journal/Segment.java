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
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A segment mapped for writing, or mapped to be forced and open to be written.
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

    /** Open where runs are written to the file and not stored in the mapping. */
    private final @Nullable StorageFile file;

    /** Where some frames begin. The writer notes them; the keeper reads them when the segment was sealed. */
    private final SegmentPositions positions;

    /** End of the frames. Written by the writer with release. */
    @SuppressWarnings("unused")
    private int writtenOffset;

    /** End of what was forced. Owned by the sync thread. */
    private int forcedOffset;

    /** How much the writer stored in the mapping, in bytes. Written by the writer before {@link #next}. */
    private int storedLength;

    /** Last sequence in here or before. Written by the writer before {@link #next}. */
    private long lastSequence;

    /** Where the journal goes on; null while this is the last. Written once by the writer, with release. */
    @SuppressWarnings("unused")
    private @Nullable Segment next;

    /**
     * Takes a segment over.
     *
     * @param header of it
     * @param pieces its mapping
     * @param file open for writing, if runs are written to it and not stored in the mapping; null if it is closed
     * @param writtenOffset end of the frames in it
     */
    Segment(
            final SegmentHeader header,
            final MappedPieces pieces,
            final @Nullable StorageFile file,
            final int writtenOffset) {
        this(header, pieces, file, writtenOffset, SegmentPositions.of(header.number(), header.segmentLength()));
    }

    private Segment(
            final SegmentHeader header,
            final MappedPieces pieces,
            final @Nullable StorageFile file,
            final int writtenOffset,
            final SegmentPositions positions) {
        this.header = header;
        this.file = file;
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
     * @param keepsFile whether the file stays open, to be written to
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
            final boolean keepsFile,
            final @Nullable SegmentPositions positions)
            throws IOException {
        final SegmentHeader header;
        try (SegmentReader reader = SegmentReader.openForLook(storage, number, meta, nextSequence)) {
            header = reader.header();
        }
        final StorageFile file = storage.open(FileNames.segment(number), true);
        MappedPieces pieces = null;
        try {
            pieces = MappedPieces.map(storage, file, header.segmentLength());
            final int page = writtenOffset & -SegmentPreparation.FILL_LENGTH;
            final int end = (int) Math.min(header.segmentLength(), (long) page + faultLength);
            pieces.faultIn(page, end - page);
            if (!keepsFile) {
                file.close();
            }
        } catch (final IOException | RuntimeException | Error e) {
            if (pieces != null) {
                closeAfter(e, pieces::unmap);
            }
            closeAfter(e, file);
            throw e;
        }
        return new Segment(
                header,
                pieces,
                keepsFile ? file : null,
                writtenOffset,
                positions == null ? SegmentPositions.of(number, header.segmentLength()) : positions);
    }

    private static void closeAfter(final Throwable cause, final Closeable open) {
        try {
            open.close();
        } catch (final IOException | RuntimeException e) {
            cause.addSuppressed(e);
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

    /** The mapped bytes. */
    MappedPieces pieces() {
        return pieces;
    }

    /** Whether the writer stores in the mapping; otherwise it writes to {@link #file()}. */
    boolean isMappedOnly() {
        return file == null;
    }

    /** The file, for the writer to write to. */
    StorageFile file() {
        return Objects.requireNonNull(file);
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

    /** So many bytes more were stored in the mapping, and not written to the file. Writer only. */
    void noteStored(final int count) {
        storedLength += count;
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

    /** How much the writer stored in the mapping, in bytes; to be read after {@link #nextAcquire()} was not null. */
    int storedLength() {
        return storedLength;
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
     * Lets a piece of the mapping go, and with the first one the file. Keeper only, when nobody else has the segment any more.
     *
     * @param index of the piece
     */
    void unmap(final int index) throws IOException {
        try {
            pieces.unmap(index);
        } finally {
            if (index == 0) {
                closeFile();
            }
        }
    }

    /** Lets go what is left. Keeper only, when nobody else has the segment any more. */
    void unmap() throws IOException {
        try {
            pieces.unmap();
        } finally {
            closeFile();
        }
    }

    private void closeFile() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

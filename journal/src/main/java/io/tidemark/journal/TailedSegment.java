// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MappedPieces;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * A segment that a tailer has mapped for itself. The file may be deleted meanwhile: what is in the mapping stays until it is
 * let go. Where there are leases, it is held as long as it is mapped, so that its file does not become another segment. No
 * descriptor is kept. Owned by one thread.
 *
 * <p>Letting go of 64 MiB that were read takes the kernel some milliseconds, page by page, on the thread that asks. So the segment
 * is mapped in several pieces at once, and a piece is let go as soon as the tailer is past it.
 */
final class TailedSegment {

    /** So many pieces last long enough for a tailer that is idle now and then to notice that it is in them. */
    private static final int PIECES_NEAR_END = 2;

    private final SegmentHeader header;
    private final String path;
    private final TailerLeases leases;
    private final boolean isHeld;

    /** The first of them may be let go. */
    private final MappedPieces pieces;

    /** Index of the first piece that was not let go, of those that may be while the segment is being read. */
    private int firstPiece;

    private final ByteBuffer copied = ByteBuffer.allocate(Long.BYTES);

    private TailedSegment(
            final SegmentHeader header,
            final String path,
            final TailerLeases leases,
            final boolean isHeld,
            final MappedPieces pieces) {
        this.header = header;
        this.path = path;
        this.leases = leases;
        this.isHeld = isHeld;
        this.pieces = pieces;
        // Who does not hold the segment looks at its header again and again.
        this.firstPiece = isHeld ? 0 : 1;
    }

    /**
     * Maps a segment.
     *
     * @param storage that holds it
     * @param leases with which it is held
     * @param number of the segment
     * @param meta of the journal it must belong to
     * @param sequence that is expected in it, for messages
     * @return the segment; null if there is no such file, or it is being taken away
     * @throws IOException if it can't be read or mapped
     * @throws CorruptJournalException if the header is not what it must be
     */
    static @Nullable TailedSegment map(
            final Storage storage, final TailerLeases leases, final long number, final Meta meta, final long sequence)
            throws IOException {
        // Held first, and then opened by its name: the writer takes the name away only from what nobody holds.
        final TailerLeases.Hold hold = leases.hold(number);
        if (hold == TailerLeases.Hold.CLAIMED) {
            return null;
        }
        TailedSegment segment = null;
        try {
            segment = map(storage, leases, hold == TailerLeases.Hold.HELD, number, meta, sequence);
            return segment;
        } finally {
            if (segment == null && hold == TailerLeases.Hold.HELD) {
                leases.letGo(number);
            }
        }
    }

    private static @Nullable TailedSegment map(
            final Storage storage,
            final TailerLeases leases,
            final boolean isHeld,
            final long number,
            final Meta meta,
            final long sequence)
            throws IOException {
        final String name = FileNames.segment(number);
        final String path = storage.pathOf(name);
        final StorageFile file;
        try {
            file = storage.open(name, false);
        } catch (final NoSuchFileException e) {
            return null;
        }
        final SegmentHeader header;
        final MappedPieces pieces;
        try {
            final ByteBuffer page = ByteBuffer.allocateDirect(SegmentLayout.HEADER_PAGE_LENGTH);
            header = SegmentReader.readHeader(file, page, path, number, meta, sequence);
            pieces = MappedPieces.mapForReading(storage, file, header.segmentLength());
        } catch (final CorruptJournalException e) {
            file.close();
            if (!isHeld && !isPresent(storage, name)) {
                // It has become another segment after it was opened.
                return null;
            }
            throw e;
        } catch (final IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        try {
            file.close();
            return new TailedSegment(header, path, leases, isHeld, pieces);
        } catch (final IOException | RuntimeException e) {
            unmap(pieces, e);
            throw e;
        }
    }

    private static void unmap(final MappedPieces pieces, final Exception cause) {
        try {
            pieces.unmap();
        } catch (final IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static boolean isPresent(final Storage storage, final String name) throws IOException {
        try {
            storage.open(name, false).close();
            return true;
        } catch (final NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Whether the file has become another segment, so that its bytes mean nothing any more: this one was truncated. Never while
     * it is held.
     *
     * @param storage that held it
     * @return whether the header names another number, and the name is gone
     * @throws IOException if the storage can't tell
     * @throws InternalError if the page of the header can't be reached
     */
    boolean isRecycled(final Storage storage) throws IOException {
        if (isHeld || pieces.word(SegmentLayout.NUMBER_OFFSET) == header.number()) {
            return false;
        }
        pieces.get(SegmentLayout.NUMBER_OFFSET, copied, 0, Long.BYTES);
        return !isPresent(storage, FileNames.segment(header.number()));
    }

    SegmentHeader header() {
        return header;
    }

    String path() {
        return path;
    }

    int length() {
        return header.segmentLength();
    }

    /**
     * The word at an offset; if it is not zero, everything that the writer stored before it can be read too.
     *
     * <p>Of a page that can't be reached JDK 17 gives any word, and throws the error later, when this may be over. What is not
     * zero is copied before it is believed, and then that shows; zero would be believed, so it is copied here.
     *
     * @param offset of the word, a multiple of 8
     * @return the word
     * @throws InternalError if the page can't be reached and the word would be zero
     */
    long wordAcquire(final int offset) {
        final long word = FrameLayout.wordAcquire(pieces.buffer(offset), pieces.inPiece(offset));
        if (word == 0) {
            pieces.get(offset, copied, 0, Long.BYTES);
        }
        return word;
    }

    /**
     * Copies a range.
     *
     * @param offset where it begins, a multiple of 8
     * @param target of the copy, from its beginning on
     * @param length of the range, a multiple of 8
     * @throws InternalError if a page can't be reached
     */
    void copy(final int offset, final ByteBuffer target, final int length) {
        pieces.get(offset, target, 0, length);
    }

    /**
     * Lets go of what lies before an offset, to which nobody will go back, as far as that is pieces. The last stays.
     *
     * @param offset in the segment
     * @return whether there was something
     * @throws IOException if that failed
     */
    boolean leaveBefore(final int offset) throws IOException {
        final int reached = Math.min(pieces.index(offset), pieces.count() - 1);
        if (firstPiece >= reached) {
            return false;
        }
        while (firstPiece < reached) {
            firstPiece++;
            pieces.unmap(firstPiece - 1);
        }
        return true;
    }

    /** Whether what is left of it when a tailer is through is a part of it alone. */
    boolean isInPieces() {
        return pieces.count() > 1;
    }

    /** Whether most of it lies before an offset. Of a segment of a single piece, which is a short one, this is never said. */
    boolean isNearEnd(final int offset) {
        return isInPieces() && pieces.index(offset) >= pieces.count() - PIECES_NEAR_END;
    }

    void unmap() throws IOException {
        try {
            pieces.unmap();
        } finally {
            if (isHeld) {
                leases.letGo(header.number());
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FrameLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A segment mapped as a whole, but in up to sixteen pieces, so that it can be let go piece by piece: letting go of 64 MiB takes
 * the kernel some milliseconds, page by page, under the lock of all mappings of the process.
 *
 * <p>Offsets are those in the segment. Frames begin at multiples of 8 and the lengths of pieces are powers of two, so a word never
 * lies across two pieces. A range may; what is done with it is done piece by piece then.
 *
 * <p>Owned by one thread at a time, but one may store while another forces.
 */
public final class MappedPieces {

    /** Length in bytes of the shortest pieces, unless the storage says otherwise. */
    public static final int MIN_PIECE_LENGTH = 256 << 10;

    private static final int MAX_PIECE_COUNT = 16;

    /** Stands where a copy is to begin and to end. */
    private static final long NOT_COPIED = 0x9E37_79B9_7F4A_7C15L;

    /** Stands where a piece was let go: whoever goes there is told, on every version of Java. */
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final MappedFile[] pieces;

    /** What is in the pieces; nothing in those that were let go. */
    private final ByteBuffer[] buffers;

    private final boolean[] letGo;

    /** Binary logarithm of the length of a piece. */
    private final int shift;

    /** Maps a piece of a file. */
    private interface Mapping {
        MappedFile map(int offset, int length) throws IOException;
    }

    private MappedPieces(final MappedFile[] pieces, final int shift) {
        this.pieces = pieces;
        this.buffers = Arrays.stream(pieces).map(MappedFile::buffer).toArray(ByteBuffer[]::new);
        this.letGo = new boolean[pieces.length];
        this.shift = shift;
    }

    /**
     * Takes a mapping as the only piece.
     *
     * @param whole the mapping
     * @return it, as a piece
     */
    public static MappedPieces of(final MappedFile whole) {
        return new MappedPieces(new MappedFile[] {whole}, Integer.SIZE - 2);
    }

    /**
     * Maps a segment for writing.
     *
     * @param storage that holds the file
     * @param file of the segment
     * @param length of the segment, in bytes
     * @return the pieces
     * @throws IOException if one can't be mapped; then none is
     */
    public static MappedPieces map(final Storage storage, final StorageFile file, final int length) throws IOException {
        return map(file::map, length, shift(length, storage.minPieceLength()));
    }

    /**
     * Maps a segment for reading alone, as {@link StorageFile#mapForReading} does.
     *
     * @param storage that holds the file
     * @param file of the segment
     * @param length of the segment, in bytes
     * @return the pieces
     * @throws IOException if one can't be mapped; then none is
     */
    public static MappedPieces mapForReading(final Storage storage, final StorageFile file, final int length)
            throws IOException {
        return map(file::mapForReading, length, shift(length, storage.minPieceLength()));
    }

    /** A sixteenth of the segment, or more if that is very short. */
    private static int shift(final int length, final int minPieceLength) {
        final int pieceLength = Math.max(minPieceLength, (length + MAX_PIECE_COUNT - 1) / MAX_PIECE_COUNT);
        return Integer.SIZE - Integer.numberOfLeadingZeros(pieceLength - 1);
    }

    private static MappedPieces map(final Mapping mapping, final int length, final int shift) throws IOException {
        final int pieceLength = 1 << shift;
        final MappedFile[] pieces = new MappedFile[(length + pieceLength - 1) / pieceLength];
        int first = pieces.length;
        try {
            // From the end: the kernel puts one mapping in front of the other, and makes one of two that fit together.
            while (first > 0) {
                final int offset = (first - 1) * pieceLength;
                pieces[first - 1] = mapping.map(offset, Math.min(pieceLength, length - offset));
                first--;
            }
            return new MappedPieces(pieces, shift);
        } catch (final IOException | RuntimeException | Error e) {
            for (int i = first; i < pieces.length; i++) {
                try {
                    pieces[i].unmap();
                } catch (final IOException | RuntimeException | Error suppressed) {
                    e.addSuppressed(suppressed);
                }
            }
            throw e;
        }
    }

    /**
     * How many pieces there are, those included that were let go.
     *
     * @return at least 1
     */
    public int count() {
        return pieces.length;
    }

    /**
     * How much is still mapped.
     *
     * @return bytes
     */
    public long mappedLength() {
        long length = 0;
        for (final ByteBuffer buffer : buffers) {
            length += buffer.capacity();
        }
        return length;
    }

    /**
     * Which piece an offset lies in.
     *
     * @param offset in the segment
     * @return index of the piece, from 0
     */
    public int index(final int offset) {
        return offset >> shift;
    }

    /**
     * Where in its piece an offset lies.
     *
     * @param offset in the segment
     * @return offset in the buffer of the piece
     */
    public int inPiece(final int offset) {
        return offset & ((1 << shift) - 1);
    }

    /**
     * How much of a range lies in the piece in which it begins.
     *
     * @param offset in the segment where it begins
     * @param length of the range
     * @return length of that part
     */
    public int lengthInPiece(final int offset, final int length) {
        return Math.min(length, (1 << shift) - inPiece(offset));
    }

    /**
     * What is in the piece in which an offset lies. Nobody changes position or limit.
     *
     * @param offset in the segment
     * @return the bytes of the piece; none if it was let go
     */
    public ByteBuffer buffer(final int offset) {
        return buffers[offset >> shift];
    }

    /**
     * The word at an offset.
     *
     * @param offset in the segment, a multiple of 8
     * @return the word
     */
    public long word(final int offset) {
        return FrameLayout.word(buffer(offset), inPiece(offset));
    }

    /**
     * Stores a word.
     *
     * @param offset in the segment, a multiple of 8
     * @param word to store
     */
    public void word(final int offset, final long word) {
        FrameLayout.word(buffer(offset), inPiece(offset), word);
    }

    /**
     * Stores a word behind everything that this thread stored before, in whatever piece: the order of stores is one of memory, not
     * of mappings. Who sees the word sees all of that.
     *
     * @param offset in the segment, a multiple of 8
     * @param word to store
     */
    public void wordRelease(final int offset, final long word) {
        FrameLayout.wordRelease(buffer(offset), inPiece(offset), word);
    }

    /**
     * Stores a range. In which order its bytes come is left open.
     *
     * @param offset in the segment
     * @param source of the bytes
     * @param start offset of the first in the source
     * @param length of the range
     */
    public void put(final int offset, final ByteBuffer source, final int start, final int length) {
        final int within = lengthInPiece(offset, length);
        buffer(offset).put(inPiece(offset), source, start, within);
        if (within < length) {
            put(offset + within, source, start + within, length - within);
        }
    }

    /**
     * Copies a range out. A page that can't be reached ends the copy where it stands, with an error that may come late: so marks are
     * put where the copy begins and ends, and if one of them still stands there, what is noted against the thread is thrown.
     *
     * @param offset in the segment where it begins, a multiple of 8
     * @param target of the copy
     * @param targetOffset in the target, a multiple of 8
     * @param length of the range, a multiple of 8
     * @throws InternalError if a page can't be reached
     */
    public void get(final int offset, final ByteBuffer target, final int targetOffset, final int length) {
        int done = 0;
        while (done < length) {
            final int within = lengthInPiece(offset + done, length - done);
            final int first = targetOffset + done;
            final int last = first + within - Long.BYTES;
            FrameLayout.word(target, first, NOT_COPIED);
            FrameLayout.word(target, last, NOT_COPIED);
            target.put(first, buffer(offset + done), inPiece(offset + done), within);
            if (FrameLayout.word(target, first) == NOT_COPIED || FrameLayout.word(target, last) == NOT_COPIED) {
                // JDK 17 throws the error for a page that could not be reached late, and anywhere; here it is expected.
                MappedFault.throwPending();
            }
            done += within;
        }
    }

    /**
     * Faults pages in for writing, as {@link MappedFile#faultIn} does.
     *
     * @param offset in the segment, a multiple of {@link SegmentPreparation#FILL_LENGTH}
     * @param length of the range
     * @throws IOException if a page can't be reached; {@link NoSpaceException} if there is no room for it
     * @throws InternalError if a page can't be reached, and the JVM was the one that noticed
     */
    public void faultIn(final int offset, final int length) throws IOException {
        int done = 0;
        while (done < length) {
            final int within = lengthInPiece(offset + done, length - done);
            pieces[index(offset + done)].faultIn(inPiece(offset + done), within);
            done += within;
        }
    }

    /**
     * Makes a range durable, as {@link MappedFile#force} does: a call for each piece that it touches. Until the last has returned
     * nothing is known of any byte, so their order does not matter.
     *
     * @param offset in the segment
     * @param length of the range
     * @throws IOException if one of the calls failed; the others behind it are not made then
     */
    public void force(final int offset, final int length) throws IOException {
        int done = 0;
        while (done < length) {
            final int within = lengthInPiece(offset + done, length - done);
            pieces[index(offset + done)].force(inPiece(offset + done), within);
            done += within;
        }
    }

    /**
     * Lets a piece go. Nothing happens if that was done before, or tried in vain.
     *
     * @param index of the piece
     * @throws IOException as {@link MappedFile#unmap}
     */
    public void unmap(final int index) throws IOException {
        if (!letGo[index]) {
            letGo[index] = true;
            buffers[index] = NOTHING;
            pieces[index].unmap();
        }
    }

    /**
     * Lets all pieces go that are left, one after the other, also when one of them fails.
     *
     * @throws IOException the first failure; the others are suppressed in it
     */
    public void unmap() throws IOException {
        unmapFrom(0);
    }

    private void unmapFrom(final int index) throws IOException {
        if (index == pieces.length) {
            return;
        }
        try {
            unmap(index);
        } catch (final IOException | RuntimeException | Error e) {
            try {
                unmapFrom(index + 1);
            } catch (final IOException | RuntimeException | Error suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        unmapFrom(index + 1);
    }
}

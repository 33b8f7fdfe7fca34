// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MappedFault;
import io.tidemark.journal.storage.MappedFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * A segment that a tailer has mapped for itself. The file may be deleted meanwhile: what is in the mapping stays until it is
 * let go. No descriptor is kept. Owned by one thread.
 */
final class TailedSegment {

    /** Stands where a word is to be copied to; if it still stands there behind that, a page could not be reached. */
    private static final long NOT_COPIED = 0x9E37_79B9_7F4A_7C15L;

    private final SegmentHeader header;
    private final String path;
    private final MappedFile mapped;
    private final ByteBuffer buffer;
    private final ByteBuffer copied = ByteBuffer.allocate(Long.BYTES);

    private TailedSegment(final SegmentHeader header, final String path, final MappedFile mapped) {
        this.header = header;
        this.path = path;
        this.mapped = mapped;
        this.buffer = mapped.buffer();
    }

    /**
     * Maps a segment.
     *
     * @param storage that holds it
     * @param number of the segment
     * @param meta of the journal it must belong to
     * @param sequence that is expected in it, for messages
     * @return the segment; null if there is no such file
     * @throws IOException if it can't be read or mapped
     * @throws CorruptJournalException if the header is not what it must be
     */
    static @Nullable TailedSegment map(final Storage storage, final long number, final Meta meta, final long sequence)
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
        final MappedFile mapped;
        try {
            final ByteBuffer page = ByteBuffer.allocateDirect(SegmentLayout.HEADER_PAGE_LENGTH);
            header = SegmentReader.readHeader(file, page, path, number, meta, sequence);
            mapped = file.mapForReading(header.segmentLength());
        } catch (final IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        try {
            file.close();
            return new TailedSegment(header, path, mapped);
        } catch (final IOException | RuntimeException e) {
            mapped.unmap();
            throw e;
        }
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
        final long word = FrameLayout.wordAcquire(buffer, offset);
        if (word == 0) {
            copied.putLong(0, NOT_COPIED);
            copied.put(0, buffer, offset, Long.BYTES);
            if (copied.getLong(0) == NOT_COPIED) {
                MappedFault.throwPending();
            }
        }
        return word;
    }

    /** Copies a range. A page that can't be reached ends the copy where it stands, with an error that may come late. */
    void copy(final int offset, final ByteBuffer target, final int length) {
        target.put(0, buffer, offset, length);
    }

    void unmap() throws IOException {
        mapped.unmap();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameCheck;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one segment through a window, by positional reads: a damaged or vanished disk is an exception
 * then, where a mapping would fault. The window grows to the longest frame met, at most to the length of the file.
 *
 * <p>A segment may be read while its writer is at work. The word of a frame is stored last, so a frame whose word was read
 * is there; what looks unfinished or bad is read afresh before it is believed.
 *
 * <p>Owned by one thread.
 */
final class SegmentReader implements Closeable {

    private static final int WINDOW_LENGTH = 1 << 20;
    private static final int LOOK_LENGTH = 16 << 10;
    private static final int HEADER_PAGE_LENGTH = SegmentLayout.HEADER_PAGE_LENGTH;

    private final StorageFile file;
    private final String path;
    private final FrameCheck check = new FrameCheck();

    private final SegmentHeader header;
    private ByteBuffer window;

    /** The same bytes, for who must not change them. */
    private ByteBuffer readOnlyWindow;

    /** For another look at the header; null until there was one. */
    private @Nullable ByteBuffer headerPage;

    /** What was read by this reader itself: {@link #window} is this, or one that was read ahead. */
    private ByteBuffer ownWindow;

    private ByteBuffer ownReadOnlyWindow;

    /** Offset in the segment of the first byte of the window; before {@link #windowStart} it holds nothing of the segment. */
    private int windowOrigin;

    private int windowStart;
    private int windowEnd;

    /** Reads ahead for a scan; null for who looks at a place. */
    private @Nullable ReadAhead readAhead;

    /** Offset in the segment up to which the frames in the window are known to be sound. */
    private int soundEnd;

    /** How much is read at a time: all that the window holds, or little at first, where that may be enough. */
    private int readLength;

    private SegmentReader(
            final StorageFile file,
            final String path,
            final long number,
            final Meta meta,
            final long sequence,
            final int firstReadLength,
            final boolean headerIsLost)
            throws IOException {
        this.file = file;
        this.path = path;
        this.window = newWindow((int) Math.min(firstReadLength, Math.max(file.length(), HEADER_PAGE_LENGTH)));
        this.readLength = window.capacity();
        this.readOnlyWindow = window.asReadOnlyBuffer();
        this.ownWindow = window;
        this.ownReadOnlyWindow = readOnlyWindow;
        this.header = headerIsLost ? substitute(number, meta) : readHeader(number, meta, sequence);
        check.segment(header);
    }

    /** Memory that frames are read into: direct, and aligned as they are. */
    static ByteBuffer newWindow(final int length) {
        // What is left over behind it would make reads end within a page.
        return ByteBuffer.allocateDirect(length + FrameLayout.ALIGNMENT)
                .alignedSlice(FrameLayout.ALIGNMENT)
                .slice(0, length);
    }

    /**
     * Opens a segment and checks its header.
     *
     * @param storage that holds it
     * @param number of the segment
     * @param meta of the journal it must belong to
     * @param sequence that is expected in it, for messages
     * @return the reader
     * @throws IOException if it can't be read
     * @throws CorruptJournalException if the header is not what it must be
     */
    static SegmentReader open(final Storage storage, final long number, final Meta meta, final long sequence)
            throws IOException {
        return open(storage, number, meta, sequence, WINDOW_LENGTH, false);
    }

    /**
     * Opens a segment to look at its header, or at a frame or two somewhere in it: reads little at first, and more at a time as it
     * goes on.
     *
     * @param storage that holds it
     * @param number of the segment
     * @param meta of the journal it must belong to
     * @param sequence that is expected in it, for messages
     * @return the reader
     * @throws IOException if it can't be read
     * @throws CorruptJournalException if the header is not what it must be
     */
    static SegmentReader openForLook(final Storage storage, final long number, final Meta meta, final long sequence)
            throws IOException {
        return open(storage, number, meta, sequence, LOOK_LENGTH, false);
    }

    /**
     * Opens a segment to look for evidence in it, even if its header is damaged: the seed of its frames is known from the
     * journal and the name, and the file tells how far to look.
     *
     * @param storage that holds it
     * @param number of the segment
     * @param meta of the journal it must belong to
     * @param sequence that is expected in it, for messages
     * @return the reader
     * @throws IOException if it can't be read
     */
    static SegmentReader openForEvidence(final Storage storage, final long number, final Meta meta, final long sequence)
            throws IOException {
        try {
            return open(storage, number, meta, sequence);
        } catch (final CorruptJournalException e) {
            return open(storage, number, meta, sequence, WINDOW_LENGTH, true);
        }
    }

    private static SegmentReader open(
            final Storage storage,
            final long number,
            final Meta meta,
            final long sequence,
            final int firstReadLength,
            final boolean headerIsLost)
            throws IOException {
        final String name = FileNames.segment(number);
        final String path = storage.pathOf(name);
        final StorageFile file = storage.open(name, false);
        try {
            return new SegmentReader(file, path, number, meta, sequence, firstReadLength, headerIsLost);
        } catch (final IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Stands for a header that is lost. */
    private SegmentHeader substitute(final long number, final Meta meta) throws IOException {
        final long left = Math.max(file.length(), HEADER_PAGE_LENGTH);
        final long length = Math.min(left, SegmentLayout.MAX_SEGMENT_LENGTH) & -FrameLayout.ALIGNMENT;
        return new SegmentHeader(meta.journalIdHigh(), meta.journalIdLow(), number, (int) length, 0, 0);
    }

    /** Reads the header page, and as much behind it as goes into the window. */
    private SegmentHeader readHeader(final long number, final Meta meta, final long sequence) throws IOException {
        window.clear();
        final SegmentHeader found = readHeader(file, window, path, number, meta, sequence);
        windowEnd = Math.min(window.position(), found.segmentLength());
        return found;
    }

    /**
     * Reads and checks the header page of a segment.
     *
     * @param file of the segment
     * @param window filled from the beginning of the file up to its limit; its position is behind what was read then
     * @param path of the file
     * @param number of the segment
     * @param meta of the journal it must belong to
     * @param sequence that is expected in it, for messages
     * @return the header
     * @throws IOException if it can't be read
     * @throws CorruptJournalException if the header is not what it must be
     */
    static SegmentHeader readHeader(
            final StorageFile file,
            final ByteBuffer window,
            final String path,
            final long number,
            final Meta meta,
            final long sequence)
            throws IOException {
        final int length = file.read(window, 0);
        if (length < HEADER_PAGE_LENGTH) {
            throw new CorruptJournalException(
                    path, length, sequence, "segment ends within its header page, expected 4096 bytes");
        }
        final HeaderVerdict verdict = SegmentLayout.check(window);
        if (verdict == HeaderVerdict.DAMAGED) {
            throw new CorruptJournalException(path, 0, sequence, "magic or checksum of the segment header is wrong");
        }
        if (verdict != HeaderVerdict.READABLE) {
            throw incompatible(verdict, SegmentLayout.version(window), path);
        }
        final SegmentHeader found = SegmentLayout.read(window);
        if (found.journalIdHigh() != meta.journalIdHigh()
                || found.journalIdLow() != meta.journalIdLow()
                || found.number() != number) {
            throw new CorruptJournalException(
                    path,
                    SegmentLayout.JOURNAL_ID_HIGH_OFFSET,
                    sequence,
                    "segment belongs to another journal or place, expected number " + number + ", found "
                            + found.number());
        }
        final long fileLength = file.length();
        if (!SegmentLayout.isSegmentLength(found.segmentLength()) || fileLength < found.segmentLength()) {
            throw new CorruptJournalException(
                    path,
                    fileLength,
                    sequence,
                    "segment is cut short, expected " + found.segmentLength() + " bytes, found " + fileLength);
        }
        window.clear().position(length);
        return found;
    }

    static IncompatibleFormatException incompatible(final HeaderVerdict verdict, final int version, final String path) {
        return new IncompatibleFormatException(
                verdict == HeaderVerdict.TOO_NEW,
                "found version " + version + ", this software reads " + SegmentLayout.OLDEST_FORMAT_VERSION + " to "
                        + SegmentLayout.FORMAT_VERSION + ": file=" + path
                        + "; open it with the version that wrote it, or a newer one");
    }

    SegmentHeader header() {
        return header;
    }

    /**
     * Whether the file has become another segment since it was opened, so that what was read last may be of that one: this one
     * was truncated.
     *
     * @return whether its header names another number
     * @throws IOException if reading failed
     */
    boolean isRecycled() throws IOException {
        final ByteBuffer page =
                Objects.requireNonNullElseGet(headerPage, () -> ByteBuffer.allocateDirect(HEADER_PAGE_LENGTH));
        headerPage = page;
        return file.read(page.clear(), 0) == HEADER_PAGE_LENGTH
                && SegmentLayout.check(page) == HeaderVerdict.READABLE
                && SegmentLayout.read(page).number() != header.number();
    }

    String path() {
        return path;
    }

    long number() {
        return header.number();
    }

    int length() {
        return header.segmentLength();
    }

    /** The bytes read last; {@link #inWindow} tells where a place of the segment lies in them. */
    ByteBuffer window() {
        return window;
    }

    /** The bytes read last, for a handler, who may have changed limit or order of this buffer the last time. */
    ByteBuffer readOnlyWindow() {
        return readOnlyWindow.clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Offset in the window of an offset in the segment. */
    int inWindow(final int offset) {
        return offset - windowOrigin;
    }

    /**
     * Judges the bytes at an offset. If they are a whole frame, all of it lies in the window afterwards.
     *
     * @param offset in the segment, a multiple of 8
     * @param expectedSequence that the next frame must carry
     * @param lowestEpoch epoch of the frame before
     * @return the verdict, never {@link FrameVerdict#MORE_NEEDED}
     * @throws IOException if reading failed
     */
    FrameVerdict judge(final int offset, final long expectedSequence, final int lowestEpoch) throws IOException {
        FrameVerdict verdict = judgeWindow(offset, expectedSequence, lowestEpoch);
        long word = 0;
        boolean fresh = false;
        while (verdict != FrameVerdict.WHOLE && verdict != FrameVerdict.NO_ROOM) {
            final long wordNow = FrameLayout.word(window.clear(), inWindow(offset));
            if (fresh && wordNow == word) {
                return verdict;
            }
            word = wordNow;
            fresh = true;
            load(offset, FrameLayout.HEADER_LENGTH);
            verdict = judgeWindow(offset, expectedSequence, lowestEpoch);
        }
        return verdict;
    }

    /**
     * Like {@link #judge}, and takes the checksum for granted where it was found right when the frame was read ahead.
     *
     * @param offset in the segment, a multiple of 8
     * @param expectedSequence that the next frame must carry
     * @param lowestEpoch epoch of the frame before
     * @return the verdict, never {@link FrameVerdict#MORE_NEEDED}
     * @throws IOException if reading failed
     */
    FrameVerdict judgeNext(final int offset, final long expectedSequence, final int lowestEpoch) throws IOException {
        if (offset >= windowStart
                && offset < soundEnd
                && FrameCheck.checkSound(window, inWindow(offset), expectedSequence, lowestEpoch)
                        == FrameVerdict.WHOLE) {
            return FrameVerdict.WHOLE;
        }
        return judge(offset, expectedSequence, lowestEpoch);
    }

    /** Offset in the segment up to which frames in the window are known to be sound; 0 if none is. */
    int soundEnd() {
        return soundEnd;
    }

    private FrameVerdict judgeWindow(final int offset, final long expectedSequence, final int lowestEpoch)
            throws IOException {
        while (true) {
            // Nearly always the frame lies in the window: whether it does is only asked where the answer may be no.
            if (offset >= windowStart) {
                final FrameVerdict verdict = check.check(
                        window,
                        inWindow(offset),
                        inWindow(windowEnd),
                        length() - offset,
                        expectedSequence,
                        lowestEpoch);
                if (verdict != FrameVerdict.MORE_NEEDED) {
                    return verdict;
                }
            }
            readMore(offset);
        }
    }

    /** Like {@link FrameCheck#checkAnywhere}; if the bytes are a whole frame, all of it lies in the window afterwards. */
    FrameVerdict judgeAnywhere(
            final int offset, final long lowestSequence, final long highestSequence, final int highestEpoch)
            throws IOException {
        while (true) {
            if (offset >= windowStart) {
                final FrameVerdict verdict = check.checkAnywhere(
                        window,
                        inWindow(offset),
                        inWindow(windowEnd),
                        length() - offset,
                        lowestSequence,
                        highestSequence,
                        highestEpoch);
                if (verdict != FrameVerdict.MORE_NEEDED) {
                    return verdict;
                }
            }
            readMore(offset);
        }
    }

    /** Reads until a range lies in the window. The range must not go beyond the segment. */
    void require(final int offset, final int byteCount) throws IOException {
        if (offset < windowStart || offset + byteCount > windowEnd) {
            takeAheadOrLoad(offset, byteCount);
        }
    }

    /** Lets a scan's thread read ahead of this reader. */
    void readAhead(final ReadAhead ahead) {
        readAhead = ahead;
    }

    private void takeAheadOrLoad(final int offset, final int byteCount) throws IOException {
        final ReadAheadWindow next = readAhead == null ? null : readAhead.next(file, header, offset);
        if (next == null || next.end() - offset < byteCount) {
            load(offset, byteCount);
            return;
        }
        window = next.bytes();
        readOnlyWindow = next.readOnlyBytes();
        windowOrigin = next.origin();
        windowStart = offset;
        windowEnd = next.end();
        soundEnd = windowEnd;
        window.clear();
    }

    /**
     * Passes over words of zeros.
     *
     * @param from offset at which to begin, a multiple of 8
     * @return the first offset at which a word is not zero; the length of the segment if all are
     * @throws IOException if reading failed
     */
    int skipZeros(final int from) throws IOException {
        int offset = from;
        while (offset < length()) {
            require(offset, FrameLayout.ALIGNMENT);
            window.clear();
            while (offset < windowEnd) {
                if (FrameLayout.word(window, inWindow(offset)) != 0) {
                    return offset;
                }
                offset += FrameLayout.ALIGNMENT;
            }
        }
        return offset;
    }

    /** Reads a header, or what there is in its place at the end of the segment; if the header is there, the whole frame. */
    private void readMore(final int offset) throws IOException {
        if (offset < windowStart || offset + FrameLayout.HEADER_LENGTH > windowEnd) {
            takeAheadOrLoad(offset, Math.min(FrameLayout.HEADER_LENGTH, length() - offset));
        } else {
            // The length was looked at, or there would have been another verdict than that more is needed.
            final long word = FrameLayout.word(window.clear(), inWindow(offset));
            takeAheadOrLoad(offset, FrameLayout.align(FrameLayout.lengthOf(word)));
        }
    }

    private void load(final int offset, final int byteCount) throws IOException {
        final int wanted = Math.min(Math.max(byteCount, readLength), length() - offset);
        if (wanted > ownWindow.capacity()) {
            ownWindow = newWindow(wanted);
            ownReadOnlyWindow = ownWindow.asReadOnlyBuffer();
        }
        window = ownWindow;
        readOnlyWindow = ownReadOnlyWindow;
        soundEnd = 0;
        readLength = Math.min(WINDOW_LENGTH, 2 * readLength);
        window.clear().limit(wanted);
        final int found = file.read(window, offset);
        windowOrigin = offset;
        windowStart = offset;
        windowEnd = offset + found;
        if (found < byteCount) {
            throw new CorruptJournalException(path, offset + found, 0, "segment was cut short while it was read");
        }
        window.clear();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Makes a segment of a spare, the file of one that was truncated: only its first two pages are written. What else is in it
 * stays, and is nothing to anybody, because frames are seeded with the number of their segment.
 *
 * <p>That holds for numbers that the file never had. So a spare is fit only if its header is whole and names this journal and
 * a lower number: a copy of the directory that was put back may lie beside spares of a later time, and their frames would
 * come alive when the numbers come again.
 *
 * <p>Pages that are not in the page cache would be read when the writer stores into them, and read ahead into large folios:
 * then a commit of 100 KB sends up to 2 MB to the device (measured on Linux 6.18, ext4). So the file is read here, backwards
 * and 4 KiB at a time, which no kernel takes for a beginning of more. Where the pages are still there, that takes a
 * microsecond for each.
 */
public final class SegmentRecycling extends SegmentMaking {

    private static final int READS_PER_STEP = 64;
    private static final int REWRITTEN_LENGTH = 2 * PAGE_LENGTH;

    private enum Stage {
        OPEN,
        READ,
        REWRITE,
        FORCE
    }

    private final String spareName;
    private final ByteBuffer block = ByteBuffer.allocateDirect(REWRITTEN_LENGTH);

    private Stage stage = Stage.OPEN;

    /** What lies behind was read. */
    private int offset;

    private boolean spoiled;

    /**
     * Plans the recycling; nothing is done yet.
     *
     * @param storage that holds the spare
     * @param spare number of the segment that the spare was
     * @param header of the segment to be
     * @param faultLength how much of it is faulted in for writing, in bytes from the beginning; at most all of it
     * @param keepsFile whether the file is to be open in the end, to be written to
     */
    public SegmentRecycling(
            final Storage storage,
            final long spare,
            final SegmentHeader header,
            final int faultLength,
            final boolean keepsFile) {
        super(storage, header, FileNames.spare(spare), faultLength, keepsFile);
        this.spareName = FileNames.spare(spare);
        this.offset = header.segmentLength();
    }

    @Override
    boolean isSpoiled() {
        return spoiled;
    }

    @Override
    boolean makeContent() throws IOException {
        switch (stage) {
            case OPEN -> open();
            case READ -> read();
            case REWRITE -> rewrite();
            case FORCE -> {
                // Blocks and length are what they were, so the data is enough.
                file().force(false);
                return true;
            }
        }
        return false;
    }

    @Override
    int contentLength() {
        return header().segmentLength() - offset;
    }

    private void open() throws IOException {
        try {
            file(storage().open(spareName, true));
            block.clear().limit(PAGE_LENGTH);
            final int found = file().read(block, 0);
            final boolean readable = found == PAGE_LENGTH && SegmentLayout.check(block) == HeaderVerdict.READABLE;
            if (!readable || !isFit(SegmentLayout.read(block)) || file().length() != header().segmentLength()) {
                throw new UnfitSpareException("not a spare for this segment: file=" + path(), null);
            }
        } catch (final UnfitSpareException e) {
            throw e;
        } catch (final IOException e) {
            throw unreadable(e);
        }
        stage = Stage.READ;
    }

    private boolean isFit(final SegmentHeader found) {
        return found.journalIdHigh() == header().journalIdHigh()
                && found.journalIdLow() == header().journalIdLow()
                && found.number() < header().number()
                && found.segmentLength() == header().segmentLength();
    }

    private void read() throws IOException {
        try {
            for (int i = 0; i < READS_PER_STEP && offset > REWRITTEN_LENGTH; i++) {
                offset -= PAGE_LENGTH;
                block.clear().limit(PAGE_LENGTH);
                file().read(block, offset);
            }
        } catch (final IOException e) {
            throw unreadable(e);
        }
        if (offset <= REWRITTEN_LENGTH) {
            stage = Stage.REWRITE;
        }
    }

    private UnfitSpareException unreadable(final IOException cause) {
        return new UnfitSpareException("spare can't be read: file=" + path() + ": " + cause.getMessage(), cause);
    }

    private String path() {
        return storage().pathOf(spareName);
    }

    /** The header, and zeros where the first frame belongs: in whole pages, so that none must be read for it. */
    private void rewrite() throws IOException {
        spoiled = true;
        block.clear();
        for (int i = 0; i < REWRITTEN_LENGTH; i += Long.BYTES) {
            block.putLong(i, 0);
        }
        SegmentLayout.write(block, header());
        block.clear();
        file().write(block, 0);
        stage = Stage.FORCE;
    }
}

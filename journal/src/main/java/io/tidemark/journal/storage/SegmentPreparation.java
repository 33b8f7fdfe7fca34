// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Makes a segment in a new file: every block really written.
 *
 * <p>The file is filled by writes of {@link #FILL_LENGTH} bytes. The page cache of Linux (ext4 since 6.16, XFS since
 * 5.18) holds folios as large as the writes that made them, and a store through a mapping marks its whole folio dirty:
 * filled by 4 KiB, a commit of 256 bytes sends 4 KiB to the device; filled by 1 MiB, it sends 1 MiB and takes 3.5 times
 * as long (measured on Linux 6.18, ext4). The file is really written because forcing a block that is only reserved
 * also commits metadata, and because storing into a hole on a full disk is a {@code SIGBUS}.
 */
public final class SegmentPreparation extends SegmentMaking {

    /** Length in bytes of the writes that fill a segment; also the page length assumed for faulting. */
    public static final int FILL_LENGTH = PAGE_LENGTH;

    private static final int WRITES_PER_STEP = 16;

    /**
     * So much is forced at a time. The system hands it to the device on this thread's processor in one go: 64 MiB took 18 to
     * 35 ms, in which nobody else had that processor.
     */
    private static final int FORCE_LENGTH = 1 << 20;

    private enum Stage {
        CREATE,
        FILL,
        FORCE_PART,
        FORCE
    }

    private final String preparingName;
    private final ByteBuffer block = ByteBuffer.allocateDirect(FILL_LENGTH);

    private Stage stage = Stage.CREATE;
    private int offset;

    /**
     * Plans the preparation; nothing is done yet.
     *
     * @param storage that will hold the segment
     * @param header of the segment
     * @param faultLength how much of it is faulted in for writing, in bytes from the beginning; at most all of it
     * @param keepsFile whether the file is to be open in the end, to be written to
     */
    public SegmentPreparation(
            final Storage storage, final SegmentHeader header, final int faultLength, final boolean keepsFile) {
        super(storage, header, preparingName(header), faultLength, keepsFile);
        this.preparingName = preparingName(header);
    }

    private static String preparingName(final SegmentHeader header) {
        return FileNames.segment(header.number()) + FileNames.PREPARING_SUFFIX;
    }

    @Override
    boolean isSpoiled() {
        return true;
    }

    @Override
    boolean makeContent() throws IOException {
        switch (stage) {
            case CREATE -> create();
            case FILL -> fill();
            case FORCE_PART -> {
                file().force(false);
                stage = Stage.FILL;
            }
            case FORCE -> {
                file().force(true);
                return true;
            }
        }
        return false;
    }

    @Override
    int contentLength() {
        return Math.min(offset, header().segmentLength());
    }

    private void create() throws IOException {
        file(storage().create(preparingName));
        file().reserve(header().segmentLength());
        SegmentLayout.write(block, header());
        stage = Stage.FILL;
    }

    private void fill() throws IOException {
        for (int i = 0; i < WRITES_PER_STEP && offset < header().segmentLength(); i++) {
            block.clear();
            block.limit(Math.min(FILL_LENGTH, header().segmentLength() - offset));
            file().write(block, offset);
            if (offset == 0) {
                zero(block);
            }
            offset += FILL_LENGTH;
        }
        if (offset >= header().segmentLength()) {
            stage = Stage.FORCE;
        } else if (offset % FORCE_LENGTH == 0) {
            stage = Stage.FORCE_PART;
        }
    }

    private static void zero(final ByteBuffer block) {
        for (int i = 0; i < FILL_LENGTH; i += Long.BYTES) {
            block.putLong(i, 0);
        }
    }
}

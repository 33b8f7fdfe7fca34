// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a segment that can be written without a stall: every block really written, contents, header and name durable,
 * every page of the mapping faulted in for writing. Done in small steps, so that the thread which makes it can do other
 * things in between.
 *
 * <p>The file is filled by writes of {@link #FILL_LENGTH} bytes. The page cache of Linux (ext4 since 6.16, XFS since
 * 5.18) holds folios as large as the writes that made them, and a store through a mapping marks its whole folio dirty:
 * filled by 4 KiB, a commit of 256 bytes sends 4 KiB to the device; filled by 1 MiB, it sends 1 MiB and takes 3.5 times
 * as long (measured on Linux 6.18, ext4). The file is really written because forcing a block that is only reserved
 * also commits metadata, and because storing into a hole on a full disk is a {@code SIGBUS}.
 *
 * <p>Owned by the thread that calls {@link #step()}.
 */
public final class SegmentPreparation {

    /** Length in bytes of the writes that fill a segment; also the page length assumed for faulting. */
    public static final int FILL_LENGTH = 4096;

    private static final int WRITES_PER_STEP = 256;
    private static final int FAULTS_PER_STEP = 1024;
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private enum Stage {
        CREATE,
        FILL,
        FORCE,
        FAULT,
        NAME,
        DONE
    }

    private final Storage storage;
    private final SegmentHeader header;
    private final String name;
    private final String preparingName;
    private final ByteBuffer block = ByteBuffer.allocateDirect(FILL_LENGTH);

    private Stage stage = Stage.CREATE;
    private int offset;
    private @Nullable StorageFile file;
    private @Nullable MappedFile mapped;

    /**
     * Plans the preparation; nothing is done yet.
     *
     * @param storage that will hold the segment
     * @param header of the segment
     */
    public SegmentPreparation(final Storage storage, final SegmentHeader header) {
        this.storage = storage;
        this.header = header;
        this.name = FileNames.segment(header.number());
        this.preparingName = name + FileNames.PREPARING_SUFFIX;
    }

    /**
     * The header that the segment will have.
     *
     * @return the header
     */
    public SegmentHeader header() {
        return header;
    }

    /**
     * Does one step. If it throws, what was made so far is deleted, and the preparation is over.
     *
     * @return whether the segment is ready
     * @throws IOException if a call failed; {@link NoSpaceException} if there is no room for the segment
     */
    public boolean step() throws IOException {
        try {
            switch (stage) {
                case CREATE -> create();
                case FILL -> fill();
                case FORCE -> force();
                case FAULT -> fault();
                case NAME -> giveName();
                case DONE -> {
                    return true;
                }
            }
        } catch (final IOException | RuntimeException | Error e) {
            abandon(e);
            throw e;
        }
        return stage == Stage.DONE;
    }

    /**
     * Hands the finished segment over; from now on the mapping is the caller's.
     *
     * @return the mapping of the whole segment
     */
    public MappedFile result() {
        final MappedFile finished = mapped;
        if (stage != Stage.DONE || finished == null) {
            throw new IllegalStateException("segment is not ready: stage=" + stage);
        }
        mapped = null;
        return finished;
    }

    /**
     * Gives the preparation up. What has no name yet is deleted; a segment that has one stays, complete and empty.
     *
     * @param cause to which failures of the clean-up are added
     */
    public void abandon(final Throwable cause) {
        stage = Stage.DONE;
        final MappedFile abandonedMapping = mapped;
        final StorageFile abandonedFile = file;
        mapped = null;
        file = null;
        if (abandonedMapping != null) {
            attempt(cause, abandonedMapping::unmap);
        }
        if (abandonedFile != null) {
            attempt(cause, abandonedFile::close);
        }
        attempt(cause, () -> {
            if (storage.list().contains(preparingName)) {
                storage.delete(preparingName);
            }
        });
    }

    private interface CleanUp {
        void run() throws IOException;
    }

    private static void attempt(final Throwable cause, final CleanUp cleanUp) {
        try {
            cleanUp.run();
        } catch (final IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private void create() throws IOException {
        final StorageFile created = storage.create(preparingName);
        file = created;
        created.reserve(header.segmentLength());
        SegmentLayout.write(block, header);
        stage = Stage.FILL;
    }

    private void fill() throws IOException {
        for (int i = 0; i < WRITES_PER_STEP && offset < header.segmentLength(); i++) {
            block.clear();
            block.limit(Math.min(FILL_LENGTH, header.segmentLength() - offset));
            fileInHand().write(block, offset);
            if (offset == 0) {
                zero(block);
            }
            offset += FILL_LENGTH;
        }
        if (offset >= header.segmentLength()) {
            stage = Stage.FORCE;
        }
    }

    private static void zero(final ByteBuffer block) {
        for (int i = 0; i < FILL_LENGTH; i += Long.BYTES) {
            block.putLong(i, 0);
        }
    }

    private void force() throws IOException {
        fileInHand().force(true);
        // Mapped, closed and faulted in before it is named: a segment that has its name must not fail any more.
        mapped = fileInHand().map(header.segmentLength());
        fileInHand().close();
        file = null;
        offset = 0;
        stage = Stage.FAULT;
    }

    private void giveName() throws IOException {
        storage.rename(preparingName, name);
        forceName();
        stage = Stage.DONE;
    }

    /** A force of the directory that failed is final, even for want of room: whether the name is durable is not known. */
    private void forceName() throws IOException {
        try {
            storage.forceDirectory();
        } catch (final NoSpaceException e) {
            throw new IOException(
                    "directory could not be forced after naming " + storage.pathOf(name) + ": " + e.getMessage(), e);
        }
    }

    private void fault() throws IOException {
        final int end = Math.min(header.segmentLength(), offset + FAULTS_PER_STEP * FILL_LENGTH);
        Objects.requireNonNull(mapped).faultIn(offset, end - offset);
        offset = end;
        if (offset == header.segmentLength()) {
            stage = Stage.NAME;
        }
    }

    /**
     * Faults pages of a mapping in for writing by storing what is there. The pages become dirty once more; a segment is
     * used soon, and then they are written with its records.
     *
     * <p>Opaque, so that no compiler leaves the store out. An atomic addition of nothing would do as well, but while that is
     * interpreted, JDK 17 does not expect it to fault and ends the process ({@code Unsafe_CompareAndSetLong} lacks the
     * guard that loads and stores have): on a disk that was lost, or a full one that copies on write.
     *
     * @param buffer of the mapping, to which nobody else stores
     * @param from offset of the first byte, a multiple of 8
     * @param end of the range
     * @throws InternalError if a page can't be reached
     */
    public static void faultIn(final ByteBuffer buffer, final int from, final int end) {
        for (int i = from; i + Long.BYTES <= end; i += FILL_LENGTH) {
            LONG.setOpaque(buffer, i, (long) LONG.getOpaque(buffer, i));
        }
        MappedFault.throwPending();
    }

    private StorageFile fileInHand() {
        return Objects.requireNonNull(file);
    }
}

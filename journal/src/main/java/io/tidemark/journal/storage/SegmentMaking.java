// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentHeader;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a segment that can be written without a stall: every block really there, contents, header and name durable, and as
 * many pages of the mapping as are wanted faulted in for writing. Done in small steps, so that the thread which makes it
 * can do other things in between. Where the bytes come from is what the subclasses differ in.
 *
 * <p>Owned by the thread that calls {@link #step()}.
 */
public abstract class SegmentMaking {

    /** Length in bytes of the pages that segments are made of, and are faulted in by. */
    static final int PAGE_LENGTH = 4096;

    private static final int FAULTS_PER_STEP = 128;
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private enum Stage {
        CONTENT,
        MAP,
        FAULT,
        NAME,
        DONE
    }

    private final Storage storage;
    private final SegmentHeader header;
    private final String name;
    private final String nameBefore;
    private final boolean keepsFile;

    private int faultLength;
    private Stage stage = Stage.CONTENT;
    private int faultOffset;
    private @Nullable StorageFile file;
    private @Nullable MappedPieces mapped;

    SegmentMaking(
            final Storage storage,
            final SegmentHeader header,
            final String nameBefore,
            final int faultLength,
            final boolean keepsFile) {
        this.storage = storage;
        this.header = header;
        this.name = FileNames.segment(header.number());
        this.nameBefore = nameBefore;
        this.faultLength = faultLength;
        this.keepsFile = keepsFile;
    }

    /**
     * Does a step towards the contents, in {@link #file()}.
     *
     * @return whether the contents are there, and durable
     */
    abstract boolean makeContent() throws IOException;

    /** How many bytes of the contents are made, of the segment's length. */
    abstract int contentLength();

    /** Whether the file is worth nothing to anybody if it is given up now, under the name that it had before. */
    abstract boolean isSpoiled();

    /**
     * The header that the segment will have.
     *
     * @return the header
     */
    public final SegmentHeader header() {
        return header;
    }

    /**
     * How much of the work is done. The calls at its end count for nothing, so it is all before the segment is ready.
     *
     * @return a share, from 0 to 1
     */
    public final double doneShare() {
        return ((double) contentLength() + faultOffset) / ((double) header.segmentLength() + faultLength);
    }

    /**
     * Does one step. If it throws, what was made so far is deleted, and the making is over.
     *
     * @return whether the segment is ready
     * @throws IOException if a call failed; {@link NoSpaceException} if there is no room for the segment
     */
    public final boolean step() throws IOException {
        try {
            switch (stage) {
                case CONTENT -> stage = makeContent() ? Stage.MAP : Stage.CONTENT;
                case MAP -> map();
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

    /** Leaves the pages as they are that were not faulted in yet: the segment is needed sooner. */
    public final void faultInNoMore() {
        faultLength = faultOffset;
        if (stage == Stage.FAULT) {
            stage = Stage.NAME;
        }
    }

    /**
     * Hands the finished segment over; from now on the mapping is the caller's.
     *
     * @return the mapping of the whole segment
     */
    public final MappedPieces result() {
        final MappedPieces finished = mapped;
        if (stage != Stage.DONE || finished == null) {
            throw new IllegalStateException("segment is not ready: stage=" + stage);
        }
        mapped = null;
        return finished;
    }

    /**
     * Hands the file over, where it was to be open; from now on it is the caller's.
     *
     * @return the file, open for writing; null if it was not to be open
     */
    public final @Nullable StorageFile resultFile() {
        final StorageFile kept = file;
        file = null;
        return kept;
    }

    /**
     * Gives the making up. What has no name yet and is worth nothing is deleted; a segment that has its name stays, complete
     * and empty.
     *
     * @param cause to which failures of the clean-up are added
     */
    public final void abandon(final Throwable cause) {
        stage = Stage.DONE;
        final MappedPieces abandonedMapping = mapped;
        final StorageFile abandonedFile = file;
        mapped = null;
        file = null;
        if (abandonedMapping != null) {
            attempt(cause, abandonedMapping::unmap);
        }
        if (abandonedFile != null) {
            attempt(cause, abandonedFile::close);
        }
        if (isSpoiled()) {
            attempt(cause, () -> {
                if (storage.list().contains(nameBefore)) {
                    storage.delete(nameBefore);
                }
            });
        }
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

    private void map() throws IOException {
        // Mapped, closed and faulted in before it is named: a segment that has its name must not fail any more.
        mapped = MappedPieces.map(storage, file(), header.segmentLength());
        file().close();
        file = null;
        stage = faultLength == 0 ? Stage.NAME : Stage.FAULT;
    }

    private void giveName() throws IOException {
        storage.rename(nameBefore, name);
        forceName();
        if (keepsFile) {
            // Opened anew, so that messages, and whoever must open it again, have the name that it has now.
            file = openNamed();
        }
        stage = Stage.DONE;
    }

    /** That failed is final, too, even for want of room: the segment has its name, and so would not be made another time. */
    private StorageFile openNamed() throws IOException {
        try {
            return storage.open(name, true);
        } catch (final NoSpaceException e) {
            throw new IOException(
                    storage.pathOf(name) + " could not be opened after it was named: " + e.getMessage(), e);
        }
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
        final int wanted = Math.min(header.segmentLength(), faultLength);
        final int end = Math.min(wanted, faultOffset + FAULTS_PER_STEP * PAGE_LENGTH);
        Objects.requireNonNull(mapped).faultIn(faultOffset, end - faultOffset);
        faultOffset = end;
        if (faultOffset == wanted) {
            stage = Stage.NAME;
        }
    }

    /**
     * Faults pages of a mapping in for writing by storing what is there. The pages become dirty by it: unless their records
     * come before the kernel writes them back, they are written twice.
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
        for (int i = from; i + Long.BYTES <= end; i += PAGE_LENGTH) {
            LONG.setOpaque(buffer, i, (long) LONG.getOpaque(buffer, i));
        }
        MappedFault.throwPending();
    }

    final Storage storage() {
        return storage;
    }

    final StorageFile file() {
        return Objects.requireNonNull(file);
    }

    /** Takes the file in which the contents are made. */
    final void file(final StorageFile opened) {
        file = opened;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.MarkLayout;
import io.tidemark.journal.format.Meta;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code journal.mark}, mapped: the writer stores the durable sequence after each force, tailers of other processes
 * read it. It costs no call and is never forced. Where it can't be had, both go on without: readers then learn of the
 * durable sequence when {@code journal.meta} is written.
 *
 * <p>The writer takes the file that is there, whatever it holds, so that readers which have it mapped need not look for
 * another when the journal is opened again.
 */
public final class MarkFile implements Closeable {

    private final MappedFile mapped;
    private final ByteBuffer buffer;

    /** The page could not be reached: it is left alone from then on. Owned by the thread that stores, or that reads. */
    private boolean lost;

    private MarkFile(final MappedFile mapped) {
        this.mapped = mapped;
        this.buffer = mapped.buffer();
    }

    /**
     * Makes the file, or takes over the one that is there, for the writer of a journal.
     *
     * @param storage that holds it
     * @param meta of the journal
     * @param durableSequence everything up to here is durable
     * @return the file, mapped for writing
     * @throws IOException if that can't be done; then there is no mark
     */
    public static MarkFile publish(final Storage storage, final Meta meta, final long durableSequence)
            throws IOException {
        final ByteBuffer page = ByteBuffer.allocateDirect(MarkLayout.FILE_LENGTH);
        MarkLayout.write(page, meta.journalIdHigh(), meta.journalIdLow(), durableSequence);
        final StorageFile file = openOrCreate(storage);
        final MappedFile mapped;
        try {
            // Really written, so that no store through the mapping can run out of room.
            file.write(page, 0);
            mapped = file.map(0, MarkLayout.FILE_LENGTH);
        } catch (final IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        return closing(file, mapped);
    }

    private static StorageFile openOrCreate(final Storage storage) throws IOException {
        try {
            return storage.open(FileNames.MARK, true);
        } catch (final NoSuchFileException e) {
            return storage.create(FileNames.MARK);
        }
    }

    private static MarkFile closing(final StorageFile file, final MappedFile mapped) throws IOException {
        try {
            file.close();
            return new MarkFile(mapped);
        } catch (final IOException | RuntimeException e) {
            mapped.unmap();
            throw e;
        }
    }

    /**
     * Opens the file for a reader.
     *
     * @param storage that holds it
     * @param meta of the journal
     * @return the file, mapped for reading; null if there is none, or not one of this journal
     * @throws IOException if it can't be read or mapped
     */
    public static @Nullable MarkFile open(final Storage storage, final Meta meta) throws IOException {
        final StorageFile file;
        try {
            file = storage.open(FileNames.MARK, false);
        } catch (final NoSuchFileException e) {
            return null;
        }
        final MappedFile mapped;
        try {
            final ByteBuffer page = ByteBuffer.allocateDirect(MarkLayout.FILE_LENGTH);
            if (file.read(page, 0) < MarkLayout.FILE_LENGTH
                    || !MarkLayout.isOf(page, meta.journalIdHigh(), meta.journalIdLow())) {
                file.close();
                return null;
            }
            mapped = file.mapForReading(0, MarkLayout.FILE_LENGTH);
        } catch (final IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        return closing(file, mapped);
    }

    /**
     * Tells other processes that the mark has moved. One thread.
     *
     * @param sequence everything up to here is durable
     */
    public void durable(final long sequence) {
        if (lost) {
            return;
        }
        try {
            MarkLayout.durableRelease(buffer, sequence);
            // What was just stored must be read from memory, not remembered by the compiler.
            VarHandle.acquireFence();
            if (MarkLayout.durableAcquire(buffer) != sequence) {
                lost = true;
                MappedFault.throwPending();
            }
        } catch (final InternalError e) {
            // A store that did not happen leaves an older mark, which is true. The journal does not depend on it.
            lost = true;
        }
    }

    /**
     * Reads the mark. One thread.
     *
     * @return everything up to here is durable; 0 if it does not tell
     */
    public long durable() {
        if (lost) {
            return 0;
        }
        try {
            final long sequence = MarkLayout.durableAcquire(buffer);
            if (sequence < 0) {
                // Damaged, or a page that can't be reached.
                MappedFault.throwPending();
            }
            return Math.max(0, sequence);
        } catch (final InternalError e) {
            lost = true;
            return 0;
        }
    }

    /**
     * Whether the page could not be reached, so that nothing will be told or heard any more. The thread that reads.
     *
     * @return whether another try may be worth it
     */
    public boolean isLost() {
        return lost;
    }

    @Override
    public void close() throws IOException {
        mapped.unmap();
    }
}

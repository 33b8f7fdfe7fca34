// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Position;
import io.tidemark.journal.format.PositionLayout;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The file that holds the position of a reader: two slots, written in turn and forced each time, so that one whole slot is
 * there at any moment. It is written by threads of the user, so an interrupt is to do no harm.
 *
 * <p>Owned by one thread at a time.
 */
public final class PositionFile implements Closeable {

    private final Storage storage;
    private final String name;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(PositionLayout.SLOT_DISTANCE);

    /** Replaced when an interrupt has closed it. */
    private StorageFile file;

    private PositionFile(final Storage storage, final String name, final StorageFile file) {
        this.storage = storage;
        this.name = name;
        this.file = file;
    }

    /**
     * What was found in the file.
     *
     * @param position the slot that counts; null if none can be read
     * @param verdict on the file: that of the slot that counts, or why there is none
     * @param version of the slot that can't be read, where the verdict speaks of versions
     * @param heldSequence the lowest passed sequence of the whole slots: that of the older one was forced before the other
     *     was written, so no power cut takes the position back below it; -1 if there is none
     */
    public record Content(@Nullable Position position, HeaderVerdict verdict, int version, long heldSequence) {}

    private interface Call {
        void run() throws IOException;
    }

    /**
     * Creates the file, durable under its name, with the same content in both slots. What an earlier try has left is deleted.
     *
     * @param storage that will hold the file
     * @param name of the file
     * @param position first content
     * @return the file, open for writing
     * @throws IOException if a call failed
     */
    public static PositionFile create(final Storage storage, final String name, final Position position)
            throws IOException {
        final String preparingName = name + FileNames.PREPARING_SUFFIX;
        if (storage.list().contains(preparingName)) {
            storage.delete(preparingName);
        }
        final PositionFile created = new PositionFile(storage, preparingName, storage.create(preparingName));
        try {
            created.uninterrupted(() -> created.writeBothSlots(position));
            storage.rename(preparingName, name);
            storage.forceDirectory();
            return new PositionFile(storage, name, created.file);
        } catch (final IOException | RuntimeException e) {
            created.abandon(e);
            throw e;
        }
    }

    private void abandon(final Exception cause) {
        try {
            file.close();
            if (storage.list().contains(name)) {
                storage.delete(name);
            }
        } catch (final IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private void writeBothSlots(final Position position) throws IOException {
        // Pages are written whole, so that no later write of a slot has to grow the file.
        for (int i = 0; i < PositionLayout.SLOT_DISTANCE; i++) {
            buffer.put(i, (byte) 0);
        }
        PositionLayout.write(buffer, position);
        for (int slot = 0; slot < PositionLayout.SLOT_COUNT; slot++) {
            buffer.clear();
            file.write(buffer, (long) slot * PositionLayout.SLOT_DISTANCE);
        }
        file.force(true);
    }

    /**
     * Opens the file.
     *
     * @param storage that holds it
     * @param name of the file
     * @param writable whether it will be written or forced
     * @return the file
     * @throws IOException if it can't be opened
     */
    public static PositionFile open(final Storage storage, final String name, final boolean writable)
            throws IOException {
        return new PositionFile(storage, name, storage.open(name, writable));
    }

    /**
     * Reads both slots.
     *
     * @return what they hold
     * @throws IOException if reading failed
     */
    public Content read() throws IOException {
        Position newest = null;
        long held = Long.MAX_VALUE;
        HeaderVerdict problem = HeaderVerdict.DAMAGED;
        int problemVersion = 0;
        for (int slot = 0; slot < PositionLayout.SLOT_COUNT; slot++) {
            buffer.clear().limit(PositionLayout.SLOT_LENGTH);
            final int length = file.read(buffer, (long) slot * PositionLayout.SLOT_DISTANCE);
            final HeaderVerdict verdict =
                    length < PositionLayout.SLOT_LENGTH ? HeaderVerdict.DAMAGED : PositionLayout.check(buffer);
            if (verdict == HeaderVerdict.READABLE) {
                final Position position = PositionLayout.read(buffer);
                held = Math.min(held, position.passedSequence());
                newest = newest == null || position.generation() > newest.generation() ? position : newest;
            } else if (verdict != HeaderVerdict.DAMAGED) {
                problem = verdict;
                problemVersion = PositionLayout.version(buffer);
            }
        }
        if (problem != HeaderVerdict.DAMAGED) {
            // Other software has written here since: the older slot is no longer the truth.
            return new Content(null, problem, problemVersion, -1);
        }
        return newest == null
                ? new Content(null, problem, 0, -1)
                : new Content(newest, HeaderVerdict.READABLE, 0, held);
    }

    /**
     * Writes a position into the slot of its generation, and forces it. Generations must follow each other one by one, or the
     * present one is overwritten. Whoever goes on where another process has ended writes first what it has read: nobody
     * knows whether that was forced.
     *
     * @param position to write
     * @throws IOException if that failed; which of the two counts is not known then
     */
    public void write(final Position position) throws IOException {
        uninterrupted(() -> {
            PositionLayout.write(buffer, position);
            file.write(buffer, (position.generation() % PositionLayout.SLOT_COUNT) * PositionLayout.SLOT_DISTANCE);
            file.force(false);
        });
    }

    /**
     * Does something again if an interrupt has closed the channel. What was written is written again, and so made dirty
     * again, before it is forced: a force that was broken off proves nothing.
     */
    private void uninterrupted(final Call call) throws IOException {
        // An interrupt from before the call would close the channel at once.
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    call.run();
                    return;
                } catch (final IOException e) {
                    if (!DataFile.tellsOfClosedChannel(e)) {
                        throw e;
                    }
                    interrupted |= Thread.interrupted();
                    file.close();
                    file = storage.open(name, true);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code journal.meta}: two slots, written in turn and forced each time, so that one whole slot is there at any
 * moment. Owned by one thread at a time.
 */
public final class MetaFile implements Closeable {

    private final StorageFile file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MetaLayout.SLOT_DISTANCE);

    private MetaFile(final StorageFile file) {
        this.file = file;
    }

    /**
     * What was found in the file.
     *
     * @param meta the slot that counts; null if none can be read
     * @param verdict on the file: that of the slot that counts, or why there is none
     * @param version of the slot that can't be read, where the verdict speaks of versions
     * @param damagedSlots number of slots that are not whole
     */
    public record Content(@Nullable Meta meta, HeaderVerdict verdict, int version, int damagedSlots) {}

    /**
     * Creates the file, durable under its name, with the same content in both slots.
     *
     * @param storage that will hold the file
     * @param meta first content
     * @return the file, open for writing
     * @throws IOException if a call failed
     */
    public static MetaFile create(final Storage storage, final Meta meta) throws IOException {
        final String preparingName = FileNames.META + FileNames.PREPARING_SUFFIX;
        final MetaFile created = new MetaFile(storage.create(preparingName));
        try {
            created.writeBothSlots(meta);
            storage.rename(preparingName, FileNames.META);
            storage.forceDirectory();
            return created;
        } catch (final IOException | RuntimeException e) {
            created.abandon(storage, preparingName, e);
            throw e;
        }
    }

    private void abandon(final Storage storage, final String preparingName, final Exception cause) {
        try {
            file.close();
            if (storage.list().contains(preparingName)) {
                storage.delete(preparingName);
            }
        } catch (final IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private void writeBothSlots(final Meta meta) throws IOException {
        // Pages are written whole, so that no later write of a slot has to grow the file.
        for (int i = 0; i < MetaLayout.SLOT_DISTANCE; i++) {
            buffer.put(i, (byte) 0);
        }
        MetaLayout.write(buffer, meta);
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            buffer.clear();
            file.write(buffer, (long) slot * MetaLayout.SLOT_DISTANCE);
        }
        file.force(true);
    }

    /**
     * Opens the file.
     *
     * @param storage that holds it
     * @param writable whether it will be written
     * @return the file
     * @throws IOException if it can't be opened
     */
    public static MetaFile open(final Storage storage, final boolean writable) throws IOException {
        return new MetaFile(storage.open(FileNames.META, writable));
    }

    /**
     * Reads both slots.
     *
     * @return what they hold
     * @throws IOException if reading failed
     */
    public Content read() throws IOException {
        Meta newest = null;
        HeaderVerdict problem = HeaderVerdict.DAMAGED;
        int problemVersion = 0;
        int damaged = 0;
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            buffer.clear().limit(MetaLayout.SLOT_LENGTH);
            final int length = file.read(buffer, (long) slot * MetaLayout.SLOT_DISTANCE);
            final HeaderVerdict verdict =
                    length < MetaLayout.SLOT_LENGTH ? HeaderVerdict.DAMAGED : MetaLayout.check(buffer);
            if (verdict == HeaderVerdict.READABLE) {
                final Meta meta = MetaLayout.read(buffer);
                newest = newest == null || meta.generation() > newest.generation() ? meta : newest;
            } else if (verdict == HeaderVerdict.DAMAGED) {
                damaged++;
            } else {
                problem = verdict;
                problemVersion = MetaLayout.version(buffer);
            }
        }
        if (problem != HeaderVerdict.DAMAGED) {
            // A slot of another version tells that other software has written here since: the older slot is no longer
            // the truth.
            return new Content(null, problem, problemVersion, damaged);
        }
        return new Content(newest, newest == null ? problem : HeaderVerdict.READABLE, 0, damaged);
    }

    /**
     * Makes durable what is in the file, so that what is read cannot vanish any more.
     *
     * @throws IOException if that failed
     */
    public void force() throws IOException {
        file.force(false);
    }

    /**
     * Writes the next generation into the slot that does not hold the present one, and forces it. Generations must follow
     * each other one by one, or the present one is overwritten.
     *
     * @param meta to write
     * @throws IOException if that failed
     */
    public void write(final Meta meta) throws IOException {
        MetaLayout.write(buffer, meta);
        file.write(buffer, (meta.generation() % MetaLayout.SLOT_COUNT) * MetaLayout.SLOT_DISTANCE);
        file.force(false);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.CountersLayout;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;

/**
 * The file {@code journal.counters}, mapped by the journal, which stores what it counts there now and then: that costs no call,
 * and what was stored outlives the process. Others read the file; because slots are stored in turn and checksummed, they
 * need not map it. It is never forced. Where it can't be had, the journal goes on without.
 */
public final class CountersFile implements Closeable {

    private static final int LOOKS = 4;

    private final MappedFile mapped;
    private final ByteBuffer buffer;

    /** A slot is put together here: checksums must not be computed in mapped memory. */
    private final ByteBuffer slot = ByteBuffer.allocateDirect(CountersLayout.SLOT_LENGTH);

    /** The page could not be reached: it is left alone from then on. Owned by the thread that stores. */
    private boolean lost;

    private CountersFile(final MappedFile mapped) {
        this.mapped = mapped;
        this.buffer = mapped.buffer();
        buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Makes the file, or takes over the one that is there.
     *
     * @param storage that holds it
     * @param words the first row, of generation 0
     * @return the file, mapped for writing
     * @throws IOException if that can't be done; then there are no counters for others to see
     */
    public static CountersFile publish(final Storage storage, final long[] words) throws IOException {
        final ByteBuffer page = ByteBuffer.allocateDirect(CountersLayout.FILE_LENGTH);
        CountersLayout.write(page.slice(0, CountersLayout.SLOT_LENGTH), words);
        final StorageFile file = openOrCreate(storage);
        MappedFile mapped = null;
        try {
            // Really written, so that no store through the mapping can run out of room. The other slot is zero, and
            // counts
            // for nothing.
            file.write(page, 0);
            mapped = file.map(0, CountersLayout.FILE_LENGTH);
            file.close();
            return new CountersFile(mapped);
        } catch (final IOException | RuntimeException e) {
            if (mapped == null) {
                file.close();
            } else {
                mapped.unmap();
            }
            throw e;
        }
    }

    private static StorageFile openOrCreate(final Storage storage) throws IOException {
        try {
            return storage.open(FileNames.COUNTERS, true);
        } catch (final NoSuchFileException e) {
            return storage.create(FileNames.COUNTERS);
        }
    }

    /**
     * Stores a row in the slot of its generation. One thread. Does not fail: a page that can't be reached keeps what it had.
     *
     * @param words the row, with a generation one higher than the last
     */
    public void store(final long[] words) {
        if (lost) {
            return;
        }
        final long generation = words[CountersLayout.index(CountersLayout.GENERATION_OFFSET)];
        final int offset = (int) (generation % CountersLayout.SLOT_COUNT) * CountersLayout.SLOT_LENGTH;
        CountersLayout.write(slot, words);
        try {
            buffer.put(offset, slot, 0, CountersLayout.SLOT_LENGTH);
            // What was just stored must be read from memory, not remembered by the compiler.
            VarHandle.acquireFence();
            if (buffer.getLong(offset + CountersLayout.GENERATION_OFFSET) != generation) {
                lost = true;
                MappedFault.throwPending();
            }
        } catch (final InternalError e) {
            lost = true;
        }
    }

    /**
     * Reads the file.
     *
     * @param storage that holds it
     * @param meta of the journal
     * @return the newest row that is whole; an empty array if there is no file, or none of this journal
     * @throws IOException if it can't be read
     */
    public static long[] read(final Storage storage, final Meta meta) throws IOException {
        final ByteBuffer page = ByteBuffer.allocateDirect(CountersLayout.FILE_LENGTH);
        try (StorageFile file = storage.open(FileNames.COUNTERS, false)) {
            // One slot is whole, unless the writer stored twice while this was reading.
            for (int looksLeft = LOOKS; looksLeft != 0; looksLeft--) {
                page.clear();
                final long[] words = file.read(page, 0) < CountersLayout.FILE_LENGTH ? new long[0] : newest(page, meta);
                if (words.length != 0) {
                    return words;
                }
            }
            return new long[0];
        } catch (final NoSuchFileException e) {
            return new long[0];
        }
    }

    private static long[] newest(final ByteBuffer page, final Meta meta) {
        final int generation = CountersLayout.index(CountersLayout.GENERATION_OFFSET);
        long[] newest = new long[0];
        for (int i = 0; i < CountersLayout.SLOT_COUNT; i++) {
            final ByteBuffer slot = page.slice(i * CountersLayout.SLOT_LENGTH, CountersLayout.SLOT_LENGTH);
            final long[] words = CountersLayout.words();
            if (CountersLayout.read(slot, meta.journalIdHigh(), meta.journalIdLow(), words)
                    && (newest.length == 0 || words[generation] > newest[generation])) {
                newest = words;
            }
        }
        return newest;
    }

    @Override
    public void close() throws IOException {
        mapped.unmap();
    }
}

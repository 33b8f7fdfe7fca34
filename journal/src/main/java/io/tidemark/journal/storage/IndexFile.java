// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.IndexBlockLayout;
import io.tidemark.journal.format.IndexLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SeededChecksum;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code journal.index}, read and written by position, and never forced. What is read in the middle of a write has
 * a wrong checksum, and is as good as missing.
 *
 * <p>Owned by one thread; others, of other processes too, have the same file open.
 */
public final class IndexFile implements Closeable {

    private final StorageFile file;
    private final Meta journal;
    private final int blockLength;
    private final SeededChecksum checksum = new SeededChecksum();
    private final ByteBuffer block;
    private int blockCount;

    private IndexFile(final StorageFile file, final Meta journal, final ByteBuffer page) {
        this.file = file;
        this.journal = journal;
        this.blockLength = IndexLayout.blockLengthOf(page);
        this.blockCount = IndexLayout.blockCountOf(page);
        this.block = ByteBuffer.allocateDirect(blockLength);
    }

    /**
     * Opens the file for a reader.
     *
     * @param storage that holds it
     * @param meta of the journal; only its id counts
     * @return the file; null if there is none, or not one of this journal
     * @throws IOException if it can't be read
     */
    public static @Nullable IndexFile open(final Storage storage, final Meta meta) throws IOException {
        final StorageFile file;
        try {
            file = storage.open(FileNames.INDEX, false);
        } catch (final NoSuchFileException e) {
            return null;
        }
        return closingOnFailure(file, () -> {
            final ByteBuffer page = ByteBuffer.allocateDirect(IndexLayout.HEADER_PAGE_LENGTH);
            if (isOurs(file, page, meta)) {
                return new IndexFile(file, meta, page);
            }
            file.close();
            return null;
        });
    }

    /**
     * Opens the file for who writes it. If there is none, or not one of this journal, it is made.
     *
     * @param storage that holds it
     * @param meta of the journal; only its id counts
     * @param segmentLength of the segments that are made, in bytes
     * @return the file
     * @throws IOException if it can't be made
     */
    public static IndexFile openOrCreate(final Storage storage, final Meta meta, final int segmentLength)
            throws IOException {
        return open(storage, meta, segmentLength, false);
    }

    /**
     * Opens the file for who writes all of it anew. What it held is forgotten.
     *
     * @param storage that holds it
     * @param meta of the journal; only its id counts
     * @param segmentLength of the segments, in bytes
     * @return the file
     * @throws IOException if it can't be made
     */
    public static IndexFile remake(final Storage storage, final Meta meta, final int segmentLength) throws IOException {
        return open(storage, meta, segmentLength, true);
    }

    private static IndexFile open(final Storage storage, final Meta meta, final int segmentLength, final boolean anew)
            throws IOException {
        final StorageFile file = openOrCreate(storage);
        final IndexFile opened = closingOnFailure(file, () -> {
            final ByteBuffer page = ByteBuffer.allocateDirect(IndexLayout.HEADER_PAGE_LENGTH);
            if (anew || !isOurs(file, page, meta)) {
                writePage(file, page, meta, IndexLayout.blockLength(segmentLength), IndexLayout.MIN_BLOCK_COUNT);
            }
            return new IndexFile(file, meta, page);
        });
        if (opened == null) {
            throw new AssertionError("a file that is made is there");
        }
        return opened;
    }

    private static StorageFile openOrCreate(final Storage storage) throws IOException {
        try {
            return storage.open(FileNames.INDEX, true);
        } catch (final NoSuchFileException e) {
            return storage.create(FileNames.INDEX);
        }
    }

    private interface Opening {
        @Nullable
        IndexFile run() throws IOException;
    }

    private static @Nullable IndexFile closingOnFailure(final StorageFile file, final Opening opening)
            throws IOException {
        try {
            return opening.run();
        } catch (final IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static boolean isOurs(final StorageFile file, final ByteBuffer page, final Meta meta) throws IOException {
        return file.read(page.clear(), 0) == IndexLayout.HEADER_PAGE_LENGTH
                && IndexLayout.isOf(page, meta.journalIdHigh(), meta.journalIdLow());
    }

    private static void writePage(
            final StorageFile file, final ByteBuffer page, final Meta meta, final int blockLength, final int blockCount)
            throws IOException {
        IndexLayout.write(page, meta.journalIdHigh(), meta.journalIdLow(), blockLength, blockCount);
        file.write(page, 0);
        page.clear();
    }

    /**
     * How many entries a block has room for.
     *
     * @return number of entries
     */
    public int entryCapacity() {
        return IndexBlockLayout.entryCapacity(blockLength);
    }

    /**
     * Reads the block of a segment.
     *
     * @param segment number of the segment
     * @return the block, valid until the next call; null if there is none that is whole
     * @throws IOException if reading failed
     */
    public @Nullable ByteBuffer read(final long segment) throws IOException {
        final int length = file.read(block.clear(), offset(segment, blockCount));
        seed(segment);
        return IndexBlockLayout.isOf(block, length, checksum, segment) ? block.clear() : null;
    }

    /**
     * The buffer into which a block is put together.
     *
     * @return a buffer of the length of a block, valid until the next call
     */
    public ByteBuffer newBlock() {
        return block.clear();
    }

    /**
     * Writes the block whose entries were put into {@link #newBlock()}.
     *
     * @param segment number of the segment
     * @param firstSequence sequence of its first frame
     * @param entryCount number of entries
     * @param firstSegment the oldest segment whose block is to be kept
     * @throws IOException if that failed; the block is as good as missing then
     */
    public void write(final long segment, final long firstSequence, final int entryCount, final long firstSegment)
            throws IOException {
        seed(segment);
        IndexBlockLayout.complete(block, checksum, segment, firstSequence, entryCount);
        final ByteBuffer written =
                ByteBuffer.allocateDirect(block.limit()).put(block).flip();
        makeRoom(segment, firstSegment);
        file.write(written, offset(segment, blockCount));
    }

    /** Makes the ring longer: blocks that have other places then are copied there first. */
    private void makeRoom(final long segment, final long firstSegment) throws IOException {
        int count = blockCount;
        while (segment - firstSegment >= count && count < IndexLayout.MAX_BLOCK_COUNT) {
            count <<= 1;
        }
        if (count == blockCount) {
            return;
        }
        for (long number = Math.max(1, segment - blockCount); number < segment; number++) {
            if (offset(number, count) != offset(number, blockCount) && read(number) != null) {
                file.write(block.clear(), offset(number, count));
            }
        }
        writePage(file, ByteBuffer.allocateDirect(IndexLayout.HEADER_PAGE_LENGTH), journal, blockLength, count);
        blockCount = count;
    }

    private long offset(final long segment, final int count) {
        return IndexLayout.blockOffset(segment, blockLength, count);
    }

    private void seed(final long segment) {
        checksum.seed(journal.journalIdHigh(), journal.journalIdLow(), segment);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

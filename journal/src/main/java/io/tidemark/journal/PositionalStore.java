// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes into the file, beside the mapping. Where no page of the mapping is stored to, no store is stopped by the kernel to note that
 * its page is dirty, and no force has to take that note back from every core. Two system calls cost less than either for a run that is
 * forced at once, or that is long. The mapping is there for the force, which no interrupt can break.
 *
 * <p>Readers have the file mapped, which is the page cache that the calls copy to. The first word goes in a call of its own, behind all
 * others: the kernel lets go of the lock of the file behind one call and takes it again for the next, and whoever sees a store from
 * behind the second lock sees those before the first (an unlock and a lock behind it order stores on every architecture,
 * {@code Documentation/memory-barriers.txt} of Linux, and {@code tools/memory-model}). Were a reader to see half a word, it would
 * find no whole frame, and neither would it in the file; that is the end for now to it, and it looks again.
 *
 * <p>Owned by the writer.
 */
final class PositionalStore implements RunStore {

    /** From here on a further call costs less than one more copy. */
    private static final int DIRECT_LENGTH = 16 << 10;

    private final ByteBuffer lastWord = ByteBuffer.allocate(Long.BYTES);

    /** Where the zeroed word comes to lie behind the frames, behind which in the queue there may be more of them. */
    private final ByteBuffer staging =
            ByteBuffer.allocateDirect(DIRECT_LENGTH + SegmentPreparation.FILL_LENGTH + Long.BYTES);

    /** The source that was last written from without being copied, and the same bytes with a position and a limit of their own. */
    private ByteBuffer viewed = staging;

    private ByteBuffer view = staging.duplicate();

    @Override
    public int runLength() {
        // A call costs as much as copying some ten kibibytes.
        return LONGEST_RUN_LENGTH;
    }

    @Override
    public void store(
            final Segment segment, final int offset, final ByteBuffer source, final int start, final int length)
            throws IOException {
        final StorageFile file = segment.file();
        requireWhole(segment);
        final int end = offset + length;
        final int begin = offset + Long.BYTES;
        final int wholePagesEnd = end & -SegmentPreparation.FILL_LENGTH;
        int at = begin;
        if (wholePagesEnd - begin >= DIRECT_LENGTH) {
            file.write(view(source, start + Long.BYTES, wholePagesEnd - begin), begin);
            at = wholePagesEnd;
        }
        int count = end - at;
        staging.clear().put(0, source, start + at - offset, count);
        if (end + Long.BYTES <= segment.length()) {
            staging.putLong(count, 0);
            count += Long.BYTES;
        }
        if (count > 0) {
            file.write(staging.limit(count), at);
        }
        staging.clear().put(0, source, start, Long.BYTES);
        file.write(staging.limit(Long.BYTES), offset);
    }

    @SuppressWarnings("ReferenceEquality") // The same buffer is meant, not one with the same bytes.
    private ByteBuffer view(final ByteBuffer source, final int start, final int length) {
        if (viewed != source) {
            viewed = source;
            view = source.duplicate();
        }
        return view.clear().position(start).limit(start + length);
    }

    /**
     * Writing behind the end of a file that somebody cut short would make it longer again, and hide that something is missing. So the
     * last word is loaded through the mapping, which fails if its page is not there. Asking for the length would be simpler, but
     * who asks for a file's times, which comes with it, has Linux note the time of the next write exactly, and in the journal of the file
     * system: one block more for each force (measured on Linux 6.18, ext4).
     *
     * @throws InternalError if the page can't be reached
     */
    private void requireWhole(final Segment segment) {
        segment.pieces().get(segment.length() - Long.BYTES, lastWord, 0, Long.BYTES);
    }
}

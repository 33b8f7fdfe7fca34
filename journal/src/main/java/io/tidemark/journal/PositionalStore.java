// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

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

    /** Most runs take one call and the one for the first word. */
    private static final int STAGING_LENGTH = 64 << 10;

    private final ByteBuffer lastWord = ByteBuffer.allocate(Long.BYTES);

    /** Where the zeroed word comes to lie behind the frames, behind which in the queue there may be more of them. */
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_LENGTH + Long.BYTES);

    @Override
    public void store(
            final Segment segment, final int offset, final ByteBuffer source, final int start, final int length)
            throws IOException {
        final StorageFile file = segment.file();
        requireWhole(segment);
        int done = Long.BYTES;
        while (done < length) {
            final int count = Math.min(STAGING_LENGTH, length - done);
            staging.clear().put(0, source, start + done, count);
            final int behind = offset + done + count;
            final boolean endsWithZero = done + count == length && behind + Long.BYTES <= segment.length();
            if (endsWithZero) {
                staging.putLong(count, 0);
            }
            file.write(staging.limit(endsWithZero ? count + Long.BYTES : count), offset + done);
            done += count;
        }
        staging.clear().put(0, source, start, Long.BYTES);
        file.write(staging.limit(Long.BYTES), offset);
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

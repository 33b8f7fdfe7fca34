// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.storage.MappedFault;
import io.tidemark.journal.storage.MappedPieces;
import java.nio.ByteBuffer;

/**
 * Stores into the mapping: no system call, and a reader sees the run at once. The kernel stops the first store to each page, to
 * note that it is dirty, and whoever forces the page pays for that to be noted anew.
 *
 * <p>Owned by the writer.
 */
final class MappedStore implements RunStore {

    @Override
    public int runLength() {
        // Longer ones would cost no less, and the first frame must not wait for long.
        return 32 << 10;
    }

    /**
     * The run may lie across pieces of the mapping; everything behind the first word, and the zeroed word, are stored before it into
     * whichever piece they belong, and what a store with release follows is ordered by it wherever it went.
     */
    @Override
    public void store(
            final Segment segment, final int offset, final ByteBuffer source, final int start, final int length) {
        final MappedPieces target = segment.pieces();
        final int end = offset + length;
        final boolean hasWordBehind = end + Long.BYTES <= segment.length();
        target.put(offset + Long.BYTES, source, start + Long.BYTES, length - Long.BYTES);
        if (hasWordBehind) {
            target.word(end, 0);
        }
        target.wordRelease(offset, FrameLayout.word(source, start));
        segment.noteStored(length);
        if (!StoredWords.arePresent(target, offset, source, start, length)
                || (hasWordBehind && target.word(end) != 0)) {
            MappedFault.throwPending();
            throw new InternalError("a store into a mapped page did not happen");
        }
    }
}

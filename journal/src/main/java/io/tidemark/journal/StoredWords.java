// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.storage.MappedFault;
import io.tidemark.journal.storage.MappedPieces;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Looks whether what was stored into a mapped segment is there.
 *
 * <p>A store into a mapped page can fail: the file was cut short, the disk is gone, or a file system that copies on write
 * (btrfs) is full, even where the block was written before. The kernel then sends {@code SIGBUS}; HotSpot skips the store,
 * or the rest of the copy, and only <em>notes</em> an {@link InternalError} against the thread. JDK 25 throws it at once,
 * JDK 17 when the thread comes by a place that looks for such notes ({@link MappedFault}): until then the writer has been
 * seen to do dozens of stores that never happened, and a force of those pages succeeds, for they are not dirty. So records were
 * called durable that were nowhere.
 *
 * <p>A page can be stored to, or it can't, and a copy that faults is given up where it stands. So on each page the first
 * and the last words that are not zero tell of all between. Zeros alone prove nothing, but where nothing was stored the
 * segment is zero, or will not be zero in other places.
 */
final class StoredWords {

    /** No system that this runs on has shorter pages. */
    private static final int PAGE_LENGTH = 4096;

    private StoredWords() {}

    /**
     * Compares a copy with its source, at both ends of each page. Makes no system call.
     *
     * @param target that was copied to; its pieces begin and end with pages
     * @param offset in the segment, a multiple of 8
     * @param source that was copied from
     * @param start offset in it, a multiple of 8
     * @param length of what was copied, a multiple of 8
     * @return false if something is missing
     */
    static boolean arePresent(
            final MappedPieces target, final int offset, final ByteBuffer source, final int start, final int length) {
        int done = 0;
        while (done < length) {
            final int within = target.lengthInPiece(offset + done, length - done);
            final ByteBuffer piece = target.buffer(offset + done);
            if (!arePresent(piece, target.inPiece(offset + done), source, start + done, within)) {
                return false;
            }
            done += within;
        }
        return true;
    }

    /**
     * Compares a copy with its source, at both ends of each page. Makes no system call.
     *
     * @param target that was copied to
     * @param offset in it, a multiple of 8
     * @param source that was copied from
     * @param start offset in it, a multiple of 8
     * @param length of what was copied, a multiple of 8
     * @return false if something is missing
     */
    static boolean arePresent(
            final ByteBuffer target, final int offset, final ByteBuffer source, final int start, final int length) {
        // What was just stored must be read from memory, not remembered by the compiler.
        VarHandle.acquireFence();
        int from = 0;
        while (from < length) {
            final int end = Math.min(length, ((offset + from) / PAGE_LENGTH + 1) * PAGE_LENGTH - offset);
            if (!isPagePresent(target, offset, source, start, from, end)) {
                return false;
            }
            from = end;
        }
        return true;
    }

    private static boolean isPagePresent(
            final ByteBuffer target,
            final int offset,
            final ByteBuffer source,
            final int start,
            final int from,
            final int end) {
        long word = 0;
        int first = from;
        while (word == 0 && first < end) {
            word = FrameLayout.word(source, start + first);
            if (FrameLayout.word(target, offset + first) != word) {
                return false;
            }
            first += Long.BYTES;
        }
        word = 0;
        for (int last = end - Long.BYTES; word == 0 && last >= first; last -= Long.BYTES) {
            word = FrameLayout.word(source, start + last);
            if (FrameLayout.word(target, offset + last) != word) {
                return false;
            }
        }
        return true;
    }
}

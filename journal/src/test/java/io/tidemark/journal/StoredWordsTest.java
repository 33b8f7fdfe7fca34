// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.storage.MappedPieces;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StoredWordsTest {

    private static final int LENGTH = 64 << 10;
    private static final int PAGE_LENGTH = 4096;

    private final long seed = Long.getLong("tidemark.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final ByteBuffer source = ByteBuffer.allocateDirect(LENGTH).alignedSlice(Long.BYTES);
    private final ByteBuffer target = ByteBuffer.allocateDirect(LENGTH).alignedSlice(Long.BYTES);

    /** A copy that was given up at some byte, in either direction, where it changed something. */
    @Test
    void arePresentShouldBeFalseWhenCopyWasGivenUp() {
        for (int round = 0; round < 20_000; round++) {
            final int length = 8 * random.nextInt(1, 2 * PAGE_LENGTH / 8);
            final int start = 8 * random.nextInt((LENGTH - length) / 8);
            final int offset = 8 * random.nextInt((LENGTH - length) / 8);
            fill(start, length);
            clear(offset, length);
            // The word that says that something is there is never zero.
            source.putLong(start, random.nextLong() | 1);
            final int done = random.nextInt(length + 1);
            final boolean fromTheEnd = random.nextBoolean();
            final int first = fromTheEnd ? length - done : 0;
            target.put(offset + first, source, start + first, done);
            final boolean whole = source.slice(start, length).equals(target.slice(offset, length));
            final int at = done;
            assertEquals(
                    whole,
                    StoredWords.arePresent(target, offset, source, start, length),
                    () -> "seed=" + seed + ", offset=" + offset + ", length=" + length + ", copied=" + at);
        }
    }

    @Test
    void arePresentShouldBeFalseWhenOnePageWasSkipped() {
        for (int page = 0; page < 4; page++) {
            fill(0, 4 * PAGE_LENGTH);
            clear(0, 4 * PAGE_LENGTH);
            for (int i = 0; i < 4 * PAGE_LENGTH; i += Long.BYTES) {
                source.putLong(i, i + 1);
            }
            target.put(0, source, 0, 4 * PAGE_LENGTH);
            assertTrue(StoredWords.arePresent(target, 0, source, 0, 4 * PAGE_LENGTH));
            clear(page * PAGE_LENGTH, PAGE_LENGTH);
            assertFalse(StoredWords.arePresent(target, 0, source, 0, 4 * PAGE_LENGTH));
        }
    }

    /** The same where pieces meet: only what is missing behind a border, or before it. */
    @Test
    void arePresentShouldBeFalseWhenCopyWasGivenUpInAnyPiece() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        storage.minPieceLength(PAGE_LENGTH);
        final StorageFile file = storage.create("a");
        file.write(ByteBuffer.allocate(LENGTH), 0);
        final MappedPieces pieces = MappedPieces.map(storage, file, LENGTH);
        for (int round = 0; round < 20_000; round++) {
            final int length = 8 * random.nextInt(1, 3 * PAGE_LENGTH / 8);
            final int start = 8 * random.nextInt((LENGTH - length) / 8);
            final int offset = 8 * random.nextInt((LENGTH - length) / 8);
            fill(start, length);
            source.putLong(start, random.nextLong() | 1);
            for (int i = 0; i < length; i += Long.BYTES) {
                pieces.word(offset + i, 0);
            }
            final int done = 8 * random.nextInt(length / 8 + 1);
            final boolean fromTheEnd = random.nextBoolean();
            final int first = fromTheEnd ? length - done : 0;
            pieces.put(offset + first, source, start + first, done);
            boolean whole = true;
            for (int i = 0; i < length; i += Long.BYTES) {
                whole &= pieces.word(offset + i) == FrameLayout.word(source, start + i);
            }
            assertEquals(
                    whole,
                    StoredWords.arePresent(pieces, offset, source, start, length),
                    () -> "seed=" + seed + ", offset=" + offset + ", length=" + length + ", copied=" + done);
        }
        pieces.unmap();
        file.close();
    }

    /** Words that are zero or not, in stretches, as payloads are. */
    private void fill(final int start, final int length) {
        boolean zeros = random.nextBoolean();
        for (int i = 0; i < length; i += Long.BYTES) {
            zeros ^= random.nextInt(40) == 0;
            source.putLong(start + i, zeros ? 0 : random.nextLong());
        }
    }

    private void clear(final int offset, final int length) {
        for (int i = 0; i < length; i++) {
            target.put(offset + i, (byte) 0);
        }
    }
}

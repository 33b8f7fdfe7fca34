// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A block of two entries, in a place with room for more. */
class IndexBlockLayoutTest {

    private static final long ID_HIGH = 0x1122_3344_5566_7788L;
    private static final long ID_LOW = 0x99AA_BBCC_DDEE_FF00L;
    private static final long SEGMENT = 77;
    private static final long FIRST_SEQUENCE = 1L << 40;
    private static final int BLOCK_LENGTH = IndexLayout.MIN_BLOCK_LENGTH;

    /** 24 bytes in front of two entries of 16. */
    private static final int LENGTH = 56;

    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_LENGTH);
    private final SeededChecksum checksum = new SeededChecksum();

    @BeforeEach
    void writeBlock() {
        for (int i = 0; i < BLOCK_LENGTH; i++) {
            block.put(i, (byte) 0xAA);
        }
        IndexBlockLayout.entry(block, 0, 4096, 0, 1_000);
        IndexBlockLayout.entry(block, 1, 300_000, 2_000, Long.MIN_VALUE);
        checksum.seed(ID_HIGH, ID_LOW, SEGMENT);
        IndexBlockLayout.complete(block, checksum, SEGMENT, FIRST_SEQUENCE, 2);
    }

    private boolean isWhole(final int length) {
        return IndexBlockLayout.isOf(block, length, checksum, SEGMENT);
    }

    /** The checksum that the words of the format ask for, computed without its code. */
    private int expectedChecksum() {
        final CRC32C crc = new CRC32C();
        final ByteBuffer seed = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        crc.update(seed.putLong(ID_HIGH).putLong(ID_LOW).putLong(SEGMENT).flip());
        final int seeded = (int) crc.getValue();
        crc.reset();
        crc.update(block.clear().slice(4, LENGTH - 4));
        return (int) crc.getValue() ^ seeded;
    }

    @Test
    void completeShouldFillTheBlockAsItIsWrittenDown() {
        assertEquals(0, block.position());
        assertEquals(LENGTH, block.limit(), "the caller writes up to the last entry");
        block.order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(expectedChecksum(), block.getInt(0));
        assertEquals(2, block.getInt(4));
        assertEquals(SEGMENT, block.getLong(8));
        assertEquals(FIRST_SEQUENCE, block.getLong(16));
        assertEquals(4096, block.getInt(24));
        assertEquals(0, block.getInt(28));
        assertEquals(1_000, block.getLong(32));
        assertEquals(300_000, block.getInt(40));
        assertEquals(2_000, block.getInt(44));
        assertEquals(Long.MIN_VALUE, block.getLong(48));
        for (int i = LENGTH; i < BLOCK_LENGTH; i++) {
            assertEquals((byte) 0xAA, block.get(i), "offset=" + i);
        }
    }

    @Test
    void entriesShouldBeReadBackWhenTheBlockIsWhole() {
        assertTrue(isWhole(BLOCK_LENGTH));
        block.clear();
        assertEquals(SEGMENT, IndexBlockLayout.segmentNumber(block));
        assertEquals(FIRST_SEQUENCE, IndexBlockLayout.firstSequence(block));
        assertEquals(2, IndexBlockLayout.entryCount(block));
        assertEquals(4096, IndexBlockLayout.offset(block, 0));
        assertEquals(0, IndexBlockLayout.delta(block, 0));
        assertEquals(1_000, IndexBlockLayout.timestampNs(block, 0));
        assertEquals(300_000, IndexBlockLayout.offset(block, 1));
        assertEquals(2_000, IndexBlockLayout.delta(block, 1));
        assertEquals(Long.MIN_VALUE, IndexBlockLayout.timestampNs(block, 1));
    }

    @ParameterizedTest
    @CsvSource({"4096, 254", "40, 1", "55, 1", "56, 2", "39, 0", "24, 0"})
    void entryCapacityShouldCountWholeEntriesBehindTheHeader(final int blockLength, final int expected) {
        assertEquals(expected, IndexBlockLayout.entryCapacity(blockLength));
    }

    @Test
    void isOfShouldHoldWhenTheBlockEndsWithItsLastEntry() {
        assertTrue(isWhole(LENGTH));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 23, 24, 39, 40, LENGTH - 1})
    void isOfShouldRefuseWhenLessWasThereThanTheBlockTells(final int length) {
        assertFalse(isWhole(length));
    }

    @Test
    void isOfShouldRefuseWhenAnyByteIsChanged() {
        for (int offset = 0; offset < LENGTH; offset++) {
            block.clear().put(offset, (byte) (block.get(offset) ^ 1));
            assertFalse(isWhole(BLOCK_LENGTH), "offset=" + offset);
            block.clear().put(offset, (byte) (block.get(offset) ^ 1));
        }
        block.clear().put(LENGTH, (byte) 1);
        assertTrue(isWhole(BLOCK_LENGTH), "nothing is said behind the last entry");
    }

    @Test
    void isOfShouldRefuseWhenTheSegmentIsAnother() {
        checksum.seed(ID_HIGH, ID_LOW, SEGMENT + 1);
        assertFalse(isWhole(BLOCK_LENGTH), "a block must have the seed of its segment");
        IndexBlockLayout.complete(block, checksum, SEGMENT + 1, FIRST_SEQUENCE, 2);
        assertFalse(isWhole(BLOCK_LENGTH), "and its number");
        assertTrue(IndexBlockLayout.isOf(block, BLOCK_LENGTH, checksum, SEGMENT + 1));
    }

    @ParameterizedTest
    @CsvSource({"-2147483648, false", "-1, false", "0, false", "1, true", "254, true", "255, false", "2147483647, false"
    })
    void isOfShouldRefuseWhenThereIsNoRoomForSoManyEntries(final int entryCount, final boolean expected) {
        block.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(IndexBlockLayout.ENTRY_COUNT_OFFSET, entryCount);
        // Of as many bytes as the entries would have, even if that overflows.
        final int sum = checksum.of(block, 4, Math.min(BLOCK_LENGTH - 4, 20 + 16 * entryCount));
        block.clear().putInt(IndexBlockLayout.CHECKSUM_OFFSET, sum);
        assertEquals(expected, isWhole(BLOCK_LENGTH));
    }
}

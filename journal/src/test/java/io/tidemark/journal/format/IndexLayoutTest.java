// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexLayoutTest {

    private static final long ID_HIGH = 0x1122_3344_5566_7788L;
    private static final long ID_LOW = 0x99AA_BBCC_DDEE_FF00L;
    private static final int BLOCK_LENGTH = 8192;
    private static final int BLOCK_COUNT = 2048;

    private final ByteBuffer page = ByteBuffer.allocateDirect(IndexLayout.HEADER_PAGE_LENGTH);

    @BeforeEach
    void writePage() {
        for (int i = 0; i < page.capacity(); i++) {
            page.put(i, (byte) 0xAA);
        }
        IndexLayout.write(page, ID_HIGH, ID_LOW, BLOCK_LENGTH, BLOCK_COUNT);
    }

    private boolean isOurs() {
        return IndexLayout.isOf(page, ID_HIGH, ID_LOW);
    }

    /** The checksum that the words of the format ask for, computed without its code. */
    private int expectedChecksum() {
        final CRC32C checksum = new CRC32C();
        final int length = IndexLayout.HEADER_PAGE_LENGTH - IndexLayout.VERSION_OFFSET;
        checksum.update(page.clear().slice(IndexLayout.VERSION_OFFSET, length));
        return (int) checksum.getValue();
    }

    private void change(final int offset, final int value) {
        page.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        page.putInt(IndexLayout.CHECKSUM_OFFSET, expectedChecksum());
    }

    @Test
    void writeShouldFillThePageAsItIsWrittenDown() {
        assertEquals(IndexLayout.HEADER_PAGE_LENGTH, page.remaining(), "the caller writes the whole page");
        final byte[] magic = new byte[8];
        page.get(0, magic);
        assertEquals("TIDEINDX", new String(magic, StandardCharsets.US_ASCII));
        page.order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(expectedChecksum(), page.getInt(8));
        assertEquals(SegmentLayout.FORMAT_VERSION, page.getInt(12));
        assertEquals(ID_HIGH, page.getLong(16));
        assertEquals(ID_LOW, page.getLong(24));
        assertEquals(BLOCK_LENGTH, page.getInt(32));
        assertEquals(BLOCK_COUNT, page.getInt(36));
        for (int i = 40; i < page.capacity(); i++) {
            assertEquals(0, page.get(i), "offset=" + i);
        }
    }

    @Test
    void isOfShouldKnowThePageOfTheJournalAndNoOther() {
        assertTrue(isOurs());
        assertEquals(BLOCK_LENGTH, IndexLayout.blockLengthOf(page));
        assertEquals(BLOCK_COUNT, IndexLayout.blockCountOf(page));
        assertFalse(IndexLayout.isOf(page, ID_HIGH + 1, ID_LOW));
        assertFalse(IndexLayout.isOf(page, ID_HIGH, ID_LOW + 1));
    }

    @Test
    void isOfShouldRefuseWhenAnyByteIsChanged() {
        for (int offset = 0; offset < IndexLayout.HEADER_PAGE_LENGTH; offset++) {
            page.clear().put(offset, (byte) (page.get(offset) ^ 1));
            assertFalse(isOurs(), "offset=" + offset);
            page.clear().put(offset, (byte) (page.get(offset) ^ 1));
        }
        assertTrue(isOurs());
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, true", "2, false"})
    void isOfShouldRefuseWhenTheVersionIsAnother(final int version, final boolean expected) {
        change(IndexLayout.VERSION_OFFSET, version);
        assertEquals(expected, isOurs());
    }

    @ParameterizedTest
    @CsvSource({
        "-2147483648, false",
        "0, false",
        "2048, false",
        "4096, true",
        "6144, false",
        "12288, false",
        "65536, true",
        "69632, false",
        "131072, false"
    })
    void isOfShouldRefuseWhenNoBlockIsSoLong(final int blockLength, final boolean expected) {
        change(IndexLayout.BLOCK_LENGTH_OFFSET, blockLength);
        assertEquals(expected, isOurs());
    }

    @ParameterizedTest
    @CsvSource({
        "-2147483648, false",
        "0, false",
        "512, false",
        "1024, true",
        "1025, false",
        "1048575, false",
        "1048576, true",
        "2097152, false"
    })
    void isOfShouldRefuseWhenNoRingHasSoManyBlocks(final int blockCount, final boolean expected) {
        change(IndexLayout.BLOCK_COUNT_OFFSET, blockCount);
        assertEquals(expected, isOurs());
    }

    @ParameterizedTest
    @CsvSource({
        "65536, 4096",
        "67108864, 4096",
        "67108865, 4096",
        "67125248, 8192",
        "134217728, 8192",
        "134234112, 16384",
        "536887296, 65536",
        "1073741824, 65536"
    })
    void blockLengthShouldGrowWithTheSegment(final int segmentLength, final int expected) {
        assertEquals(expected, IndexLayout.blockLength(segmentLength));
    }

    @ParameterizedTest
    @CsvSource({"1, 12288", "2047, 16773120", "2048, 4096", "2049, 12288", "9223372036854775807, 16773120"})
    void blockOffsetShouldGoRoundTheRing(final long segment, final long expected) {
        assertEquals(expected, IndexLayout.blockOffset(segment, BLOCK_LENGTH, BLOCK_COUNT));
    }

    @Test
    void blockOffsetShouldNotOverflowWhenTheFileIsTheLongest() {
        assertEquals(
                (1L << 36) + 4096 - 65_536,
                IndexLayout.blockOffset(1_048_575, IndexLayout.MAX_BLOCK_LENGTH, IndexLayout.MAX_BLOCK_COUNT));
    }
}

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

class MarkLayoutTest {

    private static final long ID_HIGH = 0x1122_3344_5566_7788L;
    private static final long ID_LOW = 0x99AA_BBCC_DDEE_FF00L;

    private final ByteBuffer page = DirectBuffers.aligned(MarkLayout.FILE_LENGTH);

    @BeforeEach
    void writePage() {
        for (int i = 0; i < MarkLayout.FILE_LENGTH; i++) {
            page.put(i, (byte) 0xAA);
        }
        MarkLayout.write(page, ID_HIGH, ID_LOW, 77);
    }

    private boolean isOurs() {
        final boolean ours = MarkLayout.isOf(page, ID_HIGH, ID_LOW);
        page.clear();
        return ours;
    }

    @Test
    void writeShouldFillThePage() {
        assertEquals(0, page.position());
        assertEquals(MarkLayout.FILE_LENGTH, page.limit());
        final byte[] magic = new byte[8];
        page.get(MarkLayout.MAGIC_OFFSET, magic);
        assertEquals("TIDEMARK", new String(magic, StandardCharsets.US_ASCII));
        page.order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(SegmentLayout.FORMAT_VERSION, page.getInt(MarkLayout.VERSION_OFFSET));
        final CRC32C checksum = new CRC32C();
        checksum.update(
                page.slice(MarkLayout.VERSION_OFFSET, MarkLayout.DURABLE_SEQUENCE_OFFSET - MarkLayout.VERSION_OFFSET));
        assertEquals((int) checksum.getValue(), page.getInt(MarkLayout.CHECKSUM_OFFSET));
        assertEquals(77, page.getLong(MarkLayout.DURABLE_SEQUENCE_OFFSET));
        assertEquals(~77L, page.getLong(MarkLayout.COMPLEMENT_OFFSET));
        for (int i = MarkLayout.COMPLEMENT_OFFSET + Long.BYTES; i < MarkLayout.FILE_LENGTH; i++) {
            assertEquals(0, page.get(i), "offset=" + i);
        }
        assertTrue(isOurs());
    }

    @Test
    void isOfShouldRefuseWhenIdDiffers() {
        assertFalse(MarkLayout.isOf(page, ID_HIGH + 1, ID_LOW));
        assertFalse(MarkLayout.isOf(page, ID_HIGH, ID_LOW + 1));
    }

    @Test
    void isOfShouldRefuseWhenAnyByteOfTheHeaderChanges() {
        for (int offset = 0; offset < MarkLayout.DURABLE_SEQUENCE_OFFSET; offset++) {
            page.put(offset, (byte) (page.get(offset) ^ 1));
            assertFalse(isOurs(), "offset=" + offset);
            page.put(offset, (byte) (page.get(offset) ^ 1));
        }
        page.put(MarkLayout.DURABLE_SEQUENCE_OFFSET, (byte) 78);
        assertTrue(isOurs(), "what changes is not in the checksum");
    }

    @Test
    void isOfShouldRefuseWhenVersionIsNewer() {
        page.order(ByteOrder.LITTLE_ENDIAN).putInt(MarkLayout.VERSION_OFFSET, SegmentLayout.FORMAT_VERSION + 1);
        final int length = MarkLayout.DURABLE_SEQUENCE_OFFSET - MarkLayout.VERSION_OFFSET;
        final int checksum = new SeededChecksum().of(page, MarkLayout.VERSION_OFFSET, length);
        page.clear().putInt(MarkLayout.CHECKSUM_OFFSET, checksum);
        assertFalse(isOurs());
    }

    @Test
    void durableShouldBeReadBackWhenItWasStored() {
        assertEquals(77, MarkLayout.durableAcquire(page));
        for (final long sequence : new long[] {0, 1, 1L << 40, FrameLayout.MAX_SEQUENCE}) {
            MarkLayout.durableRelease(page, sequence);
            assertEquals(sequence, MarkLayout.durableAcquire(page));
        }
    }

    @Test
    void durableShouldNotBeBelievedWhenItsWordsDoNotMatch() {
        page.order(ByteOrder.LITTLE_ENDIAN).putLong(MarkLayout.DURABLE_SEQUENCE_OFFSET, 78);
        assertEquals(-1, MarkLayout.durableAcquire(page));
        page.putLong(MarkLayout.COMPLEMENT_OFFSET, ~78L);
        assertEquals(78, MarkLayout.durableAcquire(page));
    }

    @Test
    void durableShouldNotBeBelievedWhenItIsNoSequence() {
        for (final long wrong : new long[] {-1, Long.MIN_VALUE, FrameLayout.MAX_SEQUENCE + 1}) {
            MarkLayout.durableRelease(page, wrong);
            assertEquals(-1, MarkLayout.durableAcquire(page), "wrong=" + wrong);
        }
    }
}

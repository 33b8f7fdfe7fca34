// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentLayoutTest {

    private static final SegmentHeader HEADER =
            new SegmentHeader(0x0102030405060708L, -2, 77, SegmentLayout.MAX_SEGMENT_LENGTH, 9, -3);

    private final ByteBuffer page = ByteBuffer.allocateDirect(SegmentLayout.HEADER_PAGE_LENGTH);

    /** Makes the page whole again after a field was changed behind the back of the layout. */
    private void renewChecksum() {
        page.clear().order(ByteOrder.LITTLE_ENDIAN);
        final int covered = SegmentLayout.HEADER_PAGE_LENGTH - SegmentLayout.VERSION_OFFSET;
        final int sum = new SeededChecksum().of(page, SegmentLayout.VERSION_OFFSET, covered);
        page.clear().putInt(SegmentLayout.CHECKSUM_OFFSET, sum);
    }

    @Test
    void offsetsShouldLeaveNoGapWhenFieldsAreLaidInARow() {
        final int[] offsets = {
            SegmentLayout.MAGIC_OFFSET,
            SegmentLayout.CHECKSUM_OFFSET,
            SegmentLayout.VERSION_OFFSET,
            SegmentLayout.JOURNAL_ID_HIGH_OFFSET,
            SegmentLayout.JOURNAL_ID_LOW_OFFSET,
            SegmentLayout.NUMBER_OFFSET,
            SegmentLayout.SEGMENT_LENGTH_OFFSET,
            SegmentLayout.EPOCH_OFFSET,
            SegmentLayout.CREATED_OFFSET
        };
        assertEquals("[0, 8, 12, 16, 24, 32, 40, 44, 48]", Arrays.toString(offsets));
    }

    @ParameterizedTest
    @CsvSource({
        "65536, true",
        "69632, true",
        "1073741824, true",
        "0, false",
        "-65536, false",
        "61440, false",
        "65535, false",
        "65537, false",
        "65544, false",
        "1073737728, true",
        "1073741823, false",
        "1073745920, false",
        "2147483647, false",
        "-2147483648, false"
    })
    void isSegmentLengthShouldHoldForWholePagesWithinTheLimits(final int length, final boolean expected) {
        assertEquals(expected, SegmentLayout.isSegmentLength(length));
    }

    @Test
    void magicShouldReadAsWordsWhenTheFileIsLookedAt() {
        SegmentLayout.write(page, HEADER);
        final byte[] magic = new byte[8];
        page.get(0, magic);
        assertEquals("TIDESEGM", new String(magic, StandardCharsets.US_ASCII));
    }

    @Test
    void readShouldGiveBackWhatWasWritten() {
        for (int i = 0; i < page.capacity(); i++) {
            page.put(i, (byte) 0xAB);
        }
        SegmentLayout.write(page, HEADER);
        assertEquals(HeaderVerdict.READABLE, SegmentLayout.check(page));
        assertEquals(HEADER, SegmentLayout.read(page));
        assertEquals(SegmentLayout.FORMAT_VERSION, SegmentLayout.version(page));
        for (int i = SegmentLayout.CREATED_OFFSET + Long.BYTES; i < page.capacity(); i++) {
            assertEquals(0, page.get(i), "offset=" + i);
        }
    }

    @Test
    void checkShouldSayDamagedWhenAnyBitOfAnyByteIsFlipped() {
        SegmentLayout.write(page, HEADER);
        for (int i = 0; i < SegmentLayout.HEADER_PAGE_LENGTH; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                page.clear().put(i, (byte) (page.get(i) ^ 1 << bit));
                assertEquals(HeaderVerdict.DAMAGED, SegmentLayout.check(page), "offset=" + i + ", bit=" + bit);
                page.clear().put(i, (byte) (page.get(i) ^ 1 << bit));
            }
        }
        assertEquals(HeaderVerdict.READABLE, SegmentLayout.check(page));
    }

    @Test
    void checkShouldSayDamagedWhenThePageIsZero() {
        assertEquals(HeaderVerdict.DAMAGED, SegmentLayout.check(page));
        renewChecksum();
        assertEquals(HeaderVerdict.DAMAGED, SegmentLayout.check(page), "a checksum alone is not enough");
    }

    @ParameterizedTest
    @CsvSource({"-2147483648, TOO_OLD", "-1, TOO_OLD", "0, TOO_OLD", "1, READABLE", "2, TOO_NEW", "2147483647, TOO_NEW"
    })
    void checkShouldTellOldFromNewWhenThePageIsWhole(final int version, final HeaderVerdict expected) {
        SegmentLayout.write(page, HEADER);
        page.putInt(SegmentLayout.VERSION_OFFSET, version);
        renewChecksum();
        assertEquals(expected, SegmentLayout.check(page));
        assertEquals(version, SegmentLayout.version(page));
    }
}

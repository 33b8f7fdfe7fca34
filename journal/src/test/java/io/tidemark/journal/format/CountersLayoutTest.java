// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountersLayoutTest {

    private static final long ID_HIGH = 0x1122_3344_5566_7788L;
    private static final long ID_LOW = 0x99AA_BBCC_DDEE_FF00L;

    private final ByteBuffer slot = DirectBuffers.aligned(CountersLayout.SLOT_LENGTH);
    private final long[] words = CountersLayout.words();
    private final long[] found = CountersLayout.words();

    @BeforeEach
    void write() {
        for (int i = 0; i < words.length; i++) {
            words[i] = 1_000_003L * i;
        }
        words[CountersLayout.index(CountersLayout.JOURNAL_ID_HIGH_OFFSET)] = ID_HIGH;
        words[CountersLayout.index(CountersLayout.JOURNAL_ID_LOW_OFFSET)] = ID_LOW;
        CountersLayout.write(slot, words);
    }

    private boolean read() {
        return CountersLayout.read(slot, ID_HIGH, ID_LOW, found);
    }

    @Test
    void readShouldGiveWhatWasWritten() {
        final byte[] magic = new byte[8];
        slot.get(CountersLayout.MAGIC_OFFSET, magic);
        assertEquals("TIDECNTR", new String(magic, StandardCharsets.US_ASCII));
        assertTrue(read());
        for (int i = CountersLayout.index(CountersLayout.GENERATION_OFFSET); i < words.length; i++) {
            assertEquals(words[i], found[i], "word=" + i);
        }
        assertEquals(slot.order(ByteOrder.LITTLE_ENDIAN).getLong(CountersLayout.FORCES_OFFSET), found[20]);
    }

    @Test
    void readShouldRefuseWhenAnyByteIsChanged() {
        for (int offset = 0; offset < CountersLayout.SLOT_LENGTH; offset++) {
            slot.put(offset, (byte) (slot.get(offset) ^ 0x10));
            assertFalse(read(), "offset=" + offset);
            slot.put(offset, (byte) (slot.get(offset) ^ 0x10));
        }
        assertTrue(read());
    }

    @Test
    void readShouldRefuseWhenTheJournalOrTheVersionIsAnother() {
        assertFalse(CountersLayout.read(slot, ID_HIGH + 1, ID_LOW, found));
        assertFalse(CountersLayout.read(slot, ID_HIGH, ID_LOW + 1, found));
        slot.order(ByteOrder.LITTLE_ENDIAN).putInt(CountersLayout.VERSION_OFFSET, SegmentLayout.FORMAT_VERSION + 1);
        final int length = CountersLayout.SLOT_LENGTH - CountersLayout.VERSION_OFFSET;
        final int checksum = new SeededChecksum().of(slot, CountersLayout.VERSION_OFFSET, length);
        slot.clear().putInt(CountersLayout.CHECKSUM_OFFSET, checksum);
        assertFalse(read());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2_047, 2_048, 2_303, 2_304, 4_095, 4_096, 123_456_789, 250_000_000_000L})
    void timeShouldLieInItsClassAndInNoOther(final long timeNs) {
        final int timeClass = CountersLayout.timeClass(timeNs);
        assertTrue(timeNs <= CountersLayout.longestTimeNs(timeClass), "class=" + timeClass);
        assertTrue(timeClass == 0 || timeNs > CountersLayout.longestTimeNs(timeClass - 1), "class=" + timeClass);
    }

    @Test
    void classesShouldFollowEachOtherWithoutAGap() {
        for (int timeClass = 0; timeClass < CountersLayout.TIME_CLASS_COUNT - 1; timeClass++) {
            final long longest = CountersLayout.longestTimeNs(timeClass);
            assertEquals(timeClass, CountersLayout.timeClass(longest));
            assertEquals(timeClass + 1, CountersLayout.timeClass(longest + 1));
            assertTrue(timeClass == 0 || longest <= CountersLayout.longestTimeNs(timeClass - 1) * 9 / 8 + 1);
        }
        assertEquals(CountersLayout.TIME_CLASS_COUNT - 1, CountersLayout.timeClass(Long.MAX_VALUE));
        assertEquals(0, CountersLayout.timeClass(-5), "a clock that went back");
    }
}

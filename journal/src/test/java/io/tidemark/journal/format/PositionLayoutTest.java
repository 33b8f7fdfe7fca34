// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionLayoutTest {

    private static final Position POSITION = new Position(7, -1, Long.MIN_VALUE, FrameLayout.MAX_SEQUENCE, 99);

    private final ByteBuffer slot = ByteBuffer.allocateDirect(PositionLayout.SLOT_DISTANCE);

    private void writeChecksum() {
        final int covered = PositionLayout.SLOT_LENGTH - PositionLayout.VERSION_OFFSET;
        final CRC32C checksum = new CRC32C();
        checksum.update(slot.clear().slice(PositionLayout.VERSION_OFFSET, covered));
        slot.order(ByteOrder.LITTLE_ENDIAN).putInt(PositionLayout.CHECKSUM_OFFSET, (int) checksum.getValue());
    }

    @Test
    void readShouldGiveBackWhatWasWritten() {
        PositionLayout.write(slot, POSITION);
        assertEquals(PositionLayout.SLOT_LENGTH, slot.remaining(), "the caller writes just the slot");
        assertEquals(HeaderVerdict.READABLE, PositionLayout.check(slot));
        assertEquals(POSITION, PositionLayout.read(slot));
        final byte[] magic = new byte[8];
        slot.clear().get(0, magic);
        assertEquals("TIDEPOSN", new String(magic, StandardCharsets.US_ASCII));
        final int checksum = slot.getInt(PositionLayout.CHECKSUM_OFFSET);
        writeChecksum();
        assertEquals(slot.getInt(PositionLayout.CHECKSUM_OFFSET), checksum);
        assertTrue(PositionLayout.SLOT_LENGTH <= 512, "a slot lies within one sector");
    }

    @Test
    void writeShouldLeaveNothingOfWhatWasThereAndTouchNothingBehindTheSlot() {
        for (int i = 0; i < slot.capacity(); i++) {
            slot.put(i, (byte) 0xAB);
        }
        PositionLayout.write(slot, POSITION);
        assertEquals(POSITION, PositionLayout.read(slot));
        for (int i = PositionLayout.COMMITTED_OFFSET + Long.BYTES; i < PositionLayout.SLOT_LENGTH; i++) {
            assertEquals(0, slot.get(i), "offset=" + i);
        }
        for (int i = PositionLayout.SLOT_LENGTH; i < slot.capacity(); i++) {
            assertEquals((byte) 0xAB, slot.get(i), "offset=" + i);
        }
    }

    @Test
    void placesThatNeverChangeShouldBeThoseOfTheMetaFile() {
        assertEquals(MetaLayout.MAGIC_OFFSET, PositionLayout.MAGIC_OFFSET);
        assertEquals(MetaLayout.CHECKSUM_OFFSET, PositionLayout.CHECKSUM_OFFSET);
        assertEquals(MetaLayout.VERSION_OFFSET, PositionLayout.VERSION_OFFSET);
    }

    @Test
    void checkShouldSayDamagedWhenAnyByteChanges() {
        PositionLayout.write(slot, POSITION);
        for (int offset = 0; offset < PositionLayout.SLOT_LENGTH; offset++) {
            slot.clear().put(offset, (byte) (slot.get(offset) ^ 1));
            assertEquals(HeaderVerdict.DAMAGED, PositionLayout.check(slot), "offset=" + offset);
            slot.clear().put(offset, (byte) (slot.get(offset) ^ 1));
        }
        assertEquals(HeaderVerdict.READABLE, PositionLayout.check(slot));
    }

    @Test
    void checkShouldSayDamagedWhenTheSlotIsOfOldAndNewWords() {
        PositionLayout.write(slot, POSITION.behind(5, 100));
        final byte[] before = new byte[PositionLayout.SLOT_LENGTH];
        slot.get(0, before);
        PositionLayout.write(slot, POSITION.behind(6, 101).behind(7, 102));
        final byte[] after = new byte[PositionLayout.SLOT_LENGTH];
        slot.get(0, after);
        int torn = 0;
        for (int boundary = 8; boundary < PositionLayout.SLOT_LENGTH; boundary += 8) {
            final byte[] mixed = after.clone();
            System.arraycopy(before, boundary, mixed, boundary, before.length - boundary);
            if (!Arrays.equals(mixed, before) && !Arrays.equals(mixed, after)) {
                torn++;
                slot.clear().put(0, mixed);
                assertEquals(HeaderVerdict.DAMAGED, PositionLayout.check(slot), "boundary=" + boundary);
            }
        }
        assertTrue(torn > 0);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 5, DAMAGED",
        "4611686018427387904, 5, DAMAGED",
        "0, 5, READABLE",
        "4611686018427387903, 5, READABLE",
        "1, -1, DAMAGED",
        "1, 0, READABLE",
        "1, 72057594037927935, READABLE",
        "1, 72057594037927936, DAMAGED",
        "1, -9223372036854775808, DAMAGED"
    })
    void checkShouldSayDamagedWhenNoJournalHasSuchNumbers(
            final long generation, final long passedSequence, final HeaderVerdict expected) {
        PositionLayout.write(slot, new Position(generation, 1, 2, passedSequence, Long.MIN_VALUE));
        assertEquals(expected, PositionLayout.check(slot));
    }

    @ParameterizedTest
    @CsvSource({"-2147483648, TOO_OLD", "0, TOO_OLD", "1, READABLE", "2, TOO_NEW", "2147483647, TOO_NEW"})
    void checkShouldTellOldFromNewWhenTheSlotIsWhole(final int version, final HeaderVerdict expected) {
        PositionLayout.write(slot, POSITION);
        slot.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(PositionLayout.VERSION_OFFSET, version);
        writeChecksum();
        assertEquals(expected, PositionLayout.check(slot));
        assertEquals(version, PositionLayout.version(slot));
    }

    @Test
    void checkShouldSayTooNewWhenALaterVersionHasOtherNumbers() {
        PositionLayout.write(slot, new Position(-1, 1, 2, -1, 3));
        slot.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(PositionLayout.VERSION_OFFSET, 2);
        writeChecksum();
        assertEquals(HeaderVerdict.TOO_NEW, PositionLayout.check(slot), "what the rest means is not known here");
    }

    @Test
    void isInShouldCompareBothHalvesOfTheId() {
        final Position position = Position.first(Meta.created(5, 6), 10, 20);
        assertEquals(new Position(0, 5, 6, 10, 20), position);
        assertEquals(new Position(1, 5, 6, 11, 21), position.behind(11, 21));
        assertTrue(position.isIn(Meta.created(5, 6)));
        assertFalse(position.isIn(Meta.created(4, 6)));
        assertFalse(position.isIn(Meta.created(5, 7)));
    }
}

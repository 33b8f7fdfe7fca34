// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetaLayoutTest {

    private static final Meta META = new Meta(
            Long.MAX_VALUE, -1, Long.MIN_VALUE, Integer.MAX_VALUE, true, 11, FrameLayout.MAX_SEQUENCE, 22, 33, 44);

    private final ByteBuffer slot = ByteBuffer.allocateDirect(MetaLayout.SLOT_DISTANCE);

    @Test
    void offsetsShouldLeaveNoGapWhenFieldsAreLaidInARow() {
        final int[] offsets = {
            MetaLayout.MAGIC_OFFSET,
            MetaLayout.CHECKSUM_OFFSET,
            MetaLayout.VERSION_OFFSET,
            MetaLayout.GENERATION_OFFSET,
            MetaLayout.JOURNAL_ID_HIGH_OFFSET,
            MetaLayout.JOURNAL_ID_LOW_OFFSET,
            MetaLayout.EPOCH_OFFSET,
            MetaLayout.CLOSED_OFFSET,
            MetaLayout.HEAD_OFFSET,
            MetaLayout.DURABLE_SEQUENCE_OFFSET,
            MetaLayout.MARK_SEGMENT_OFFSET,
            MetaLayout.MARK_SEGMENT_FIRST_SEQUENCE_OFFSET,
            MetaLayout.CHECKPOINT_SEQUENCE_OFFSET
        };
        assertEquals("[0, 8, 12, 16, 24, 32, 40, 44, 48, 56, 64, 72, 80]", Arrays.toString(offsets));
        assertTrue(MetaLayout.CHECKPOINT_SEQUENCE_OFFSET + Long.BYTES <= MetaLayout.SLOT_LENGTH);
        assertTrue(MetaLayout.SLOT_LENGTH <= 512, "a slot lies within one sector");
        assertEquals(MetaLayout.FILE_LENGTH, 2 * MetaLayout.SLOT_DISTANCE);
    }

    @Test
    void placesThatNeverChangeShouldBeThoseOfTheSegmentHeader() {
        assertEquals(SegmentLayout.MAGIC_OFFSET, MetaLayout.MAGIC_OFFSET);
        assertEquals(SegmentLayout.CHECKSUM_OFFSET, MetaLayout.CHECKSUM_OFFSET);
        assertEquals(SegmentLayout.VERSION_OFFSET, MetaLayout.VERSION_OFFSET);
    }

    @Test
    void readShouldGiveBackWhatWasWritten() {
        MetaLayout.write(slot, META);
        assertEquals(MetaLayout.SLOT_LENGTH, slot.remaining(), "the caller writes just the slot");
        assertEquals(HeaderVerdict.READABLE, MetaLayout.check(slot));
        assertEquals(META, MetaLayout.read(slot));
        final byte[] magic = new byte[8];
        slot.clear().get(0, magic);
        assertEquals("TIDEMETA", new String(magic, StandardCharsets.US_ASCII));
        for (int i = MetaLayout.CHECKPOINT_SEQUENCE_OFFSET + Long.BYTES; i < MetaLayout.SLOT_LENGTH; i++) {
            assertEquals(0, slot.get(i), "offset=" + i);
        }
    }

    @Test
    void writeShouldLeaveNothingOfWhatWasThereAndTouchNothingBehindTheSlot() {
        for (int i = 0; i < slot.capacity(); i++) {
            slot.put(i, (byte) 0xAB);
        }
        MetaLayout.write(slot, META);
        assertEquals(META, MetaLayout.read(slot));
        for (int i = MetaLayout.CHECKPOINT_SEQUENCE_OFFSET + Long.BYTES; i < MetaLayout.SLOT_LENGTH; i++) {
            assertEquals(0, slot.get(i), "offset=" + i);
        }
        for (int i = MetaLayout.SLOT_LENGTH; i < slot.capacity(); i++) {
            assertEquals((byte) 0xAB, slot.get(i), "offset=" + i);
        }
    }

    @Test
    void writeShouldTellApartOpenAndClosed() {
        final Meta open = Meta.created(1, 2).opened(1);
        MetaLayout.write(slot, open);
        assertEquals(0, slot.getInt(MetaLayout.CLOSED_OFFSET));
        assertEquals(open, MetaLayout.read(slot));
        MetaLayout.write(slot, open.closedCleanly());
        assertEquals(1, slot.getInt(MetaLayout.CLOSED_OFFSET));
        assertEquals(open.closedCleanly(), MetaLayout.read(slot));
    }

    @Test
    void checkShouldSayDamagedWhenAnyBitOfAnyByteIsFlipped() {
        MetaLayout.write(slot, META);
        for (int i = 0; i < MetaLayout.SLOT_LENGTH; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                slot.clear().put(i, (byte) (slot.get(i) ^ 1 << bit));
                assertEquals(HeaderVerdict.DAMAGED, MetaLayout.check(slot), "offset=" + i + ", bit=" + bit);
                slot.clear().put(i, (byte) (slot.get(i) ^ 1 << bit));
            }
        }
        assertEquals(HeaderVerdict.READABLE, MetaLayout.check(slot));
    }

    @Test
    void checkShouldSayDamagedWhenTheSlotIsOfOldAndNewWords() {
        final byte[] before = bytesOf(Meta.created(1, 2).opened(1));
        final byte[] after = bytesOf(Meta.created(1, 2).opened(1).marked(10, 1, 1));
        int torn = 0;
        for (int boundary = 8; boundary < MetaLayout.SLOT_LENGTH; boundary += 8) {
            final byte[] mixed = after.clone();
            System.arraycopy(before, boundary, mixed, boundary, before.length - boundary);
            if (!Arrays.equals(mixed, before) && !Arrays.equals(mixed, after)) {
                torn++;
                slot.clear().put(0, mixed);
                assertEquals(HeaderVerdict.DAMAGED, MetaLayout.check(slot), "boundary=" + boundary);
            }
        }
        assertTrue(torn > 0);
    }

    private byte[] bytesOf(final Meta meta) {
        MetaLayout.write(slot, meta);
        final byte[] bytes = new byte[MetaLayout.SLOT_LENGTH];
        slot.clear().get(0, bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"-2147483648, TOO_OLD", "-1, TOO_OLD", "0, TOO_OLD", "1, READABLE", "2, TOO_NEW", "2147483647, TOO_NEW"
    })
    void checkShouldTellOldFromNewWhenTheSlotIsWhole(final int version, final HeaderVerdict expected) {
        MetaLayout.write(slot, META);
        slot.clear().putInt(MetaLayout.VERSION_OFFSET, version);
        final int covered = MetaLayout.SLOT_LENGTH - MetaLayout.VERSION_OFFSET;
        final int sum = new SeededChecksum().of(slot, MetaLayout.VERSION_OFFSET, covered);
        slot.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(MetaLayout.CHECKSUM_OFFSET, sum);
        assertEquals(expected, MetaLayout.check(slot));
        assertEquals(version, MetaLayout.version(slot));
    }

    @Test
    void nextGenerationsShouldKeepWhatTheyDoNotChange() {
        final Meta created = Meta.created(5, 6);
        assertEquals(new Meta(0, 5, 6, 0, true, 1, 0, 1, 1, 0), created);
        final Meta opened = created.opened(1);
        assertEquals(new Meta(0, 5, 6, 1, false, 1, 0, 1, 1, 0), opened);
        assertEquals(new Meta(1, 5, 6, 1, false, 1, 0, 1, 1, 0), opened.again());
        final Meta marked = opened.marked(20, 3, 15);
        assertEquals(new Meta(1, 5, 6, 1, false, 1, 20, 3, 15, 0), marked);
        assertEquals(new Meta(1, 5, 6, 1, true, 1, 20, 3, 15, 0), marked.closedCleanly());
        assertEquals(new Meta(1, 5, 6, 1, false, 12, 20, 3, 15, 11), marked.truncated(12, 11));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameLayoutTest {

    private record Field(int offset, int length) {}

    private static final List<Field> FIELDS = List.of(
            new Field(FrameLayout.CHECKSUM_OFFSET, Integer.BYTES),
            new Field(FrameLayout.LENGTH_OFFSET, Integer.BYTES),
            new Field(FrameLayout.SEQUENCE_OFFSET, 7),
            new Field(FrameLayout.FLAGS_OFFSET, Byte.BYTES),
            new Field(FrameLayout.TIMESTAMP_OFFSET, Long.BYTES),
            new Field(FrameLayout.EPOCH_OFFSET, Integer.BYTES),
            new Field(FrameLayout.TYPE_OFFSET, Short.BYTES),
            new Field(FrameLayout.DURABLE_LAG_OFFSET, Short.BYTES));

    private final ByteBuffer buffer = DirectBuffers.aligned(256);

    @Test
    void offsetsShouldLeaveNoGapWhenFieldsAreLaidInARow() {
        int expected = 0;
        for (final Field field : FIELDS) {
            assertEquals(expected, field.offset());
            expected += field.length();
        }
        assertEquals(FrameLayout.HEADER_LENGTH, expected);
    }

    @Test
    void headerShouldBeThirtyTwoBytesAndAWholeNumberOfUnits() {
        assertEquals(32, FrameLayout.HEADER_LENGTH);
        assertEquals(8, FrameLayout.ALIGNMENT);
        assertEquals(0, FrameLayout.HEADER_LENGTH % FrameLayout.ALIGNMENT);
        assertEquals(0, FrameLayout.CHECKSUM_OFFSET % Long.BYTES, "the word is stored at once");
        assertEquals(FrameLayout.CHECKSUM_OFFSET + Integer.BYTES, FrameLayout.LENGTH_OFFSET, "the word is one long");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 31, 32, 33, 4095, 4096, FrameLayout.MAX_FRAME_LENGTH - 7})
    void alignShouldRoundUpToTheNextUnit(final int length) {
        final int aligned = FrameLayout.align(length);
        assertEquals(0, aligned % FrameLayout.ALIGNMENT);
        assertTrue(aligned >= length && aligned - length < FrameLayout.ALIGNMENT, "aligned=" + aligned);
    }

    @Test
    void wordShouldGiveBackItsHalvesWhenTheyAreExtreme() {
        for (final int length : new int[] {0, 1, 32, FrameLayout.MAX_FRAME_LENGTH, Integer.MAX_VALUE, -1}) {
            for (final int checksum : new int[] {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                final long word = FrameLayout.word(length, checksum);
                assertEquals(length, FrameLayout.lengthOf(word));
                assertEquals(checksum, FrameLayout.checksumOf(word));
            }
        }
        assertEquals(0, FrameLayout.word(0, 0), "nothing is all zeros");
    }

    @Test
    void wordShouldLieLittleEndianWithTheChecksumFirst() {
        FrameLayout.word(buffer, 8, FrameLayout.word(0x11223344, 0x55667788));
        final byte[] bytes = new byte[8];
        buffer.get(8, bytes);
        assertEquals(List.of(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11), unsigned(bytes));
    }

    private static List<Integer> unsigned(final byte[] bytes) {
        final Integer[] values = new Integer[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] & 0xFF;
        }
        return List.of(values);
    }

    @Test
    void wordAcquireShouldReadWhatWordReleaseStored() {
        FrameLayout.wordRelease(buffer, 16, FrameLayout.word(32, -2));
        assertEquals(FrameLayout.word(32, -2), FrameLayout.wordAcquire(buffer, 16));
        assertEquals(FrameLayout.word(32, -2), FrameLayout.word(buffer, 16));
    }

    @Test
    void accessorsShouldGiveBackExtremeValues() {
        for (final long sequence : new long[] {0, 1, 1L << 55, FrameLayout.MAX_SEQUENCE}) {
            for (final int flags : new int[] {0, 1, 127, 128, 255}) {
                FrameLayout.sequenceAndFlags(buffer, 0, sequence, flags);
                assertEquals(sequence, FrameLayout.sequence(buffer, 0));
                assertEquals(flags, FrameLayout.flags(buffer, 0));
                assertEquals(flags == 0, FrameLayout.sequenceAndFlags(buffer, 0) == sequence);
            }
        }
        for (final long timestamp : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            FrameLayout.timestampNs(buffer, 0, timestamp);
            assertEquals(timestamp, FrameLayout.timestampNs(buffer, 0));
        }
        for (final int epoch : new int[] {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            for (final int type : new int[] {0, 1, RecordType.USER_MAX, RecordType.SEAL, RecordType.ABORTED, -1}) {
                for (final int lag : new int[] {0, 1, 0x7FFF, 0x8000, DurableLag.UNKNOWN}) {
                    FrameLayout.epochTypeAndLag(buffer, 0, epoch, type, lag);
                    assertEquals(epoch, FrameLayout.epoch(buffer, 0));
                    assertEquals(type, FrameLayout.type(buffer, 0));
                    assertEquals(lag, FrameLayout.encodedLag(buffer, 0));
                    final long fields = FrameLayout.epochTypeAndLag(buffer, 0);
                    assertEquals(epoch, FrameLayout.epochOf(fields));
                    assertEquals(type, FrameLayout.typeOf(fields));
                    assertEquals(lag, FrameLayout.encodedLagOf(fields));
                }
            }
        }
    }

    @Test
    void accessorsShouldNotTouchEachOthersFieldsWhenAllAreStored() {
        final long seed = 20_261_120;
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 10_000; i++) {
            final int offset = random.nextInt(20) * FrameLayout.ALIGNMENT;
            final long word = random.nextLong();
            final long sequence = random.nextLong() & FrameLayout.MAX_SEQUENCE;
            final int flags = random.nextInt(256);
            final long timestamp = random.nextLong();
            final int epoch = random.nextInt();
            final int type = (short) random.nextInt();
            final int lag = random.nextInt(1 << 16);
            FrameLayout.word(buffer, offset, word);
            FrameLayout.epochTypeAndLag(buffer, offset, epoch, type, lag);
            FrameLayout.timestampNs(buffer, offset, timestamp);
            FrameLayout.sequenceAndFlags(buffer, offset, sequence, flags);
            final String message = "seed=" + seed + ", round=" + i;
            assertEquals(word, FrameLayout.word(buffer, offset), message);
            assertEquals(sequence, FrameLayout.sequence(buffer, offset), message);
            assertEquals(flags, FrameLayout.flags(buffer, offset), message);
            assertEquals(timestamp, FrameLayout.timestampNs(buffer, offset), message);
            assertEquals(epoch, FrameLayout.epoch(buffer, offset), message);
            assertEquals(type, FrameLayout.type(buffer, offset), message);
            assertEquals(lag, FrameLayout.encodedLag(buffer, offset), message);
        }
    }

    @Test
    void storesShouldStayWithinTheHeaderWhenBytesBesideItAreSet() {
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, (byte) 0x5A);
        }
        FrameLayout.word(buffer, 64, -1);
        FrameLayout.sequenceAndFlags(buffer, 64, FrameLayout.MAX_SEQUENCE, 255);
        FrameLayout.timestampNs(buffer, 64, -1);
        FrameLayout.epochTypeAndLag(buffer, 64, -1, -1, -1);
        for (int i = 0; i < buffer.capacity(); i++) {
            final boolean inside = i >= 64 && i < 64 + FrameLayout.HEADER_LENGTH;
            assertEquals(inside ? (byte) 0xFF : (byte) 0x5A, buffer.get(i), "offset=" + i);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeededChecksumTest {

    private static final long SEED = 42;
    private static final byte[] DIGITS = "123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void ofShouldBeTheKnownValueWhenThereIsNoSeed() {
        assertEquals(0xE3069283, new SeededChecksum().of(ByteBuffer.wrap(DIGITS), 0, DIGITS.length));
        assertEquals(0x8A9136AA, new SeededChecksum().of(ByteBuffer.allocateDirect(32), 0, 32), "32 zeros, RFC 3720");
        assertEquals(0, new SeededChecksum().of(ByteBuffer.allocateDirect(8), 0, 0));
    }

    @Test
    void ofShouldBeTheSameWhenTheBytesLieElsewhere() {
        final ByteBuffer direct = ByteBuffer.allocateDirect(100);
        direct.put(37, DIGITS);
        assertEquals(0xE3069283, new SeededChecksum().of(direct, 37, DIGITS.length));
    }

    @Test
    void seedShouldBeTheChecksumOfIdAndNumberLittleEndian() {
        final SeededChecksum checksum = new SeededChecksum();
        checksum.seed(0x0706050403020100L, 0x0F0E0D0C0B0A0908L, 0x1716151413121110L);
        final byte[] bytes = new byte[24];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        assertEquals(new SeededChecksum().of(ByteBuffer.wrap(bytes), 0, bytes.length), checksum.seed());
        final int seeded = checksum.of(ByteBuffer.wrap(DIGITS), 0, DIGITS.length);
        assertEquals(0xE3069283 ^ checksum.seed(), seeded);
        final SeededChecksum other = new SeededChecksum();
        other.seed(checksum.seed());
        assertEquals(seeded, other.of(ByteBuffer.wrap(DIGITS), 0, DIGITS.length));
    }

    @Test
    void seedShouldBeTheSameWhenSomethingWasChecksummedBefore() {
        final SeededChecksum fresh = new SeededChecksum();
        final SeededChecksum used = new SeededChecksum();
        used.of(ByteBuffer.wrap(DIGITS), 0, DIGITS.length);
        fresh.seed(1, 2, 3);
        used.seed(1, 2, 3);
        assertEquals(fresh.seed(), used.seed());
    }

    @Test
    void seedShouldDifferForEveryPairOfNumbersOfOneJournal() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int journal = 0; journal < 10; journal++) {
            final long high = random.nextLong();
            final long low = random.nextLong();
            final Set<Integer> seeds = new HashSet<>();
            final SeededChecksum checksum = new SeededChecksum();
            for (int number = 1; number <= 5_000; number++) {
                checksum.seed(high, low, number);
                assertTrue(seeds.add(checksum.seed()), "seed=" + SEED + ", number=" + number);
            }
        }
    }

    @Test
    void seedShouldDifferWhenOneBitOfTheIdDiffers() {
        final SeededChecksum checksum = new SeededChecksum();
        final Set<Integer> seeds = new HashSet<>();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            checksum.seed(1L << bit, 0, 1);
            assertTrue(seeds.add(checksum.seed()), "high half, bit=" + bit);
            checksum.seed(0, 1L << bit, 1);
            assertTrue(seeds.add(checksum.seed()), "low half, bit=" + bit);
        }
    }

    @Test
    void ofFrameShouldCoverEverythingButItselfWhenABitIsFlipped() {
        final SeededChecksum checksum = new SeededChecksum();
        checksum.seed(1, 2, 3);
        final ByteBuffer buffer = DirectBuffers.aligned(128);
        final byte[] payload = "eleven char".getBytes(StandardCharsets.US_ASCII);
        final int aligned = DirectBuffers.storeFrame(buffer, 8, checksum, 5, 1, 0, 0, 1, payload);
        final int length = FrameLayout.HEADER_LENGTH + payload.length;
        final int sum = checksum.ofFrame(buffer.clear(), 8, length);
        assertEquals(FrameLayout.checksumOf(FrameLayout.word(buffer.clear(), 8)), sum);
        for (int bit = 0; bit < Byte.SIZE * 128; bit++) {
            final int at = bit / Byte.SIZE;
            final byte mask = (byte) (1 << bit % Byte.SIZE);
            buffer.clear().put(at, (byte) (buffer.get(at) ^ mask));
            final int flipped = checksum.ofFrame(buffer, 8, length);
            buffer.clear().put(at, (byte) (buffer.get(at) ^ mask));
            if (at >= 8 + FrameLayout.LENGTH_OFFSET && at < 8 + aligned) {
                assertNotEquals(sum, flipped, "bit=" + bit);
            } else {
                assertEquals(sum, flipped, "bit=" + bit);
            }
        }
    }

    @Test
    void frameShouldNotBeWholeInAnotherSegmentWhenItsBytesAreCopied() {
        final SeededChecksum here = new SeededChecksum();
        final SeededChecksum there = new SeededChecksum();
        final ByteBuffer buffer = DirectBuffers.aligned(64);
        here.seed(1, 2, 3);
        DirectBuffers.storeFrame(buffer, 0, here, 5, 1, 0, 0, 1, DIGITS);
        final int stored = FrameLayout.checksumOf(FrameLayout.word(buffer, 0));
        for (int number = 4; number < 1_000; number++) {
            there.seed(1, 2, number);
            assertNotEquals(stored, there.ofFrame(buffer, 0, 32 + DIGITS.length), "number=" + number);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DurableLagTest {

    private static final int ENCODINGS = 1 << 16;
    private static final long SEED = 7;

    @Test
    void decodeShouldGiveALagThatEncodesToNoLargerOneWhenEveryEncodingIsTried() {
        for (int encoded = 0; encoded < ENCODINGS - 1; encoded++) {
            final long lag = DurableLag.decode(encoded);
            assertTrue(lag >= 0, "encoded=" + encoded);
            assertEquals(lag, DurableLag.decode(DurableLag.encode(lag)), "told exactly: encoded=" + encoded);
        }
        assertEquals(Long.MAX_VALUE, DurableLag.decode(DurableLag.UNKNOWN));
        assertEquals(DurableLag.UNKNOWN, ENCODINGS - 1);
    }

    @Test
    void encodeShouldChooseTheSmallestLagThatIsLargeEnoughWhenLagsLieBetweenTwo() {
        final TreeSet<Long> told = new TreeSet<>();
        for (int encoded = 0; encoded < ENCODINGS - 1; encoded++) {
            told.add(DurableLag.decode(encoded));
        }
        Long below = null;
        for (final long lag : told) {
            assertEquals(lag, DurableLag.decode(DurableLag.encode(lag)), "lag=" + lag);
            if (below != null) {
                assertEquals(lag, DurableLag.decode(DurableLag.encode(below + 1)), "lag=" + (below + 1));
                assertEquals(lag, DurableLag.decode(DurableLag.encode((below + lag) / 2 + 1)), "below lag=" + lag);
            }
            below = lag;
        }
        assertEquals(DurableLag.UNKNOWN, DurableLag.encode(told.last() + 1));
    }

    @Test
    void encodeShouldBeExactWhenTheLagIsSmall() {
        for (int lag = 0; lag <= 2048; lag++) {
            assertEquals(lag, DurableLag.decode(DurableLag.encode(lag)), "lag=" + lag);
        }
    }

    @Test
    void encodeShouldNeverTellLessAndAtMostAThousandthMoreWhenLagsAreRandom() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 1_000_000; i++) {
            final long lag = random.nextLong() >>> random.nextInt(1, 64);
            final int encoded = DurableLag.encode(lag);
            final String message = "seed=" + SEED + ", lag=" + lag;
            assertTrue(encoded >= 0 && encoded < ENCODINGS, message);
            final long decoded = DurableLag.decode(encoded);
            assertTrue(decoded >= lag, message);
            if (encoded == DurableLag.UNKNOWN) {
                assertTrue(lag > DurableLag.decode(DurableLag.UNKNOWN - 1), message);
            } else {
                assertTrue(decoded - lag <= lag / 1000, message);
            }
        }
    }

    @Test
    void encodeShouldRiseWithTheLag() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 1_000_000; i++) {
            final long lag = random.nextLong() >>> random.nextInt(1, 64);
            final long more = lag + (random.nextLong() >>> random.nextInt(1, 64));
            if (more > lag) {
                assertTrue(
                        DurableLag.encode(lag) <= DurableLag.encode(more),
                        "seed=" + SEED + ", lag=" + lag + ", more=" + more);
            }
        }
        assertEquals(DurableLag.UNKNOWN, DurableLag.encode(Long.MAX_VALUE));
    }

    @Test
    void provenDurableShouldNeverBeMoreThanWasDurable() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 1_000_000; i++) {
            final long sequence = 1 + (random.nextLong() & FrameLayout.MAX_SEQUENCE - 1);
            final long durable = random.nextLong(sequence);
            final long proven = DurableLag.provenDurable(sequence, DurableLag.encode(sequence - durable));
            assertTrue(proven <= durable, "seed=" + SEED + ", sequence=" + sequence + ", durable=" + durable);
            assertTrue(proven >= 0, "seed=" + SEED);
        }
    }

    @Test
    void provenDurableShouldBeNothingWhenTheLagIsUnknown() {
        assertEquals(0, DurableLag.provenDurable(FrameLayout.MAX_SEQUENCE, DurableLag.UNKNOWN));
        assertEquals(0, DurableLag.provenDurable(5, 6));
        assertEquals(4, DurableLag.provenDurable(5, 1));
    }
}

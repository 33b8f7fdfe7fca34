// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCheckTest {

    private static final int LENGTH = 1024;
    private static final int AT = 128;
    private static final int ROOM = LENGTH - AT;
    private static final long SEQUENCE = 50;
    private static final int EPOCH = 3;
    private static final byte[] PAYLOAD = {1, 2, 3, 4, 5};
    private static final int RANDOM_HEADERS = 200_000;

    private final ByteBuffer window = DirectBuffers.aligned(LENGTH);
    private final SeededChecksum checksum = new SeededChecksum();
    private final FrameCheck check = new FrameCheck();

    @BeforeEach
    void turnToSegment() {
        check.segment(new SegmentHeader(1, 2, 3, 65_536, 1, 0));
        checksum.seed(1, 2, 3);
    }

    private int store(final long sequence, final int epoch, final int type, final int flags) {
        return DirectBuffers.storeFrame(window, AT, checksum, sequence, epoch, type, flags, 1, PAYLOAD);
    }

    private FrameVerdict judge() {
        return check.check(window, AT, LENGTH, ROOM, SEQUENCE, EPOCH);
    }

    private FrameVerdict judgeAnywhere() {
        return check.checkAnywhere(window, AT, LENGTH, ROOM, SEQUENCE, SEQUENCE + 10, EPOCH);
    }

    @Test
    void checkShouldSayWholeWhenTheFrameIsTheNext() {
        store(SEQUENCE, EPOCH, 7, 0);
        assertEquals(FrameVerdict.WHOLE, judge());
        store(SEQUENCE, EPOCH + 1, RecordType.ABORTED, FrameLayout.FLAG_BATCH_CONTINUES);
        assertEquals(FrameVerdict.WHOLE, judge());
        store(SEQUENCE, EPOCH, RecordType.SEAL, 0);
        assertEquals(FrameVerdict.WHOLE, judge());
    }

    @Test
    void checkShouldSayWholeWhenTheFrameEndsExactlyWithTheRoom() {
        final int aligned = store(SEQUENCE, EPOCH, 0, 0);
        assertEquals(FrameVerdict.WHOLE, check.check(window, AT, AT + aligned, aligned, SEQUENCE, EPOCH));
        assertEquals(FrameVerdict.BAD_LENGTH, check.check(window, AT, LENGTH, aligned - 8, SEQUENCE, EPOCH));
        assertEquals(FrameVerdict.MORE_NEEDED, check.check(window, AT, AT + aligned - 8, aligned, SEQUENCE, EPOCH));
    }

    @Test
    void checkShouldSayWholeWhenTheFrameIsAHeaderThatFillsRoomAndWindow() {
        final int aligned = DirectBuffers.storeFrame(window, AT, checksum, SEQUENCE, EPOCH, 0, 0, 1);
        assertEquals(FrameLayout.HEADER_LENGTH, aligned);
        assertEquals(FrameVerdict.WHOLE, check.check(window, AT, AT + aligned, aligned, SEQUENCE, EPOCH));
        assertEquals(
                FrameVerdict.WHOLE, check.checkAnywhere(window, AT, AT + aligned, aligned, SEQUENCE, SEQUENCE, EPOCH));
    }

    @Test
    void checkShouldAskForMoreWhenTheLongestFrameHasRoom() {
        FrameLayout.word(window, AT, FrameLayout.word(FrameLayout.MAX_FRAME_LENGTH, 5));
        FrameLayout.sequenceAndFlags(window, AT, SEQUENCE, 0);
        FrameLayout.epochTypeAndLag(window, AT, EPOCH, 0, 0);
        final int room = FrameLayout.MAX_FRAME_LENGTH;
        assertEquals(FrameVerdict.MORE_NEEDED, check.check(window, AT, LENGTH, room, SEQUENCE, EPOCH));
        assertEquals(
                FrameVerdict.MORE_NEEDED, check.checkAnywhere(window, AT, LENGTH, room, SEQUENCE, SEQUENCE, EPOCH));
    }

    @Test
    void checkShouldSayNothingWhenTheWordIsZero() {
        store(SEQUENCE, EPOCH, 0, 0);
        FrameLayout.word(window, AT, 0);
        assertEquals(FrameVerdict.NOTHING, judge());
    }

    @Test
    void checkShouldSayBadLengthWhenOnlyTheLengthIsZero() {
        store(SEQUENCE, EPOCH, 0, 0);
        FrameLayout.word(window, AT, FrameLayout.word(0, 5));
        assertEquals(FrameVerdict.BAD_LENGTH, judge());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 24, 31})
    void checkShouldSayNoRoomWhenNoHeaderFits(final int room) {
        store(SEQUENCE, EPOCH, 0, 0);
        assertEquals(FrameVerdict.NO_ROOM, check.check(window, AT, LENGTH, room, SEQUENCE, EPOCH));
        assertEquals(FrameVerdict.NO_ROOM, check.checkAnywhere(window, AT, LENGTH, room, 1, 99, EPOCH));
    }

    @Test
    void checkShouldAskForMoreWhenTheHeaderIsNotInTheWindow() {
        store(SEQUENCE, EPOCH, 0, 0);
        assertEquals(FrameVerdict.MORE_NEEDED, check.check(window, AT, AT + 24, ROOM, SEQUENCE, EPOCH));
        assertEquals(FrameVerdict.MORE_NEEDED, check.checkAnywhere(window, AT, AT + 24, ROOM, 1, 99, EPOCH));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 24, 31})
    void checkShouldBelieveNothingBehindTheEndOfTheWindow(final int left) {
        FrameLayout.word(window, AT, 0);
        assertEquals(FrameVerdict.MORE_NEEDED, check.check(window, AT, AT + left, ROOM, SEQUENCE, EPOCH));
        assertEquals(FrameVerdict.MORE_NEEDED, check.checkAnywhere(window, AT, AT + left, ROOM, 1, 99, EPOCH));
    }

    @Test
    void checkShouldSayNothingWhenTheWindowEndsBehindAnEmptyHeader() {
        FrameLayout.word(window, AT, 0);
        final int windowEnd = AT + FrameLayout.HEADER_LENGTH;
        assertEquals(FrameVerdict.NOTHING, check.check(window, AT, windowEnd, ROOM, SEQUENCE, EPOCH));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Integer.MIN_VALUE,
                Integer.MIN_VALUE + 7,
                -32,
                -8,
                -1,
                1,
                8,
                31,
                ROOM + 1,
                ROOM + 8,
                FrameLayout.MAX_FRAME_LENGTH,
                FrameLayout.MAX_FRAME_LENGTH + 1,
                Integer.MAX_VALUE - 6,
                Integer.MAX_VALUE
            })
    void checkShouldSayBadLengthWhenTheLengthCannotBe(final int length) {
        store(SEQUENCE, EPOCH, 0, 0);
        FrameLayout.word(window, AT, FrameLayout.word(length, 5));
        assertEquals(FrameVerdict.BAD_LENGTH, judge());
        assertEquals(FrameVerdict.BAD_LENGTH, judgeAnywhere());
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameLayout.MAX_FRAME_LENGTH + 1, Integer.MAX_VALUE})
    void checkShouldSayBadLengthWhenThereIsRoomForMoreThanAFrame(final int length) {
        FrameLayout.word(window, AT, FrameLayout.word(length, 5));
        assertEquals(FrameVerdict.BAD_LENGTH, check.check(window, AT, LENGTH, Integer.MAX_VALUE, SEQUENCE, EPOCH));
    }

    @Test
    void checkShouldSayBadChecksumWhenAnyByteIsChanged() {
        final int aligned = store(SEQUENCE, EPOCH, 0, 0);
        for (int i = AT; i < AT + aligned; i++) {
            final boolean inLength = i >= AT + FrameLayout.LENGTH_OFFSET && i < AT + FrameLayout.SEQUENCE_OFFSET;
            window.clear().put(i, (byte) (window.get(i) ^ 0x10));
            final FrameVerdict verdict = judge();
            window.clear().put(i, (byte) (window.get(i) ^ 0x10));
            final boolean noticed =
                    verdict == FrameVerdict.BAD_CHECKSUM || (inLength && verdict == FrameVerdict.BAD_LENGTH);
            assertTrue(noticed, "offset=" + (i - AT) + ", verdict=" + verdict);
        }
        assertEquals(FrameVerdict.WHOLE, judge());
    }

    @Test
    void checkShouldSayBadChecksumWhenTheFrameIsOfAnotherSegment() {
        checksum.seed(1, 2, 4);
        store(SEQUENCE, EPOCH, 0, 0);
        assertEquals(FrameVerdict.BAD_CHECKSUM, judge());
        assertEquals(FrameVerdict.BAD_CHECKSUM, judgeAnywhere());
    }

    @Test
    void checkShouldSayStaleEpochWhenTheFrameIsFromBeforeACut() {
        store(SEQUENCE, EPOCH - 1, 0, 0);
        assertEquals(FrameVerdict.STALE_EPOCH, judge());
        store(SEQUENCE + 5, EPOCH - 1, (short) 0x8002, 0xFF);
        assertEquals(FrameVerdict.STALE_EPOCH, judge(), "the epoch is looked at first");
    }

    @Test
    void checkShouldSayOutOfSequenceWhenTheFrameIsNotTheNext() {
        store(SEQUENCE + 1, EPOCH, 0, 0);
        assertEquals(FrameVerdict.OUT_OF_SEQUENCE, judge());
        store(SEQUENCE - 1, EPOCH, 0, 0);
        assertEquals(FrameVerdict.OUT_OF_SEQUENCE, judge());
    }

    @Test
    void checkShouldSayTooNewWhenTypeOrFlagsAreUnknown() {
        store(SEQUENCE, EPOCH, (short) 0x8002, 0);
        assertEquals(FrameVerdict.TOO_NEW, judge());
        store(SEQUENCE, EPOCH, 0, 2);
        assertEquals(FrameVerdict.TOO_NEW, judge());
        store(SEQUENCE, EPOCH, (short) 0xC002, 0);
        assertEquals(FrameVerdict.WHOLE, judge(), "a type that may be skipped");
    }

    @Test
    void checkAnywhereShouldSayWholeWhenTheFrameMayStandThere() {
        store(SEQUENCE, EPOCH, 0, 0);
        assertEquals(FrameVerdict.WHOLE, judgeAnywhere());
        store(SEQUENCE + 10, 1, RecordType.SEAL, 0);
        assertEquals(FrameVerdict.WHOLE, judgeAnywhere());
    }

    @Test
    void checkAnywhereShouldRuleOutFieldsThatCannotBe() {
        store(SEQUENCE - 1, EPOCH, 0, 0);
        assertEquals(FrameVerdict.OUT_OF_SEQUENCE, judgeAnywhere());
        store(SEQUENCE + 11, EPOCH, 0, 0);
        assertEquals(FrameVerdict.OUT_OF_SEQUENCE, judgeAnywhere());
        store(SEQUENCE, EPOCH + 1, 0, 0);
        assertEquals(FrameVerdict.STALE_EPOCH, judgeAnywhere());
        store(SEQUENCE, 0, 0, 0);
        assertEquals(FrameVerdict.STALE_EPOCH, judgeAnywhere());
        store(SEQUENCE, -1, 0, 0);
        assertEquals(FrameVerdict.STALE_EPOCH, judgeAnywhere());
    }

    private boolean isPlain() {
        window.clear();
        return FrameCheck.isPlain(
                FrameLayout.sequenceAndFlags(window, AT), FrameLayout.epochTypeAndLag(window, AT), SEQUENCE, EPOCH);
    }

    @Test
    void isPlainShouldBeTrueOfTheNextRecordOfTheUserAlone() {
        store(SEQUENCE, EPOCH, RecordType.USER_MAX, 0);
        assertTrue(isPlain());
        store(SEQUENCE, EPOCH, RecordType.USER_MIN, 0);
        assertTrue(isPlain());
        store(SEQUENCE + 1, EPOCH, 0, 0);
        assertFalse(isPlain(), "out of sequence");
        store(SEQUENCE, EPOCH + 1, 0, 0);
        assertFalse(isPlain(), "another epoch");
        store(SEQUENCE, EPOCH, 0, FrameLayout.FLAG_BATCH_CONTINUES);
        assertFalse(isPlain(), "a batch");
        store(SEQUENCE, EPOCH, RecordType.ABORTED, 0);
        assertFalse(isPlain(), "not the user's");
    }

    private FrameVerdict judgeSound() {
        window.limit(0);
        return FrameCheck.checkSound(window, AT, SEQUENCE, EPOCH);
    }

    @Test
    void checkSoundShouldSayWhatCheckSays() {
        store(SEQUENCE, EPOCH, 0, 0);
        assertEquals(FrameVerdict.WHOLE, judgeSound());
        store(SEQUENCE, EPOCH - 1, 0, 0);
        assertEquals(FrameVerdict.STALE_EPOCH, judgeSound());
        store(SEQUENCE + 1, EPOCH, 0, 0);
        assertEquals(FrameVerdict.OUT_OF_SEQUENCE, judgeSound());
        store(SEQUENCE, EPOCH, 0, 2);
        assertEquals(FrameVerdict.TOO_NEW, judgeSound());
    }

    @Test
    void checkShouldNeverThrowOrAllocateWhenBytesAreRandom() {
        final long seed = 1_000_003;
        judgeRandomBytes(seed, RANDOM_HEADERS / 10, newCounts());
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final Map<FrameVerdict, int[]> counts = newCounts();
        final long before = threads.getCurrentThreadAllocatedBytes();
        judgeRandomBytes(seed, RANDOM_HEADERS, counts);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        final Map<FrameVerdict, Integer> seen = new EnumMap<>(FrameVerdict.class);
        counts.forEach((verdict, count) -> seen.put(verdict, count[0]));
        final String message = "seed=" + seed + ", allocated=" + allocated + ", verdicts=" + seen;
        assertTrue(allocated < 64 * 1024, message);
        assertTrue(seen.get(FrameVerdict.BAD_LENGTH) > 1_000, message);
        assertTrue(seen.get(FrameVerdict.BAD_CHECKSUM) > 1_000, message);
        assertTrue(seen.get(FrameVerdict.MORE_NEEDED) > 1_000, message);
        assertTrue(seen.get(FrameVerdict.NO_ROOM) > 1_000, message);
        assertEquals(0, seen.get(FrameVerdict.WHOLE), message);
    }

    private static Map<FrameVerdict, int[]> newCounts() {
        final Map<FrameVerdict, int[]> counts = new EnumMap<>(FrameVerdict.class);
        for (final FrameVerdict verdict : FrameVerdict.values()) {
            counts.put(verdict, new int[1]);
        }
        return counts;
    }

    /** Headers of noise; three in four have a length that could be one, or nearly so. */
    private void judgeRandomBytes(final long seed, final int count, final Map<FrameVerdict, int[]> counts) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            final int offset = random.nextInt(LENGTH / 8) * 8;
            final int windowEnd = offset + random.nextInt((LENGTH - offset) / 8 + 1) * 8;
            final int room = random.nextInt(4) == 0 ? random.nextInt(64) : random.nextInt(2 * LENGTH);
            for (int at = offset; at + 8 <= Math.min(offset + 64, LENGTH); at += 8) {
                FrameLayout.word(window.clear(), at, random.nextLong());
            }
            if (random.nextInt(4) > 0) {
                FrameLayout.word(window, offset, FrameLayout.word(random.nextInt(-64, 2 * LENGTH), random.nextInt()));
            }
            final long sequence = random.nextInt(100);
            counts.get(check.check(window, offset, windowEnd, room, sequence, random.nextInt(4)))[0]++;
            counts.get(check.checkAnywhere(
                    window, offset, windowEnd, room, 0, FrameLayout.MAX_SEQUENCE, Integer.MAX_VALUE))[0]++;
        }
    }
}

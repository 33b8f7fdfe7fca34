// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameRunCheckTest {

    private static final long SEED = 20261126;
    private static final int LENGTH = 64 << 10;
    private static final int START = 40;
    private static final int HEADER = FrameLayout.HEADER_LENGTH;
    private static final int LONG_PAYLOAD = FrameRunCheck.LONGEST_COMBINED - HEADER + 1;
    private static final int ROUNDS = 2_000;

    private final Random random = new Random(SEED);
    private final ByteBuffer window = DirectBuffers.aligned(LENGTH);
    private final SeededChecksum checksum = new SeededChecksum();
    private final FrameRunCheck check = new FrameRunCheck();

    private int end = START;

    @BeforeEach
    void turnToSegment() {
        check.segment(new SegmentHeader(1, 2, 3, 65_536, 1, 0));
        checksum.seed(1, 2, 3);
    }

    /** Adds a frame, and returns where it begins. */
    private int add(final int payloadLength, final int flags) {
        final byte[] payload = new byte[payloadLength];
        random.nextBytes(payload);
        final int offset = end;
        end += DirectBuffers.storeFrame(window, offset, checksum, random.nextInt(9), 1, 0, flags, 1, payload);
        return offset;
    }

    private int add(final int payloadLength) {
        return add(payloadLength, 0);
    }

    private int soundEnd() {
        window.limit(0);
        return check.soundEnd(window, START, end);
    }

    private void flip(final int offset, final int mask) {
        window.clear().put(offset, (byte) (window.get(offset) ^ mask));
    }

    @Test
    void soundEndShouldBeBehindTheLastFrameWhenAllAreSound() {
        assertEquals(START, soundEnd(), "no frame");
        for (int payloadLength = 0; payloadLength <= LONG_PAYLOAD; payloadLength += 1 + payloadLength / 50) {
            end = START;
            add(payloadLength);
            assertEquals(end, soundEnd(), "one frame, payloadLength=" + payloadLength);
            add(payloadLength);
            add(payloadLength);
            assertEquals(end, soundEnd(), "three frames, payloadLength=" + payloadLength);
        }
    }

    @Test
    void soundEndShouldBeBehindTheLastFrameWhenLengthsAreMixed() {
        for (int round = 0; round < ROUNDS / 10; round++) {
            end = START;
            for (int i = random.nextInt(40); i >= 0; i--) {
                add(random.nextInt(LONG_PAYLOAD + 200));
            }
            assertEquals(end, soundEnd(), "seed " + SEED + " round " + round);
        }
    }

    /** Before the damage at most, whatever the damage makes of the lengths. */
    @Test
    void soundEndShouldNotGoBeyondAFrameThatIsDamagedInOneBit() {
        for (int round = 0; round < ROUNDS; round++) {
            end = START;
            final List<Integer> frames = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                frames.add(add(random.nextInt(10) == 0 ? LONG_PAYLOAD + random.nextInt(99) : random.nextInt(99)));
            }
            frames.add(end);
            final int damaged = random.nextInt(frames.size() - 1);
            final int from = frames.get(damaged);
            final int at = from + random.nextInt(frames.get(damaged + 1) - from);
            flip(at, 1 << random.nextInt(8));
            assertTrue(soundEnd() <= from, "seed " + SEED + " round " + round + " frame " + from + " at " + at);
        }
    }

    @Test
    void soundEndShouldBeTheStartWhenTheDamagedFrameIsAnyOfThem() {
        for (final int payloadLength : new int[] {10, LONG_PAYLOAD}) {
            for (int damaged = 0; damaged < 4; damaged++) {
                end = START;
                final int[] frames = {add(10), add(payloadLength), add(payloadLength), add(10)};
                flip(frames[damaged] + HEADER, 1);
                assertEquals(START, soundEnd(), "frame " + damaged + " payloadLength=" + payloadLength);
                flip(frames[damaged] + HEADER, 1);
                assertEquals(end, soundEnd());
            }
        }
    }

    @Test
    void soundEndShouldBeTheStartWhenFramesAreThoseOfAnotherSegment() {
        add(10);
        add(10);
        check.segment(new SegmentHeader(1, 2, 4, 65_536, 1, 0));
        assertEquals(START, soundEnd());
    }

    /** Each would be sound in its place, were it not for the other segment's seed. */
    @Test
    void soundEndShouldBeTheStartWhenOneFrameIsThatOfAnotherSegment() {
        add(10);
        checksum.seed(1, 2, 2);
        add(10);
        checksum.seed(1, 2, 3);
        add(10);
        assertEquals(START, soundEnd());
    }

    @Test
    void soundEndShouldBeBeforeABatchThatGoesOn() {
        for (final int payloadLength : new int[] {10, LONG_PAYLOAD}) {
            end = START;
            add(10, FrameLayout.FLAG_BATCH_CONTINUES);
            assertEquals(START, soundEnd(), "the only batch");
            add(payloadLength, FrameLayout.FLAG_BATCH_CONTINUES);
            add(10);
            final int whole = end;
            assertEquals(whole, soundEnd());
            add(payloadLength, FrameLayout.FLAG_BATCH_CONTINUES);
            add(10, FrameLayout.FLAG_BATCH_CONTINUES);
            assertEquals(whole, soundEnd(), "payloadLength=" + payloadLength);
        }
    }

    @Test
    void soundEndShouldNotDependOnShortFramesOfABatchThatGoesOn() {
        add(10);
        final int whole = end;
        final int open = add(10, FrameLayout.FLAG_BATCH_CONTINUES);
        flip(open + HEADER, 1);
        assertEquals(whole, soundEnd());
    }

    @Test
    void soundEndShouldBeBeforeAFrameThatIsCut() {
        add(10);
        final int whole = end;
        final int last = add(10);
        end = last + HEADER;
        assertEquals(whole, soundEnd(), "within the payload");
        end = last + HEADER - 8;
        assertEquals(whole, soundEnd(), "within the header");
        end = last + 8;
        assertEquals(whole, soundEnd(), "behind the word");
    }

    @Test
    void soundEndShouldBeBeforeALengthThatIsNone() {
        add(10);
        add(10);
        final int whole = end;
        end += 2 * HEADER;
        for (final int length : new int[] {0, 1, HEADER - 8, -1, -8, Integer.MIN_VALUE, Integer.MAX_VALUE, 65}) {
            window.clear();
            FrameLayout.word(window, whole, FrameLayout.word(length, 5));
            assertEquals(whole, soundEnd(), "length=" + length);
        }
    }
}

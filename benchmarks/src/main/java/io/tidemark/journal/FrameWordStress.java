// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tidemark.journal.format.FrameLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The word of a frame against a reader that stands at it: what is behind the word is whole once the word is there, and
 * behind the frame lies either nothing or a whole frame, never what the memory held before.
 */
final class FrameWordStress {

    private static final int FRAME_LENGTH = 64;
    private static final int SLOT_LENGTH = 4 * FRAME_LENGTH;

    /** More than twice as many as jcstress keeps alive at a time, so that no two live states share one. */
    private static final int SLOTS = 1 << 15;

    private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(SLOTS * SLOT_LENGTH + FrameLayout.ALIGNMENT)
            .alignedSlice(FrameLayout.ALIGNMENT);

    private static final AtomicInteger NEXT_SLOT = new AtomicInteger();

    private static final long LEFTOVER = 0x0BAD_0BAD_0BAD_0BADL;

    private FrameWordStress() {}

    /** A place in memory where frames of an earlier life lie; only the first word says that there is nothing. */
    private static int takeSlot() {
        final int slot = (NEXT_SLOT.getAndIncrement() & (SLOTS - 1)) * SLOT_LENGTH;
        for (int offset = 0; offset < SLOT_LENGTH; offset += Long.BYTES) {
            MEMORY.putLong(slot + offset, LEFTOVER);
        }
        FrameLayout.word(MEMORY, slot, 0);
        return slot;
    }

    /** Stores a frame in the order of the writer: everything but the word, the word behind, then the word. */
    private static void store(final int frame, final long sequence) {
        FrameLayout.sequenceAndFlags(MEMORY, frame, sequence, 0);
        for (int offset = FrameLayout.TIMESTAMP_OFFSET; offset < FRAME_LENGTH; offset += Long.BYTES) {
            MEMORY.putLong(frame + offset, sequence);
        }
        FrameLayout.word(MEMORY, frame + FRAME_LENGTH, 0);
        FrameLayout.wordRelease(MEMORY, frame, FrameLayout.word(FRAME_LENGTH, (int) sequence));
    }

    private static String look(final int frame, final long sequence) {
        final long word = FrameLayout.wordAcquire(MEMORY, frame);
        if (word == 0) {
            return "nothing";
        }
        if (word != FrameLayout.word(FRAME_LENGTH, (int) sequence)) {
            return "leftovers";
        }
        boolean whole = FrameLayout.sequence(MEMORY, frame) == sequence;
        for (int offset = FrameLayout.TIMESTAMP_OFFSET; offset < FRAME_LENGTH; offset += Long.BYTES) {
            whole &= MEMORY.getLong(frame + offset) == sequence;
        }
        return whole ? "whole" : "torn";
    }

    /** The writer stores two frames, one behind the other; the reader looks at both places. */
    @JCStressTest
    @Description("A writer stores two frames where old frames lie; a reader stands at the first.")
    @Outcome(id = "nothing, not asked", expect = ACCEPTABLE, desc = "The reader was first.")
    @Outcome(
            id = "whole, nothing",
            expect = ACCEPTABLE,
            desc = "One frame is there, and where it ends there is nothing.")
    @Outcome(id = "whole, whole", expect = ACCEPTABLE, desc = "Both frames are there.")
    @Outcome(id = ".*torn.*", expect = FORBIDDEN, desc = "The word was seen before what it completes.")
    @Outcome(id = ".*leftovers.*", expect = FORBIDDEN, desc = "The reader took old bytes for a frame.")
    @State
    public static class TwoFrames {
        private final int slot = takeSlot();

        /** The writer. */
        @Actor
        public void writer() {
            store(slot, 1);
            store(slot + FRAME_LENGTH, 2);
        }

        /** The reader goes on only behind a frame. */
        @Actor
        public void reader(final LL_Result result) {
            result.r1 = look(slot, 1);
            result.r2 = result.r1.equals("whole") ? look(slot + FRAME_LENGTH, 2) : "not asked";
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The shipped writer at work, in memory, through many segments, against those who follow it: a reader that stands at the
 * word of the next frame, and the shipped sync agent. One journal runs on from sample to sample.
 */
final class WriterStress {

    private WriterStress() {}

    private static SyncPolicy forcesEachRecord() {
        return SyncPolicy.batch(1, 1, Duration.ofHours(1));
    }

    /** A reader of the mapped bytes. */
    @JCStressTest
    @Description("The writer publishes runs of frames; a reader follows, in memory that is full of older frames.")
    @Outcome(
            id = "(written|stands), (NOTHING|RECORD|SEAL|SEGMENT)",
            expect = ACCEPTABLE,
            desc = "Whole frames, in order.")
    @Outcome(
            id = ".*, DAMAGE",
            expect = FORBIDDEN,
            desc =
                    "A frame was seen in pieces, or leftovers were taken for one, or a segment ended elsewhere than it says.")
    @State
    public static class AgainstReader {
        private static final StressedJournal JOURNAL = new StressedJournal(SyncPolicy.never());
        private static final StressedJournal.Follower FOLLOWER = JOURNAL.follow();

        /** Appends and writes. */
        @Actor
        public void writer(final LL_Result result) {
            result.r1 = JOURNAL.appendAndWrite() ? "written" : "stands";
        }

        /** Reads. */
        @Actor
        public void reader(final LL_Result result) {
            result.r2 = FOLLOWER.look();
        }
    }

    /** The sync agent, which takes over how far the segment was written, and the segment when it is full. */
    @JCStressTest
    @Description("The writer publishes runs of frames and rolls; the sync agent forces and raises the mark.")
    @Outcome(
            id = "(written|stands), (forced|idle)",
            expect = ACCEPTABLE,
            desc = "Whole frames were forced before the mark.")
    @Outcome(
            id = ".*, torn",
            expect = FORBIDDEN,
            desc = "The range that was forced held something else than whole frames.")
    @Outcome(id = ".*, mark ahead", expect = FORBIDDEN, desc = "A record was called durable that had not been forced.")
    @Outcome(id = ".*, wrong end.*", expect = FORBIDDEN, desc = "A segment was left before its end.")
    @State
    public static class AgainstSync {
        private static final StressedJournal JOURNAL = new StressedJournal(forcesEachRecord());

        /** Appends and writes. */
        @Actor
        public void writer(final LL_Result result) {
            result.r1 = JOURNAL.appendAndWrite() ? "written" : "stands";
        }

        /** Forces. */
        @Actor
        public void sync(final LL_Result result) {
            result.r2 = JOURNAL.forceAndCheck();
        }
    }
}

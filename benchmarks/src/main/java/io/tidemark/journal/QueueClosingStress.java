// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * Closing the append queue while producers append: whatever was accepted lies in front of the mark of closing and is
 * drained, and behind the mark nothing is ever accepted, however much room the consumer gives back.
 */
final class QueueClosingStress {

    private static final int RING_LENGTH = 256;
    private static final int FRAME_LENGTH = 64;
    private static final int ATTEMPTS = 6;

    private QueueClosingStress() {}

    private static int appendAgainAndAgain(final Records records) {
        int accepted = 0;
        for (int i = 0; i < ATTEMPTS; i++) {
            if (records.append(1, FRAME_LENGTH) != Records.REFUSED) {
                accepted++;
            }
        }
        return accepted;
    }

    /** Drains up to the mark, tries once more to get in, and compares what was accepted with what was found. */
    private static String end(final AppendQueue queue, final Records taken, final int accepted) {
        final Records.Found found = taken.takeAll();
        if (found != Records.Found.MARK) {
            return "no mark but " + found;
        }
        if (new Records(queue, 1).append(1, FRAME_LENGTH) != Records.REFUSED || queue.tryClose()) {
            return "accepted behind the mark";
        }
        return taken.nextSequence() - 1 == accepted ? "all drained" : "accepted and lost";
    }

    /** A producer, and the writer's side that drains and closes at the same time. */
    @JCStressTest
    @Description("Appending again and again, while the queue is drained, closed, and drained on.")
    @Outcome(id = ".*, all drained", expect = ACCEPTABLE, desc = "What was accepted lay in front of the mark.")
    @Outcome(
            id = ".*, no mark.*",
            expect = FORBIDDEN,
            desc = "The consumer would never learn that the journal is closed.")
    @Outcome(id = ".*behind.*", expect = FORBIDDEN, desc = "An append was accepted that nobody will write.")
    @Outcome(id = ".*lost", expect = FORBIDDEN, desc = "An append was accepted that the writer has not seen.")
    @State
    public static class AgainstDraining {
        private final AppendQueue queue = new AppendQueue(RING_LENGTH, 1);
        private final Records taken = new Records(queue, 1);

        /** Appends what it can. */
        @Actor
        public void producer(final LLL_Result result) {
            result.r1 = appendAgainAndAgain(new Records(queue, 1));
        }

        /** Appends, drains and closes; then gives more room back. */
        @Actor
        public void closer(final LLL_Result result) {
            final boolean accepted = new Records(queue, 1).append(1, FRAME_LENGTH) != Records.REFUSED;
            result.r2 = accepted ? 1 : 0;
            while (!queue.tryClose()) {
                // A full ring: there is no room for the mark before the consumer has given some back.
                if (taken.take() == Records.Found.NOTHING) {
                    Thread.onSpinWait();
                }
            }
            for (int i = 0; i < ATTEMPTS; i++) {
                taken.take();
            }
        }

        /** Looks at what is left. */
        @Arbiter
        public void end(final LLL_Result result) {
            result.r3 = QueueClosingStress.end(queue, taken, (int) result.r1 + (int) result.r2);
        }
    }

    /** A ring that is almost full when it is closed: the mark takes the last room, or there is none. */
    @JCStressTest
    @Description("Closing and appending want the last room of the ring.")
    @Outcome(id = "refused, closed, all drained", expect = ACCEPTABLE, desc = "The mark took the room.")
    @Outcome(id = "accepted, refused, all drained", expect = ACCEPTABLE, desc = "The record took the room.")
    @Outcome(id = "refused, refused, .*", expect = FORBIDDEN, desc = "Neither took the room that there was.")
    @Outcome(id = ".*", expect = FORBIDDEN, desc = "Both took the same room, or something accepted was lost.")
    @State
    public static class LastRoom {
        private final AppendQueue queue = new AppendQueue(RING_LENGTH, 1);
        private final Records taken = new Records(queue, 1);

        /** Fills the ring but for one record. */
        public LastRoom() {
            final Records records = new Records(queue, 1);
            for (int length = FRAME_LENGTH; length < RING_LENGTH; length += FRAME_LENGTH) {
                records.append(1, FRAME_LENGTH);
            }
        }

        /** Wants the room. */
        @Actor
        public void producer(final LLL_Result result) {
            final boolean accepted = new Records(queue, 1).append(1, FRAME_LENGTH) != Records.REFUSED;
            result.r1 = accepted ? "accepted" : "refused";
        }

        /** Wants it too. */
        @Actor
        public void closer(final LLL_Result result) {
            result.r2 = queue.tryClose() ? "closed" : "refused";
        }

        /** Closes if that has failed, and looks at what is left. */
        @Arbiter
        public void end(final LLL_Result result) {
            final int before = RING_LENGTH / FRAME_LENGTH - 1;
            if (result.r2.equals("refused")) {
                taken.take();
                queue.tryClose();
            }
            final int accepted = result.r1.equals("accepted") ? before + 1 : before;
            result.r3 = QueueClosingStress.end(queue, taken, accepted);
        }
    }
}

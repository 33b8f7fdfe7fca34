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
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Those who wait for the durable mark, and those who raise it, end it, or look through the waiters: nobody sleeps on
 * after his time has come.
 *
 * <p>A waiter that was forgotten would sleep for ever. Here it sleeps for some seconds, which no thread that was woken
 * does, and says then that it was lost.
 */
final class DurableMarkStress {

    /** Longer than a machine that is too busy keeps a thread waiting; short of jcstress's own patience. */
    private static final long LOST_AFTER_NS = 5_000_000_000L;

    private static final long IMPATIENCE_NS = 1_000_000;

    /** One lost wake-up is enough; the others are not waited for as long. */
    private static volatile boolean lost;

    private DurableMarkStress() {}

    /** Waits as those do who wait for ever. */
    private static String await(final DurableMark mark, final long sequence) {
        final long limitNs = lost ? IMPATIENCE_NS : LOST_AFTER_NS;
        final long startNs = System.nanoTime();
        final boolean reached = mark.await(sequence, limitNs, false, 0);
        if (System.nanoTime() - startNs >= limitNs) {
            lost = true;
            return "lost";
        }
        return reached ? "reached" : "told";
    }

    /** The mark is raised while somebody begins to wait. */
    @JCStressTest
    @Description("One thread waits for the mark, the other stores something and raises it.")
    @Outcome(id = "reached, 1", expect = ACCEPTABLE, desc = "Woken, and what was stored before is visible.")
    @Outcome(id = "reached, 0", expect = FORBIDDEN, desc = "The mark was seen before what it stands for.")
    @Outcome(id = "lost, .*", expect = FORBIDDEN, desc = "The waiter parked, and nobody woke it.")
    @Outcome(id = "told, .*", expect = FORBIDDEN, desc = "The waiter gave up without a reason.")
    @State
    public static class RaiseAgainstAwait {
        private final DurableMark mark = new DurableMark(0);
        private int stored;

        /** Waits. */
        @Actor
        public void waiter(final LL_Result result) {
            result.r1 = await(mark, 1);
            result.r2 = stored;
        }

        /** Raises. */
        @Actor
        public void raiser() {
            stored = 1;
            mark.raise(1);
        }
    }

    /** The journal ends while somebody begins to wait. */
    @JCStressTest
    @Description("One thread waits for the mark, the other ends it.")
    @Outcome(id = "told, true", expect = ACCEPTABLE, desc = "The waiter returned, and sees why.")
    @Outcome(id = "lost, .*", expect = FORBIDDEN, desc = "The waiter sleeps on in a journal that has ended.")
    @Outcome(id = ".*", expect = FORBIDDEN, desc = "The waiter was told something that is not so.")
    @State
    public static class EndAgainstAwait {
        private final DurableMark mark = new DurableMark(0);

        /** Waits. */
        @Actor
        public void waiter(final LL_Result result) {
            result.r1 = await(mark, 1);
            result.r2 = mark.hasEnded();
        }

        /** Ends. */
        @Actor
        public void ender() {
            mark.end();
        }
    }

    /** Time is up at the moment at which the mark is reached. */
    @JCStressTest
    @Description("One thread waits for a moment, at the end of which the other raises the mark.")
    @Outcome(id = "true, 1, 0 left", expect = ACCEPTABLE, desc = "Reached, and what was stored before is visible.")
    @Outcome(id = "false, [01], 0 left", expect = ACCEPTABLE, desc = "Time was up first.")
    @Outcome(id = "true, 0, .*", expect = FORBIDDEN, desc = "The mark was seen before what it stands for.")
    @Outcome(id = ".*", expect = FORBIDDEN, desc = "A waiter that has gone is kept for ever.")
    @State
    public static class TimeoutAgainstRaise {
        private static int turn;

        private final DurableMark mark = new DurableMark(0);
        private int stored;

        /** Waits for a few microseconds at most. */
        @Actor
        public void waiter(final LLL_Result result) {
            result.r1 = mark.await(1, 50L * (turn++ & 15), true, 0);
            result.r2 = stored;
        }

        /** Raises. */
        @Actor
        public void raiser() {
            stored = 1;
            mark.raise(1);
        }

        /** The next raise drops whoever has gone. */
        @Arbiter
        public void raiseOnceMore(final LLL_Result result) {
            mark.raise(2);
            result.r3 = mark.waiterCount() + " left";
        }
    }

    /** Everybody is told to look at the state of the journal, again and again, as long as it is in trouble. */
    @JCStressTest
    @Description(
            "One thread waits for what does not come; the other raises the mark below that, and tells all to look.")
    @Outcome(id = "told", expect = ACCEPTABLE, desc = "The waiter returned to its caller, who looks at the journal.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "A waiter was dropped without being told.")
    @Outcome(id = "reached", expect = FORBIDDEN, desc = "The waiter was told something that is not so.")
    @State
    public static class WakeAllAgainstAwait {
        private final DurableMark mark = new DurableMark(0);
        private volatile boolean returned;

        /** Waits. */
        @Actor
        public void waiter(final L_Result result) {
            result.r1 = await(mark, Long.MAX_VALUE);
            returned = true;
        }

        /** Sweeps and tells, one after the other. */
        @Actor
        public void keeper() {
            for (long sequence = 1; !returned; sequence++) {
                mark.raise(sequence);
                mark.wakeAll();
            }
        }
    }

    /**
     * A waiter is on the stack all the time; the stack is swept by those who give up and by the one who raises. So the
     * raiser often finds the stack empty, because another holds it, who then must look at the mark once more.
     */
    @JCStressTest
    @Description(
            "A thread waits for each sequence in turn; one raises the mark, another waits and gives up all the while.")
    @Outcome(id = "woken, swept", expect = ACCEPTABLE, desc = "The waiter gets on.")
    @Outcome(id = "lost, .*", expect = FORBIDDEN, desc = "The waiter was put back by a sweep that missed the raise.")
    @Outcome(id = ".*, kept", expect = FORBIDDEN, desc = "Waiters that gave up are kept.")
    @State
    public static class RaiseAgainstSweep {
        private static final DurableMark MARK = new DurableMark(0);

        /** Those who wait for what never comes. To put them back takes a sweep so long that the raiser meets it. */
        private static final int OTHERS = 24;

        private static final int MORE_THAN_A_SWEEP = OTHERS + 64;

        /** How far the waiter has come. */
        private static volatile long reached;

        /** How far the mark was raised, and the waiter woken or lost. */
        private static volatile long settled;

        private static final Thread WAITER = new Thread(RaiseAgainstSweep::waitForEach, "waiter");

        private static long raised;
        private static long turn;

        static {
            for (int i = 0; i < OTHERS; i++) {
                start(new Thread(() -> MARK.await(Long.MAX_VALUE, Long.MAX_VALUE, false, 0), "other waiter"));
            }
            start(WAITER);
        }

        private static void start(final Thread thread) {
            thread.setDaemon(true);
            thread.start();
        }

        private static void waitForEach() {
            for (long sequence = 1; !lost; sequence++) {
                reached = await(MARK, sequence).equals("reached") ? sequence : reached;
            }
        }

        /** Raises the mark when the waiter has parked, and sees it get on. */
        @Actor
        public void raiser(final LL_Result result) {
            while (WAITER.getState() != Thread.State.TIMED_WAITING && !lost) {
                ParkingIdleStrategy.yieldToOthers();
            }
            raised++;
            MARK.raise(raised);
            while (reached < raised && !lost) {
                ParkingIdleStrategy.yieldToOthers();
            }
            result.r1 = lost ? "lost" : "woken";
            settled = raised;
        }

        /** Gives up again and again, which now and then sweeps; but not after the raise, for that would mend what it broke. */
        @Actor
        public void sweeper() {
            turn++;
            do {
                MARK.await(Long.MAX_VALUE, 0, true, 0);
            } while (MARK.get() < turn);
            while (settled < turn) {
                ParkingIdleStrategy.yieldToOthers();
            }
        }

        /** Counts when neither runs: the raiser is often turns ahead, and a stack that is swept meanwhile is counted twice. */
        @Arbiter
        public void count(final LL_Result result) {
            result.r2 = MARK.waiterCount() <= MORE_THAN_A_SWEEP ? "swept" : "kept";
        }
    }
}

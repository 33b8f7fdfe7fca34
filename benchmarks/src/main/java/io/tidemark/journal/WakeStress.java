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
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * An agent that is about to park against those who bring it work: no wake-up is lost.
 *
 * <p>But for the first, these tests do not park. An agent that has decided to park and of whom {@link WakeSignal} still
 * says that it is parked when all is over, would have slept through the work. The decisions are those of the shipped
 * agents, and the work is brought by the shipped code. An engine is too large to have one for each sample, so the two
 * threads meet before and after.
 */
final class WakeStress {

    /** Longer than a machine that is too busy keeps a thread waiting; short of jcstress's own patience. */
    private static final long LOST_AFTER_NS = 5_000_000_000L;

    /** One lost wake-up is enough; the others are not waited for as long. */
    private static volatile boolean lost;

    private WakeStress() {}

    /** What it means that an agent decided to park for a time, when the other thread has done its part. */
    private static String outcome(final WakeSignal signal, final long limitNs, final boolean mustBeAwake) {
        final boolean sleeps = limitNs > 0 && signal.isParked();
        signal.park(0);
        return !sleeps ? "awake" : mustBeAwake ? "lost" : "sleeps";
    }

    /** The idle strategy and the signal themselves, with a thread that really parks. */
    @JCStressTest
    @Description("An agent that has nothing to do goes to park; another thread brings work and wakes it.")
    @Outcome(id = "awake", expect = ACCEPTABLE, desc = "The work was found, or the thread was woken.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "The thread parked and slept through the work.")
    @State
    public static class IdleAgainstWake implements SignalledAgent {
        private static final int SPINS_BEFORE_PARKING = 100;

        private final WakeSignal signal = new WakeSignal();
        private final ParkingIdleStrategy idleStrategy = new ParkingIdleStrategy(this);
        private volatile boolean work;

        /**
         * Lets the strategy spin as often as it wants, so that it parks at the next call. Not once more: who is to be woken
         * is the thread that first announces to park, and that is not the one that makes this state.
         */
        public IdleAgainstWake() {
            for (int i = 0; i < SPINS_BEFORE_PARKING; i++) {
                idleStrategy.idle();
            }
        }

        /** Has nothing to do until there is work. */
        @Actor
        public void agent(final L_Result result) {
            final long startNs = System.nanoTime();
            do {
                idleStrategy.idle();
            } while (!work);
            lost |= System.nanoTime() - startNs >= LOST_AFTER_NS;
            result.r1 = lost ? "lost" : "awake";
        }

        /** Brings work, wakes. */
        @Actor
        public void other() {
            work = true;
            signal.wake();
        }

        @Override
        public int doWork() {
            return 0;
        }

        @Override
        public String roleName() {
            return "stressed";
        }

        @Override
        public WakeSignal signal() {
            return signal;
        }

        @Override
        public long parkLimitNs() {
            return work ? 0 : lost ? 1 : LOST_AFTER_NS;
        }

        @Override
        public long spinNs() {
            return 0;
        }
    }

    /** An append against the writer. */
    @JCStressTest
    @Description("The writer looks for claims before it parks; a producer claims, commits and wakes.")
    @Outcome(id = "awake", expect = ACCEPTABLE, desc = "The writer saw the claim, or was woken.")
    @Outcome(
            id = "sleeps",
            expect = ACCEPTABLE,
            desc = "The writer saw a claim without a record, and looks again soon.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "The writer sleeps until the next append.")
    @State
    public static class AppendAgainstWriter {
        private static final StressedJournal JOURNAL = new StressedJournal(SyncPolicy.never());
        private static final StressedJournal.Follower FOLLOWER = JOURNAL.follow();
        private static final Rendezvous RENDEZVOUS = new Rendezvous();

        /** Appends. */
        @Actor
        public void producer() {
            RENDEZVOUS.meet();
            JOURNAL.append();
            RENDEZVOUS.meet();
        }

        /** Decides how long to park. */
        @Actor
        public void writer(final L_Result result) {
            final WakeSignal signal = JOURNAL.writer().signal();
            RENDEZVOUS.meet();
            signal.announce();
            final long limitNs = JOURNAL.writer().parkLimitNs();
            RENDEZVOUS.meet();
            result.r1 = outcome(signal, limitNs, limitNs == Long.MAX_VALUE);
            JOURNAL.prepareStandby();
            while (JOURNAL.writer().doWork() > 0) {
                JOURNAL.prepareStandby();
            }
            while (FOLLOWER.look() != StressedJournal.Found.NOTHING) {
                Thread.onSpinWait();
            }
        }
    }

    /** The writer against the sync agent. */
    @JCStressTest
    @Description(
            "The sync agent looks what is due before it parks; the writer publishes a record, each second of which is due.")
    @Outcome(id = "awake", expect = ACCEPTABLE, desc = "The sync agent saw the record, or was woken.")
    @Outcome(id = "sleeps", expect = ACCEPTABLE, desc = "Nothing is due before the delay of the policy is over.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "A force is due and will not come.")
    @State
    public static class WriteAgainstSync {
        private static final StressedJournal JOURNAL =
                new StressedJournal(SyncPolicy.batch(2, 1 << 20, Duration.ofHours(1)));
        private static final Rendezvous RENDEZVOUS = new Rendezvous();

        /** Appends and writes. */
        @Actor
        public void writer() {
            JOURNAL.prepareStandby();
            JOURNAL.append();
            RENDEZVOUS.meet();
            while (JOURNAL.writer().doWork() > 0) {
                Thread.onSpinWait();
            }
            RENDEZVOUS.meet();
        }

        /** Decides how long to park. */
        @Actor
        public void sync(final L_Result result) {
            final Engine engine = JOURNAL.engine();
            RENDEZVOUS.meet();
            engine.syncSignal().announce();
            final long limitNs = JOURNAL.sync().parkLimitNs();
            RENDEZVOUS.meet();
            final long pending =
                    engine.written().getAcquire() - engine.durable().get();
            result.r1 =
                    outcome(engine.syncSignal(), limitNs, pending >= 2 || (pending > 0 && limitNs == Long.MAX_VALUE));
            JOURNAL.forceAndCheck();
        }
    }

    /** Somebody who wants everything forced at once against the sync agent. */
    @JCStressTest
    @Description("The sync agent looks what is due before it parks; somebody asks for a force of what is not due yet.")
    @Outcome(id = "awake", expect = ACCEPTABLE, desc = "The sync agent saw the request, or was woken.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "Who asked for the force waits until another record comes.")
    @State
    public static class FlushAgainstSync {
        private static final StressedJournal JOURNAL =
                new StressedJournal(SyncPolicy.batch(1 << 20, 1 << 30, Duration.ofHours(1)));
        private static final Rendezvous RENDEZVOUS = new Rendezvous();

        /** Asks as the face of the journal does. */
        @Actor
        public void user() {
            RENDEZVOUS.meet();
            final Engine engine = JOURNAL.engine();
            engine.flushTarget().max(engine.written().getAcquire());
            engine.syncSignal().wake();
            RENDEZVOUS.meet();
        }

        /** Has a record to force, and decides how long to park. */
        @Actor
        public void sync(final L_Result result) {
            final Engine engine = JOURNAL.engine();
            JOURNAL.prepareStandby();
            JOURNAL.append();
            while (JOURNAL.writer().doWork() > 0) {
                JOURNAL.forceAndCheck();
            }
            RENDEZVOUS.meet();
            engine.syncSignal().announce();
            final long limitNs = JOURNAL.sync().parkLimitNs();
            RENDEZVOUS.meet();
            result.r1 = outcome(engine.syncSignal(), limitNs, true);
            while (JOURNAL.sync().doWork() > 0) {
                Thread.onSpinWait();
            }
            JOURNAL.forceAndCheck();
        }
    }

    /** The keeper, which writes the durable mark to the meta file, against the sync agent, which raises it. */
    @JCStressTest
    @Description("The keeper takes note of the mark before it parks; the sync agent raises it and says so.")
    @Outcome(id = "awake", expect = ACCEPTABLE, desc = "The keeper saw the mark, or was woken.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "The keeper sleeps with an old mark on the disk.")
    @Outcome(id = "forgotten", expect = FORBIDDEN, desc = "Nobody will tell the keeper of this mark any more.")
    @State
    public static class RaiseAgainstKeeper {
        private static final Engine ENGINE = new StressedJournal(SyncPolicy.never()).engine();
        private static final Rendezvous RENDEZVOUS = new Rendezvous();

        private static long raised;

        /** Raises the mark. */
        @Actor
        public void sync() {
            RENDEZVOUS.meet();
            ENGINE.durable().raise(++raised);
            ENGINE.noteMarkMoved();
            RENDEZVOUS.meet();
        }

        /** Does what {@link KeeperAgent} does when the journal is idle. */
        @Actor
        public void keeper(final L_Result result) {
            RENDEZVOUS.meet();
            ENGINE.clearMarkMoved();
            final long seen = ENGINE.durable().get();
            ENGINE.keeperSignal().announce();
            final long limitNs = ENGINE.markMoved() ? 0 : Long.MAX_VALUE;
            RENDEZVOUS.meet();
            final boolean news = seen < raised;
            final String outcome = outcome(ENGINE.keeperSignal(), limitNs, news);
            result.r1 = news && !ENGINE.markMoved() ? "forgotten" : outcome.equals("lost") ? "lost" : "awake";
        }
    }

    /** The keeper against a writer that has nowhere to write to. */
    @JCStressTest
    @Description("The writer looks for a standby before it parks; the keeper offers one and wakes it.")
    @Outcome(id = "awake", expect = ACCEPTABLE, desc = "The writer saw the segment, or was woken.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "The writer stands still although it could go on.")
    @State
    public static class StandbyAgainstWriter {
        private static final StressedJournal JOURNAL = new StressedJournal(SyncPolicy.never());
        private static final Rendezvous RENDEZVOUS = new Rendezvous();

        static {
            JOURNAL.engine().waitingForStandby(true);
        }

        /** Offers a segment. */
        @Actor
        public void keeper() {
            final Segment segment = JOURNAL.nextSegment();
            RENDEZVOUS.meet();
            JOURNAL.engine().offerStandby(segment);
            RENDEZVOUS.meet();
        }

        /** Decides how long to park. */
        @Actor
        public void writer(final L_Result result) {
            final Engine engine = JOURNAL.engine();
            RENDEZVOUS.meet();
            engine.writerSignal().announce();
            final long limitNs = JOURNAL.writer().parkLimitNs();
            RENDEZVOUS.meet();
            result.r1 = outcome(engine.writerSignal(), limitNs, true);
            JOURNAL.dropStandby();
        }
    }
}

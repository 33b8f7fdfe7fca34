// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.interleaving.Interleaving;
import io.tidemark.journal.interleaving.Scenario;
import java.lang.reflect.Field;
import java.util.List;

/** Scenarios of parking and waking: an agent's loop, with its idle strategy, against those who bring it work. */
final class WakeSignalScenarios {

    private WakeSignalScenarios() {}

    /** An agent that works until it has seen so much work, and parks where there is none. */
    private abstract static class Agent implements SignalledAgent {
        private final WakeSignal signal = new WakeSignal();

        @Override
        public WakeSignal signal() {
            return signal;
        }

        @Override
        public long spinNs() {
            return 0;
        }

        @Override
        public String roleName() {
            return "agent";
        }

        /** What the thread of an agent does. */
        final void runUntilDone() {
            final ParkingIdleStrategy idleStrategy = new ParkingIdleStrategy(this);
            while (!isDone()) {
                if (doWork() == 0) {
                    endSpinning(idleStrategy);
                    idleStrategy.idle();
                }
            }
        }

        /** Lets the next round park. To look a hundred times before that shows nothing new. */
        private static void endSpinning(final ParkingIdleStrategy idleStrategy) {
            try {
                final Field spins = ParkingIdleStrategy.class.getDeclaredField("spins");
                spins.setAccessible(true);
                spins.setInt(idleStrategy, Integer.MAX_VALUE);
            } catch (final ReflectiveOperationException e) {
                throw new LinkageError("the idle strategy counts no spins", e);
            }
        }

        abstract boolean isDone();

        @Override
        public abstract int doWork();
    }

    /** Work is a number that goes up twice; who raises it wakes the agent, which for the rest would park for ever. */
    static final class WorkComesTwice implements Scenario {
        private final PaddedSequence work = new PaddedSequence(0);

        private final Agent agent = new Agent() {
            private long done;

            @Override
            boolean isDone() {
                return done == 2;
            }

            @Override
            public int doWork() {
                final long target = work.getAcquire();
                final int count = (int) (target - done);
                done = target;
                return count;
            }

            @Override
            public long parkLimitNs() {
                return work.getVolatile() == done ? Long.MAX_VALUE : 0;
            }
        };

        @Override
        public List<Part> parts() {
            return List.of(new Part("agent", agent::runUntilDone), new Part("producer", () -> {
                for (int sequence = 1; sequence <= 2; sequence++) {
                    work.setVolatile(sequence);
                    agent.signal().wake();
                }
            }));
        }
    }

    /** Two bring work, once each. */
    static final class WorkComesFromTwo implements Scenario {
        private final PaddedSequence left = new PaddedSequence(0);
        private final PaddedSequence right = new PaddedSequence(0);

        private final Agent agent = new Agent() {
            private long done;

            private long target() {
                return left.getVolatile() + right.getVolatile();
            }

            @Override
            boolean isDone() {
                return done == 2;
            }

            @Override
            public int doWork() {
                final long target = target();
                final int count = (int) (target - done);
                done = target;
                return count;
            }

            @Override
            public long parkLimitNs() {
                return target() == done ? Long.MAX_VALUE : 0;
            }
        };

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("agent", agent::runUntilDone),
                    new Part("left producer", () -> bring(left)),
                    new Part("right producer", () -> bring(right)));
        }

        private void bring(final PaddedSequence work) {
            work.setVolatile(1);
            agent.signal().wake();
        }
    }

    /**
     * The writer at the append queue: where nothing is claimed it parks until it is woken; where something is claimed but
     * not committed, only for a time, for then the producer need not have seen that it parks.
     */
    static final class WriterAtTheQueue implements Scenario {
        private static final int LENGTH = Long.BYTES;
        private static final long UNCOMMITTED_PARK_NS = 50_000;

        private final AppendQueue queue = new AppendQueue(64, 1);

        private final Agent agent = new Agent() {
            private long done;

            @Override
            boolean isDone() {
                return done == 2;
            }

            @Override
            public int doWork() {
                if (FrameLayout.wordAcquire(queue.ring(), queue.headOffset()) == 0) {
                    return 0;
                }
                done++;
                queue.consume(LENGTH, done + 1);
                return 1;
            }

            @Override
            public long parkLimitNs() {
                return queue.hasClaims() ? UNCOMMITTED_PARK_NS : Long.MAX_VALUE;
            }
        };

        @Override
        public Timeouts timeouts() {
            return Timeouts.WHEN_NOTHING_ELSE_CAN_RUN;
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("writer", agent::runUntilDone),
                    new Part("producer A", this::append),
                    new Part("producer B", this::append));
        }

        private void append() {
            final QueueClaim claim = new QueueClaim();
            if (!queue.tryClaim(claim, LENGTH, 1)) {
                throw new AssertionError("no room in an empty ring");
            }
            FrameLayout.wordRelease(queue.ring(), claim.offset, FrameLayout.word(LENGTH, 0));
            agent.signal().wake();
            Interleaving.happened("appended");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.interleaving.History;
import io.tidemark.journal.interleaving.Interleaving;
import io.tidemark.journal.interleaving.Outcome;
import io.tidemark.journal.interleaving.Scenario;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Scenarios of the durable mark, each as small as it can be. In all of them a waiter that nobody wakes is found as such:
 * when all others have ended and one is left parked.
 */
final class DurableMarkScenarios {

    private static final long FOR_EVER = Long.MAX_VALUE;

    private DurableMarkScenarios() {}

    /** What the mark is, if everything in it happened in one moment. */
    record Specification(long mark, boolean ended, boolean allWoken) {}

    /** The mark was raised. */
    record Raised(long sequence) implements Outcome<Specification> {
        @Override
        public Optional<Specification> after(final Specification before) {
            return Optional.of(new Specification(sequence, before.ended, before.allWoken));
        }
    }

    /** The mark has ended. */
    record Ended() implements Outcome<Specification> {
        @Override
        public Optional<Specification> after(final Specification before) {
            return Optional.of(new Specification(before.mark, true, before.allWoken));
        }
    }

    /** All were woken to look again. */
    record AllWoken() implements Outcome<Specification> {
        @Override
        public Optional<Specification> after(final Specification before) {
            return Optional.of(new Specification(before.mark, before.ended, true));
        }
    }

    /** Somebody waited. A false answer is wrong where the mark was there, and where nothing else can have ended it. */
    record Awaited(long sequence, boolean timed, boolean answer) implements Outcome<Specification> {
        @Override
        public Optional<Specification> after(final Specification before) {
            final boolean reached = before.mark >= sequence;
            final boolean mayGiveUp = timed || before.ended || before.allWoken;
            return answer == reached && (answer || mayGiveUp) ? Optional.of(before) : Optional.empty();
        }
    }

    /** A mark at 0, and what is done to it. */
    abstract static class MarkScenario implements Scenario {
        final DurableMark mark;
        final History<Specification> history = new History<>();

        MarkScenario() {
            this(new DurableMark(0));
        }

        MarkScenario(final DurableMark mark) {
            this.mark = mark;
        }

        boolean await(final long sequence, final long timeoutNs, final long spinNs) {
            final boolean answer = history.call(() -> new Awaited(
                            sequence, timeoutNs != FOR_EVER, mark.await(sequence, timeoutNs, false, spinNs)))
                    .answer();
            Interleaving.happened(answer ? "waited" : "gave up");
            return answer;
        }

        void raise(final long sequence) {
            history.call(() -> {
                mark.raise(sequence);
                return new Raised(sequence);
            });
        }

        void end() {
            history.call(() -> {
                mark.end();
                return new Ended();
            });
        }

        void wakeAll() {
            history.call(() -> {
                mark.wakeAll();
                return new AllWoken();
            });
        }

        @Override
        public void check() {
            history.requireLinearizable(new Specification(0, false, false));
            // The next sweep forgets whoever has gone.
            mark.end();
            if (mark.waiterCount() != 0) {
                throw new AssertionError("waiters are kept: " + mark.waiterCount());
            }
        }
    }

    /** Two waiters for different sequences: the first raise wakes one, and puts the other back for the second. */
    static final class RaisesAgainstWaiters extends MarkScenario {
        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("waiter for 1", () -> await(1, FOR_EVER, 0)),
                    new Part("waiter for 2", () -> await(2, FOR_EVER, 0)),
                    new Part("raiser", () -> {
                        raise(1);
                        raise(2);
                    }));
        }
    }

    /** The end comes while a raise has taken the stack to put a waiter back. */
    static final class RaiseAgainstEnd extends MarkScenario {
        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("waiter for 2", () -> await(2, FOR_EVER, 0)),
                    new Part("raiser", () -> raise(1)),
                    new Part("ender", this::end));
        }
    }

    /** The one that wakes all against a raise that puts back; the raise that lets the waiter go comes at the end. */
    static final class RaiseAgainstWakeAll extends MarkScenario {
        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("waiter", () -> await(2, FOR_EVER, 0)),
                    new Part("raiser", () -> {
                        raise(1);
                        raise(2);
                    }),
                    new Part("waker", this::wakeAll));
        }
    }

    /** The waiter is on the stack when all are woken, and a raise that is not for it may hold the stack just then. */
    static final class WakeAllWhileRaiseSweeps extends MarkScenario {
        private final PaddedSequence waiting = new PaddedSequence(0);

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("waiter", () -> {
                        if (await(2, FOR_EVER, 0)) {
                            throw new AssertionError("the mark is not there");
                        }
                    }),
                    new Part("raiser", () -> {
                        while (mark.waiterCount() == 0) {
                            Interleaving.yieldToOthers();
                        }
                        waiting.setVolatile(1);
                        raise(1);
                    }),
                    new Part("waker", () -> {
                        while (waiting.getVolatile() == 0) {
                            Interleaving.yieldToOthers();
                        }
                        wakeAll();
                    }));
        }
    }

    /** A waiter whose time is up, the sweep that this brings about, and a raise, all at once. */
    static final class GivingUpAgainstRaises extends MarkScenario {

        GivingUpAgainstRaises() {
            try {
                final Field cancelled = DurableMark.class.getDeclaredField("cancelled");
                cancelled.setAccessible(true);
                // One more and whoever gives up sweeps.
                ((AtomicInteger) cancelled.get(mark)).set(31);
            } catch (final ReflectiveOperationException e) {
                throw new LinkageError("the mark counts no waiters that gave up", e);
            }
        }

        @Override
        public Timeouts timeouts() {
            return Timeouts.ANY_TIME;
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("impatient", () -> await(1, 1_000_000, 0)),
                    new Part("waiter", () -> await(2, FOR_EVER, 0)),
                    new Part("raiser", () -> {
                        raise(1);
                        raise(2);
                    }));
        }
    }

    /** Two waiters spin; both may have to park before the mark moves. */
    static final class SpinningAgainstRaise extends MarkScenario {
        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("spinner A", () -> await(1, FOR_EVER, 1_000)),
                    new Part("spinner B", () -> await(1, FOR_EVER, 1_000)),
                    new Part("raiser", () -> raise(1)));
        }
    }

    /** Three who wake each other. One waits for more, and must not be handed. */
    static final class HandedOver extends MarkScenario {

        HandedOver() {
            super(new DurableMark(0, () -> true));
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("waiter A", () -> await(1, FOR_EVER, 0)),
                    new Part("waiter B", () -> await(1, FOR_EVER, 0)),
                    new Part("waiter for 2", () -> await(2, FOR_EVER, 0)),
                    new Part("raiser", () -> {
                        raise(1);
                        raise(2);
                    }));
        }
    }

    /** The one who is to wake the other may just be giving up. */
    static final class HandedToOneWhoGivesUp extends MarkScenario {

        HandedToOneWhoGivesUp() {
            super(new DurableMark(0, () -> true));
        }

        @Override
        public Timeouts timeouts() {
            return Timeouts.ANY_TIME;
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("impatient", () -> await(1, 1_000_000, 0)),
                    new Part("waiter", () -> await(1, FOR_EVER, 0)),
                    new Part("raiser", () -> raise(1)));
        }
    }

    /** The journal ends behind the raise, and takes back what was handed over. */
    static final class HandedOverAgainstEnd extends MarkScenario {

        HandedOverAgainstEnd() {
            super(new DurableMark(0, () -> true));
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("waiter A", () -> await(1, FOR_EVER, 0)),
                    new Part("waiter B", () -> await(1, FOR_EVER, 0)),
                    new Part("raiser", () -> {
                        raise(1);
                        end();
                    }));
        }
    }
}

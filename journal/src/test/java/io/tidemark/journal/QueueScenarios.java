// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.QueueSpecification.HasClaims;
import io.tidemark.journal.interleaving.Interleaving;
import java.util.List;

/** Scenarios of the append queue, each as small as it can be. */
final class QueueScenarios {

    private QueueScenarios() {}

    /** Two producers and the consumer go around a ring of eight units: gaps, a batch, and refusals while it is full. */
    static class ProducersGoRound extends QueueScenario {

        ProducersGoRound() {
            this(1, 0);
        }

        ProducersGoRound(final long firstSequence, final long usedUnits) {
            super(firstSequence, usedUnits);
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("producer A", () -> append(new QueueClaim(), 4, 1)),
                    new Part("producer B", () -> {
                        final QueueClaim claim = new QueueClaim();
                        append(claim, 3, 1);
                        append(claim, 3, 2);
                    }),
                    new Part("consumer", () -> takeUpTo(firstSequence() + 3)));
        }
    }

    /** The same where units and sequences pass 2³². */
    static final class ProducersPassBothBoundaries extends ProducersGoRound {
        ProducersPassBothBoundaries() {
            super((1L << 32) - 2, (1L << 32) - 3);
        }
    }

    /** The producers of a ring with little room are closed out, while the consumer gives room back. */
    static final class CloseAgainstProducers extends QueueScenario {

        CloseAgainstProducers() {
            super(1, 0);
            append(new QueueClaim(), 4, 1);
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("producer A", () -> tryAppend(new QueueClaim(), 4, 1)),
                    new Part("producer B", () -> tryAppend(new QueueClaim(), 4, 1)),
                    new Part("closer", this::close),
                    new Part("consumer", this::takeUpToEnd));
        }

        @Override
        public void check() {
            super.check();
            if (queue.tryClaim(new QueueClaim(), Long.BYTES, 1)) {
                throw new AssertionError("a claim was given after closing" + history);
            }
        }
    }

    /**
     * Claims with so many sequences that as many are in flight as half a tail can tell apart; nobody has that many, but
     * only with them a wrong order of the consumer's counters shows.
     */
    static final class SequencesFillTheirHalf extends QueueScenario {
        private static final int MANY = Integer.MAX_VALUE;

        SequencesFillTheirHalf() {
            super(1, 0);
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("producer", () -> {
                        final QueueClaim claim = new QueueClaim();
                        append(claim, 4, MANY);
                        append(claim, 4, MANY);
                        append(claim, 2, 3);
                        append(claim, 2, 1);
                        askForLastSequence();
                    }),
                    new Part("consumer", () -> takeUpTo(2L * MANY + 4)));
        }
    }

    /** Somebody asks for the last sequence, and the consumer whether anything is claimed. */
    static final class QuestionsAgainstProducers extends QueueScenario {

        QuestionsAgainstProducers() {
            super((1L << 32) - 2, (1L << 32) - 1);
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("producer A", () -> append(new QueueClaim(), 1, 1)),
                    new Part("producer B", () -> append(new QueueClaim(), 1, 2)),
                    new Part("asker", () -> {
                        askForLastSequence();
                        askForLastSequence();
                    }),
                    new Part("consumer", () -> {
                        history.call(() -> new HasClaims(queue.hasClaims()));
                        takeUpTo(firstSequence() + 2);
                        history.call(() -> new HasClaims(queue.hasClaims()));
                    }));
        }
    }

    /** A producer that is refused, and one that takes the room which it did not get. */
    static final class RefusalAgainstRoom extends QueueScenario {

        RefusalAgainstRoom() {
            super(1, 0);
            append(new QueueClaim(), 4, 1);
            append(new QueueClaim(), 4, 1);
        }

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("producer A", () -> tryAppend(new QueueClaim(), 4, 1)),
                    new Part("producer B", () -> tryAppend(new QueueClaim(), 4, 1)),
                    new Part("consumer", () -> takeUpTo(2)));
        }

        @Override
        public void check() {
            while (tryTake()) {
                Interleaving.happened("taken after the end");
            }
            super.check();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static io.tidemark.journal.InterleavedJournal.explore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.interleaving.Scenario;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The append queue in all interleavings with few preemptions: each history is that of {@link QueueSpecification}. */
class AppendQueueInterleavingTest {

    private static final String FAILED = "compare-and-set failed";

    @Test
    void tryClaimShouldBeLinearizableWhenProducersGoRound() {
        explore(QueueScenarios.ProducersGoRound.class, 2)
                .requireSchedules(9_000)
                .requireHappened("producer A", FAILED)
                .requireHappened("producer A", "refused")
                .requireHappened("producer B", FAILED)
                .requireHappened("producer B", "refused")
                .requireHappened("consumer", "gap");
    }

    @Test
    void tryClaimShouldBeLinearizableWhenUnitsAndSequencesPassBothBoundaries() {
        explore(QueueScenarios.ProducersPassBothBoundaries.class, 2)
                .requireSchedules(5_000)
                .requireHappened("producer A", FAILED)
                .requireHappened("producer B", "refused")
                .requireHappened("consumer", "gap");
    }

    @Test
    void tryCloseShouldEndClaimingWhenProducersRace() {
        explore(QueueScenarios.CloseAgainstProducers.class, 1)
                .requireSchedules(2_000)
                .requireHappened("closer", FAILED)
                .requireHappened("closer", "refused")
                .requireHappened("producer A", FAILED)
                .requireHappened("producer B", "refused");
    }

    @Test
    void tryClaimShouldRestoreSequencesWhenAsManyAreInFlightAsCanBe() {
        explore(QueueScenarios.SequencesFillTheirHalf.class, 2)
                .requireSchedules(800)
                .requireHappened("producer", "refused");
    }

    @Test
    void tryClaimShouldRefuseOnlyWithoutRoomWhenRoomIsGivenBack() {
        explore(QueueScenarios.RefusalAgainstRoom.class, 2)
                .requireSchedules(1_500)
                .requireHappened("producer A", FAILED)
                .requireHappened("producer A", "refused");
    }

    @Test
    void questionsShouldBeLinearizableWhenProducersClaim() {
        explore(QueueScenarios.QuestionsAgainstProducers.class, 1).requireSchedules(1_000);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "ProducersGoRound, 3",
        "ProducersPassBothBoundaries, 3",
        "CloseAgainstProducers, 2",
        "SequencesFillTheirHalf, 3",
        "RefusalAgainstRoom, 3",
        "QuestionsAgainstProducers, 2"
    })
    void queueShouldBeLinearizableWhenThereAreMorePreemptions(final String scenario, final int maxPreemptions)
            throws ClassNotFoundException {
        final Class<? extends Scenario> type =
                Class.forName(QueueScenarios.class.getName() + '$' + scenario).asSubclass(Scenario.class);
        explore(type, maxPreemptions).requireSchedules(10_000);
    }

    /** The scenarios take a short way to a queue that was used; here is the long one. */
    @Test
    void ageShouldGiveTheStateThatUseGivesWhenCompared() {
        final AppendQueue used = new AppendQueue(64, 7);
        final QueueClaim claim = new QueueClaim();
        for (int i = 0; i < 3; i++) {
            assertTrue(used.tryClaim(claim, 24, 2));
            if (i == 2) {
                used.consumeGap(16, 11);
            }
            used.consume(24, 9 + 2 * i);
        }
        final AppendQueue aged = new AppendQueue(64, 13);
        QueueScenario.age(aged, 13, 11);
        for (final String counter : new String[] {"tail", "consumedUnits", "consumedSequence"}) {
            assertEquals(
                    QueueScenario.counter(used, counter).getPlain(),
                    QueueScenario.counter(aged, counter).getPlain(),
                    counter);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static io.tidemark.journal.InterleavedJournal.explore;

import io.tidemark.journal.interleaving.Scenario;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The durable mark in all interleavings with few preemptions: no answer is wrong, and nobody waits for ever. */
class DurableMarkInterleavingTest {

    private static final String PUT_BACK = "compare-and-set succeeded";
    private static final String FAILED = "compare-and-set failed";

    @Test
    void raiseShouldLoseNoWaiterWhenTwoWaitForDifferentSequences() {
        explore(DurableMarkScenarios.RaisesAgainstWaiters.class, 2)
                .requireSchedules(2_500)
                .requireHappened("waiter for 1", "parked")
                .requireHappened("waiter for 1", FAILED)
                .requireHappened("waiter for 2", "parked")
                .requireHappened("raiser", PUT_BACK)
                .requireHappened("raiser", FAILED);
    }

    @Test
    void endShouldLoseNoWaiterWhenRaisePutsItBack() {
        explore(DurableMarkScenarios.RaiseAgainstEnd.class, 2)
                .requireSchedules(700)
                .requireHappened("waiter for 2", "parked")
                .requireHappened("waiter for 2", "gave up")
                .requireHappened("raiser", PUT_BACK);
    }

    @Test
    void wakeAllShouldHarmNobodyWhenRaisePutsBack() {
        explore(DurableMarkScenarios.RaiseAgainstWakeAll.class, 2)
                .requireSchedules(1_000)
                .requireHappened("waiter", "parked")
                .requireHappened("waiter", "gave up")
                .requireHappened("waiter", "waited")
                .requireHappened("raiser", PUT_BACK);
    }

    @Test
    void wakeAllShouldReachWaiterWhenRaiseHoldsTheStack() {
        explore(DurableMarkScenarios.WakeAllWhileRaiseSweeps.class, 2)
                .requireSchedules(1_000)
                .requireHappened("waiter", "parked")
                .requireHappened("waiter", "gave up")
                .requireHappened("raiser", PUT_BACK);
    }

    @Test
    void awaitShouldTellTheTruthWhenTimeIsUpAndSweepsRace() {
        explore(DurableMarkScenarios.GivingUpAgainstRaises.class, 2)
                .requireSchedules(7_000)
                .requireHappened("impatient", "timed out")
                .requireHappened("impatient", "gave up")
                .requireHappened("impatient", "waited")
                .requireHappened("raiser", PUT_BACK)
                .requireHappened("raiser", FAILED);
    }

    @Test
    void awaitShouldReturnWhenTwoSpinAndPark() {
        explore(DurableMarkScenarios.SpinningAgainstRaise.class, 2)
                .requireSchedules(1_800)
                .requireHappened("spinner A", FAILED)
                .requireHappened("spinner A", "parked")
                .requireHappened("spinner B", "parked");
    }

    @Test
    void raiseShouldLoseNoWaiterWhenTheyWakeEachOther() {
        explore(DurableMarkScenarios.HandedOver.class, 1)
                .requireSchedules(500)
                .requireHappened("waiter A", "parked")
                .requireHappened("waiter B", "parked")
                .requireHappened("waiter for 2", "parked")
                .requireHappened("raiser", PUT_BACK);
    }

    @Test
    void raiseShouldLoseNoWaiterWhenTheOneToWakeItGivesUp() {
        explore(DurableMarkScenarios.HandedToOneWhoGivesUp.class, 2)
                .requireSchedules(1_000)
                .requireHappened("impatient", "timed out")
                .requireHappened("waiter", "parked")
                .requireHappened("raiser", PUT_BACK)
                .requireHappened("raiser", FAILED);
    }

    @Test
    void endShouldLoseNoWaiterWhenTheyWakeEachOther() {
        explore(DurableMarkScenarios.HandedOverAgainstEnd.class, 2)
                .requireSchedules(1_000)
                .requireHappened("waiter A", "parked")
                .requireHappened("waiter B", "parked")
                .requireHappened("raiser", PUT_BACK);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "RaisesAgainstWaiters, 3",
        "RaiseAgainstEnd, 4",
        "RaiseAgainstWakeAll, 3",
        "WakeAllWhileRaiseSweeps, 3",
        "GivingUpAgainstRaises, 3",
        "SpinningAgainstRaise, 3",
        "HandedOver, 2",
        "HandedToOneWhoGivesUp, 3",
        "HandedOverAgainstEnd, 3"
    })
    void markShouldLoseNoWaiterWhenThereAreMorePreemptions(final String scenario, final int maxPreemptions)
            throws ClassNotFoundException {
        final Class<? extends Scenario> type = Class.forName(DurableMarkScenarios.class.getName() + '$' + scenario)
                .asSubclass(Scenario.class);
        explore(type, maxPreemptions).requireSchedules(10_000);
    }
}

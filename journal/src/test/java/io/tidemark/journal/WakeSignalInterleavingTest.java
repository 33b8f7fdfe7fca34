// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static io.tidemark.journal.InterleavedJournal.explore;

import io.tidemark.journal.interleaving.Scenario;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parking and waking in all interleavings with few preemptions: no agent sleeps while there is work. */
class WakeSignalInterleavingTest {

    @Test
    void wakeShouldNeverBeLostWhenWorkComesTwice() {
        explore(WakeSignalScenarios.WorkComesTwice.class, 4)
                .requireSchedules(600)
                .requireHappened("agent", "parked");
    }

    @Test
    void wakeShouldNeverBeLostWhenWorkComesFromTwo() {
        explore(WakeSignalScenarios.WorkComesFromTwo.class, 3)
                .requireSchedules(1_000)
                .requireHappened("agent", "parked");
    }

    @Test
    void writerShouldFindAllThatIsCommittedWhenItParksAtTheQueue() {
        explore(WakeSignalScenarios.WriterAtTheQueue.class, 2)
                .requireSchedules(1_000)
                .requireHappened("writer", "parked")
                .requireHappened("writer", "timed out")
                .requireHappened("producer A", "compare-and-set failed");
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"WorkComesTwice, 7", "WorkComesFromTwo, 4", "WriterAtTheQueue, 3"})
    void wakeShouldNeverBeLostWhenThereAreMorePreemptions(final String scenario, final int maxPreemptions)
            throws ClassNotFoundException {
        final Class<? extends Scenario> type = Class.forName(WakeSignalScenarios.class.getName() + '$' + scenario)
                .asSubclass(Scenario.class);
        explore(type, maxPreemptions).requireSchedules(2_000);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.interleaving.ScheduleFailure;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Puts bugs into the shared classes, one at a time, and demands that the exploration finds each: so it can't go blind. */
class InterleavingSensitivityTest {

    static List<PlantedBug> bugs() {
        return PlantedBug.all();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void exploreShouldFindBugWhenOneWasPutIn(final PlantedBug bug) {
        final ScheduleFailure found = assertThrows(
                ScheduleFailure.class, () -> bug.explorer().explore(bug.maxPreemptions()), bug + " was not found");
        System.out.printf("%s: found after %d schedules: %s%n", bug, found.schedulesBefore(), found.schedule());
        assertTrue(found.getCause() instanceof AssertionError, () -> "not by a check: " + found.getMessage());
        assertTrue(found.getMessage().contains("repeat it with -D"), found::getMessage);
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void repeatShouldFailInTheSameWayWhenTheLineIsGiven(final PlantedBug bug) {
        final ScheduleFailure found =
                assertThrows(ScheduleFailure.class, () -> bug.explorer().explore(bug.maxPreemptions()));
        final ScheduleFailure again =
                assertThrows(ScheduleFailure.class, () -> bug.explorer().repeat(found.schedule()));
        assertEquals(found.getCause().getMessage(), again.getCause().getMessage());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplorerTest {

    private static final int UNBOUNDED = 100;

    private static Explorer explorer(final Class<? extends Scenario> scenario) {
        return Explorer.of(new RewritingClassLoader(Pattern.compile(".*\\.ExplorerScenarios\\$.*")), scenario);
    }

    private static ScheduleFailure failureOf(final Class<? extends Scenario> scenario) {
        return assertThrows(ScheduleFailure.class, () -> explorer(scenario).explore(UNBOUNDED));
    }

    /** Three steps each can be interleaved in 6! / (3! 3!) ways; with one preemption, in four ways more than with none. */
    @ParameterizedTest
    @CsvSource({"0, 2", "1, 6", "100, 20"})
    void exploreShouldTakeEachScheduleOnceWhenAccessesMeet(final int maxPreemptions, final long schedules) {
        assertEquals(
                schedules,
                explorer(ExplorerScenarios.ThreeEach.class)
                        .explore(maxPreemptions)
                        .schedules());
    }

    @Test
    void exploreShouldNotPreemptWhenNobodyCanNotice() {
        assertEquals(
                2,
                explorer(ExplorerScenarios.ThreeEachApart.class)
                        .explore(UNBOUNDED)
                        .schedules());
    }

    @Test
    void exploreShouldFindLostUpdateWithOnePreemptionWhenThereIsOne() {
        explorer(ExplorerScenarios.LostUpdate.class).explore(0).requireSchedules(2);
        final ScheduleFailure failure = failureOf(ExplorerScenarios.LostUpdate.class);
        assertEquals("LostUpdate@0x1,1x2,0x1", failure.schedule());
        assertTrue(failure.getMessage().contains("lost: sum=1"), failure::getMessage);
        assertTrue(failure.getMessage().contains("1 preemptions"), failure::getMessage);
    }

    @Test
    void exploreShouldFindLostWakeUpWhenThereIsOne() {
        final String message = failureOf(ExplorerScenarios.LookThenPark.class).getMessage();
        assertTrue(message.contains("lost wake-up: nobody is left to wake sleeper"), message);
    }

    @Test
    void exploreShouldEndWhenThreadsSpinForEver() {
        final String message = failureOf(ExplorerScenarios.SpinForEver.class).getMessage();
        assertTrue(message.contains("does not end"), message.substring(0, 200));
    }

    @Test
    void exploreShouldNotRepeatWhenThreadLooksInVain() {
        final Exploration exploration =
                explorer(ExplorerScenarios.SpinForOther.class).explore(UNBOUNDED);
        assertEquals(2, exploration.schedules());
    }

    @Test
    void exploreShouldRefuseWhenItCannotSeeWhatIsWaitedFor() {
        final Throwable failure = assertThrows(
                IllegalStateException.class,
                () -> explorer(ExplorerScenarios.Locking.class).explore(0));
        assertTrue(failure.getMessage().contains("synchronized"), failure::getMessage);
    }

    @Test
    void exploreShouldSaySoWhenScenarioIsNotDeterministic() {
        final String message = failureOf(ExplorerScenarios.Whimsical.class).getMessage();
        assertTrue(message.contains("not deterministic"), message);
    }

    @Test
    void exploreShouldTakeTheSameStepsWhenRepeated() {
        final Exploration first = explorer(ExplorerScenarios.ThreeEach.class).explore(UNBOUNDED);
        final Exploration second = explorer(ExplorerScenarios.ThreeEach.class).explore(UNBOUNDED);
        assertEquals(first.steps(), second.steps());
        assertEquals(first.schedules(), second.schedules());
    }

    @Test
    void requireShouldFailWhenExplorationHasGoneBlind() {
        final Exploration exploration =
                explorer(ExplorerScenarios.ThreeEach.class).explore(UNBOUNDED);
        assertThrows(AssertionError.class, () -> exploration.requireSchedules(21));
        assertThrows(AssertionError.class, () -> exploration.requireHappened("left", "parked"));
    }

    @Test
    void repeatShouldRefuseWhenScheduleDoesNotBelongToTheCode() {
        final ScheduleFailure failure = assertThrows(
                ScheduleFailure.class,
                () -> explorer(ExplorerScenarios.ThreeEach.class).repeat("ThreeEach@0x9,1x3"));
        assertTrue(failure.getMessage().contains("does not belong to this code"), failure::getMessage);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Thousands of seeded lives of a journal over the simulated storage. To live one again: {@code ./mvnw -pl journal test
 * -Dtest=SimulationTest -Dtidemark.seed=SEED}. For more of them: {@code -Dtidemark.lives=COUNT}, from another beginning:
 * {@code -Dtidemark.firstSeed=SEED}.
 */
class SimulationTest {

    private static final int DEFAULT_LIVES = 10_000;

    /** What must have happened in enough lives; otherwise the simulation has gone blind. */
    private static final List<String> MUST_HAPPEN = List.of(
            "power cut",
            "power cut while opening",
            "power cut while closing",
            "failed call while opening",
            "killed",
            "closed",
            "closed after a failure",
            "closed on a full file system",
            "batch",
            "truncated",
            "recycled",
            "segments in pieces",
            "claim refused because room is to stay free",
            "aborted claim",
            "found INTACT",
            "found TORN_TAIL",
            "cut: the end of a batch is missing",
            "cut: nothing, but n whole frames that were never durable behind it",
            "cut: a frame with a wrong checksum that was never durable",
            "cut: a frame of an older epoch behind the end",
            "refused with code -1",
            "refused with code -3",
            "refused with code -4");

    @Test
    void journalShouldKeepItsPromiseWhenAnythingFailsAtAnyMoment() {
        final Long only = Long.getLong("tidemark.seed");
        final Map<String, Integer> marks = SimulatedLife.newMarks();
        if (only != null) {
            SimulatedLife.run(only, marks);
            return;
        }
        final long first = Long.getLong("tidemark.firstSeed", 1);
        final int lives = Integer.getInteger("tidemark.lives", DEFAULT_LIVES);
        for (long seed = first; seed < first + lives; seed++) {
            SimulatedLife.run(seed, marks);
        }
        for (final String happening : MUST_HAPPEN) {
            assertTrue(marks.containsKey(happening), "never happened: " + happening + ", but: " + marks);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassVisitor;

/** Puts bugs into the journal, one at a time, and demands that the simulation finds each: so it can't go blind. */
class SimulationSensitivityTest {

    private static final int LIVES = 10_000;
    private static final String STORAGE = "io/tidemark/journal/storage/Storage";
    private static final String ENGINE_AND_STORAGE = "io\\.tidemark\\.journal\\.(storage\\.)?(?!Simulated)\\w+";

    static Stream<Arguments> bugs() {
        return Stream.of(
                Arguments.of(
                        "no force before the mark moves",
                        "io\\.tidemark\\.journal\\.Segment",
                        BrokenClassLoader.returning("force", 0)),
                Arguments.of(
                        "directory not forced",
                        ENGINE_AND_STORAGE,
                        BrokenClassLoader.withoutCalls(STORAGE, "forceDirectory")),
                Arguments.of(
                        "zeros behind the last frame not forced",
                        "io\\.tidemark\\.journal\\.SyncAgent",
                        BrokenClassLoader.withoutCalls("io/tidemark/journal/Segment", "forceEnd")),
                Arguments.of(
                        "checksum not checked",
                        "io\\.tidemark\\.journal\\.format\\.FrameCheck",
                        BrokenClassLoader.returning("checksumMatches", 1)),
                Arguments.of(
                        "ghost frames accepted",
                        "io\\.tidemark\\.journal\\.format\\.FrameCheck",
                        BrokenClassLoader.returning("isStale", 0)),
                Arguments.of(
                        "newer pages trusted past a hole",
                        "io\\.tidemark\\.journal\\.JournalScan",
                        BrokenClassLoader.replacing(
                                "io/tidemark/journal/JournalScan",
                                "advance",
                                TrustPastHole.HONEST_ADVANCE,
                                "io/tidemark/journal/TrustPastHole")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void simulationShouldFindBugWhenOneWasPutIn(
            final String bug, final String brokenClass, final UnaryOperator<ClassVisitor> change) throws Exception {
        final Method life = lifeIn(new BrokenClassLoader(brokenClass, change));
        final long startNs = System.nanoTime();
        for (long seed = 1; seed <= LIVES; seed++) {
            final String problem = problemOf(life, seed);
            if (problem != null) {
                System.out.printf(
                        "%s: found by seed %d after %d ms: %s%n",
                        bug, seed, (System.nanoTime() - startNs) / 1_000_000, problem);
                return;
            }
        }
        throw new AssertionError("the simulation is blind to: " + bug);
    }

    @Test
    void simulationShouldFindNothingWhenNoBugWasPutIn() throws Exception {
        final Method life = lifeIn(new BrokenClassLoader("nothing", UnaryOperator.identity()));
        for (long seed = 1; seed <= 200; seed++) {
            assertEquals(null, problemOf(life, seed), "seed=" + seed);
        }
    }

    private static Method lifeIn(final BrokenClassLoader loader) throws ReflectiveOperationException {
        return loader.method(SimulatedLife.class, "run", long.class, Map.class);
    }

    private static String problemOf(final Method life, final long seed) throws IllegalAccessException {
        return BrokenClassLoader.problemOf(life, seed, new HashMap<>());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassVisitor;

/**
 * Many orders of the agents' steps. To run one again: {@code ./mvnw -pl journal test -Dtest=AgentScheduleTest
 * -Dtidemark.seed=SEED}. For more of them: {@code -Dtidemark.schedules=COUNT}, from another beginning:
 * {@code -Dtidemark.firstSeed=SEED}.
 */
class AgentScheduleTest {

    private static final int DEFAULT_SCHEDULES = 10_000;
    private static final int LONG_SCHEDULES = 2_000_000;
    private static final int SCHEDULES_PER_TASK = 10_000;
    private static final long SCHEDULES_TO_FIND_BUG = 5_000;
    private static final String WAKE_SIGNAL = "io/tidemark/journal/WakeSignal";

    /** What must have happened in enough schedules; otherwise they have gone blind. */
    private static final List<String> MUST_HAPPEN = List.of(
            "archived",
            "claim",
            "closed",
            "closed after a failure",
            "died in the middle",
            "flush",
            "killed",
            "name committed",
            "name taken up",
            "not archived",
            "pin refused",
            "pin set",
            "power cut",
            "power cut seen",
            "refused with code -1",
            "refused with code -3",
            "refused with code -4",
            "refused because room is to stay free",
            "holder was overtaken",
            "rested",
            "truncated",
            "truncation refused",
            "went on inside a call");

    @Test
    void journalShouldKeepItsPromiseWhenAgentsTakeTurnsInAnyOrder() throws Exception {
        final Map<String, Integer> marks = new TreeMap<>();
        final Long only = Long.getLong("tidemark.seed");
        if (only != null) {
            AgentSchedule.run(only, 1, marks);
            return;
        }
        AgentSchedule.run(
                Long.getLong("tidemark.firstSeed", 1),
                Integer.getInteger("tidemark.schedules", DEFAULT_SCHEDULES),
                marks);
        for (final String happening : MUST_HAPPEN) {
            assertTrue(marks.containsKey(happening), "never happened: " + happening + ", but: " + marks);
        }
    }

    /** Each schedule is played by one thread, so that as many are played at a time as there are cores. */
    @Tag("long")
    @Test
    void journalShouldKeepItsPromiseInMillionsOfSchedules() throws Exception {
        final long first = Long.getLong("tidemark.firstSeed", 1_000_000);
        final long count = Integer.getInteger("tidemark.schedules", LONG_SCHEDULES);
        final ExecutorService executor =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            final List<Future<?>> tasks = new ArrayList<>();
            for (long seed = first; seed < first + count; seed += SCHEDULES_PER_TASK) {
                final long firstOfTask = seed;
                tasks.add(executor.submit(() -> {
                    AgentSchedule.run(firstOfTask, SCHEDULES_PER_TASK, new HashMap<>());
                    return null;
                }));
            }
            for (final Future<?> task : tasks) {
                task.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    static Stream<Arguments> bugs() {
        return Stream.of(
                Arguments.of("a commit wakes nobody", "Appender", BrokenClassLoader.withoutCalls(WAKE_SIGNAL, "wake")),
                Arguments.of(
                        "the writer wakes nobody", "WriterAgent", BrokenClassLoader.withoutCalls(WAKE_SIGNAL, "wake")),
                Arguments.of(
                        "the sync agent wakes nobody",
                        "SyncAgent",
                        BrokenClassLoader.withoutCalls(WAKE_SIGNAL, "wake")),
                Arguments.of(
                        "a committed record is passed over before parking",
                        "AppendQueue",
                        BrokenClassLoader.returning("hasClaims", 0)),
                Arguments.of("a force is left out", "Segment", BrokenClassLoader.returning("force", 0)),
                Arguments.of(
                        "a standby and a closing are not told",
                        "Engine",
                        BrokenClassLoader.withoutCalls(WAKE_SIGNAL, "wake")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void schedulesShouldFindBugWhenOneWasPutIn(
            final String bug, final String brokenClass, final UnaryOperator<ClassVisitor> change) throws Exception {
        final BrokenClassLoader loader = new BrokenClassLoader("io\\.tidemark\\.journal\\." + brokenClass, change);
        final String problem =
                BrokenClassLoader.problemOf(schedules(loader), 1L, SCHEDULES_TO_FIND_BUG, new HashMap<>());
        assertNotNull(problem, "the schedules are blind to: " + bug);
        System.out.println(bug + ": found: " + problem);
    }

    @Test
    void schedulesShouldFindNothingWhenNoBugWasPutIn() throws Exception {
        final BrokenClassLoader loader = new BrokenClassLoader("nothing", UnaryOperator.identity());
        assertEquals(null, BrokenClassLoader.problemOf(schedules(loader), 1L, 200L, new HashMap<>()));
    }

    private static Method schedules(final BrokenClassLoader loader) throws ReflectiveOperationException {
        return loader.method(AgentSchedule.class, "run", long.class, long.class, Map.class);
    }
}

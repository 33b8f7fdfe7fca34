// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.benchmarks.subject.Subjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** That the instrument measures what it says, not what comes out. */
class LatencyRunTest {

    private static final long RATE = 20_000;

    @TempDir
    private Path directory;

    private static LatencyPlan plan(final String... arguments) {
        final LatencyCommand command = new LatencyCommand();
        final CommandLine line = new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true);
        line.parseArgs(arguments);
        final LatencyPlan plan = line.getMixins().values().stream()
                .filter(LatencyPlan.class::isInstance)
                .map(LatencyPlan.class::cast)
                .findFirst()
                .orElseThrow();
        plan.check();
        return plan;
    }

    @Test
    void checkSubjectsShouldRefuseWhatAnotherProcessCanNotFollow() {
        final LatencyPlan plan = plan("--reader=process");
        plan.checkSubjects(List.of(Subjects.JOURNAL));
        final IllegalArgumentException thrown = assertThrows(
                IllegalArgumentException.class, () -> plan.checkSubjects(List.of(Subjects.JOURNAL, Subjects.EMPTY)));
        assertEquals("--reader=PROCESS follows journals only: found empty", thrown.getMessage());
        plan("--reader=thread").checkSubjects(List.of(Subjects.EMPTY));
    }

    private static LatencyPlan shortPlan(final String reader, final int producers) {
        return plan(
                "--rate=" + RATE,
                "--seconds=1",
                "--warm-up=0",
                "--segment-length=1048576",
                "--pacing=yield",
                "--truncation=on",
                "--producers=" + producers,
                "--reader=" + reader);
    }

    @ParameterizedTest
    @CsvSource({"journal, producer, 1", "journal, thread, 2", "empty, thread, 1"})
    void runShouldMeasureEveryRecordOnceWhenAReaderFollows(
            final String subject, final String reader, final int producers) throws Exception {
        final LatencyRun run = new LatencyRun(subject, shortPlan(reader, producers), directory.resolve("data"));

        run.run();

        assertEquals(RATE, run.totals().get("append").getTotalCount());
        assertEquals(RATE, run.totals().get("visible").getTotalCount());
        final Path log = directory.resolve("run.hlog");
        HistogramLog.write(log, "test", run.series());
        assertEquals(RATE, HistogramLog.totals(log).get("append").getTotalCount());
        if (subject.equals(Subjects.JOURNAL)) {
            assertTrue(run.totals().get("append-behind-roll").getTotalCount() > 0, "no roll in the run");
            assertTrue(run.remarks().contains("truncations"), run.remarks());
            final Histogram durable = run.totals().get("durable");
            assertNotNull(durable);
            assertTrue(durable.getTotalCount() > RATE / 2, () -> "durable latencies: " + durable.getTotalCount());
        }
    }

    @ParameterizedTest
    @CsvSource({"disruptor, producer", "mapped, thread"})
    void runShouldTellOfNoRollsWhenTicketsAreNoSequences(final String subject, final String reader) throws Exception {
        final LatencyRun run = new LatencyRun(subject, shortPlan(reader, 1), directory.resolve("data"));

        run.run();

        assertEquals(RATE, run.totals().get("append").getTotalCount());
        assertEquals(RATE, run.totals().get("visible").getTotalCount());
        assertTrue(
                run.totals().keySet().stream().noneMatch(kind -> kind.contains("behind")),
                () -> "kinds of latency: " + run.totals().keySet());
    }

    @Test
    void runShouldMeasureEveryRecordWhenTheReaderIsAnotherProcess() throws Exception {
        final LatencyRun run = new LatencyRun("journal", shortPlan("process", 1), directory.resolve("data"));

        run.run();

        final Map<String, Histogram> totals = run.totals();
        assertEquals(RATE, totals.get("visible").getTotalCount());
        assertTrue(totals.get("visible").getMinValue() >= 0);
        assertTrue(totals.get("visible").getValueAtPercentile(50)
                > totals.get("append-call").getMinValue());
        // Lies in the system's directory until it is moved to the results.
        Files.delete(run.outsideLog());
    }

    @Test
    void argumentsShouldGiveTheSamePlanWhenParsedAgain() {
        final LatencyPlan plan = shortPlan("process", 2);

        final LatencyPlan again = plan(plan.arguments().toArray(new String[0]));

        assertEquals(plan.arguments(), again.arguments());
        assertEquals(plan.label(), again.label());
    }

    @Test
    void checkShouldNameTheOptionWhenItIsOutOfRange() {
        final IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, () -> plan("--rate=0"));

        assertTrue(thrown.getMessage().contains("--rate"), thrown.getMessage());
    }

    @Test
    void forkedCommandShouldPassOnEveryArgument() {
        final List<String> command = ForkedJvm.command(List.of("latency", "--rate=1"));

        assertEquals(
                List.of(Bench.class.getName(), "latency", "--rate=1"),
                command.subList(command.size() - 3, command.size()));
    }
}

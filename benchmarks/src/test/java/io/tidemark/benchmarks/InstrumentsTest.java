// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That every instrument runs to its end and gives the figures that it promises. What they are is not looked at. */
class InstrumentsTest {

    @TempDir
    private Path directory;

    private int run(final String... arguments) {
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--directory=" + directory.resolve("data"));
        all.add("--results=" + directory.resolve("results"));
        return Bench.commandLine().execute(all.toArray(new String[0]));
    }

    private List<Results.Figure> figures() throws IOException {
        return Results.existing(directory.resolve("results")).read();
    }

    private double value(final String metric) throws IOException {
        return figures().stream()
                .filter(figure -> figure.metric().equals(metric))
                .mapToDouble(Results.Figure::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no figure of " + metric));
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "disruptor", "mapped"})
    void groupCommitShouldCountDurableAppendsWhenTwoThreadsShareForces(final String subject) throws IOException {
        assertEquals(
                0,
                run(
                        "group-commit",
                        "--subjects=" + subject,
                        "--threads=2",
                        "--ms=50",
                        "--limit-ms=10",
                        "--repetition=1"));

        assertTrue(value("durable appends") > 0);
        assertTrue(value("durable append p50") > 0);
        assertTrue(value("of pwrite and fdatasync") > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "disruptor", "mapped"})
    void throughputShouldBeToldBesideTheLimitWhenTwoProducersAppend(final String subject) throws IOException {
        assertEquals(
                0,
                run(
                        "throughput",
                        "--subjects=" + subject,
                        "--lengths=128",
                        "--producers=2",
                        "--records=20000",
                        "--rounds=1",
                        "--limit-ms=10",
                        "--repetition=1"));

        assertTrue(value("written") > 0);
        assertTrue(value("durable") > 0);
        assertTrue(value("copy and CRC-32C") > 0);
    }

    @Test
    void throughputShouldCountWhatProducersAllocateWhenASubjectComesFromOutside() throws IOException {
        assertEquals(
                0,
                run(
                        "throughput",
                        "--subjects=allocating",
                        "--lengths=128",
                        "--producers=1",
                        "--records=100000",
                        "--rounds=1",
                        "--limit-ms=10"));

        final double allocated = value("allocated per record, all threads");
        assertTrue(allocated >= 128 && allocated < 256, () -> "allocated per record: " + allocated);
        assertTrue(Results.existing(directory.resolve("results")).notes().contains("allocating: nothing but garbage"));
    }

    @Test
    void limitsShouldAllBeMeasured() throws IOException {
        assertEquals(0, run("limits", "--ms=10", "--stream-mib=1", "--hand-overs=1000"));

        final Set<String> metrics =
                figures().stream().map(Results.Figure::metric).collect(Collectors.toSet());
        assertTrue(
                metrics.containsAll(Set.of(
                        "copy with CRC-32C of 128 B into a mapping",
                        "hand-over and back p50",
                        "pwrite and fdatasync of a block p50",
                        "spinning, all processors stopped: wait p99",
                        "spinning beside forces, all processors stopped: part of the time",
                        "streaming over a file, forced")),
                metrics::toString);
    }

    @Test
    void replayShouldReadEveryRecordInEveryWay() throws IOException {
        assertEquals(0, run("replay", "--mib=3", "--segment-length=1048576", "--repetitions=1"));

        final Set<String> subjects =
                figures().stream().map(Results.Figure::subject).collect(Collectors.toSet());
        assertEquals(
                Set.of("crc32c-whole", "crc32c-frames", "read-crc32c", "read-crc32c by two", "replay", "tailer"),
                subjects);
    }

    @Test
    void replayShouldReadOtherSubjectsInTheSameTurns() throws IOException {
        assertEquals(
                0, run("replay", "--mib=1", "--segment-length=1048576", "--repetitions=1", "--peers=mapped", "--here"));

        assertTrue(
                figures().stream()
                        .anyMatch(figure -> figure.subject().equals("mapped")
                                && figure.metric().equals("records")),
                "no figure of it");
    }

    @Test
    void seekShouldFindEveryRecordBySequenceAndByTime() throws IOException {
        assertEquals(0, run("seek", "--segments=1,5", "--segment-length=65536", "--seeks=20"));

        assertTrue(value("by sequence p50") > 0);
        assertTrue(value("by time p50") > 0);
    }

    @Test
    void growthShouldOpenAppendAndReadWhenAJournalOfEachLengthWasAbandoned() throws IOException {
        assertEquals(
                0,
                run(
                        "growth",
                        "--segments=1,5",
                        "--segment-length=65536",
                        "--records=400",
                        "--rate=10000",
                        "--repetitions=1"));

        final Set<String> subjects =
                figures().stream().map(Results.Figure::subject).collect(Collectors.toSet());
        assertEquals(Set.of("1 segment", "5 segments"), subjects);
        assertTrue(value("opening behind a killed process") > 0);
        assertEquals(400, value("append to read count"));
    }

    @Test
    void deviceBytesShouldBeCountedWhenAJournalIsTruncatedBehindTheWriter() throws IOException {
        Assumptions.assumeTrue(BlockDevice.of(directory) != null, "the system does not tell the device of a directory");

        assertEquals(
                0,
                run(
                        "device-bytes",
                        "--mb-per-second=5",
                        "--seconds=1",
                        "--warm-up=0",
                        "--idle-seconds=0",
                        "--segment-length=1048576"));

        assertTrue(value("device bytes per journal byte") >= 1, () -> "less written than forced");
    }

    @Test
    void reportShouldHoldTablesAndHistogramsWhenThereAreResults() throws IOException {
        assertEquals(
                0,
                run(
                        "latency",
                        "--rate=1000",
                        "--seconds=1",
                        "--warm-up=0",
                        "--pacing=yield",
                        "--subjects=empty",
                        "--repetition=1"));
        final Path results = directory.resolve("results");

        assertEquals(0, Bench.commandLine().execute("report", "--results=" + results));

        final String page = Files.readString(results.resolve("report.html"));
        assertTrue(page.contains("append p99.99") && page.contains("<polyline") && page.contains(".hlog"), page);
        assertTrue(!page.contains("http://") && !page.contains("https://"), "the page needs a network");
        try (var files = Files.list(results)) {
            assertTrue(files.anyMatch(path -> path.toString().endsWith(".png")));
        }
    }

    @Test
    void compareShouldFailAboveALimitWhenRepetitionsLieApart() throws IOException {
        final Path before = directory.resolve("before");
        final Path after = directory.resolve("after");
        for (int repetition = 1; repetition <= 3; repetition++) {
            Results.create(before, directory)
                    .add(List.of(new Results.Figure(
                            "throughput", "journal", "", "written", "/s", repetition, 100 + repetition)));
            Results.create(after, directory)
                    .add(List.of(new Results.Figure(
                            "throughput", "journal", "", "written", "/s", repetition, 50 + repetition)));
        }

        assertEquals(0, Bench.commandLine().execute("compare", before.toString(), "--results=" + after));
        assertEquals(
                3, Bench.commandLine().execute("compare", before.toString(), "--results=" + after, "--fail-above=20"));
        assertEquals(
                0, Bench.commandLine().execute("compare", before.toString(), "--results=" + before, "--fail-above=20"));
    }

    @Test
    void executeShouldSaySoWhenThereIsNothingToCompare() {
        final StringWriter words = new StringWriter();
        final int status = Bench.commandLine()
                .setErr(new PrintWriter(words, true))
                .execute("compare", directory.toString(), "--results=" + directory);
        assertEquals(2, status);
        assertTrue(words.toString().startsWith("tidemark bench: no results: "), words::toString);
    }
}

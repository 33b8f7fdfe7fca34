// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TailCommandTest {

    private static final int LINES = 3_000;

    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("journal");
    }

    private static List<String> numbers(final int first, final int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> "line " + i).toList();
    }

    private static byte[] text(final int first, final int last) {
        return (String.join("\n", numbers(first, last)) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private void append(final int first, final int last) {
        CommandResult.ofInput(text(first, last), "append", directory(), "--segment-length", 65536)
                .requireOk();
    }

    private List<String> tail(final Object... options) {
        final Object[] words = new Object[options.length + 2];
        words[0] = "tail";
        words[1] = directory();
        System.arraycopy(options, 0, words, 2, options.length);
        return CommandResult.of(words).requireOk().lines();
    }

    @Test
    void tailShouldPrintTheLastRecordsWhenAskedForSome() {
        append(1, LINES);
        assertEquals(numbers(LINES - 9, LINES), tail());
        assertEquals(numbers(LINES - 9, LINES), tail("--durable"));
        assertEquals(List.of(), tail("-n", 0));
        assertEquals(numbers(LINES - 699, LINES), tail("-n", 700));
        assertEquals(numbers(1, LINES), tail("-n", LINES + 5));
        assertEquals(numbers(2_500, LINES), tail("--from", 2_500));
        assertEquals(List.of(), tail("--from", LINES + 1));
        assertEquals(List.of(), tail("--from-time", "2999-01-01T00:00:00Z"));
        assertEquals(numbers(1, LINES), tail("--from-time", "1999-01-01T00:00:00Z"));
        final String json = tail("-n", 1, "--json").get(0);
        assertTrue(json.contains("\"payload\":\"line " + LINES + "\""), json);
    }

    @Test
    void catShouldPrintWhatLiesInTimeWhenTimesAreGiven() {
        append(1, 5);
        final String third = CommandResult.of("cat", directory(), "--json", "--from", 3, "--to", 3)
                .requireOk()
                .lines()
                .get(0)
                .replaceFirst(".*\"timestamp\":\"([^\"]*)\".*", "$1");
        append(6, 9);
        assertEquals(
                numbers(6, 9),
                CommandResult.of("cat", directory(), "--from-time", third).requireOk().lines().stream()
                        .filter(line -> line.compareTo("line 6") >= 0)
                        .toList());
        final List<String> before = CommandResult.of("cat", directory(), "--to-time", third)
                .requireOk()
                .lines();
        assertTrue(before.containsAll(numbers(1, 3)) && !before.contains("line 6"), before.toString());
    }

    @Test
    void statShouldTellTimesWhenThereAreRecords() {
        append(1, 5);
        final String json =
                CommandResult.of("stat", directory(), "--json").requireOk().text();
        final String last = json.replaceFirst("(?s).*\"lastTime\":\"([^\"]*)\".*", "$1");
        append(6, 9);
        assertEquals("sequenceAtTime      1", at("1999-01-01T00:00:00Z"));
        assertEquals("sequenceAtTime      10", at("2999-01-01T00:00:00Z"));
        final String found = at(last);
        final long sequence = Long.parseLong(found.replaceAll("\\D", ""));
        assertTrue(sequence >= 1 && sequence <= 5, found);
    }

    private String at(final String time) {
        return CommandResult.of("stat", directory(), "--at-time", time).requireOk().lines().stream()
                .filter(line -> line.startsWith("sequenceAtTime"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void indexShouldBeWrittenAnewWhenItWasLost() throws IOException {
        append(1, LINES);
        final Path index = directory().resolve("journal.index");
        Files.delete(index);
        final List<String> before = tail("--from", LINES / 2);
        final String line = CommandResult.of("index", directory()).requireOk().lastLine();
        assertTrue(line.matches("segments=[1-9]\\d*"), line);
        assertTrue(Files.size(index) > 4096, "the index is empty");
        assertEquals(before, tail("--from", LINES / 2));
    }

    @Test
    void statShouldSayNoneWhenThereIsNoRecord() {
        CommandResult.ofInput(new byte[0], "append", directory()).requireOk();
        assertTrue(CommandResult.of("stat", directory()).requireOk().lines().contains("firstTime           none"));
        final String json =
                CommandResult.of("stat", directory(), "--json").requireOk().text();
        assertTrue(json.contains("\"firstTime\":null,\"lastTime\":null,"), json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-n -1",
                "-n x",
                "--from 0",
                "--from-time yesterday",
                "-n 1 --from 2",
                "--name ../billing",
                "--name BILLING",
                "--from 1 --from-time 2027-01-01T00:00:00Z"
            })
    void tailShouldRefuseWhenItIsMisused(final String options) {
        append(1, 3);
        final CommandResult result = CommandResult.of((Object[]) ("tail " + directory() + " " + options).split(" "));
        assertEquals(ExitCode.BAD_INPUT, result.exitCode(), result.text());
    }

    @Test
    void tailShouldFollowTheWriterWhenAsked() throws IOException {
        append(1, 20);
        try (ToolProcess tail =
                ToolProcess.start(root.resolve("err"), "tail", directory(), "-f", "-n", 3, "--durable")) {
            assertEquals(numbers(18, 20), List.of(tail.readLine(), tail.readLine(), tail.readLine()));
            append(21, LINES);
            for (final String line : numbers(21, LINES)) {
                assertEquals(line, tail.readLine());
            }
            tail.terminate();
            assertEquals(143, tail.awaitExit());
            assertEquals("", tail.err());
        }
    }

    @Test
    void tailShouldGoOnWhereItEndedWhenItHasAName() throws IOException {
        append(1, 20);
        assertEquals(numbers(18, 20), tail("--name", "billing", "-n", 3));
        assertEquals(List.of(), tail("--name", "billing", "-n", 3));
        append(21, 23);
        assertEquals(numbers(1, 23), tail("--name", "audit"));
        assertEquals(numbers(21, 23), tail("--name", "billing"));
        final String stat = CommandResult.of("stat", directory()).requireOk().text();
        assertTrue(stat.contains("reader billing      23"), stat);
        final String json =
                CommandResult.of("stat", directory(), "--json").requireOk().text();
        assertTrue(
                json.contains("\"readers\":[{\"name\":\"audit\",\"passedSequence\":23},{\"name\":\"billing\""), json);
        try (ToolProcess tail =
                ToolProcess.start(root.resolve("err"), "tail", directory(), "-f", "--name", "billing")) {
            append(24, 24);
            assertEquals("line 24", tail.readLine());
            assertEquals(
                    ExitCode.REFUSED,
                    CommandResult.of("forget", directory(), "--name", "billing").exitCode());
            tail.terminate();
            assertEquals(143, tail.awaitExit());
            assertEquals("", tail.err());
        }
        CommandResult.of("forget", directory(), "--name", "billing").requireOk();
        assertEquals(
                ExitCode.BAD_INPUT,
                CommandResult.of("forget", directory(), "--name", "billing").exitCode());
        assertEquals(numbers(24, 24), tail("--name", "billing", "--from", 24));
    }

    @Test
    void appendShouldGiveUpTheOldestSegmentsWhenAskedTo() {
        append(1, 2 * LINES);
        tail("--name", "billing", "-n", 1);
        CommandResult.ofInput(
                        text(2 * LINES + 1, 6 * LINES),
                        "append",
                        directory(),
                        "--segment-length",
                        65536,
                        "--retain-bytes",
                        131072)
                .requireOk();
        final long head = headOf();
        assertTrue(head > 1 && head <= 2 * LINES + 1, "the reader has passed " + 2 * LINES + ", head=" + head);
        for (final String[] wrong :
                List.of(new String[] {"--retain-bytes", "-1"}, new String[] {"--retain-age", "PT0S"})) {
            assertEquals(
                    ExitCode.BAD_INPUT,
                    CommandResult.ofInput(text(1, 1), "append", directory(), wrong[0], wrong[1])
                            .exitCode());
        }
    }

    private long headOf() {
        final String stat =
                CommandResult.of("stat", directory(), "--json").requireOk().text();
        return Long.parseLong(stat.replaceFirst("(?s).*\"headSequence\":(\\d+).*", "$1"));
    }

    @Test
    void tailShouldEndQuietlyWhenTheReaderOfItsPipeHasGone() throws IOException {
        append(1, 20);
        try (ToolProcess tail = ToolProcess.start(root.resolve("err"), "tail", directory(), "-f")) {
            assertEquals("line 11", tail.readLine());
            tail.closeOutput();
            append(21, 40);
            assertEquals(ExitCode.OK, tail.awaitExit());
            assertEquals("", tail.err());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalCounters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code stat --watch}, on a terminal and elsewhere. */
class WatchCommandTest {

    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("journal");
    }

    private WatchSample sample() {
        try (Journal journal = Journal.open(directory())) {
            final JournalCounters before = journal.counters();
            final byte[] record = new byte[100];
            for (int i = 0; i < 1_000; i++) {
                journal.appender().append(record, 0, record.length);
            }
            journal.flush();
            return WatchSample.between(before, journal.counters(), 0.5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80, 160, 400})
    void linesShouldFitTheTerminalWhateverItsWidth(final int width) {
        final WatchScreen screen = new WatchScreen("/a/directory/with/a/rather/long/name/of/its/own", false, true);
        final WatchSample sample = sample();
        for (int i = 0; i < 300; i++) {
            screen.add(sample);
        }
        final List<String> lines = screen.lines(width);
        for (final String line : lines) {
            assertTrue(line.length() <= width, () -> width + ": " + line.length() + ": " + line);
        }
        final String all = String.join("\n", lines);
        for (final String label : List.of("appended", "durable", "bytes", "forces", "force max", "queue", "waits")) {
            assertTrue(all.contains("\n" + label), all);
        }
        assertTrue(all.contains("█"), all);
        assertTrue(lines.get(0).contains("open"), all);
    }

    @Test
    void screenShouldUseAsciiAloneWhenTheTerminalHasNoMore() {
        final WatchScreen screen = new WatchScreen("journal", false, false);
        screen.add(sample());
        final String all = String.join("", screen.lines(80));
        assertTrue(all.chars().allMatch(character -> character >= ' ' && character < 127), all);
    }

    @Test
    void watchShouldPrintBlocksWhenThereIsNoTerminal() {
        try (Journal journal = Journal.open(directory())) {
            journal.appender().append(new byte[10], 0, 10);
            final CommandResult result =
                    CommandResult.of("stat", directory(), "--watch", "--interval", 0.1, "--count", 2);
            result.requireOk();
            assertFalse(result.text().contains("\033"), result::text);
            assertEquals(
                    2,
                    result.lines().stream()
                            .filter(line -> line.startsWith("appended"))
                            .count());
            assertTrue(
                    result.text().contains("process " + ProcessHandle.current().pid()), result::text);
        }
        final CommandResult closed = CommandResult.of("stat", directory(), "--watch", "--interval", 0.1, "--count", 1);
        assertTrue(closed.requireOk().text().contains("closed"), closed::text);
    }

    @Test
    void watchShouldSaySoWhenThereAreNoCounters() throws Exception {
        Journal.open(directory()).close();
        Files.delete(directory().resolve("journal.counters"));
        final CommandResult result = CommandResult.of("stat", directory(), "--watch", "--interval", 0.1, "--count", 1);
        assertTrue(result.requireOk().text().startsWith("no counters"), result::text);
    }

    @Test
    void watchShouldEndAtASignal() throws Exception {
        Journal.open(directory()).close();
        try (ToolProcess process =
                ToolProcess.start(root.resolve("err"), "stat", directory(), "--watch", "--interval", 0.1)) {
            while (!process.readLine().startsWith("appended")) {
                // Until it shows something.
            }
            process.terminate();
            process.readRest();
            assertEquals(143, process.awaitExit());
            assertEquals("", process.err());
        }
    }

    @ParameterizedTest
    @CsvSource({"60, C.UTF-8", "160, C.UTF-8", "80, C"})
    void watchShouldFitTheTerminalAndShowTheCursorAgainWhenItEnds(final int columns, final String locale)
            throws Exception {
        assumeTrue(TerminalProcess.isPossible(), "nothing makes terminals here");
        try (Journal journal = Journal.open(directory());
                TerminalProcess process = TerminalProcess.startOn(
                        columns, locale, "stat", directory(), "--watch", "--interval", 0.1, "--count", 2)) {
            journal.appender().append(new byte[10], 0, 10);
            assertEquals(ExitCode.OK, process.awaitExit(), process.printed());
            final List<String> lines = process.text().lines().toList();
            assertTrue(lines.stream().anyMatch(line -> line.length() > columns - 20), process.text());
            for (final String line : lines) {
                assertTrue(line.length() <= columns, () -> columns + ": " + line.length() + ": " + line);
            }
            assertEquals(
                    2,
                    lines.stream().filter(line -> line.startsWith("appended ")).count(),
                    process.text());
            assertTrue(process.printed().endsWith("\033[?25h"), process.printed());
            final boolean isAscii = process.text().chars().allMatch(character -> character < 127);
            assertEquals(locale.equals("C"), isAscii, process.text());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--interval 1, --interval and --count go with --watch",
        "--count 1, --interval and --count go with --watch",
        "--watch --json, --watch goes with neither",
        "--watch --interval 0.01, --interval must be from 0.1 to 3600",
        "--watch --interval NaN, --interval must be from 0.1 to 3600",
        "--watch --count 0, --count must be at least 1"
    })
    void optionsShouldBeRefusedWhenTheyMakeNoSense(final String options, final String words) {
        Journal.open(directory()).close();
        final Object[] arguments = ("stat " + directory() + " " + options).split(" ", -1);
        final CommandResult result = CommandResult.of(arguments);
        assertEquals(ExitCode.BAD_INPUT, result.exitCode());
        assertTrue(result.err().contains(words), result::err);
    }
}

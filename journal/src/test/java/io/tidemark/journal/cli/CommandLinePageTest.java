// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Every command tells the same things about itself, and {@code docs/command-line.md} tells them too. */
class CommandLinePageTest {

    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "..", "docs", "command-line.md");

    private static CommandLine tool() {
        return Tidemark.commandLine(new Streams(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                false));
    }

    @Test
    void helpShouldTellExitCodesAndAnExampleOfEveryCommand() {
        for (final String name : tool().getSubcommands().keySet()) {
            final String help = CommandResult.of(name, "--help").requireOk().text();
            assertTrue(help.startsWith("Usage: tidemark " + name + " "), help);
            assertTrue(help.contains("Exit codes"), () -> "no exit codes: " + help);
            assertTrue(help.contains("\nExamples:\n"), () -> "no examples: " + help);
            final String examples = help.substring(help.indexOf("\nExamples:\n"));
            assertTrue(examples.contains("tidemark " + name), () -> "an example of another command: " + help);
            for (final String line : help.lines().toList()) {
                assertTrue(line.length() <= 80, () -> name + ": wider than a terminal: " + line);
            }
        }
    }

    @Test
    void pageShouldHaveEveryCommandAndOption() throws IOException {
        final String page = Files.readString(PAGE);
        final List<String> missing = new ArrayList<>();
        tool().getSubcommands().forEach((name, command) -> {
            final int begin = page.indexOf("\n## " + name + "\n");
            final int end = begin < 0 ? -1 : page.indexOf("\n## ", begin + 1);
            final String section = begin < 0 ? "" : page.substring(begin, end < 0 ? page.length() : end);
            if (section.isEmpty()) {
                missing.add(name);
            }
            for (final OptionSpec option : command.getCommandSpec().options()) {
                final String longest = option.longestName();
                if (!List.of("--help", "--version").contains(longest) && !section.contains("`" + longest)) {
                    missing.add(name + " " + longest);
                }
            }
        });
        assertEquals(List.of(), missing);
    }

    @Test
    void pageShouldHaveTheTableOfExitCodes() throws IOException {
        final List<String> expected = ExitCode.table().stream()
                .map(row -> "| " + row.code() + " | " + (row.command().isEmpty() ? "all" : "`" + row.command() + "`")
                        + " | " + row.meaning() + " |")
                .toList();
        final List<String> found = Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| \\d+ \\|.*"))
                .toList();
        assertEquals(expected, found);
    }

    @Test
    void completionShouldBeAScriptThatBashAccepts(@TempDir final Path directory) throws Exception {
        final Path script = directory.resolve("completion");
        for (final String shell : List.of("bash", "zsh")) {
            Files.write(
                    script, CommandResult.of("completion", shell).requireOk().out());
            final String text = Files.readString(script);
            for (final String name : tool().getSubcommands().keySet()) {
                assertTrue(text.contains(name), () -> name + " is not completed");
            }
            assertTrue(text.contains("--at-time"), "options are not completed");
        }
        final Path bash = Path.of("/bin/bash");
        assumeTrue(Files.isExecutable(bash), "no bash here");
        Files.write(script, CommandResult.of("completion", "bash").requireOk().out());
        final Process process = new ProcessBuilder(
                        bash.toString(),
                        "--norc",
                        "-c",
                        "source \"$0\" && COMP_WORDS=(tidemark do) COMP_CWORD=1 && COMP_LINE='tidemark do' && COMP_POINT=11"
                                + " && _complete_tidemark && echo \"${COMPREPLY[@]}\"",
                        script.toString())
                .redirectErrorStream(true)
                .start();
        assertEquals("doctor", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        assertEquals(0, process.waitFor());
    }

    /** A signal that the process was born ignoring can't be sent to it: then there is nothing to see. */
    private static boolean isInterruptIgnored() throws IOException {
        final Path status = Path.of("/proc/self/status");
        final int interrupt = 2;
        return !Files.exists(status)
                || Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .map(line -> Long.parseUnsignedLong(
                                line.substring("SigIgn:".length()).strip(), 16))
                        .anyMatch(ignored -> (ignored & 1L << (interrupt - 1)) != 0);
    }

    @Test
    void tailShouldEndWith130AfterWholeLinesWhenItIsInterrupted(@TempDir final Path directory) throws Exception {
        assumeFalse(isInterruptIgnored(), "this process ignores Ctrl-C, and so would its child");
        final Path journal = directory.resolve("journal");
        CommandResult.ofInput(
                        "1\n2\n".getBytes(StandardCharsets.US_ASCII), "append", journal, "--segment-length", 65_536)
                .requireOk();
        try (ToolProcess tail = ToolProcess.start(directory.resolve("err"), "tail", "-f", journal)) {
            assertEquals("1", tail.readLine());
            assertEquals("2", tail.readLine());
            final int killed = new ProcessBuilder("kill", "-INT", Long.toString(tail.id()))
                    .start()
                    .waitFor();
            assertEquals(0, killed);
            assertEquals(ExitCode.ENDED_BY_SIGNAL + 2, tail.awaitExit());
            assertEquals("", tail.err());
            assertEquals(List.of(), tail.readRest());
        }
    }
}

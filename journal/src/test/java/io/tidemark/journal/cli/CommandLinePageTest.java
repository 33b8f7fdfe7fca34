// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
            for (final String line : tool().getSubcommands()
                    .get(name)
                    .getCommandSpec()
                    .usageMessage()
                    .footer()) {
                assertTrue(line.length() <= 80, () -> name + ": a table that would be folded: " + line);
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
}

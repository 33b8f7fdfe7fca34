// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.NanoClock;

/** What a command did that ran in this JVM. */
final class CommandResult {

    private final int exitCode;
    private final byte[] out;
    private final String err;

    private CommandResult(final int exitCode, final byte[] out, final String err) {
        this.exitCode = exitCode;
        this.out = out;
        this.err = err;
    }

    /** Runs a command with nothing to read. */
    static CommandResult of(final Object... arguments) {
        return ofInput(new byte[0], arguments);
    }

    static CommandResult ofInput(final byte[] input, final Object... arguments) {
        return ofInput(new ByteArrayInputStream(input), arguments);
    }

    static CommandResult ofInput(final InputStream input, final Object... arguments) {
        return ofInput(input, false, System::nanoTime, arguments);
    }

    /** Runs a command with nothing to read, and a clock that tells when its progress is worth showing. */
    static CommandResult ofClock(final boolean isTerminal, final NanoClock clock, final Object... arguments) {
        return ofInput(InputStream.nullInputStream(), isTerminal, clock, arguments);
    }

    private static CommandResult ofInput(
            final InputStream input, final boolean isTerminal, final NanoClock clock, final Object... arguments) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final Streams streams =
                new Streams(input, out, new PrintStream(err, true, StandardCharsets.UTF_8), isTerminal, clock);
        final String[] words = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
        final int exitCode = Tidemark.run(streams, words);
        return new CommandResult(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    int exitCode() {
        return exitCode;
    }

    /** Text on standard error. */
    String err() {
        return err;
    }

    /** Bytes on standard output. */
    byte[] out() {
        return out;
    }

    String text() {
        return new String(out, StandardCharsets.UTF_8);
    }

    List<String> lines() {
        return text().lines().toList();
    }

    String lastLine() {
        final List<String> lines = lines();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    /** The command did what it was asked, and had nothing to complain about. */
    CommandResult requireOk() {
        assertEquals("", err);
        assertEquals(ExitCode.OK, exitCode);
        return this;
    }

    /** The command failed with one line on standard error that holds all the given words. */
    CommandResult requireFailure(final int expectedExitCode, final String... words) {
        assertEquals(expectedExitCode, exitCode, err);
        requireOneLine(err, words);
        return this;
    }

    static void requireOneLine(final String err, final String... words) {
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.startsWith("tidemark: "), err);
        assertFalse(err.contains("Exception"), err);
        for (final String word : words) {
            assertTrue(err.contains(word), () -> "expected \"" + word + "\" in: " + err);
        }
    }
}

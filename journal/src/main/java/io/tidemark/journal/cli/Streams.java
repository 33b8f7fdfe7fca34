// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.agrona.concurrent.NanoClock;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out standard output: bytes, not buffered, and a failed write is an exception
 * @param err standard error
 * @param isTerminal whether standard error is a terminal, so that progress is worth showing
 * @param clock that tells when it is worth showing again
 */
record Streams(InputStream in, OutputStream out, PrintStream err, boolean isTerminal, NanoClock clock) {

    private static final int DEFAULT_COLUMNS = 80;
    private static final Path PROCESS_DESCRIPTORS = Path.of("/proc/self/fd");

    Streams(final InputStream in, final OutputStream out, final PrintStream err, final boolean isTerminal) {
        this(in, out, err, isTerminal, System::nanoTime);
    }

    static Streams ofProcess() {
        // Not System.out: a PrintStream hides that a write has failed.
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                System.err,
                isErrorTerminal());
    }

    /**
     * {@code System.console()} is no help: it asks about standard input as well, here usually a pipe, and since JDK 22 it
     * answers even where there is no terminal. Where the system does not tell, nobody sees progress.
     */
    private static boolean isErrorTerminal() {
        return isTerminal(2);
    }

    private static boolean isTerminal(final int descriptor) {
        final String target = descriptorTarget(descriptor);
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    }

    private static String descriptorTarget(final int descriptor) {
        try {
            return Files.readSymbolicLink(PROCESS_DESCRIPTORS.resolve(Integer.toString(descriptor)))
                    .toString();
        } catch (final IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Whether standard output is a terminal, so that a screen can be drawn on it. */
    boolean isOutTerminal() {
        return out instanceof FileOutputStream && isTerminal(1);
    }

    /** Whether the one who looks wants colors, by the usual variables. */
    static boolean hasColors() {
        final String terminal = System.getenv().getOrDefault("TERM", "");
        return System.getenv().getOrDefault("NO_COLOR", "").isEmpty() && !terminal.equals("dumb");
    }

    /** Whether more characters are understood than those of ASCII. */
    static boolean hasBlocks() {
        for (final String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
            final String value = System.getenv().getOrDefault(name, "");
            if (!value.isEmpty()) {
                return value.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
            }
        }
        return false;
    }

    /** How many characters a line has: what {@code COLUMNS} says, else the terminal. */
    int columns() {
        final int told = number(System.getenv().getOrDefault("COLUMNS", ""));
        if (told > 0 || !isOutTerminal()) {
            return told > 0 ? told : DEFAULT_COLUMNS;
        }
        try {
            final Process process = new ProcessBuilder("sh", "-c", "stty size </dev/tty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            final String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            final int found = number(answer.strip().replaceFirst(".* ", ""));
            return found > 0 ? found : DEFAULT_COLUMNS;
        } catch (final IOException e) {
            return DEFAULT_COLUMNS;
        }
    }

    private static int number(final String text) {
        return text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    }

    /** Whether a write to standard output failed because the reader at the other end of the pipe has gone. */
    boolean isReaderGone(final IOException failure) {
        final String message = CommandException.messageOf(failure).toLowerCase(Locale.ROOT);
        if (message.contains("broken pipe") || message.contains("pipe closed")) {
            return true;
        }
        // The words depend on the language of the system. Nothing else makes a write to a pipe fail.
        return out instanceof FileOutputStream && descriptorTarget(1).startsWith("pipe:");
    }

    /**
     * Writes text for people, with amounts in it, and a newline to standard output.
     *
     * @return false if nobody reads it any more
     */
    boolean printAmounts(final String line) {
        return println(hasBlocks() ? line : Amounts.inAscii(line));
    }

    /**
     * Writes text and a newline to standard output. If the reader of a pipe has read enough, there is nobody to be told, and
     * the command ends as it would have ended: what it did is done.
     *
     * @return false if nobody reads it any more
     */
    boolean println(final String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            return true;
        } catch (final IOException e) {
            if (isReaderGone(e)) {
                return false;
            }
            throw outputFailed(e);
        }
    }

    static CommandException outputFailed(final IOException failure) {
        return new CommandException(
                ExitCode.REFUSED, "standard output failed: " + CommandException.messageOf(failure), failure);
    }
}

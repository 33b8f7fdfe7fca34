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
import java.util.Locale;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out standard output: bytes, not buffered, and a failed write is an exception
 * @param err standard error
 * @param isTerminal whether standard error is a terminal, so that progress is worth showing
 */
record Streams(InputStream in, OutputStream out, PrintStream err, boolean isTerminal) {

    private static final Path PROCESS_DESCRIPTORS = Path.of("/proc/self/fd");

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
        final String target = descriptorTarget(2);
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

    /** Whether a write to standard output failed because the reader at the other end of the pipe has gone. */
    boolean isReaderGone(final IOException failure) {
        final String message = CommandException.messageOf(failure).toLowerCase(Locale.ROOT);
        if (message.contains("broken pipe") || message.contains("pipe closed")) {
            return true;
        }
        // The words depend on the language of the system. Nothing else makes a write to a pipe fail.
        return out instanceof FileOutputStream && descriptorTarget(1).startsWith("pipe:");
    }

    /** Writes text and a newline to standard output. */
    void println(final String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (final IOException e) {
            throw outputFailed(e);
        }
    }

    static CommandException outputFailed(final IOException failure) {
        return new CommandException(
                ExitCode.REFUSED, "standard output failed: " + CommandException.messageOf(failure), failure);
    }
}

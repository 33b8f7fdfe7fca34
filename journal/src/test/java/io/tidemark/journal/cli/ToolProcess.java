// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command-line tool in a process of its own, with the class path of the tests and no JVM flag. */
final class ToolProcess implements AutoCloseable {

    private final Process process;
    private final Path errorFile;
    private final BufferedReader output;

    private ToolProcess(final Process process, final Path errorFile) {
        this.process = process;
        this.errorFile = errorFile;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts a command. What it says on standard error goes to a file, so that nobody has to read it meanwhile. */
    static ToolProcess start(final Path errorFile, final Object... arguments) throws IOException {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(Tidemark.class.getName());
        for (final Object argument : arguments) {
            words.add(argument.toString());
        }
        final Process process =
                new ProcessBuilder(words).redirectError(errorFile.toFile()).start();
        return new ToolProcess(process, errorFile);
    }

    /** Where the command reads from. */
    OutputStream input() {
        return process.getOutputStream();
    }

    void closeInput() throws IOException {
        process.getOutputStream().close();
    }

    /** The next line of standard output; null where it ends. */
    String readLine() throws IOException {
        return output.readLine();
    }

    /** Stops listening, as a reader does that has read enough. */
    void closeOutput() throws IOException {
        output.close();
    }

    /** Everything else that comes on standard output. */
    List<String> readRest() throws IOException {
        return output.lines().toList();
    }

    String err() throws IOException {
        return Files.readString(errorFile);
    }

    /** Ends the process as a crash does. What it has printed stays readable, which {@link Process} would not allow. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Asks the process to end, with the signal that does so. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Waits on this thread: what {@link Process#onExit()} gives needs the common pool, which a test may have used up. */
    int awaitExit() {
        try {
            return process.waitFor();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a process was to end", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
    }
}

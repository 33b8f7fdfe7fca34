// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.StorageInUse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own, with the class path of the tests and no flag, so that it can be ended as no test may end itself. It
 * works in the directory of its error file, where a JVM that dies leaves its report.
 */
public class JavaProcess implements AutoCloseable {

    private final Process process;
    private final Path errorFile;
    private final BufferedReader output;

    /**
     * Starts a program. What it says on standard error goes to a file, so that nobody has to read it meanwhile.
     *
     * @param errorFile to be written
     * @param program with a main method
     * @param arguments of the program
     * @throws IOException if it can't be started
     */
    public JavaProcess(final Path errorFile, final Class<?> program, final Object... arguments) throws IOException {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(StorageInUse.flags());
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(program.getName());
        for (final Object argument : arguments) {
            words.add(argument.toString());
        }
        this.process = new ProcessBuilder(words)
                .directory(errorFile.toAbsolutePath().getParent().toFile())
                .redirectError(errorFile.toFile())
                .start();
        this.errorFile = errorFile;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Where the program reads from. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Lets the program find the end of its input. */
    public void closeInput() throws IOException {
        process.getOutputStream().close();
    }

    /** The next line of standard output; null where it ends. */
    public String readLine() throws IOException {
        return output.readLine();
    }

    /** Stops listening, as a reader does that has read enough. */
    public void closeOutput() throws IOException {
        output.close();
    }

    /** Everything else that comes on standard output. */
    public List<String> readRest() throws IOException {
        return output.lines().toList();
    }

    /** What came on standard error so far. */
    public String err() throws IOException {
        return Files.readString(errorFile);
    }

    /** The id of the process. */
    public long id() {
        return process.pid();
    }

    /** Whether the process has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the process as a crash does. What it has printed stays readable, which {@link Process} would not allow. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Asks the process to end, with the signal that does so. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Waits on this thread: what {@link Process#onExit()} gives needs the common pool, which a test may have used up. */
    public int awaitExit() {
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

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.StorageInUse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@link ProducerLoad} in a process of its own: a JVM that dies of a fault takes no test with it, and what it leaves
 * behind when it dies is looked for.
 */
final class LoadProcess implements AutoCloseable {

    private static final Pattern TYPED =
            Pattern.compile("thrown " + "(JournalFailed|StorageFull|Storage|CorruptJournal|NotAJournal)Exception: ");

    private final Process process;
    private final Path crashDirectory;
    private final Path errorFile;
    private final BufferedReader output;
    private final Writer input;

    private LoadProcess(final Process process, final Path crashDirectory, final Path errorFile) {
        this.process = process;
        this.crashDirectory = crashDirectory;
        this.errorFile = errorFile;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /** Starts the process. What its JVM writes when it crashes goes below the directory given, which must be elsewhere. */
    static LoadProcess start(final Path directory) throws IOException {
        return start(directory, List.of());
    }

    /** Starts the process by a command that runs another, given by its first words. */
    static LoadProcess start(final Path directory, final List<String> runner) throws IOException {
        final Path crashDirectory = Files.createTempDirectory(directory, "crash");
        final Path errorFile = Files.createTempFile(directory, "load", ".err");
        final List<String> words = new ArrayList<>(runner);
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(StorageInUse.flags());
        words.addAll(List.of(
                "-XX:ErrorFile=" + crashDirectory.resolve("hs_err_%p.log"),
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                ProducerLoad.class.getName()));
        final Process process = new ProcessBuilder(words)
                .directory(crashDirectory.toFile())
                .redirectError(errorFile.toFile())
                .start();
        return new LoadProcess(process, crashDirectory, errorFile);
    }

    /** Gives a command and does not wait for its answer. */
    void tell(final Object... words) throws IOException {
        final StringBuilder line = new StringBuilder();
        for (final Object word : words) {
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        input.write(line.append('\n').toString());
        input.flush();
    }

    /** Gives a command, and its answer back. */
    String ask(final Object... words) throws IOException {
        tell(words);
        return answer();
    }

    /** Whether the next answer can be had without waiting for it, be it that the process has ended. */
    boolean hasAnswered() throws IOException {
        return output.ready() || !process.isAlive();
    }

    /** The next answer. */
    String answer() throws IOException {
        final String line = output.readLine();
        // A JVM that dies says so on standard output, in lines that begin so.
        if (line == null || line.startsWith("#")) {
            throw new AssertionError(
                    "process ended with " + awaitExit() + ": " + Files.readString(errorFile) + crashReport());
        }
        return line;
    }

    /** Gives a command that must succeed. */
    void requireOk(final Object... words) throws IOException {
        final String answer = ask(words);
        assertTrue(answer.startsWith("ok"), () -> List.of(words) + ": " + answer);
    }

    /** Gives a command that may fail, but only in one of the ways that a user has been told of. */
    String requireTyped(final Object... words) throws IOException {
        final String answer = ask(words);
        assertTrue(answer.startsWith("ok") || TYPED.matcher(answer).lookingAt(), () -> List.of(words) + ": " + answer);
        return answer;
    }

    /** Ends the process in good order, and requires that it was in good order to the end. */
    void requireUnharmed() throws IOException {
        input.close();
        assertEquals(0, awaitExit(), () -> "exit code");
        assertEquals(List.of(), crashFiles());
        assertEquals("", Files.readString(errorFile));
    }

    private String crashReport() throws IOException {
        final StringBuilder report = new StringBuilder();
        for (final Path file : crashFiles()) {
            report.append(
                    Files.readString(file, StandardCharsets.ISO_8859_1), 0, (int) Math.min(12_000, Files.size(file)));
        }
        return report.toString();
    }

    private List<Path> crashFiles() throws IOException {
        try (Stream<Path> files = Files.list(crashDirectory)) {
            return files.toList();
        }
    }

    private int awaitExit() {
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

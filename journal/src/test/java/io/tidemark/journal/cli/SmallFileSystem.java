// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a given length in memory, mounted for one test. Only root may mount; for others the test is skipped. */
final class SmallFileSystem implements AutoCloseable {

    private final Path root;

    private SmallFileSystem(final Path root) {
        this.root = root;
    }

    static SmallFileSystem mount(final Path root, final long length) throws IOException {
        Files.createDirectory(root);
        final String answer = run("mount", "-t", "tmpfs", "-o", "size=" + length, "tidemark-test", root.toString());
        assumeTrue(answer.isEmpty(), () -> "a file system can't be mounted here, which root could do: " + answer);
        return new SmallFileSystem(root);
    }

    Path root() {
        return root;
    }

    void makeReadOnly() throws IOException {
        require(run("mount", "-o", "remount,ro", root.toString()));
    }

    @Override
    public void close() throws IOException {
        require(run("umount", root.toString()));
    }

    private static void require(final String answer) throws IOException {
        if (!answer.isEmpty()) {
            throw new IOException(answer);
        }
    }

    /** Runs a command and gives what it says when it fails; empty if it does not. */
    private static String run(final String... words) throws IOException {
        final Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (final IOException e) {
            return words[0] + " can't be run: " + e.getMessage();
        }
        process.getOutputStream().close();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        final int exitCode = process.onExit().join().exitValue();
        return exitCode == 0 ? "" : words[0] + " ended with " + exitCode + ": " + output.strip();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of its own that tries to lock a directory, says how that went, and holds the lock until it is told to end. */
public final class LockHolder implements AutoCloseable {

    static final String LOCKED = "locked";
    static final String REFUSED = "refused";

    private final Process process;
    private final BufferedReader output;

    private LockHolder(final Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /**
     * The other process.
     *
     * @param arguments the directory, and the byte to lock if it is not the whole that is wanted
     * @throws IOException if the directory can't be locked
     */
    public static void main(final String[] arguments) throws IOException {
        try (DirectoryStorage storage = DirectoryStorage.open(Path.of(arguments[0]))) {
            final boolean locked = arguments.length == 1
                    ? storage.tryLock(FileNames.LOCK)
                    : storage.tryLock(FileNames.NAMES, Long.parseLong(arguments[1])) != null;
            System.out.println(locked ? LOCKED : REFUSED);
            System.out.flush();
            final int end = System.in.read();
            if (end > 0) {
                throw new IOException("nothing but the end was expected");
            }
        }
    }

    static LockHolder start(final Path directory, final String... region) throws IOException {
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                directory.toString()));
        command.addAll(List.of(region));
        final Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new LockHolder(process);
    }

    /** What the process said. */
    String answer() throws IOException {
        return String.valueOf(output.readLine());
    }

    /** Lets the process end in good order. */
    void release() throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor();
    }

    /** Ends the process as a crash does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

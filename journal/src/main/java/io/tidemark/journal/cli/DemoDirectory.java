// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the demo works. What it measures with lies below the journal that it shows, on the same disk, and is gone in the
 * end; so is the journal, unless the user named its place or wants to keep it. A signal cleans up as well.
 */
final class DemoDirectory implements AutoCloseable {

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final Path journal;
    private final Path measurements;
    private final boolean kept;
    private final Thread hook = new Thread(this::removeOnSignal, "tidemark-signal");

    private DemoDirectory(final Path journal, final boolean kept) {
        this.journal = journal;
        this.measurements = journal.resolve("measurements");
        this.kept = kept;
    }

    static DemoDirectory open(final @Nullable Path named, final boolean kept) {
        final DemoDirectory opened;
        try {
            opened = named == null
                    ? new DemoDirectory(Files.createTempDirectory(parent(), "tidemark-demo-"), kept)
                    : new DemoDirectory(emptyDirectory(named), true);
        } catch (final IOException e) {
            throw failed("making a directory", e);
        }
        Runtime.getRuntime().addShutdownHook(opened.hook);
        return opened;
    }

    private static Path emptyDirectory(final Path named) throws IOException {
        if (!Files.exists(named)) {
            return Files.createDirectories(named);
        }
        if (!Files.isDirectory(named)) {
            throw refused(named, "a file");
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(named)) {
            for (final Path entry : entries) {
                throw refused(named, String.valueOf(entry.getFileName()));
            }
        }
        return named;
    }

    private static CommandException refused(final Path named, final String found) {
        return new CommandException(
                ExitCode.BAD_INPUT,
                "demo needs a directory that is missing or empty: found " + found + ": directory=" + named
                        + "; name another, or none");
    }

    /** Where temporary files are held in memory, nothing could be learnt about durability. */
    private static Path parent() throws IOException {
        final Path temporary = Path.of(System.getProperty("java.io.tmpdir", "."));
        final Path working = Path.of("").toAbsolutePath();
        for (final Path candidate : List.of(temporary, working)) {
            if (Files.isWritable(candidate) && !isInMemory(candidate)) {
                return candidate;
            }
        }
        return temporary;
    }

    private static boolean isInMemory(final Path path) throws IOException {
        return IN_MEMORY.contains(Files.getFileStore(path).type());
    }

    /** Where the journal goes. */
    Path journal() {
        return journal;
    }

    /** Where a measurement goes; to be removed as soon as it is done. */
    Path measurement(final String name) {
        return measurements.resolve(name);
    }

    /** What kind of file system this is, in words. */
    String fileSystem() {
        try {
            return Files.getFileStore(journal).type()
                    + (isInMemory(journal) ? ": held in memory, so times of durability mean nothing here" : "");
        } catch (final IOException e) {
            return "unknown file system";
        }
    }

    boolean isKept() {
        return kept;
    }

    void removeMeasurement(final String name) {
        remove(measurement(name));
    }

    private static void remove(final Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (final IOException e) {
            throw failed("removing " + root, e);
        } catch (final UncheckedIOException e) {
            throw failed("removing " + root, Objects.requireNonNull(e.getCause()));
        }
    }

    private static CommandException failed(final String what, final IOException failure) {
        return new CommandException(
                ExitCode.REFUSED, what + " failed: " + CommandException.messageOf(failure) + ": " + failure, failure);
    }

    private void removeAll() {
        remove(measurements);
        if (!kept) {
            remove(journal);
        }
    }

    /** The demo may still be at work here; what it makes behind our back stays, and nobody is left to be told. */
    private void removeOnSignal() {
        try {
            removeAll();
        } catch (final CommandException e) {
            // Nothing can be done about it.
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending, and the hook is at work.
            return;
        }
        removeAll();
    }
}

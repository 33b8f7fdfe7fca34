// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who has a journal open for writing, as far as Linux tells. The lock file itself is never opened: to close it again would
 * take the lock away from a writer in this process.
 *
 * @param isTold whether the system tells at all
 * @param writers ids of the processes that hold the lock
 * @param strays ids of processes that hold a lock file which was deleted here, so that it keeps nobody out
 */
record LockHolders(boolean isTold, Set<Long> writers, Set<Long> strays) {

    private static final String DELETED = " (deleted)";

    static LockHolders of(final Path proc, final Path lock) {
        try {
            final Set<Long> writers = new TreeSet<>();
            if (Files.exists(lock, LinkOption.NOFOLLOW_LINKS)) {
                addWriters(proc, lock, writers);
            }
            return new LockHolders(true, writers, strays(proc, lock));
        } catch (final IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return new LockHolders(false, Set.of(), Set.of());
        }
    }

    /** Lines such as {@code 1: POSIX  ADVISORY  WRITE 4711 08:01:1048602 0 EOF}. */
    private static void addWriters(final Path proc, final Path lock, final Set<Long> writers) throws IOException {
        final String inode = ":" + Files.getAttribute(lock, "unix:ino");
        for (final String line : Files.readAllLines(proc.resolve("locks"))) {
            final String[] words = line.trim().split("\\s+", -1);
            final boolean isHeld = words.length > 5 && !words[1].equals("->");
            if (isHeld && words[5].endsWith(inode) && hasOpen(proc, words[4], lock)) {
                writers.add(Long.parseLong(words[4]));
            }
        }
    }

    /** Numbers of files are unique only within a device, and what devices are called differs between calls. */
    private static boolean hasOpen(final Path proc, final String pid, final Path lock) {
        try (DirectoryStream<Path> descriptors =
                Files.newDirectoryStream(proc.resolve(pid).resolve("fd"))) {
            final String path = lock.toRealPath().toString();
            for (final Path descriptor : descriptors) {
                if (targetOf(descriptor).equals(path)) {
                    return true;
                }
            }
            return false;
        } catch (final IOException e) {
            // A process of somebody else: then the number must do.
            return true;
        }
    }

    private static Set<Long> strays(final Path proc, final Path lock) throws IOException {
        final Set<Long> strays = new TreeSet<>();
        final String deleted = lock.toAbsolutePath().normalize() + DELETED;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (final Path process : processes) {
                if (holds(process, deleted)) {
                    strays.add(Long.parseLong(String.valueOf(process.getFileName())));
                }
            }
        }
        return strays;
    }

    private static boolean holds(final Path process, final String target) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (final Path descriptor : descriptors) {
                if (targetOf(descriptor).equals(target)) {
                    return true;
                }
            }
        } catch (final IOException e) {
            // It has ended, or is somebody else's.
            return false;
        }
        return false;
    }

    private static String targetOf(final Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (final IOException e) {
            // Closed since it was listed.
            return "";
        }
    }
}

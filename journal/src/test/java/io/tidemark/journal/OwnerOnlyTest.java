// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in a journal is its owner's business: nobody else may read its files, whatever the process allows by default. */
@DisabledOnOs(OS.WINDOWS)
class OwnerOnlyTest {

    @TempDir
    private Path root;

    /** Permissions by name, the directory itself under a dot. */
    private static Map<String, String> permissions(final Path directory) throws IOException {
        final Map<String, String> found = new TreeMap<>();
        found.put(".", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                found.put(
                        file.getFileName().toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
        return found;
    }

    private static void runWithUmask(final String umask, final Path directory) throws Exception {
        final String launcher =
                Path.of(System.getProperty("java.home"), "bin", "java").toString();
        final Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "umask " + umask + "; exec \"$0\" \"$@\"",
                        launcher,
                        "-cp",
                        System.getProperty("java.class.path"),
                        OwnerOnlyProcess.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertEquals("", said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "077"})
    void filesShouldBeTheirOwnersAloneWhateverTheUmask(final String umask) throws Exception {
        final Path directory = root.resolve("parent").resolve("journal");
        runWithUmask(umask, directory);
        assertEquals("rwx------", permissions(directory.getParent()).get("."));
        // Permissions come with the creation, so what a killed process leaves is what every file had from the first
        // moment.
        final Map<String, String> found = permissions(directory);
        assertEquals("rwx------", found.remove("."));
        assertTrue(found.containsKey("journal.lock") && found.containsKey("journal.meta"), found::toString);
        assertTrue(
                found.keySet().stream()
                                .filter(name -> name.endsWith(".segment"))
                                .count()
                        >= 2,
                found::toString);
        assertTrue(found.keySet().stream().anyMatch(name -> name.endsWith(".preparing")), found::toString);
        found.forEach((name, permissions) -> assertEquals("rw-------", permissions, name));
    }

    @Test
    void permissionsShouldStayAsTheyAreWhenFilesWereThereBefore() throws Exception {
        final Path directory = root.resolve("journal");
        final JournalConfig config = JournalConfig.defaults().withSegmentLength(64 << 10);
        Journal.open(directory, config).close();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
            }
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        final Map<String, String> before = permissions(directory);
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 200; i++) {
                appender.append(new byte[1_000], 0, 1_000);
            }
            journal.flush();
        }
        final Map<String, String> after = permissions(directory);
        before.forEach((name, permissions) -> assertEquals(permissions, after.get(name), name));
        final long others = after.entrySet().stream()
                .filter(entry -> !before.containsKey(entry.getKey()))
                .filter(entry -> !entry.getValue().equals("rw-------"))
                .count();
        assertEquals(0, others, after::toString);
        assertTrue(after.size() > before.size(), "the journal never rolled");
        assertTrue(Files.getPosixFilePermissions(directory).contains(PosixFilePermission.GROUP_READ));
    }
}

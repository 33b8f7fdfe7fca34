// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.MountedFileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each trouble is planted, and must be found; and what is in good order must not be complained about. */
class DoctorCommandTest {

    private static final int SEGMENT_LENGTH = 65_536;
    private static final String SECOND_SEGMENT = "00000000000000000002.segment";

    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("journal");
    }

    private static void appendSome(final Path directory) {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            lines.append("record ").append(i).append('\n');
        }
        CommandResult.ofInput(
                        lines.toString().getBytes(StandardCharsets.US_ASCII),
                        "append",
                        directory,
                        "--segment-length",
                        SEGMENT_LENGTH)
                .requireOk();
    }

    private static CommandResult doctor(final Path directory) {
        return CommandResult.of("doctor", directory, "--no-force");
    }

    /** The line about a subject says how it is, holds the words, and tells what to do if something is to be done. */
    private static void requireFinding(
            final CommandResult result, final String state, final String subject, final String... words) {
        final String start = String.format("%-8s %-13s ", state, subject);
        final List<String> lines =
                result.lines().stream().filter(line -> line.startsWith(start)).toList();
        assertTrue(!lines.isEmpty(), () -> "expected \"" + start + "\" in:\n" + result.text() + result.err());
        final String line = lines.get(0);
        for (final String word : words) {
            assertTrue(line.contains(word), () -> "expected \"" + word + "\" in: " + line);
        }
        assertTrue(line.contains("; ") || List.of("ok", "note").contains(state), () -> "no advice in: " + line);
    }

    private static Map<String, String> contents(final Path directory) throws IOException {
        final Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                contents.put(
                        file.getFileName().toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    @Test
    void doctorShouldFindNothingAndChangeNothingWhenAllIsWell() throws IOException {
        appendSome(directory());
        final Map<String, String> before = contents(directory());
        final CommandResult result = CommandResult.of("doctor", directory());
        assertEquals("", result.err());
        for (final String subject :
                List.of("java", "flags", "directory", "files", "segments", "journal", "clock", "caches")) {
            requireFinding(result, "ok", subject);
        }
        assertTrue(result.text().contains("force "), result::text);
        assertEquals(before, contents(directory()));
    }

    @Test
    void doctorShouldNameTheMissingDirectoryWhenThereIsNone() {
        final CommandResult result = doctor(directory());
        assertEquals(ExitCode.IN_TROUBLE, result.exitCode());
        requireFinding(result, "trouble", "directory", directory().toString(), "missing");
    }

    @Test
    void doctorShouldGiveOneObjectWhenAskedForJson() throws IOException {
        Files.createDirectory(directory());
        Files.writeString(directory().resolve("a \"quoted\" name"), "");
        final CommandResult result = CommandResult.of("doctor", directory(), "--no-force", "--json");
        assertEquals(ExitCode.DOUBTFUL, result.exitCode(), result::text);
        assertEquals(1, result.lines().size());
        assertTrue(
                result.text().startsWith("{\"worst\":\"warning\",\"findings\":[{\"state\":\"ok\",\"subject\":\"java\""),
                result::text);
        assertTrue(result.text().contains("a \\\"quoted\\\" name"), result::text);
    }

    @Test
    void doctorShouldFindAFullDisk() throws IOException {
        try (MountedFileSystem memory = MountedFileSystem.memory(4 << 20)) {
            final Path directory = memory.root().resolve("journal");
            appendSome(directory);
            try (OutputStream ballast = Files.newOutputStream(memory.root().resolve("ballast"))) {
                final byte[] block = new byte[4096];
                while (true) {
                    ballast.write(block);
                }
            } catch (final IOException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("space"), e.toString());
            }
            final CommandResult result = CommandResult.of("doctor", directory);
            assertEquals(ExitCode.IN_TROUBLE, result.exitCode());
            requireFinding(result, "trouble", "free space", "no room for another");
            requireFinding(result, "warning", "force", "could not be measured");
        }
    }

    @Test
    void doctorShouldFindAWrongOwner() throws IOException {
        appendSome(directory());
        final Path meta = directory().resolve("journal.meta");
        try {
            final UserPrincipal nobody =
                    meta.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(meta, nobody);
        } catch (final IOException | UnsupportedOperationException e) {
            assumeTrue(false, "a file can't be given away here, which root could do: " + e);
        }
        final CommandResult result = doctor(directory());
        assertEquals(ExitCode.IN_TROUBLE, result.exitCode());
        requireFinding(result, "trouble", "owner", "journal.meta", "nobody", "chown");
    }

    @Test
    void doctorShouldFindAFileSystemInMemory() throws IOException {
        try (MountedFileSystem memory = MountedFileSystem.memory(8 << 20)) {
            appendSome(memory.root().resolve("journal"));
            final CommandResult result = doctor(memory.root().resolve("journal"));
            assertEquals(ExitCode.DOUBTFUL, result.exitCode());
            requireFinding(result, "warning", "file system", "tmpfs", "power cut");
        }
    }

    @Test
    void doctorShouldFindACorruptSegment() throws IOException {
        appendSome(directory());
        try (FileChannel channel = FileChannel.open(
                directory().resolve(SECOND_SEGMENT), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final ByteBuffer value = ByteBuffer.allocate(1);
            channel.read(value, 4096 + 40);
            channel.write(value.put(0, (byte) ~value.get(0)).flip(), 4096 + 40);
        }
        final CommandResult result = doctor(directory());
        assertEquals(ExitCode.IN_TROUBLE, result.exitCode());
        requireFinding(result, "trouble", "journal", "corrupt", SECOND_SEGMENT, "offset 4096", "repair");
    }

    @Test
    void doctorShouldFindAMissingSegment() throws IOException {
        appendSome(directory());
        Files.delete(directory().resolve(SECOND_SEGMENT));
        final CommandResult result = doctor(directory());
        assertEquals(ExitCode.IN_TROUBLE, result.exitCode());
        requireFinding(result, "trouble", "segments", "missing", SECOND_SEGMENT);
        requireFinding(result, "trouble", "journal", "missing between 1 and 3");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void doctorShouldFindALowLimitOfDescriptors() throws Exception {
        appendSome(directory());
        final String java =
                Path.of(System.getProperty("java.home"), "bin", "java").toString();
        final Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 200; exec \"$0\" -cp \"$1\" \"$2\" doctor \"$3\" --no-force",
                        java,
                        System.getProperty("java.class.path"),
                        Tidemark.class.getName(),
                        directory().toString())
                .redirectErrorStream(true)
                .start();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(ExitCode.IN_TROUBLE, process.waitFor(), text);
        assertTrue(
                text.lines()
                        .anyMatch(line -> line.startsWith("trouble  descriptors")
                                && line.contains("may have 200 files open")
                                && line.contains("ulimit")),
                text);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void doctorShouldNameTheProcessWhenSomebodyWrites() throws IOException {
        try (Journal journal =
                Journal.open(directory(), JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH))) {
            journal.appender().append(new byte[8], 0, 8);
            final String pid = Long.toString(ProcessHandle.current().pid());
            final CommandResult first = doctor(directory());
            assertEquals(ExitCode.OK, first.exitCode(), first::text);
            requireFinding(first, "note", "writer", "process " + pid, "second writer");
            // To look must not have taken the lock away.
            requireFinding(doctor(directory()), "note", "writer", "process " + pid);

            Files.delete(directory().resolve("journal.lock"));
            final CommandResult stray = doctor(directory());
            assertEquals(ExitCode.IN_TROUBLE, stray.exitCode());
            requireFinding(stray, "trouble", "writer", "process " + pid, "deleted", "no other writer out");
        }
    }

    @Test
    void findingsShouldHoldNoTroubleWhenFilesVanishBehindTheListing() throws IOException {
        appendSome(directory());
        final Path half = Files.createFile(directory().resolve("00000000000000000007.segment.preparing"));
        final DirectoryChecks checks = new DirectoryChecks(directory());
        assertTrue(checks.list());
        // As a writer does with a segment that is finished.
        Files.delete(half);
        for (final Finding finding : checks.findings(false)) {
            assertTrue(finding.state().compareTo(Finding.State.WARNING) < 0, finding::toString);
        }
    }

    @Test
    void doctorShouldFindANewerFormat() throws IOException {
        appendSome(directory());
        NewerFormat.stamp(directory());
        final CommandResult result = doctor(directory());
        assertEquals(ExitCode.IN_TROUBLE, result.exitCode());
        requireFinding(result, "trouble", "format", "too new", "newer");
    }

    @Test
    void doctorShouldFindForeignFiles() throws IOException {
        appendSome(directory());
        Files.writeString(directory().resolve("core.4711"), "dumped");
        final CommandResult result = doctor(directory());
        assertEquals(ExitCode.DOUBTFUL, result.exitCode(), result::text);
        requireFinding(result, "warning", "files", "core.4711");
    }

    private void appendAt(final long timeNs) {
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH).withClock(() -> timeNs);
        try (Journal journal = Journal.open(directory(), config)) {
            journal.appender().append(new byte[8], 0, 8);
        }
    }

    @Test
    void doctorShouldFindAClockThatWentBack() {
        final long nowNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        appendAt(nowNs + TimeUnit.HOURS.toNanos(1));
        appendAt(nowNs);
        final CommandResult result = doctor(directory());
        assertEquals(ExitCode.DOUBTFUL, result.exitCode(), result::text);
        requireFinding(result, "warning", "clock", "went back: 1 times", "sequence 2", "3600000 ms");
        assertTrue(result.text().contains("1 records are of the future, first sequence 1"), result::text);
    }

    @Test
    void doctorShouldFindCachesOfAnotherJournal() throws IOException {
        appendSome(directory());
        final Path other = root.resolve("other");
        appendSome(other);
        for (final String name : List.of("journal.index", "journal.mark")) {
            Files.write(directory().resolve(name), Files.readAllBytes(other.resolve(name)));
        }
        requireFinding(doctor(directory()), "warning", "caches", "journal.mark and journal.index");
    }
}

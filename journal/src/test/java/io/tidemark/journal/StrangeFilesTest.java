// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Things that are no plain files in the place of a journal's files, on the real file system: whoever looks at the journal
 * is told, nothing hangs, and what a link leads to is not touched.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrangeFilesTest {

    private static final int RECORDS = 5;
    private static final long HUGE_LENGTH = 1L << 40;

    @TempDir
    private Path directory;

    @BeforeEach
    void writeJournal() {
        try (Journal journal = Journal.open(journal(), config())) {
            final Appender appender = journal.appender();
            for (int i = 0; i < RECORDS; i++) {
                appender.append(i, new byte[100], 0, 100);
            }
        }
    }

    private static JournalConfig config() {
        return JournalConfig.defaults().withSegmentLength(64 << 10).withQueueLength(64 << 10);
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private Path file(final String name) {
        return journal().resolve(name);
    }

    private static void openAndClose(final Path journal) {
        Journal.open(journal, config()).close();
    }

    private long read() {
        return JournalReader.open(journal()).replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {});
    }

    /** Every way to look at the journal is refused, for the same reason. */
    private void assertRefused(final Class<? extends JournalException> type) {
        final List<Executable> looks = List.of(
                this::read,
                () -> JournalReader.open(journal()).verify(),
                () -> JournalReader.open(journal()).status(),
                () -> openAndClose(journal()));
        for (int i = 0; i < looks.size(); i++) {
            assertThrows(type, looks.get(i), "look " + i);
        }
    }

    private Path movedAway(final String name) throws IOException {
        return Files.move(file(name), directory.resolve("elsewhere"));
    }

    private static void run(final String... command) throws Exception {
        try {
            final Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            assumeTrue(process.waitFor() == 0, () -> "not possible here: " + String.join(" ", command));
        } catch (final IOException e) {
            assumeTrue(false, "no such command: " + command[0]);
        }
    }

    private void requirePosix() {
        assumeTrue(
                directory.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "this file system knows no such files");
    }

    @ParameterizedTest
    @ValueSource(strings = {FileNames.META, "00000000000000000001.segment"})
    void openShouldRefuseWhenALinkIsInThePlaceOfAFile(final String name) throws IOException {
        requirePosix();
        final Path elsewhere = movedAway(name);
        final byte[] content = Files.readAllBytes(elsewhere);
        Files.createSymbolicLink(file(name), elsewhere);
        assertRefused(StorageException.class);
        assertEquals(-1, Arrays.mismatch(content, Files.readAllBytes(elsewhere)));
    }

    @ParameterizedTest
    @ValueSource(strings = {FileNames.META, "00000000000000000001.segment"})
    void openShouldRefuseWhenADirectoryIsInThePlaceOfAFile(final String name) throws IOException {
        movedAway(name);
        Files.createDirectory(file(name));
        assertRefused(StorageException.class);
        assertTrue(Files.isDirectory(file(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {FileNames.META, "00000000000000000001.segment"})
    void openShouldNotHangWhenAPipeIsInThePlaceOfAFile(final String name) throws Exception {
        movedAway(name);
        run("mkfifo", file(name).toString());
        assertRefused(StorageException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {FileNames.META, "00000000000000000001.segment"})
    void openShouldRefuseWhenADeviceIsInThePlaceOfAFile(final String name) throws Exception {
        movedAway(name);
        // The device that gives zeros for ever.
        run("mknod", file(name).toString(), "c", "1", "5");
        assertRefused(StorageException.class);
    }

    @Test
    void openShouldNotHangWhenAPipeIsInThePlaceOfTheLock() throws Exception {
        Files.delete(file(FileNames.LOCK));
        run("mkfifo", file(FileNames.LOCK).toString());
        assertThrows(StorageException.class, () -> openAndClose(journal()));
        assertEquals(RECORDS + 1, read());
    }

    @Test
    void openShouldRefuseWhenADirectoryIsInThePlaceOfTheLock() throws IOException {
        Files.delete(file(FileNames.LOCK));
        Files.createDirectory(file(FileNames.LOCK));
        assertThrows(StorageException.class, () -> openAndClose(journal()));
        assertEquals(RECORDS + 1, read());
    }

    @ParameterizedTest
    @ValueSource(strings = {FileNames.META, "00000000000000000001.segment"})
    void openShouldRefuseWhenAFileMayNotBeRead(final String name) throws IOException {
        requirePosix();
        Files.setPosixFilePermissions(file(name), PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(file(name)), "this user may read everything");
        assertRefused(StorageException.class);
    }

    @Test
    void openShouldRefuseWhenADirectoryThatIsNotEmptyIsCalledALeftover() throws IOException {
        final Path leftover = Files.createDirectory(file(FileNames.segment(9) + FileNames.PREPARING_SUFFIX));
        Files.writeString(leftover.resolve("somebody's"), "work");
        assertThrows(StorageException.class, () -> openAndClose(journal()));
        assertTrue(Files.exists(leftover.resolve("somebody's")));
        assertEquals(RECORDS + 1, read());
    }

    @Test
    void openShouldLookAtNoMoreThanItMustWhenFilesAreHuge() throws IOException {
        for (final String name : List.of(FileNames.META, FileNames.segment(1))) {
            try (FileChannel channel = FileChannel.open(file(name), StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1), HUGE_LENGTH);
            } catch (final IOException e) {
                assumeTrue(false, "no such long file here: " + e.getMessage());
            }
        }
        assertEquals(RECORDS + 1, read());
        assertEquals(
                VerifyReport.Verdict.INTACT,
                JournalReader.open(journal()).verify().verdict());
        openAndClose(journal());
        assertEquals(RECORDS + 1, read());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000000000000000.segment",
                "99999999999999999999.segment",
                "-0000000000000000001.segment",
                "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠١.segment",
                "00000000000000000002.segment\n00000000000000000003.segment",
                "journal.meta.preparing.preparing"
            })
    void openShouldPassOverWhatIsNoFileOfAJournal(final String name) throws IOException {
        final Path strange;
        try {
            strange = Files.write(file(name), new byte[] {1});
        } catch (final InvalidPathException e) {
            assumeTrue(false, "no such name here: " + e.getMessage());
            return;
        }
        assertEquals(RECORDS + 1, read());
        openAndClose(journal());
        assertEquals(RECORDS + 1, read());
        assertTrue(Files.exists(strange));
        assertFalse(Files.exists(file(FileNames.segment(3))));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases on a real file system, within one process and between two. */
class FileLeasesTest {

    private static final String NAME = "journal.readers";

    /** More than a file can be long on any file system that we know. */
    private static final long FAR = Long.MAX_VALUE / 2;

    @TempDir
    private Path directory;

    private DirectoryStorage storage;

    @BeforeEach
    void openStorage() {
        storage = DirectoryStorage.open(directory);
    }

    @Test
    void tryClaimShouldBeRefusedWhenAnybodyInTheProcessHolds() throws IOException {
        try (SegmentLeases writer = storage.leases(NAME, true);
                SegmentLeases first = storage.leases(NAME, false);
                SegmentLeases second = DirectoryStorage.open(directory).leases(NAME, false)) {
            assertTrue(first.tryHold(7));
            assertTrue(second.tryHold(7));
            assertFalse(writer.tryClaim(7));
            first.letGo(7);
            assertFalse(writer.tryClaim(7));
            second.letGo(7);
            assertTrue(writer.tryClaim(7));
            assertFalse(writer.tryClaim(7), "it is claimed already");
            assertFalse(first.tryHold(7));
            assertTrue(first.tryHold(8), "others are free");
            writer.unclaim(7);
            assertTrue(first.tryHold(7));
            first.letGo(7);
            first.letGo(8);
        }
    }

    @Test
    void leasesShouldTakeNoRoomWhenSegmentsAreHeld() throws IOException {
        try (SegmentLeases writer = storage.leases(NAME, true)) {
            assertTrue(writer.tryHold(FAR));
            assertFalse(writer.tryClaim(FAR));
            writer.letGo(FAR);
            assertTrue(writer.tryClaim(FAR));
            writer.unclaim(FAR);
        }
        assertEquals(0, Files.size(directory.resolve(NAME)));
    }

    @Test
    void leasesShouldTellWhenThereIsNoFile() throws IOException {
        assertThrows(NoSuchFileException.class, () -> storage.leases(NAME, false));
        Files.createDirectory(directory.resolve(NAME));
        assertThrows(FileSystemException.class, () -> storage.leases(NAME, false));
        assertThrows(FileSystemException.class, () -> storage.leases(NAME, true));
    }

    /** A reader came first, and can't write; then a writer comes in the same process. */
    @Test
    void tryClaimShouldWorkWhenTheProcessOpenedTheFileForReadingBefore() throws IOException {
        storage.leases(NAME, true).close();
        try (SegmentLeases reader = storage.leases(NAME, false);
                SegmentLeases writer = storage.leases(NAME, true)) {
            assertTrue(reader.tryHold(3));
            assertFalse(writer.tryClaim(3));
            assertTrue(writer.tryClaim(4));
            assertFalse(reader.tryHold(4));
            writer.unclaim(4);
            reader.letGo(3);
        }
    }

    @Test
    void tryHoldShouldNeedNoRightToWrite() throws IOException {
        storage.leases(NAME, true).close();
        Files.setPosixFilePermissions(directory.resolve(NAME), PosixFilePermissions.fromString("r--------"));
        try (SegmentLeases reader = storage.leases(NAME, false)) {
            assertTrue(reader.tryHold(3));
            reader.letGo(3);
        }
    }

    /** One use is closed while others of the process still hold: closing a descriptor would drop the locks of all. */
    @Test
    void leasesShouldStayWhenOthersOfTheProcessAreClosed() throws IOException {
        final SegmentLeases held = storage.leases(NAME, true);
        assertTrue(held.tryHold(5));
        storage.leases(NAME, false).close();
        storage.leases(NAME, true).close();
        try (Other other = new Other(directory)) {
            assertEquals("false", other.ask("claim 5"));
            held.letGo(5);
            assertEquals("true", other.ask("claim 5"));
            assertFalse(held.tryHold(5));
            assertEquals("done", other.ask("unclaim 5"));
            assertTrue(held.tryHold(5));
        }
        held.close();
    }

    /** An interrupted thread holds and lets go; what the process holds besides is not lost by it. */
    @Test
    void leasesShouldStayWhenTheThreadIsInterrupted() throws IOException {
        try (SegmentLeases leases = storage.leases(NAME, true);
                Other other = new Other(directory)) {
            assertTrue(leases.tryHold(5));
            Thread.currentThread().interrupt();
            try {
                for (int segment = 6; segment < 100; segment++) {
                    assertTrue(leases.tryHold(segment));
                    leases.letGo(segment);
                }
                assertTrue(leases.tryHold(100));
                storage.leases(NAME, false).close();
                assertTrue(Thread.currentThread().isInterrupted());
            } finally {
                Thread.interrupted();
            }
            assertEquals("false", other.ask("claim 5"));
            assertEquals("false", other.ask("claim 100"));
            assertEquals("true", other.ask("claim 99"));
        }
    }

    @Test
    void holdShouldEndWhenTheProcessDoes() throws IOException {
        try (SegmentLeases writer = storage.leases(NAME, true)) {
            try (Other other = new Other(directory)) {
                assertEquals("true", other.ask("hold 5"));
                assertFalse(writer.tryClaim(5));
                other.process.kill();
                other.process.awaitExit();
            }
            assertTrue(writer.tryClaim(5));
        }
    }

    /** Another process with leases of its own, which does what it is told. */
    private static final class Other implements AutoCloseable {
        private final JavaProcess process;

        Other(final Path directory) throws IOException {
            process = new JavaProcess(directory.resolve("other.err"), LeaseHolder.class, directory, NAME);
        }

        String ask(final String question) throws IOException {
            process.input().write((question + "\n").getBytes(StandardCharsets.UTF_8));
            process.input().flush();
            return process.readLine();
        }

        @Override
        public void close() {
            process.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closes what it tests explicitly, to see what that does. */
@SuppressWarnings("try")
class DirectoryStorageTest {

    private static final String NAME = FileNames.segment(1);
    private static final byte[] CONTENT = "what was written".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    private DirectoryStorage storage() throws IOException {
        return DirectoryStorage.openOrCreate(directory, StorageInUse.sync());
    }

    private static void write(final StorageFile file, final long offset, final byte... content) throws IOException {
        file.write(ByteBuffer.wrap(content), offset);
    }

    private void requirePosix() {
        assumeTrue(
                directory.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "this file system knows no permissions");
    }

    private static String permissions(final Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void createShouldMakeAnEmptyFileThatCanBeWrittenForcedAndRead() throws IOException {
        try (DirectoryStorage storage = storage();
                StorageFile file = storage.create(NAME)) {
            assertEquals(0, file.length());
            write(file, 3, CONTENT);
            file.force(true);
            file.force(false);
            assertEquals(3 + CONTENT.length, file.length());
            final ByteBuffer target = ByteBuffer.allocate(100);
            assertEquals(CONTENT.length, file.read(target, 3));
            assertEquals(0, file.read(target, 1_000));
            final byte[] found = new byte[CONTENT.length];
            target.flip().get(found);
            assertArrayEquals(CONTENT, found);
        }
        assertEquals(3 + CONTENT.length, Files.size(directory.resolve(NAME)));
    }

    @Test
    void createShouldFailWhenTheFileExists() throws IOException {
        try (DirectoryStorage storage = storage()) {
            storage.create(NAME).close();
            assertThrows(FileAlreadyExistsException.class, () -> storage.create(NAME));
        }
    }

    @Test
    void createShouldLetOnlyTheOwnerReadAndWrite() throws IOException {
        requirePosix();
        final Path inside = directory.resolve("a/b");
        try (DirectoryStorage storage = DirectoryStorage.openOrCreate(inside, StorageInUse.sync())) {
            storage.create(NAME).close();
            assertTrue(storage.tryLock(FileNames.LOCK));
        }
        assertEquals("rw-------", permissions(inside.resolve(NAME)));
        assertEquals("rw-------", permissions(inside.resolve(FileNames.LOCK)));
        assertEquals("rwx------", permissions(inside));
        assertEquals("rwx------", permissions(directory.resolve("a")));
    }

    @Test
    void openOrCreateShouldMakeParentsWhenTheyAreMissing() throws IOException {
        final Path deep = directory.resolve("one/two/../two/three");
        try (DirectoryStorage storage = DirectoryStorage.openOrCreate(deep, StorageInUse.sync())) {
            assertEquals(List.of(), storage.list());
        }
        assertTrue(Files.isDirectory(directory.resolve("one/two/three")));
    }

    @Test
    void openOrCreateShouldFailWhenAFileIsInThePlaceOfTheDirectory() throws IOException {
        final Path file = Files.writeString(directory.resolve("file"), "not a directory");
        assertThrows(FileAlreadyExistsException.class, () -> DirectoryStorage.openOrCreate(file, StorageInUse.sync()));
        assertThrows(
                IOException.class, () -> DirectoryStorage.openOrCreate(file.resolve("below"), StorageInUse.sync()));
        assertThrows(
                NotDirectoryException.class, () -> DirectoryStorage.open(file).list());
        assertEquals("not a directory", Files.readString(file));
    }

    @Test
    void openShouldMakeNothingWhenTheDirectoryIsMissing() {
        final Path missing = directory.resolve("missing");
        assertThrows(
                NoSuchFileException.class, () -> DirectoryStorage.open(missing).list());
        assertFalse(Files.exists(missing));
    }

    @Test
    void listShouldBeSorted() throws IOException {
        try (DirectoryStorage storage = storage()) {
            for (final String name : List.of("b", FileNames.segment(10), FileNames.segment(9), "a")) {
                storage.create(name).close();
            }
            storage.forceDirectory();
            assertEquals(List.of(FileNames.segment(9), FileNames.segment(10), "a", "b"), storage.list());
        }
    }

    @Test
    void renameShouldGiveTheNewNameAndKeepTheContent() throws IOException {
        try (DirectoryStorage storage = storage()) {
            try (StorageFile file = storage.create("from")) {
                write(file, 0, CONTENT);
                storage.rename("from", "to");
                write(file, CONTENT.length, CONTENT);
            }
            storage.forceDirectory();
            assertEquals(List.of("to"), storage.list());
        }
        assertEquals(2L * CONTENT.length, Files.size(directory.resolve("to")));
    }

    @Test
    void renameShouldFailWhenTheNewNameIsTaken() throws IOException {
        try (DirectoryStorage storage = storage()) {
            storage.create("from").close();
            storage.create("to").close();
            assertThrows(FileAlreadyExistsException.class, () -> storage.rename("from", "to"));
            assertThrows(NoSuchFileException.class, () -> storage.rename("missing", "other"));
            assertEquals(List.of("from", "to"), storage.list());
        }
    }

    @Test
    void deleteShouldRemoveTheName() throws IOException {
        try (DirectoryStorage storage = storage()) {
            storage.create(NAME).close();
            storage.delete(NAME);
            storage.forceDirectory();
            assertEquals(List.of(), storage.list());
            assertThrows(NoSuchFileException.class, () -> storage.delete(NAME));
            assertThrows(NoSuchFileException.class, () -> storage.open(NAME, false));
        }
    }

    @Test
    void openShouldRefuseWhenALinkIsInThePlaceOfASegment() throws IOException {
        final Path elsewhere = Files.write(directory.resolve("elsewhere"), CONTENT);
        requirePosix();
        Files.createSymbolicLink(directory.resolve(NAME), elsewhere);
        try (DirectoryStorage storage = storage()) {
            assertThrows(IOException.class, () -> storage.open(NAME, false));
            assertThrows(IOException.class, () -> storage.open(NAME, true));
            assertThrows(IOException.class, () -> storage.create(NAME));
            assertThrows(FileAlreadyExistsException.class, () -> storage.rename("elsewhere", NAME));
        }
        assertArrayEquals(CONTENT, Files.readAllBytes(elsewhere));
    }

    @Test
    void mapShouldShowWhatIsStoredToReadersOfTheFileWhenItIsForcedOrNot() throws IOException {
        try (DirectoryStorage storage = storage()) {
            final MappedFile mapped;
            try (StorageFile file = storage.create(NAME)) {
                write(file, 0, new byte[8192]);
                mapped = file.map(0, 8192);
            }
            mapped.buffer().put(4000, CONTENT);
            mapped.force(4000, CONTENT.length);
            mapped.buffer().put(8000, CONTENT);
            mapped.unmap();
        }
        final byte[] found = Files.readAllBytes(directory.resolve(NAME));
        assertArrayEquals(CONTENT, Arrays.copyOfRange(found, 4000, 4000 + CONTENT.length));
        assertArrayEquals(CONTENT, Arrays.copyOfRange(found, 8000, 8000 + CONTENT.length));
    }

    @Test
    void tryLockShouldBeRefusedWhenThisProcessHoldsIt() throws IOException {
        try (DirectoryStorage holder = storage();
                DirectoryStorage other = storage();
                DirectoryStorage byAnotherWay =
                        DirectoryStorage.open(directory.resolve("../" + directory.getFileName()))) {
            assertTrue(holder.tryLock(FileNames.LOCK));
            assertFalse(other.tryLock(FileNames.LOCK));
            assertFalse(byAnotherWay.tryLock(FileNames.LOCK));
        }
    }

    @Test
    void tryLockShouldSucceedWhenTheHolderHasClosed() throws IOException {
        try (DirectoryStorage holder = storage();
                DirectoryStorage other = storage()) {
            assertTrue(holder.tryLock(FileNames.LOCK));
            holder.close();
            assertTrue(other.tryLock(FileNames.LOCK));
            holder.close();
            assertFalse(holder.tryLock(FileNames.LOCK), "closing twice must not free what another holds");
        }
    }

    @Test
    void tryLockShouldBeRefusedInAnotherProcessWhenThisOneHoldsIt() throws Exception {
        try (DirectoryStorage holder = storage();
                DirectoryStorage refused = storage()) {
            assertTrue(holder.tryLock(FileNames.LOCK));
            // A second attempt must not open the lock file: closing it again would drop the lock.
            assertFalse(refused.tryLock(FileNames.LOCK));
            try (LockHolder other = LockHolder.start(directory)) {
                assertEquals(LockHolder.REFUSED, other.answer());
            }
            holder.close();
            try (LockHolder other = LockHolder.start(directory)) {
                assertEquals(LockHolder.LOCKED, other.answer());
            }
        }
    }

    @Test
    void tryLockShouldSucceedWhenTheOtherProcessHasClosedOrDied() throws Exception {
        try (DirectoryStorage storage = storage()) {
            try (LockHolder other = LockHolder.start(directory)) {
                assertEquals(LockHolder.LOCKED, other.answer());
                assertFalse(storage.tryLock(FileNames.LOCK));
                other.release();
                assertTrue(storage.tryLock(FileNames.LOCK), "after it was closed");
                storage.close();
            }
            try (LockHolder other = LockHolder.start(directory)) {
                assertEquals(LockHolder.LOCKED, other.answer());
                assertFalse(storage.tryLock(FileNames.LOCK));
                other.kill();
                assertTrue(storage.tryLock(FileNames.LOCK), "after the process died");
            }
        }
    }

    @Test
    void readShouldGoOnAndKeepTheInterruptWhenTheThreadIsInterrupted() throws IOException {
        try (DirectoryStorage storage = storage();
                StorageFile file = storage.create(NAME)) {
            write(file, 0, CONTENT);
            try (StorageFile reading = storage.open(NAME, false)) {
                Thread.currentThread().interrupt();
                final ByteBuffer target = ByteBuffer.allocate(CONTENT.length);
                assertEquals(CONTENT.length, reading.read(target, 0));
                assertTrue(Thread.currentThread().isInterrupted(), "after reading");
                assertArrayEquals(CONTENT, target.array());
                assertEquals(CONTENT.length, reading.length());
                assertTrue(Thread.currentThread().isInterrupted(), "after asking for the length");
                assertEquals(CONTENT.length, reading.read(target.clear(), 0));
                assertEquals(List.of(NAME), storage.list());
            } finally {
                assertTrue(Thread.interrupted());
            }
        }
    }

    @Test
    void writeShouldGoOnAndKeepTheInterruptWhenTheThreadIsInterrupted() throws IOException {
        try (DirectoryStorage storage = storage();
                StorageFile file = storage.create(NAME)) {
            write(file, 0, new byte[2 * CONTENT.length]);
            Thread.currentThread().interrupt();
            try {
                write(file, CONTENT.length, CONTENT);
                assertTrue(Thread.currentThread().isInterrupted(), "after writing");
                write(file, 0, CONTENT);
            } finally {
                assertTrue(Thread.interrupted());
            }
            final ByteBuffer target = ByteBuffer.allocate(2 * CONTENT.length);
            assertEquals(2 * CONTENT.length, file.read(target, 0));
            assertArrayEquals(CONTENT, Arrays.copyOf(target.array(), CONTENT.length));
            assertArrayEquals(CONTENT, Arrays.copyOfRange(target.array(), CONTENT.length, 2 * CONTENT.length));
        }
    }

    @Test
    void forceDirectoryShouldFailWhenTheDirectoryIsGone() throws IOException {
        final Path gone = directory.resolve("gone");
        try (DirectoryStorage storage = DirectoryStorage.openOrCreate(gone, StorageInUse.sync())) {
            Files.delete(gone);
            assertThrows(NoSuchFileException.class, storage::forceDirectory);
        }
    }

    @Test
    void pathOfShouldNameTheFileAbsolutely() throws IOException {
        try (DirectoryStorage storage = storage()) {
            assertEquals(directory.toAbsolutePath().resolve(NAME).toString(), storage.pathOf(NAME));
        }
    }

    @Test
    void tryLockOfAByteShouldKeepOthersFromThatByteAlone() throws IOException {
        requirePosix();
        try (DirectoryStorage storage = storage();
                DirectoryStorage other = storage()) {
            final StorageLock first = storage.tryLock(FileNames.NAMES, 7);
            assertNotNull(first);
            assertNull(other.tryLock(FileNames.NAMES, 7));
            final StorageLock second = other.tryLock(FileNames.NAMES, 1L << 62);
            assertNotNull(second);
            first.close();
            first.close();
            final StorageLock again = other.tryLock(FileNames.NAMES, 7);
            assertNotNull(again);
            again.close();
            second.close();
        }
        assertEquals("rw-------", permissions(directory.resolve(FileNames.NAMES)));
        assertEquals(0, Files.size(directory.resolve(FileNames.NAMES)));
    }

    /** A process that lets one lock on a file go keeps the others, though the system drops all with a descriptor. */
    @Test
    void tryLockOfAByteShouldHoldBetweenProcessesUntilItIsLetGoOrTheProcessDies() throws Exception {
        try (DirectoryStorage storage = storage()) {
            final StorageLock seven = storage.tryLock(FileNames.NAMES, 7);
            final StorageLock eight = storage.tryLock(FileNames.NAMES, 8);
            assertNotNull(seven);
            assertNotNull(eight);
            eight.close();
            try (LockHolder holder = LockHolder.start(directory, "7")) {
                assertEquals(LockHolder.REFUSED, holder.answer());
            }
            try (LockHolder holder = LockHolder.start(directory, "8")) {
                assertEquals(LockHolder.LOCKED, holder.answer());
                assertNull(storage.tryLock(FileNames.NAMES, 8));
                holder.kill();
                final StorageLock again = storage.tryLock(FileNames.NAMES, 8);
                assertNotNull(again);
                again.close();
            }
            seven.close();
        }
    }

    @Test
    void tryLockOfAByteShouldBeRefusedWhenThereIsSomethingElseInThePlaceOfTheFile() throws IOException {
        Files.createDirectory(directory.resolve(FileNames.NAMES));
        try (DirectoryStorage storage = storage()) {
            assertThrows(IOException.class, () -> storage.tryLock(FileNames.NAMES, 1));
        }
    }
}

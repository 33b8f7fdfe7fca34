// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.MountedFileSystem;
import io.tidemark.journal.spi.SystemCallException;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.MappedFile;
import io.tidemark.journal.storage.NoSpaceException;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls themselves, on this system. */
class NativeSyncTest {

    private static final int LENGTH = 1 << 20;

    @TempDir
    private Path directory;

    private final NativeSync sync = NativeSync.load();

    @BeforeEach
    void requireLinux() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "written for what Linux answers");
    }

    private FileChannel create() throws IOException {
        return FileChannel.open(
                directory.resolve("file"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    private static MappedByteBuffer map(final FileChannel file) throws IOException {
        return file.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH);
    }

    @Test
    void journalShouldBecomeDurableByNativeCallsWhenItIsGivenThem() {
        final JournalConfig config = JournalConfig.defaults().withStorageSync(NativeSync.load());
        try (Journal journal = Journal.open(directory.resolve("journal"), config.withSegmentLength(1 << 16))) {
            journal.appender().append(new byte[] {1}, 0, 1);
            assertEquals(1, journal.flush());
        }
    }

    @Test
    void forceShouldSucceedForFilesDirectoriesAndMappings() throws IOException {
        try (FileChannel file = create();
                FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            file.write(ByteBuffer.allocate(LENGTH));
            sync.force(file, false);
            sync.force(file, true);
            sync.force(parent, true);
            final MappedByteBuffer mapping = map(file);
            mapping.put(LENGTH - 1, (byte) 7);
            sync.forceMapping(mapping, LENGTH - 1, 1, null);
            sync.forceMapping(mapping, 4097, 10_000, null);
        }
    }

    @Test
    void forceShouldSayThatTheFileIsClosedWhenItIs() throws IOException {
        final FileChannel file = create();
        file.close();
        final IOException thrown = assertThrows(IOException.class, () -> sync.force(file, false));
        assertTrue(thrown.getMessage().contains("closed"), thrown::getMessage);
    }

    @Test
    void forceShouldSucceedAndKeepTheChannelOpenWhenTheThreadIsInterrupted() throws IOException {
        try (FileChannel file = create()) {
            file.write(ByteBuffer.allocate(LENGTH));
            Thread.currentThread().interrupt();
            try {
                sync.force(file, false);
                sync.force(file, true);
            } finally {
                assertTrue(Thread.interrupted(), "the interrupt is kept");
            }
            assertTrue(file.isOpen());
            assertEquals(LENGTH, file.size());
        }
    }

    @Test
    void reserveShouldGiveTheFileItsBlocks() throws IOException {
        try (FileChannel file = create()) {
            assumeTrue(sync.reserve(file, LENGTH), "this file system can't reserve");
            assertEquals(LENGTH, file.size());
            assertTrue(sync.beginWriting(file, 0, LENGTH));
            assertTrue(sync.adviseSequential(file));
        }
    }

    @Test
    void reserveShouldTellWantOfRoomByType() throws IOException {
        try (MountedFileSystem memory = MountedFileSystem.memory(LENGTH);
                FileChannel file = FileChannel.open(
                        memory.root().resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            final SystemCallException thrown =
                    assertThrows(SystemCallException.class, () -> sync.reserve(file, 2 * LENGTH));
            assertTrue(thrown.isNoSpace(), thrown::getMessage);
            assertEquals("fallocate failed: ENOSPC: no space left (28)", thrown.getMessage());
            assertEquals("tmpfs", sync.fileSystemType(file));
        }
    }

    @Test
    void faultInShouldFailWithoutASignalWhenTheFileIsCutShortOrThereIsNoRoom() throws IOException {
        try (MountedFileSystem memory = MountedFileSystem.memory(LENGTH);
                StorageFile file = DirectoryStorage.open(memory.root(), sync).create("file")) {
            final MappedFile sparse = file.map(0, 2 * LENGTH);
            try (FileChannel channel = FileChannel.open(memory.root().resolve("file"), StandardOpenOption.WRITE)) {
                final SystemCallException full =
                        assertThrows(SystemCallException.class, () -> sync.faultIn(sparse.buffer(), 0, 2 * LENGTH));
                assertEquals(SystemNumbers.EFAULT, full.errorNumber());
                assertThrows(NoSpaceException.class, () -> sparse.faultIn(0, 2 * LENGTH));
                channel.truncate(0);
                final IOException cut = assertThrows(IOException.class, () -> sparse.faultIn(0, LENGTH));
                assertTrue(cut.getMessage().contains("EFAULT"), cut::getMessage);
                assertTrue(cut.getMessage().contains("file"), cut::getMessage);
                assertFalse(cut instanceof NoSpaceException, cut::getMessage);
            } finally {
                sparse.unmap();
            }
        }
    }

    @Test
    void faultInShouldChangeNothingAndAllocateHoles() throws IOException {
        try (FileChannel file = create()) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 5000);
            final MappedByteBuffer mapping = map(file);
            assertTrue(sync.faultIn(mapping, 0, LENGTH));
            assertEquals(2, mapping.get(5001));
            assertEquals(0, mapping.get(LENGTH - 1));
            assertTrue(NativeSync.load(NativeSync.Options.defaults().withMemoryLock())
                    .faultIn(mapping, 0, 8192));
        }
    }

    @Test
    void letGoOfPagesShouldTakeThemOutOfTheMappingAndKeepWhatWasStored() throws IOException {
        try (FileChannel file = create()) {
            file.write(ByteBuffer.allocate(LENGTH));
            final MappedByteBuffer mapping = map(file);
            for (int i = 0; i < LENGTH; i += 4096) {
                mapping.put(i, (byte) 7);
            }
            assertEquals(LENGTH, residentLength(LENGTH), "pages that were stored to are in the mapping");
            assertTrue(sync.letGoOfPages(mapping, 4097, LENGTH - 4097));
            assertEquals(4096, residentLength(LENGTH), "all but the first are gone");
            sync.forceMapping(mapping, 4097, LENGTH - 4097, null);
            final ByteBuffer read = ByteBuffer.allocate(LENGTH);
            assertEquals(LENGTH, file.read(read, 0));
            for (int i = 0; i < LENGTH; i += 4096) {
                assertEquals(7, read.get(i), "offset " + i);
                assertEquals(7, mapping.get(i), "offset " + i);
            }
        }
    }

    /** How much of the one mapping of the test's file is in the tables of this process's pages. */
    private long residentLength(final int mappedLength) throws IOException {
        boolean isOfFile = false;
        for (final String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.endsWith(directory.toRealPath().resolve("file").toString())) {
                isOfFile = true;
            } else if (isOfFile && line.startsWith("Size:")) {
                assertEquals(mappedLength, kibibytes(line));
            } else if (isOfFile && line.startsWith("Rss:")) {
                return kibibytes(line);
            }
        }
        throw new AssertionError("the file is not mapped");
    }

    private static long kibibytes(final String line) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }

    @Test
    void callsShouldRefuseWhenABufferIsNotDirectOrTheRangeOutside() throws IOException {
        try (FileChannel file = create()) {
            final MappedByteBuffer mapping = map(file);
            assertThrows(IllegalArgumentException.class, () -> sync.forceMapping(ByteBuffer.allocate(10), 0, 10, null));
            assertThrows(IllegalArgumentException.class, () -> sync.forceMapping(mapping, LENGTH - 1, 2, null));
            assertThrows(IllegalArgumentException.class, () -> sync.faultIn(mapping, -1, 2));
            assertThrows(
                    IllegalArgumentException.class, () -> sync.faultIn(mapping, Integer.MAX_VALUE, Integer.MAX_VALUE));
            assertThrows(IllegalArgumentException.class, () -> sync.letGoOfPages(mapping, LENGTH, 1));
            assertThrows(IllegalArgumentException.class, () -> sync.reserve(file, 0));
        }
    }

    @Test
    void fileSystemTypeShouldBeThatOfTheMount() throws IOException {
        try (MountedFileSystem disk = MountedFileSystem.mount(MountedFileSystem.Kind.EXT4);
                FileChannel root = FileChannel.open(disk.root(), StandardOpenOption.READ)) {
            assertEquals("ext4", sync.fileSystemType(root));
        }
        assertFalse(sync.name().isEmpty());
    }
}

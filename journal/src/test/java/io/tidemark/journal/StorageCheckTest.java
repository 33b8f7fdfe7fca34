// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.StorageCheck.Kind;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageCheckTest {

    @TempDir
    private Path directory;

    private static StorageCheck check(final SimulatedStorage storage, final String type) throws IOException {
        return StorageCheck.run(storage, type, new RecordingSync(), 10);
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ext4, DISK",
        "XFS, DISK",
        "btrfs, COPYING",
        "apfs, COPYING",
        "tmpfs, MEMORY",
        "overlay, OVERLAY",
        "nfs4, NETWORK",
        "9p, NETWORK",
        "fuse, UNKNOWN"
    })
    void kindShouldFollowFromTheType(final String type, final Kind kind) throws IOException {
        final StorageCheck check = check(new SimulatedStorage(), type);
        assertEquals(kind, check.kind());
        assertEquals(type, check.fileSystem());
        assertEquals(
                kind == Kind.DISK,
                check.warnings().stream().noneMatch(warning -> warning.startsWith(type)),
                () -> check.warnings().toString());
    }

    /** The simulated disk takes no time to flush, which is what a liar looks like. */
    @Test
    void checkShouldNotBelieveForcesThatTakeNoTime() throws IOException {
        final StorageCheck check = check(new SimulatedStorage(), "ext4");
        assertFalse(check.isPlausible());
        assertFalse(check.isSuitable());
        assertTrue(
                check.warnings().get(0).contains("less than any device"),
                () -> check.warnings().toString());
        assertTrue(check.mappedForcesNs().length > 0);
        assertTrue(check.fileForcesNs().length > 0);
    }

    @Test
    void checkShouldLeaveNothingBehindWhenAnyCallFails() throws IOException {
        final SimulatedStorage whole = new SimulatedStorage();
        check(whole, "ext4");
        assertEquals(List.of(), whole.names());
        // The last two remove the file: where they fail, it stays.
        final long calls = whole.faults().callCount() - 2;
        for (long call = 1; call <= calls; call++) {
            final SimulatedStorage storage = new SimulatedStorage();
            storage.faults().at(call, Fault.failBefore(() -> new IOException("refused by the test")));
            storage.faults().startTrace();
            final String message = "call=" + call;
            final IOException thrown = assertThrows(IOException.class, () -> check(storage, "ext4"), message);
            assertEquals("refused by the test", thrown.getMessage(), message);
            assertEquals(
                    List.of(),
                    storage.names(),
                    () -> message + ": " + storage.faults().trace());
            // Where it is the unmapping that fails, the mapping stays.
            final boolean unmapFailed =
                    storage.faults().trace().stream().anyMatch(line -> line.startsWith("unmap") && line.endsWith("]"));
            assertEquals(unmapFailed ? 1 : 0, storage.liveMappings().size(), message);
        }
    }

    @Test
    void runShouldRemoveOnlyWhatDeadProcessesOfItsOwnKindLeft() throws IOException {
        final String living = "tidemark-check-" + ProcessHandle.current().pid() + "-7";
        for (final String name : List.of("tidemark-check-2147483647-7", living, "tidemark-check-notes-1", "mine")) {
            Files.writeString(directory.resolve(name), "kept");
        }
        final StorageCheck check = StorageCheck.run(directory, JournalConfig.defaults());
        assertEquals(List.of("mine", living, "tidemark-check-notes-1"), entries());
        assertEquals("Java", check.syncName());
        assertEquals(
                List.of("force of a mapped range", "force of a file", "force of a directory"),
                check.calls().stream().map(call -> call.purpose()).toList());
    }

    @Test
    void runShouldFailWhenTheDirectoryIsMissing() {
        final Path missing = directory.resolve("missing");
        assertThrows(StorageException.class, () -> StorageCheck.run(missing, JournalConfig.defaults()));
        assertFalse(Files.exists(missing));
    }

    @Test
    void runShouldWarnWhenTheFileSystemIsInMemory() throws IOException {
        try (MountedFileSystem memory = MountedFileSystem.memory(16 << 20)) {
            final StorageCheck check = StorageCheck.run(memory.root(), JournalConfig.defaults());
            assertEquals(Kind.MEMORY, check.kind());
            assertFalse(check.isSuitable());
            assertFalse(check.isPlausible(), () -> "p50 of a store into memory: " + check.warnings());
        }
    }

    @Test
    void runShouldTellWantOfRoomByType() throws IOException {
        try (MountedFileSystem memory = MountedFileSystem.memory(1 << 20)) {
            assertThrows(StorageFullException.class, () -> StorageCheck.run(memory.root(), JournalConfig.defaults()));
            try (Stream<Path> left = Files.list(memory.root())) {
                assertEquals(List.of(), left.toList());
            }
        }
    }
}

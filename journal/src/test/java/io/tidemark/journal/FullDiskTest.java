// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.MountedFileSystem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Full disks, on real file systems. All producers are told by a type what is the matter, the JVM lives, what was told
 * durable is there, and when somebody makes room, the journal goes on as it is.
 *
 * <p>btrfs can't keep the last of that: it copies on write, so that a store into a page whose block was long written needs
 * new room, and where there is none that is a fault. There the journal may end itself instead; opening it again is what
 * must work.
 */
class FullDiskTest {

    private static final int SEGMENT_LENGTH = 1 << 20;
    private static final int SHORT_SEGMENT_LENGTH = 64 << 10;
    private static final long WITHOUT_END = 1_000_000_000;
    private static final String ALL_FULL = "ok {StorageFullException=8} ";
    private static final String ALL_FAILED = "ok {JournalFailedException=8} ";
    private static final String ALL_DONE = "ok {done=8} ";

    @TempDir
    private Path elsewhere;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void appendShouldGoOnWhenDiskWasFullAndRoomIsMade(final Kind kind) throws IOException {
        fillAndGoOn(kind, 1);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(Kind.class)
    void appendShouldGoOnWhenDiskIsFullAgainAndAgain(final Kind kind) throws IOException {
        for (int process = 0; process < 8; process++) {
            fillAndGoOn(kind, 3);
        }
    }

    private void fillAndGoOn(final Kind kind, final int rounds) throws IOException {
        try (MountedFileSystem fileSystem = MountedFileSystem.mount(kind);
                LoadProcess load = LoadProcess.start(elsewhere)) {
            final Path directory = fileSystem.root().resolve("journal");
            for (int round = 0; round < rounds; round++) {
                fillAndGoOn(fileSystem, load, directory, kind, "batch");
                fillAndGoOn(fileSystem, load, directory, kind, "always");
            }
            load.requireUnharmed();
        }
    }

    private static void fillAndGoOn(
            final MountedFileSystem fileSystem,
            final LoadProcess load,
            final Path directory,
            final Kind kind,
            final String policy)
            throws IOException {
        fileSystem.leaveRoom((kind == Kind.BTRFS ? 6L : 3L) * SEGMENT_LENGTH);
        load.requireOk("open", directory, policy, SEGMENT_LENGTH);
        final String full = load.ask("append", WITHOUT_END);
        assertTrue(full.startsWith(ALL_FULL) || (kind == Kind.BTRFS && full.startsWith(ALL_FAILED)), full);
        fileSystem.makeRoom();
        final String resumed = load.ask("resume", 300);
        if (resumed.startsWith(ALL_DONE)) {
            load.requireOk("close");
        } else {
            // The fault may come behind the refusals as well: the keeper has yet to write of the segment that was left.
            assertTrue(kind == Kind.BTRFS && resumed.startsWith(ALL_FAILED), resumed);
            load.requireTyped("close");
        }
        requireNothingLost(load, directory, policy, SEGMENT_LENGTH);
        deleteAll(directory);
    }

    private static void requireNothingLost(
            final LoadProcess load, final Path directory, final String policy, final int segmentLength)
            throws IOException {
        load.requireOk("open", directory, policy, segmentLength);
        load.requireOk("verify");
        final String appended = load.ask("append", 20);
        assertTrue(appended.startsWith(ALL_DONE), appended);
        load.requireOk("close");
        load.requireOk("open", directory, policy, segmentLength);
        load.requireOk("verify");
        load.requireOk("close");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void openAndAppendShouldGoOnWhenRoomEndsAnywhere(final Kind kind) throws IOException {
        // Just around the ends of the meta file, of the first segment, of the standby and of the one behind it.
        endRoomAt(kind, List.of(0, 8, 72, 80, 144, 212));
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(Kind.class)
    void openAndAppendShouldGoOnWhenRoomEndsAtEveryBlock(final Kind kind) throws IOException {
        endRoomAt(
                kind,
                Stream.iterate(0, level -> level < 400, level -> level + 4).toList());
    }

    /** Begins a journal with so many KiB left, over and over. */
    private void endRoomAt(final Kind kind, final List<Integer> levels) throws IOException {
        try (MountedFileSystem fileSystem = MountedFileSystem.mount(kind);
                LoadProcess load = LoadProcess.start(elsewhere)) {
            for (final int level : levels) {
                final Path directory = fileSystem.root().resolve("journal" + level);
                fileSystem.leaveRoom(kind == Kind.BTRFS ? (3L << 20) + ((long) level << 14) : (long) level << 10);
                if (load.ask("open", directory, "batch", SHORT_SEGMENT_LENGTH).startsWith("ok")) {
                    final String ended = load.ask("append", 400);
                    fileSystem.makeRoom();
                    final String resumed = load.ask("resume", 20);
                    assertTrue(
                            resumed.startsWith(ALL_DONE) || (kind == Kind.BTRFS && resumed.startsWith(ALL_FAILED)),
                            () -> level + " KiB left: " + ended + ", then " + resumed);
                    load.requireTyped("close");
                } else {
                    load.requireTyped("open", directory, "batch", SHORT_SEGMENT_LENGTH);
                    fileSystem.makeRoom();
                }
                requireNothingLost(load, directory, "batch", SHORT_SEGMENT_LENGTH);
                deleteAll(directory);
            }
            load.requireUnharmed();
        }
    }

    private static void deleteAll(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /**
     * Holes in a segment, on a disk without room: each store there is swallowed by a fault, and a force of the page
     * succeeds, as nothing in it is dirty. How late the JVM throws for that depends on how well the code is compiled.
     */
    @ParameterizedTest
    @CsvSource({"1, never", "1000, never", "2000, never", "1000, batch"})
    void durableShouldNotTellOfStoresThatDidNotHappen(final int warmUp, final String policy) throws IOException {
        try (MountedFileSystem fileSystem = MountedFileSystem.mount(Kind.EXT4);
                LoadProcess load = LoadProcess.start(elsewhere)) {
            final Path directory = fileSystem.root().resolve("journal");
            load.requireOk("open", directory, policy, SEGMENT_LENGTH, "to-the-last-byte");
            load.requireOk("warm", warmUp);
            final Path segment = directory.resolve("00000000000000000001.segment");
            fileSystem.punchHole(segment, SEGMENT_LENGTH - (64 << 10), 64 << 10);
            fileSystem.leaveRoom(0);
            final String failed = load.ask("append", WITHOUT_END);
            assertTrue(failed.startsWith(ALL_FAILED), failed);
            assertTrue(failed.contains("mapped file") || failed.contains("no space left to write"), failed);
            load.requireTyped("close");
            fileSystem.makeRoom();
            requireNothingLost(load, directory, policy, SEGMENT_LENGTH);
            load.requireUnharmed();
        }
    }

    @Test
    void leaveRoomShouldLeaveNoMoreWhenDiskIsFilled() throws IOException {
        try (MountedFileSystem fileSystem = MountedFileSystem.mount(Kind.EXT4)) {
            fileSystem.leaveRoom(1 << 20);
            final long left = Files.getFileStore(fileSystem.root()).getUsableSpace();
            assertTrue(left <= 1 << 20, () -> left + " bytes left");
        }
    }
}

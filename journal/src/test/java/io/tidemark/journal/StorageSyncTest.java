// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.RecordingSync.Asked;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.MappedPieces;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageSyncTest {

    private static final int SEGMENT_LENGTH = 2 << 20;

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    private Path directory;

    private final RecordingSync sync = new RecordingSync();

    private Journal open() {
        return open(JournalConfig.defaults().syncPolicy());
    }

    private Journal open(final SyncPolicy policy) {
        return Journal.open(
                directory,
                JournalConfig.defaults()
                        .withSegmentLength(SEGMENT_LENGTH)
                        .withSyncPolicy(policy)
                        .withStorageSync(sync));
    }

    @Test
    void openShouldAskForEverythingWhenASyncIsGiven() {
        // Pages are faulted in ahead under this policy alone.
        try (Journal journal = open(SyncPolicy.never())) {
            final List<Asked> asked = sync.takeAsked();
            for (final Asked call :
                    List.of(Asked.FORCE, Asked.FORCE_DIRECTORY, Asked.RESERVE, Asked.BEGIN_WRITING, Asked.FAULT_IN)) {
                assertTrue(asked.contains(call), () -> call + " is missing: " + asked);
            }
            assertTrue(asked.indexOf(Asked.RESERVE) < asked.indexOf(Asked.BEGIN_WRITING), asked::toString);
            assertFalse(asked.contains(Asked.FORCE_MAPPING), asked::toString);
            assertEquals(0, journal.durableSequence());
        }
    }

    @Test
    void openShouldAdviseOnWhatItReadsWhenThereIsAJournal() {
        open().close();
        sync.takeAsked();
        open().close();
        assertTrue(sync.takeAsked().contains(Asked.ADVISE));
    }

    @Test
    void flushShouldForceByTheSyncThatWasGiven() {
        try (Journal journal = open()) {
            sync.takeAsked();
            journal.appender().append(new byte[10], 0, 10);
            journal.flush();
            assertTrue(sync.takeAsked().contains(Asked.FORCE_MAPPING));
        }
    }

    @Test
    void flushShouldLetGoOfPagesFirstWhenItForcesMoreThanOne() {
        try (Journal journal = open()) {
            sync.takeAsked();
            journal.appender().append(new byte[10], 0, 10);
            journal.flush();
            assertFalse(sync.takeAsked().contains(Asked.LET_GO), "a page alone costs as much either way");
            journal.appender().append(new byte[10_000], 0, 10_000);
            journal.flush();
            final List<Asked> asked = sync.takeAsked();
            assertTrue(asked.contains(Asked.LET_GO), asked::toString);
            assertTrue(asked.indexOf(Asked.LET_GO) < asked.indexOf(Asked.FORCE_MAPPING), asked::toString);
        }
    }

    @Test
    void journalShouldEndWhenTheSyncFails() {
        final Journal journal = open();
        sync.fail(Asked.FORCE_MAPPING);
        journal.appender().append(new byte[10], 0, 10);
        final JournalFailedException thrown = assertThrows(JournalFailedException.class, journal::flush);
        assertTrue(String.valueOf(thrown.getMessage()).contains("refused by the test"), thrown::getMessage);
        assertTrue(String.valueOf(thrown.getMessage()).contains("segment"), thrown::getMessage);
        assertEquals(0, journal.durableSequence());
        assertThrows(JournalFailedException.class, journal::close);
    }

    @Test
    void segmentShouldHoldOneDescriptorWhenItsPiecesAreForcedWithTheFile() throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "only Linux shows its descriptors in " + DESCRIPTORS);
        try (DirectoryStorage storage = DirectoryStorage.openOrCreate(directory, sync)) {
            final MappedPieces pieces;
            try (StorageFile file = storage.create("a")) {
                file.write(ByteBuffer.allocate(SEGMENT_LENGTH), 0);
                pieces = MappedPieces.map(storage, file, SEGMENT_LENGTH);
            }
            assertEquals(8, pieces.count());
            for (int i = 0; i < pieces.count(); i++) {
                pieces.force(i * MappedPieces.MIN_PIECE_LENGTH, SEGMENT_LENGTH - i * MappedPieces.MIN_PIECE_LENGTH);
                assertEquals(1, descriptorCount());
                pieces.unmap(i);
            }
            assertEquals(0, descriptorCount());
        }
    }

    private long descriptorCount() throws IOException {
        final Path file = directory.toRealPath().resolve("a");
        long count = 0;
        try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
            for (final Path link : links) {
                count += isTo(link, file) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isTo(final Path link, final Path file) throws IOException {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (final NoSuchFileException e) {
            // Closed meanwhile, by another thread.
            return false;
        }
    }

    @Test
    void failureShouldNameTheOffsetInTheFileWhenAPieceCanNotBeForced() throws IOException {
        try (DirectoryStorage storage = DirectoryStorage.openOrCreate(directory, sync);
                StorageFile file = storage.create("a")) {
            file.write(ByteBuffer.allocate(SEGMENT_LENGTH), 0);
            final MappedPieces pieces = MappedPieces.map(storage, file, SEGMENT_LENGTH);
            sync.fail(Asked.FORCE_MAPPING);
            sync.fail(Asked.FAULT_IN);
            final int offset = 3 * MappedPieces.MIN_PIECE_LENGTH + 4096;
            for (final IOException thrown : List.of(
                    assertThrows(IOException.class, () -> pieces.force(offset, 8)),
                    assertThrows(IOException.class, () -> pieces.faultIn(offset, 8)))) {
                assertTrue(thrown.getMessage().contains("8 bytes at offset " + offset), thrown::getMessage);
                assertTrue(
                        thrown.getMessage()
                                .contains("file=" + directory.toRealPath().resolve("a")),
                        thrown::getMessage);
            }
            pieces.unmap();
        }
    }

    @Test
    void guardedChannelShouldForceByTheSyncOfItsJournal(@TempDir final Path elsewhere) {
        try (Journal journal = open();
                GuardedChannel channel = GuardedChannel.open(journal, elsewhere.resolve("data"))) {
            final long sequence = journal.appender().append(new byte[10], 0, 10);
            channel.write(sequence, ByteBuffer.allocate(4096), 0);
            sync.takeAsked();
            channel.force();
            assertTrue(sync.takeAsked().contains(Asked.FORCE));
        }
    }
}

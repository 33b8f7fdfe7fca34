// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.RecordingSync.Asked;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageSyncTest {

    private static final int SEGMENT_LENGTH = 2 << 20;

    @TempDir
    private Path directory;

    private final RecordingSync sync = new RecordingSync();

    private Journal open() {
        return Journal.open(
                directory,
                JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH).withStorageSync(sync));
    }

    @Test
    void openShouldAskForEverythingWhenASyncIsGiven() {
        try (Journal journal = open()) {
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

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalException;
import io.tidemark.journal.SealedSegment;
import io.tidemark.journal.StorageCheck;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what the Javadoc shows of keeping records and giving them up. */
class KeepingTest {

    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    private Path root;

    private static final class ListStore implements Keeping.Store {

        private final List<Long> applied = new ArrayList<>();
        private long forced;

        @Override
        public void writeUpTo(final long sequence) {
            while (applied.size() < sequence) {
                applied.add(applied.size() + 1L);
            }
        }

        @Override
        public void force() {
            forced = applied.size();
        }

        @Override
        public void onRecord(
                final long sequence,
                final long timestampNs,
                final int type,
                final ByteBuffer buffer,
                final int offset,
                final int length) {
            applied.add(sequence);
        }
    }

    @Test
    void storeShouldGetWhatComesBehindTheCheckpoint() {
        final ListStore store = new ListStore();
        try (Journal journal = Journal.open(root.resolve("journal"))) {
            final Appender appender = journal.appender();
            appender.append(BYTES, 0, BYTES.length);
            Keeping.checkpoint(journal, store);
            assertEquals(1, store.forced);
            assertEquals(1, journal.lastCheckpoint());
            // The checkpoint itself is a record of the journal's own, and has a sequence.
            final long next = appender.append(BYTES, 0, BYTES.length);
            journal.flush();
            Keeping.rebuild(journal, store);
            assertEquals(List.of(1L, next), store.applied);
        }
    }

    @Test
    void backupShouldGetEveryRecordAndLetThemGo() {
        final ListStore backup = new ListStore();
        try (Journal journal = Journal.open(root.resolve("journal"))) {
            journal.appender().append(BYTES, 0, BYTES.length);
            journal.flush();
            Keeping.backUp(journal, backup);
            assertEquals(List.of(1L), backup.applied);
            assertEquals(2, journal.truncate(1));
        }
    }

    @Test
    void everythingShouldBeHeldWhileRequiredReadersHaveNoPosition() {
        try (Journal journal = Journal.open(root.resolve("journal"), Keeping.retaining())) {
            journal.appender().append(BYTES, 0, BYTES.length);
            journal.flush();
            assertEquals(1, journal.headSequence());
        }
    }

    @Test
    void archiveShouldHoldTheSameBytesHoweverOftenItIsGivenASegment() throws Exception {
        final Path segment = Files.write(root.resolve("00000000000000000001.segment"), BYTES);
        final Path backup = Files.createDirectories(root.resolve("backup"));
        final SealedSegment sealed = new SealedSegment(segment, 1, BYTES.length, 0, 1, 1);
        for (int i = 0; i < 2; i++) {
            assertTrue(Keeping.archiveIn(backup).archive(sealed));
            assertArrayEquals(BYTES, Files.readAllBytes(backup.resolve(segment.getFileName())));
        }
        assertEquals(1, backup.toFile().list().length);
    }

    @Test
    void placeShouldBeRefusedUnlessTheCheckFindsItSuitable() {
        final JournalConfig config = JournalConfig.defaults();
        if (StorageCheck.run(root, config).isSuitable()) {
            Keeping.requireSuitable(root, config);
        }
        assertThrows(JournalException.class, () -> Keeping.requireSuitable(root.resolve("missing"), config));
    }

    @Test
    void nothingShouldBeToldWhileNothingIsWrong() {
        final Queue<String> alarms = new ArrayDeque<>();
        try (Journal journal = Journal.open(root.resolve("journal"), Keeping.telling(alarms))) {
            journal.appender().append(BYTES, 0, BYTES.length);
            journal.flush();
        }
        assertEquals(List.of(), List.copyOf(alarms));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.Checkpoint;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalFailedException;
import io.tidemark.journal.JournalListener;
import io.tidemark.journal.Pin;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.RetentionPolicy;
import io.tidemark.journal.SegmentArchive;
import io.tidemark.journal.StorageCheck;
import io.tidemark.journal.StorageFullException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Queue;

/** What the Javadoc shows of keeping records, of giving them up, and of where a journal is kept. */
final class Keeping {

    private Keeping() {}

    /** The user's data, to which records are applied. */
    interface Store extends RecordHandler {
        void writeUpTo(long sequence);

        void force();
    }

    static void checkpoint(final Journal journal, final Store store) {
        try (Checkpoint checkpoint =
                journal.beginCheckpoint()) { // 1  the journal is durable up to checkpoint.sequence()
            store.writeUpTo(checkpoint.sequence()); // 2  apply
            store.force(); // 3  the data is durable
            checkpoint.complete(); // 4  and only now may the journal be cut
        }
    }

    static void rebuild(final Journal journal, final Store store) {
        journal.replay(journal.lastCheckpoint() + 1, store); // after opening, before anything is appended
    }

    static void backUp(final Journal journal, final RecordHandler backup) {
        try (Pin pin = journal.pin(journal.headSequence())) {
            journal.replay(pin.sequence(), backup); // nothing of it is truncated meanwhile
        }
    }

    static JournalConfig retaining() {
        final RetentionPolicy policy = RetentionPolicy.keepAll()
                .withMaxAge(Duration.ofDays(7))
                .withMaxBytes(100L << 30)
                .withRequiredReaders("billing", "audit");
        final JournalConfig config = JournalConfig.defaults().withRetention(policy);
        return config;
    }

    static SegmentArchive archiveIn(final Path backup) {
        final SegmentArchive archive = segment -> {
            final Path copy = backup.resolve(segment.path().getFileName());
            final Path part = backup.resolve(segment.number() + ".part");
            Files.copy(segment.path(), part, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel bytes = FileChannel.open(part, StandardOpenOption.WRITE)) {
                bytes.force(true);
            }
            Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel names = FileChannel.open(backup)) {
                names.force(true); // the new name is durable, too; not on Windows
            }
            return true;
        };
        return archive;
    }

    static void requireSuitable(final Path directory, final JournalConfig config) {
        final StorageCheck check = StorageCheck.run(directory, config);
        if (!check.isSuitable()) {
            throw new IllegalStateException("no place for a journal: " + check.warnings());
        }
    }

    static JournalConfig telling(final Queue<String> alarms) {
        final JournalListener listener = new JournalListener() {
            @Override
            public void onStorageFull(final StorageFullException problem) {
                alarms.add("make room: " + problem.getMessage());
            }

            @Override
            public void onFailed(final JournalFailedException failure) {
                alarms.add("close it and open it again: " + failure.getMessage());
            }
        };
        final JournalConfig config = JournalConfig.defaults().withListener(listener);
        return config;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowingTest {

    private final List<Long> seen = new ArrayList<>();
    private final RecordHandler handler = (sequence, timestampNs, type, buffer, offset, length) -> seen.add(sequence);

    @Test
    void examplesShouldGiveEveryRecord(@TempDir final Path directory) {
        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 5; i++) {
                appender.append(new byte[] {1}, 0, 1);
            }
            journal.flush();
            Following.follow(directory, handler, () -> seen.size() < 5);
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L), seen);
            assertEquals(1, Following.firstOf(JournalReader.open(directory), Instant.EPOCH));
            try (Tailer tailer = journal.tailer(1, Visibility.WRITTEN)) {
                assertThrows(
                        IllegalStateException.class,
                        () -> Following.handOver(tailer, handler, () -> {
                            throw new IllegalStateException("not sent");
                        }));
                assertEquals(1, tailer.nextSequence());
                Following.handOver(tailer, handler, () -> {});
                assertEquals(6, tailer.nextSequence());
                Following.handOver(tailer, handler, () -> {});
                tailer.seek(1);
                seen.clear();
                Following.followWhatIsLeft(tailer, handler, () -> seen.size() < 5);
                assertEquals(List.of(1L, 2L, 3L, 4L, 5L), seen);
            }
            seen.clear();
            Following.followUnderName(journal.reader(), handler, new BackoffIdleStrategy(), () -> seen.size() < 5);
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L), seen);
            assertEquals(5, journal.reader().namedReaders().get(0).passedSequence());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.JournalRecord;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    @Test
    void examplesOfTheJavadocShouldGiveEveryRecord(@TempDir final Path directory) {
        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 5; i++) {
                appender.append(i % 2 == 0 ? 0 : Following.TRADE, new byte[] {1}, 0, 1);
            }
            journal.flush();
            final List<Long> all = List.of(1L, 2L, 3L, 4L, 5L);
            Following.followFromTheHead(journal, handler, () -> seen.size() < 5);
            assertEquals(all, seen);
            seen.clear();
            Following.bill(directory, handler, new BackoffIdleStrategy(), () -> seen.size() < 5);
            assertEquals(all, seen);
            seen.clear();
            assertEquals(6, Following.replayTwice(directory, handler));
            assertEquals(all, seen);
            Following.hourOf(journal.reader(), Instant.EPOCH, handler);
            assertEquals(all, seen);
            final List<JournalRecord> trades = new ArrayList<>();
            Following.collect(journal.reader(), trades);
            assertEquals(
                    List.of(2L, 4L),
                    trades.stream().map(JournalRecord::sequence).toList());
            final Map<Long, byte[]> orders = new TreeMap<>();
            journal.replay(1, Following.keeping(orders));
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L), List.copyOf(orders.keySet()));
            assertArrayEquals(new byte[] {1}, orders.get(1L));
        }
    }

    @Test
    void tailerShouldGoOnAtTheHeadWhenItIsOvertaken(@TempDir final Path directory) {
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(1 << 16).withRecycling(0);
        final byte[] record = new byte[10_000];
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            appender.append(record, 0, record.length);
            journal.flush();
            // At its first look the tailer has come to the first record; before the second, all behind it are
            // truncated.
            Following.followFromTheHead(journal, handler, () -> {
                if (seen.size() == 1) {
                    for (int i = 0; i < 50; i++) {
                        appender.append(record, 0, record.length);
                    }
                    journal.truncate(journal.flush() - 1);
                }
                return seen.size() < 2 || seen.get(seen.size() - 1) < 51;
            });
            assertEquals(51L, seen.get(seen.size() - 1));
            assertTrue(seen.size() < 51, () -> "nothing was truncated in front of the tailer: " + seen);
        }
    }

    @Test
    void recordsShouldComeAgainWhenTheyCouldNotBeHandedOver(@TempDir final Path directory) {
        try (Journal journal = Journal.open(directory);
                Tailer tailer = journal.tailer(1, Visibility.WRITTEN)) {
            journal.appender().append(new byte[] {1}, 0, 1);
            journal.flush();
            final Sender sender = new Sender();
            sender.refuses = true;
            assertThrows(IllegalStateException.class, () -> Following.handOver(tailer, sender));
            sender.refuses = false;
            Following.handOver(tailer, sender);
            Following.handOver(tailer, sender);
            assertEquals(List.of(1L, 1L), seen);
            assertEquals(2, tailer.nextSequence());
        }
    }

    private final class Sender implements Following.Outgoing {

        private boolean refuses;

        @Override
        public void onRecord(
                final long sequence,
                final long timestampNs,
                final int type,
                final ByteBuffer buffer,
                final int offset,
                final int length) {
            seen.add(sequence);
        }

        @Override
        public void send() {
            if (refuses) {
                throw new IllegalStateException("not sent");
            }
        }

        @Override
        public long lastSequence() {
            return seen.get(seen.size() - 1);
        }
    }
}

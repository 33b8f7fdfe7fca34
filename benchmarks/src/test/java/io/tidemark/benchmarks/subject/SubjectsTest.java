// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tidemark.benchmarks.subject.SubjectPlan.Durability;
import io.tidemark.nativesync.NativeSync;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That what is measured beside the journal keeps the records that it is given, and when it says so. */
@Timeout(300)
class SubjectsTest {

    private static final int RECORD_LENGTH = 128;
    private static final int RECORD_COUNT = 100_000;
    private static final int QUEUE_LENGTH = 1 << 20;
    private static final int SEGMENT_LENGTH = 16 << 20;

    @TempDir
    private Path directory;

    private SubjectPlan plan(final Durability durability, final int recordLength, final int producerCount) {
        return new SubjectPlan(
                directory.resolve("subject"),
                durability,
                recordLength,
                RECORD_COUNT,
                producerCount,
                SEGMENT_LENGTH,
                1,
                QUEUE_LENGTH,
                false,
                SubjectPlan.UNTOLD);
    }

    private static ByteBuffer record(final int length) {
        final ByteBuffer record = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            record.put(i, (byte) i);
        }
        return record;
    }

    /** Whether a file holds a word, wherever it is. */
    private boolean isInAFile(final long word) throws IOException {
        final byte[] wanted = new byte[Long.BYTES];
        ByteBuffer.wrap(wanted).order(ByteOrder.LITTLE_ENDIAN).putLong(0, word);
        final String pattern = new String(wanted, StandardCharsets.ISO_8859_1);
        final List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (final Path file : files) {
            if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(pattern)) {
                return true;
            }
        }
        return false;
    }

    /** A JVM that was not allowed to load native code has no native subject. */
    private static Subject open(final String name, final SubjectPlan plan) throws IOException {
        try {
            return Subjects.open(name, plan);
        } catch (final NativeSync.UnavailableException e) {
            return abort(e.getMessage());
        }
    }

    static List<String> subjects() {
        return List.of(
                "journal",
                "native",
                "invoked",
                "invoked-native",
                "handover",
                "handover-checksum",
                "disruptor",
                "mapped");
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void followerShouldSeeEveryRecordWhenItReadsOnTheProducersThread(final String name) throws IOException {
        try (Subject subject = open(name, plan(Durability.NEVER, RECORD_LENGTH, 1));
                Subject.Follower follower = subject.follower()) {
            final Sink sink = new Sink(RECORD_LENGTH);
            final Subject.Producer producer = subject.producer(() -> follower.poll(sink, 64));
            final ByteBuffer record = record(RECORD_LENGTH);
            long ticket = 0;
            for (long i = 1; i < RECORD_COUNT; i++) {
                ticket = producer.append(record.putLong(0, i));
            }
            subject.awaitWritten(ticket);
            while (sink.count < RECORD_COUNT - 1) {
                follower.poll(sink, 64);
            }

            assertEquals(0, follower.poll(sink, 64));
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void filesShouldHoldTheLastRecordWhenAFlushHasReturned(final String name) throws IOException {
        final long word = 0x1122_3344_5566_7788L;
        try (Subject subject = open(name, plan(Durability.NEVER, RECORD_LENGTH, 1))) {
            final Subject.Producer producer = subject.producer();
            final ByteBuffer record = record(RECORD_LENGTH);
            producer.append(record);
            final long ticket = producer.append(record.putLong(0, word));
            subject.flush(ticket);

            assertTrue(isInAFile(word), name + " has not written what it says to have forced");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "native", "invoked", "invoked-native", "disruptor", "mapped"})
    void filesShouldHoldEveryRecordWhenAppendsOfSeveralThreadsHaveReturned(final String name) throws Exception {
        final int threadCount = 4;
        try (Subject subject = open(name, plan(Durability.ALWAYS, RECORD_LENGTH, threadCount))) {
            final List<Thread> threads = new ArrayList<>();
            final AtomicLongArray counts = new AtomicLongArray(threadCount);
            for (int i = 0; i < threadCount; i++) {
                final int index = i;
                threads.add(new Thread(() -> {
                    final Subject.Producer producer = subject.producer();
                    final ByteBuffer record = record(RECORD_LENGTH);
                    for (int round = 1; round <= 50; round++) {
                        subject.awaitWritten(producer.append(record.putLong(0, word(index, round))));
                        counts.incrementAndGet(index);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (final Thread thread : threads) {
                thread.join();
            }

            for (int i = 0; i < threadCount; i++) {
                assertEquals(50, counts.get(i), name + " refused an append");
                assertTrue(isInAFile(word(i, 50)), name + " has not written what it says to be durable");
            }
        }
    }

    @Test
    void appendsShouldAllReturnWhenSeveralThreadsShareForcesOfNothing() throws Exception {
        final int threadCount = 4;
        final Set<Long> tickets = ConcurrentHashMap.newKeySet();
        try (Subject subject = open("force-only", plan(Durability.ALWAYS, RECORD_LENGTH, threadCount))) {
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                threads.add(new Thread(() -> {
                    final Subject.Producer producer = subject.producer();
                    final ByteBuffer record = record(RECORD_LENGTH);
                    for (int round = 0; round < 50; round++) {
                        tickets.add(producer.append(record));
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (final Thread thread : threads) {
                thread.join();
            }
        }

        assertEquals(threadCount * 50, tickets.size());
    }

    private static long word(final int thread, final int round) {
        return 0x1122_3344_0000_0000L + ((long) thread << 16) + round;
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "native", "handover", "handover-checksum", "disruptor", "mapped"})
    void closeShouldFindNoFailedForceWhenThePolicyIsBatch(final String name) throws IOException {
        try (Subject subject = open(name, plan(Durability.BATCH, RECORD_LENGTH, 1))) {
            final Subject.Producer producer = subject.producer();
            final ByteBuffer record = record(RECORD_LENGTH);
            long ticket = 0;
            for (int i = 0; i < RECORD_COUNT / 2; i++) {
                ticket = producer.append(record);
            }
            subject.awaitWritten(ticket);
            subject.awaitDurable(ticket);
        }
    }

    /** Looks at every byte. */
    private static final class Sink implements Subject.RecordSink {

        private final ByteBuffer expected;
        private long count;

        Sink(final int length) {
            expected = record(length);
        }

        @Override
        public void onRecord(final long ticket, final ByteBuffer buffer, final int offset, final int length) {
            count++;
            expected.putLong(0, count);
            assertEquals(expected.capacity(), length);
            assertEquals(expected, buffer.duplicate().position(offset).limit(offset + length));
            assertEquals(count, buffer.getLong(offset));
        }
    }
}

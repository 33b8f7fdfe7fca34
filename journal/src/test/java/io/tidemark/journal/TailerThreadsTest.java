// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many tailers, in the process and as another process would have them, follow a journal that rolls all the time. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TailerThreadsTest {

    private static final long SEED = 20261121;
    private static final int TAILERS = 16;
    private static final int RECORDS = 40_000;

    /** Short segments, so that the writer rolls all the time. */
    private static final JournalConfig ROLLING = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withSyncPolicy(SyncPolicy.batch(500, 32 << 10, Duration.ofMillis(1)));

    @TempDir
    private Path directory;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** The payload is told by the sequence, so that whoever reads can tell whether it is the right one. */
    private static int length(final long sequence) {
        return (int) (8 + sequence * 31 % 300);
    }

    private static void check(
            final long sequence, final ByteBuffer buffer, final int offset, final int length, final long expected) {
        assertEquals(expected, sequence);
        assertEquals(length(sequence), length);
        assertEquals(sequence, buffer.getLong(offset));
        for (int i = Long.BYTES; i < length; i++) {
            if (buffer.get(offset + i) != (byte) (sequence + i)) {
                throw new AssertionError("sequence=" + sequence + ", byte " + i);
            }
        }
    }

    private void follow(final Tailer tailer, final Journal journal, final Visibility visibility, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final long[] next = {tailer.nextSequence()};
        try {
            while (next[0] <= RECORDS && failure.get() == null) {
                final int given = tailer.poll(
                        (sequence, timestampNs, type, buffer, offset, length) -> {
                            check(sequence, buffer, offset, length, next[0]);
                            assertTrue(
                                    visibility == Visibility.WRITTEN || sequence <= journal.durableSequence(),
                                    "not durable");
                            next[0]++;
                        },
                        1 + random.nextInt(200));
                assertEquals(next[0], tailer.nextSequence());
                if (given == 0 || random.nextInt(50) == 0) {
                    ParkingIdleStrategy.yieldToOthers();
                }
            }
        } catch (final Throwable e) {
            failure.compareAndSet(null, new AssertionError("seed=" + seed + ", next=" + next[0], e));
        }
    }

    private void append(final Journal journal) {
        final Appender appender = journal.appender();
        final ByteBuffer payload = ByteBuffer.allocateDirect(400).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (long sequence = 1; sequence <= RECORDS; sequence++) {
            final int length = length(sequence);
            payload.putLong(0, sequence);
            for (int i = Long.BYTES; i < length; i++) {
                payload.put(i, (byte) (sequence + i));
            }
            assertEquals(sequence, appender.append(payload, 0, length));
        }
        journal.flush();
    }

    @Test
    void tailersShouldGiveEveryRecordOnceWhenTheWriterRollsAllTheTime() throws Throwable {
        final List<Tailer> tailers = new ArrayList<>();
        try (Journal journal = Journal.open(directory, ROLLING)) {
            final JournalReader reader = JournalReader.open(directory);
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < TAILERS; i++) {
                final Visibility visibility = i % 2 == 0 ? Visibility.WRITTEN : Visibility.DURABLE;
                final Tailer tailer = i % 4 < 2 ? journal.tailer(1, visibility) : reader.tailer(1, visibility);
                tailers.add(tailer);
                final long seed = SEED + i;
                threads.add(new Thread(() -> follow(tailer, journal, visibility, seed), "tailer-" + i));
            }
            threads.forEach(Thread::start);
            append(journal);
            for (final Thread thread : threads) {
                thread.join();
            }
            if (failure.get() != null) {
                throw failure.get();
            }
        } finally {
            tailers.forEach(Tailer::close);
        }
    }

    /** Reads until the last record, and goes on at the head when it was overtaken. */
    private void followFromTheHead(final Tailer tailer, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final long[] next = {tailer.nextSequence()};
        try {
            while (next[0] <= RECORDS && failure.get() == null) {
                try {
                    tailer.poll(
                            (sequence, timestampNs, type, buffer, offset, length) -> {
                                check(sequence, buffer, offset, length, next[0]);
                                next[0]++;
                            },
                            1 + random.nextInt(200));
                } catch (final OvertakenException e) {
                    assertEquals(next[0], e.sequence());
                    assertTrue(e.headSequence() > next[0], "not overtaken");
                    tailer.seek(Start.atHead());
                    assertTrue(tailer.nextSequence() >= e.headSequence(), "the head went back");
                    next[0] = tailer.nextSequence();
                }
                if (random.nextInt(20) == 0) {
                    LockSupport.parkNanos(random.nextInt(3_000_000));
                }
            }
        } catch (final Throwable e) {
            failure.compareAndSet(null, new AssertionError("seed=" + seed + ", next=" + next[0], e));
        }
    }

    private void truncate(final Journal journal) {
        final SplittableRandom random = new SplittableRandom(SEED);
        try {
            while (journal.durableSequence() < RECORDS && failure.get() == null) {
                journal.truncate(Math.max(0, journal.durableSequence() - random.nextInt(2_000)));
                LockSupport.parkNanos(1_000_000);
            }
        } catch (final Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    @Test
    void tailersShouldGiveEveryRecordOnceOrBeOvertakenWhenTheJournalIsTruncatedAllTheTime() throws Throwable {
        final List<Tailer> tailers = new ArrayList<>();
        try (Journal journal = Journal.open(directory, ROLLING)) {
            final JournalReader reader = JournalReader.open(directory);
            final List<Thread> threads = new ArrayList<>();
            final Tailer late = reader.tailer(1, Visibility.WRITTEN);
            tailers.add(late);
            threads.add(new Thread(() -> truncate(journal), "truncator"));
            for (int i = 0; i < TAILERS; i++) {
                final Visibility visibility = i % 2 == 0 ? Visibility.WRITTEN : Visibility.DURABLE;
                final Tailer tailer = i % 4 < 2 ? journal.tailer(1, visibility) : reader.tailer(1, visibility);
                tailers.add(tailer);
                final long seed = SEED + i;
                threads.add(new Thread(() -> followFromTheHead(tailer, seed), "tailer-" + i));
            }
            threads.forEach(Thread::start);
            append(journal);
            for (final Thread thread : threads) {
                thread.join();
            }
            if (failure.get() != null) {
                throw failure.get();
            }
            assertEquals(RECORDS + 1, journal.truncate(RECORDS));
            assertThrows(OvertakenException.class, () -> late.poll((a, b, c, d, e, f) -> {}, 1));
            late.seek(Start.atHead());
            assertEquals(RECORDS + 1, late.nextSequence());
        } finally {
            tailers.forEach(Tailer::close);
        }
    }

    @Test
    void tailerShouldStartBehindTheLastCheckpoint() {
        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 10; i++) {
                appender.append(new byte[i], 0, i);
            }
            try (Tailer tailer = journal.tailer(Start.behindCheckpoint(), Visibility.WRITTEN)) {
                assertEquals(1, tailer.nextSequence());
            }
            try (Checkpoint checkpoint = journal.beginCheckpoint(6)) {
                checkpoint.complete();
            }
            try (Tailer tailer = journal.tailer(Start.behindCheckpoint(), Visibility.WRITTEN)) {
                assertEquals(7, tailer.nextSequence());
                final int[] lengths = {6};
                assertEquals(4, tailer.poll((a, b, c, d, e, length) -> assertEquals(lengths[0]++, length), 100));
            }
        }
    }

    @Test
    void tailerShouldRefuseOneOfThemWhenTwoThreadsUseIt() throws Throwable {
        try (Journal journal = Journal.open(directory);
                Tailer tailer = journal.tailer(1, Visibility.WRITTEN)) {
            journal.appender().append(new byte[8], 0, 8);
            journal.flush();
            final Thread[] other = new Thread[1];
            final Runnable closing = tailer::close;
            assertEquals(
                    1,
                    tailer.poll(
                            (sequence, timestampNs, type, buffer, offset, length) -> {
                                other[0] = new Thread(() -> {
                                    try {
                                        closing.run();
                                    } catch (final IllegalStateException e) {
                                        failure.set(e);
                                    }
                                });
                                other[0].start();
                                try {
                                    other[0].join();
                                } catch (final InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                            },
                            1));
            assertTrue(failure.get() instanceof IllegalStateException, "a second thread was let in");
            assertEquals(0, tailer.poll((sequence, timestampNs, type, buffer, offset, length) -> {}, 1));
        }
    }
}

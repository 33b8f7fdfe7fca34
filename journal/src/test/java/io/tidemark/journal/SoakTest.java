// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal at work for a long time as its users let it work: several producers at a moderate pace with bursts, forces by
 * the default policy, a reader beside them that reads everything again and again, closing and opening now and then. No
 * record may differ from what was produced, nothing may be missing, and in the end the process holds no more than in the
 * beginning. For how long: {@code -Dtidemark.soakMinutes=60}.
 */
class SoakTest {

    private static final int PRODUCER_COUNT = 3;
    private static final int SEGMENT_LENGTH = 256 << 10;

    /** Nothing is truncated yet, so a journal is left behind before it fills the disk. */
    private static final long JOURNAL_NS = TimeUnit.SECONDS.toNanos(60);

    private static final int MAX_OPENING_MS = 8_000;
    private static final int MAX_BURST = 400;

    /** Every so-and-so many-th operation is remembered with the sequence that it got. */
    private static final int REMEMBERED = 64;

    @TempDir
    private Path root;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private long recordCount;
    private long readCount;
    private int openingCount;
    private int journalCount;

    @Test
    void journalShouldStayWholeWhenItWorksForSeconds() throws Exception {
        soak(20_261_122, TimeUnit.SECONDS.toNanos(2), 500);
    }

    @Test
    @Tag("long")
    void journalShouldStayWholeWhenItWorksForAnHour() throws Exception {
        final long minutes = Long.getLong("tidemark.soakMinutes", 60);
        soak(System.nanoTime(), TimeUnit.MINUTES.toNanos(minutes), MAX_OPENING_MS);
    }

    private void soak(final long defaultSeed, final long durationNs, final int maxOpeningMs) throws Exception {
        assumeTrue(ProcessResources.areTold(), "what a process holds is told by /proc on Linux only");
        final long seed = Long.getLong("tidemark.seed", defaultSeed);
        final SplittableRandom random = new SplittableRandom(seed);
        try {
            final long endNs = System.nanoTime() + durationNs;
            // The first journal is there to load classes and fill pools.
            journal(random, System.nanoTime() + Math.min(JOURNAL_NS, durationNs / 4), maxOpeningMs);
            final ProcessResources before = ProcessResources.held(root);
            ProcessResources after;
            do {
                journal(random, Math.min(endNs, System.nanoTime() + JOURNAL_NS), maxOpeningMs);
                after = ProcessResources.held(root);
                after.requireNoMoreThan(before, openingCount);
            } while (System.nanoTime() < endNs);
            System.out.printf(
                    "soak: seed=%d seconds=%d journals=%d openings=%d records=%d readings=%d%n  before: %s%n  after:  %s%n",
                    seed,
                    durationNs / 1_000_000_000,
                    journalCount,
                    openingCount,
                    recordCount,
                    readCount,
                    before,
                    after);
        } catch (final AssertionError | RuntimeException e) {
            throw new AssertionError("seed=" + seed + ": " + e, e);
        }
    }

    /** One directory from the first opening to its deletion. */
    private void journal(final SplittableRandom random, final long endNs, final int maxOpeningMs) throws Exception {
        final Path directory = root.resolve("journal" + journalCount);
        journalCount++;
        final ProducedOperation[] next = new ProducedOperation[PRODUCER_COUNT];
        final long life = random.nextLong();
        for (int producer = 0; producer < PRODUCER_COUNT; producer++) {
            next[producer] = new ProducedOperation(life, producer, 0);
        }
        final Map<Long, ProducedOperation> told = new ConcurrentHashMap<>();
        long last = 0;
        do {
            final long openingNs = TimeUnit.MILLISECONDS.toNanos(random.nextInt(maxOpeningMs));
            last = opening(directory, random, Math.min(endNs, System.nanoTime() + openingNs), next, told, last);
            requireAllThere(directory, next, told, last);
        } while (System.nanoTime() < endNs);
        recordCount += last;
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    /** One opening, with producers and reader; gives the last sequence. */
    private long opening(
            final Path directory,
            final SplittableRandom random,
            final long endNs,
            final ProducedOperation[] next,
            final Map<Long, ProducedOperation> told,
            final long lastBefore)
            throws Exception {
        openingCount++;
        final long last;
        try (Journal journal = Journal.open(directory, JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH))) {
            assertEquals(lastBefore, journal.lastSequence());
            assertTrue(journal.recoveryReport().closedCleanly());
            final List<Thread> producers = new ArrayList<>();
            for (int producer = 0; producer < PRODUCER_COUNT; producer++) {
                final int number = producer;
                final SplittableRandom own = random.split();
                producers.add(start("soak-producer", () -> produce(journal, number, own, endNs, next, told)));
            }
            final long life = next[0].life();
            final Thread reader = start("soak-reader", () -> read(directory, journal, endNs, life, told));
            for (final Thread producer : producers) {
                producer.join();
            }
            reader.join();
            last = journal.lastSequence();
            assertEquals(last, journal.flush());
        }
        if (failure.get() != null) {
            throw new AssertionError("a thread failed", failure.get());
        }
        return last;
    }

    private interface Work {
        void run() throws Exception;
    }

    private Thread start(final String name, final Work work) {
        final Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (final Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                },
                name);
        thread.start();
        return thread;
    }

    private void produce(
            final Journal journal,
            final int producer,
            final SplittableRandom own,
            final long endNs,
            final ProducedOperation[] next,
            final Map<Long, ProducedOperation> told)
            throws InterruptedException {
        final Appender appender = journal.appender();
        while (System.nanoTime() < endNs && failure.get() == null) {
            final int count = own.nextInt(50) == 0 ? own.nextInt(MAX_BURST) : 1;
            long sequence = 0;
            for (int i = 0; i < count; i++) {
                final ProducedOperation operation = next[producer];
                sequence = operation.run(appender);
                if (operation.counter() % REMEMBERED == 0) {
                    told.put(sequence, operation);
                }
                next[producer] = operation.next();
            }
            if (own.nextInt(200) == 0) {
                journal.awaitDurable(sequence);
                assertTrue(journal.durableSequence() >= sequence, "not durable: " + sequence);
            }
            // The pace of a user, not a wait for anything.
            LockSupport.parkNanos(own.nextInt(2_000_000));
        }
    }

    private void read(
            final Path directory,
            final Journal journal,
            final long endNs,
            final long life,
            final Map<Long, ProducedOperation> told) {
        final JournalReader reader = JournalReader.open(directory);
        long lastBefore = 0;
        while (System.nanoTime() < endNs && failure.get() == null) {
            final long written = journal.writtenSequence();
            final VerifyReport report = reader.verify();
            assertNotEquals(VerifyReport.Verdict.CORRUPT, report.verdict(), report::toString);
            assertTrue(report.lastSequence() >= written, () -> "written was " + written + ", found " + report);
            final ProducedRecordsCheck check = new ProducedRecordsCheck(PRODUCER_COUNT, told);
            check.mayHaveBegun(life);
            final long found = reader.replay(1, check) - 1;
            check.finish(found);
            assertTrue(found >= report.lastSequence(), "verify found " + report + ", replay " + found);
            assertTrue(found >= lastBefore, "the end went from " + lastBefore + " to " + found);
            lastBefore = found;
            readCount++;
            // The pace of a user again: a reader that never rests would be all that this machine does.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    /** After closing: every operation of every producer, to the last. */
    private static void requireAllThere(
            final Path directory,
            final ProducedOperation[] next,
            final Map<Long, ProducedOperation> told,
            final long last)
            throws IOException {
        final JournalReader reader = JournalReader.open(directory);
        final VerifyReport report = reader.verify();
        assertEquals(VerifyReport.Verdict.INTACT, report.verdict(), report::toString);
        assertEquals(last, report.recordCount(), report::toString);
        final ProducedRecordsCheck check = new ProducedRecordsCheck(PRODUCER_COUNT, told);
        assertEquals(last + 1, reader.replay(1, check));
        check.finish(last);
        for (int producer = 0; producer < PRODUCER_COUNT && last > 0; producer++) {
            check.requireNothingBehind(next[producer]);
        }
        assertTrue(reader.status().closedCleanly());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tailers in the process, and some in other processes, behind a writer that rolls and truncates all the time. */
class TailerCrowdTest {

    private static final long SEED = 20_261_126;
    private static final int PROCESSES = 4;
    private static final int SHORT_SEGMENT_LENGTH = 64 << 10;

    /** Of what is durable, at most so many records are kept. */
    private static final int MAX_KEPT = 3_000;

    private static final long BETWEEN_TRUNCATIONS_NS = 2_000_000;
    private static final long BETWEEN_LOOKS_NS = TimeUnit.SECONDS.toNanos(20);

    private static final JournalConfig ROLLING = JournalConfig.defaults()
            .withQueueLength(64 << 10)
            .withSyncPolicy(SyncPolicy.batch(2_000, 128 << 10, Duration.ofMillis(2)));

    @TempDir
    private Path root;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<CrowdTailer> crowd = new ArrayList<>();
    private final List<Tailer> tailers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<JavaProcess> processes = new ArrayList<>();

    /** Short segments are mapped as a whole, longer ones in pieces, and then the next one ahead. */
    @ParameterizedTest
    @ValueSource(ints = {SHORT_SEGMENT_LENGTH, 1 << 20})
    void tailersShouldGiveEveryRecordOnceOrBeOvertakenForSeconds(final int segmentLength) throws Exception {
        run(SEED, segmentLength, TimeUnit.SECONDS.toNanos(1), 24, 1);
    }

    @Test
    @Tag("long")
    void tailersShouldGiveEveryRecordOnceOrBeOvertakenForMinutes() throws Exception {
        final long seed = Long.getLong("tidemark.seed", System.nanoTime());
        final int segmentLength = Integer.getInteger("tidemark.segmentLength", SHORT_SEGMENT_LENGTH);
        run(seed, segmentLength, TimeUnit.MINUTES.toNanos(Long.getLong("tidemark.minutes", 10)), 64, PROCESSES);
    }

    private void run(
            final long seed,
            final int segmentLength,
            final long durationNs,
            final int tailerCount,
            final int processCount)
            throws Exception {
        assumeTrue(ProcessResources.areTold(), "what a process holds is told by /proc on Linux only");
        final Path directory = root.resolve("journal");
        final JournalConfig config = ROLLING.withSegmentLength(segmentLength).withMaxTailers(tailerCount);
        try (Journal journal = Journal.open(directory, config)) {
            begin(journal, directory, seed, tailerCount, processCount);
            final ProcessResources before = ProcessResources.held(directory);
            final long last = write(journal, directory, seed, durationNs, before, tailerCount, segmentLength);
            final List<String> words = new ArrayList<>();
            for (final JavaProcess process : processes) {
                words.addAll(process.readRest());
                assertEquals(0, process.awaitExit(), process.err());
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            if (failure.get() != null) {
                throw new AssertionError("seed=" + seed, failure.get());
            }
            assertEquals(processCount, words.size(), words::toString);
            words.forEach(word -> assertTrue(word.startsWith(last + 1 + " "), word + ", last=" + last));
            crowd.forEach(one -> assertEquals(last + 1, one.next(), "seed=" + seed));
            tell(seed, durationNs, last, words, before, ProcessResources.held(directory));
        } finally {
            tailers.forEach(Tailer::close);
            processes.forEach(JavaProcess::close);
        }
        final ProcessResources after = ProcessResources.held(directory);
        assertEquals(0, after.journalMappings() + after.journalDescriptors(), after::toString);
    }

    private void begin(
            final Journal journal, final Path directory, final long seed, final int tailerCount, final int processCount)
            throws Exception {
        append(journal.appender(), 1, 0);
        final JournalReader reader = JournalReader.open(directory);
        for (int i = 0; i < processCount; i++) {
            final JavaProcess process =
                    new JavaProcess(root.resolve("err" + i), CrowdTailer.class, directory, visibility(i), seed - i);
            processes.add(process);
        }
        for (final JavaProcess process : processes) {
            assertEquals("ready", process.readLine());
        }
        for (int i = 0; i < tailerCount; i++) {
            final Visibility visibility = visibility(i);
            final Tailer tailer = i % 4 < 2 ? journal.tailer(1, visibility) : reader.tailer(1, visibility);
            tailers.add(tailer);
            final CrowdTailer one = new CrowdTailer(tailer, seed + i);
            crowd.add(one);
            threads.add(new Thread(() -> guarded(() -> one.run(() -> failure.get() == null)), "tailer-" + i));
        }
        threads.forEach(Thread::start);
    }

    private static Visibility visibility(final int number) {
        return number % 2 == 0 ? Visibility.WRITTEN : Visibility.DURABLE;
    }

    private void guarded(final Runnable body) {
        try {
            body.run();
        } catch (final Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Appends until the time is over, with pauses, while another thread truncates; gives the last sequence. */
    private long write(
            final Journal journal,
            final Path directory,
            final long seed,
            final long durationNs,
            final ProcessResources before,
            final int tailerCount,
            final int segmentLength)
            throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        final long beginNs = System.nanoTime();
        final boolean[] ended = {false};
        final Thread truncator = new Thread(() -> guarded(() -> truncate(journal, seed, ended)), "truncator");
        truncator.start();
        final Appender appender = journal.appender();
        long sequence = 1;
        long lookedNs = beginNs;
        while (System.nanoTime() - beginNs < durationNs && failure.get() == null) {
            for (int i = random.nextInt(2_000); i >= 0; i--) {
                sequence = append(appender, sequence + 1, 0);
            }
            LockSupport.parkNanos(random.nextInt(4_000_000));
            if (System.nanoTime() - lookedNs > BETWEEN_LOOKS_NS) {
                lookedNs = System.nanoTime();
                requireBounded(ProcessResources.now(directory), before, tailerCount, segmentLength);
            }
        }
        synchronized (ended) {
            ended[0] = true;
        }
        truncator.join();
        sequence = append(appender, sequence + 1, CrowdTailer.LAST_TYPE);
        journal.flush();
        return sequence;
    }

    private static long append(final Appender appender, final long sequence, final int type) {
        final ByteBuffer payload = ByteBuffer.allocate(CrowdTailer.MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        payload.limit(CrowdTailer.fill(sequence, payload));
        assertEquals(sequence, appender.append(type, payload.array(), 0, payload.limit()));
        return sequence;
    }

    private static void truncate(final Journal journal, final long seed, final boolean[] ended) {
        final SplittableRandom random = new SplittableRandom(~seed);
        while (true) {
            synchronized (ended) {
                if (ended[0]) {
                    return;
                }
            }
            journal.truncate(Math.max(0, journal.durableSequence() - random.nextInt(MAX_KEPT)));
            LockSupport.parkNanos(BETWEEN_TRUNCATIONS_NS);
        }
    }

    /**
     * Two segments and a page for each tailer, and what the writer holds; and nothing grows beside that. A segment that is mapped in
     * pieces is up to three mappings of the kernel's, and of the one before it one piece may be left.
     */
    private static void requireBounded(
            final ProcessResources now, final ProcessResources before, final int tailerCount, final int segmentLength) {
        final int mappingsOfTailer = segmentLength == SHORT_SEGMENT_LENGTH ? 3 : 8;
        assertTrue(now.journalMappings() <= mappingsOfTailer * tailerCount + 16, () -> "mappings: " + now);
        assertTrue(now.journalDescriptors() <= 3 * tailerCount + 16, () -> "descriptors: " + now);
        assertTrue(now.threads() <= before.threads() + 16, () -> "threads: " + now + ", before: " + before);
    }

    private void tell(
            final long seed,
            final long durationNs,
            final long last,
            final List<String> words,
            final ProcessResources before,
            final ProcessResources after) {
        assertTrue(after.heapBytes() <= before.heapBytes() + (8 << 20), () -> "heap: " + after + ", before: " + before);
        assertTrue(after.directBytes() <= before.directBytes() + (16 << 20), () -> after + ", before: " + before);
        System.out.printf(
                "crowd: seed=%d seconds=%d tailers=%d processes=%s records=%d given=%d overtaken=%d%n  before: %s%n  after:  %s%n",
                seed,
                durationNs / 1_000_000_000,
                crowd.size(),
                words,
                last,
                crowd.stream().mapToLong(CrowdTailer::givenCount).sum(),
                crowd.stream().mapToInt(CrowdTailer::overtakenCount).sum(),
                before,
                after);
    }
}

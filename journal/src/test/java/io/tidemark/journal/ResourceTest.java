// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** However often a journal is opened, rolled and closed, the process holds no more than before. */
class ResourceTest {

    private static final int SEGMENT_LENGTH = 64 << 10;

    /** Two records fill a segment, so a roll costs no more than it must. */
    private static final byte[] HALF_SEGMENT = new byte[30_000];

    private static final int WARM_UP = 60;
    private static final int ROLLS_PER_LOOK = 50;

    /** Lock, meta file, the file of leases, a segment that is being made, and, while that rests, the index or the directory. */
    private static final int OPEN_FILES = 5;

    private static final List<SyncPolicy> POLICIES =
            List.of(SyncPolicy.always(), SyncPolicy.batch(100, 100_000, Duration.ofMillis(1)), SyncPolicy.never());

    private static final JournalConfig CONFIG =
            JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH).withQueueLength(SEGMENT_LENGTH);

    @TempDir
    private Path disk;

    /** Where forces cost nothing, so that there is time for many of them in every build. */
    @TempDir(factory = InMemory.class)
    private Path memory;

    /** The file system of shared memory, if there is one. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(
                final AnnotatedElementContext elementContext, final ExtensionContext extensionContext)
                throws IOException {
            final Path shared = Path.of("/dev/shm");
            return Files.isWritable(shared)
                    ? Files.createTempDirectory(shared, "tidemark")
                    : Files.createTempDirectory("tidemark");
        }
    }

    @BeforeEach
    void requireProc() {
        assumeTrue(ProcessResources.areTold(), "what a process holds is told by /proc on Linux only");
    }

    @Test
    void closeShouldLetEverythingGoWhenAJournalWasOpenedHundredsOfTimes() throws IOException {
        openings(memory, 300);
    }

    @Test
    @Tag("long")
    void closeShouldLetEverythingGoWhenAJournalWasOpenedTenThousandTimes() throws IOException {
        openings(disk, Integer.getInteger("tidemark.openings", 10_000));
    }

    @Test
    void rollShouldLetFullSegmentsGoWhenThereAreHundreds() throws Exception {
        rolls(memory, 500);
    }

    @Test
    @Tag("long")
    void rollShouldLetFullSegmentsGoWhenThereAreAHundredThousand() throws Exception {
        rolls(disk, Integer.getInteger("tidemark.rolls", 100_000));
    }

    private static void openings(final Path directory, final int count) throws IOException {
        openings(directory, 0, WARM_UP);
        final ProcessResources before = ProcessResources.held(directory);
        openings(directory, WARM_UP, count);
        requireNoMoreThan(directory, before, count, "openings");
    }

    /** Opens and closes one journal often, under each policy; some openings fill the segment and roll. */
    private static void openings(final Path directory, final int first, final int count) throws IOException {
        final int threads = ProcessResources.now(directory).journalThreads();
        for (int i = first; i < first + count; i++) {
            try (Journal journal = Journal.open(directory, CONFIG.withSyncPolicy(POLICIES.get(i % POLICIES.size())))) {
                journal.appender().append(HALF_SEGMENT, 0, i % 10 == 0 ? HALF_SEGMENT.length : 100);
                assertTrue(
                        ProcessResources.now(directory).journalMappings() > 0, "the count of mappings has gone blind");
            }
            final ProcessResources closed = ProcessResources.now(directory);
            assertEquals(0, closed.journalMappings(), "mappings are left by opening " + i);
            assertEquals(0, closed.journalDescriptors(), "files are left open by opening " + i);
            assertTrue(closed.journalThreads() <= threads, "threads are left by opening " + i);
        }
    }

    /** Rolls one journal often. Nothing truncates it, so the full segments are deleted behind its back. */
    private static void rolls(final Path directory, final int count) throws Exception {
        final Semaphore rolled = new Semaphore(0);
        final JournalListener listener = new JournalListener() {
            @Override
            public void onRolled(final long segment, final long lastSequence) {
                rolled.release();
            }
        };
        final int threads = ProcessResources.now(directory).journalThreads();
        ProcessResources before = null;
        try (Journal journal = Journal.open(directory, CONFIG.withListener(listener))) {
            final Appender appender = journal.appender();
            appender.append(HALF_SEGMENT, 0, HALF_SEGMENT.length);
            for (int roll = 1; roll <= WARM_UP + count; roll++) {
                appender.append(HALF_SEGMENT, 0, HALF_SEGMENT.length);
                appender.append(HALF_SEGMENT, 0, HALF_SEGMENT.length);
                // Told when the full segment has been put away.
                assertTrue(rolled.tryAcquire(1, TimeUnit.MINUTES), "a full segment was not put away");
                Files.delete(directory.resolve(FileNames.segment(roll)));
                if (roll % ROLLS_PER_LOOK == 0) {
                    requireSteady(ProcessResources.now(directory), threads, roll);
                }
                if (roll == WARM_UP) {
                    awaitStandby(journal);
                    before = ProcessResources.held(directory);
                }
            }
            awaitStandby(journal);
            requireNoMoreThan(directory, before, count, "rolls");
        }
        assertEquals(0, ProcessResources.now(directory).journalMappings());
    }

    /** Before it stands ready, a standby is mapped or is not: only once it is, two looks can be compared. */
    private static void awaitStandby(final Journal journal) {
        final long deadlineNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (journal.standbyCount() == 0) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "no standby was made");
            LockSupport.parkNanos(100_000);
        }
    }

    /** At any moment: the segment that is written, the one that stands by, or is being made, the mark and the counters. */
    private static void requireSteady(final ProcessResources found, final int threads, final int roll) {
        assertTrue(found.journalMappings() <= 4, () -> "after roll " + roll + ": " + found);
        assertTrue(found.journalDescriptors() <= OPEN_FILES, () -> "after roll " + roll + ": " + found);
        assertTrue(found.journalThreads() <= threads + 3, () -> "after roll " + roll + ": " + found);
    }

    private static void requireNoMoreThan(
            final Path directory, final ProcessResources before, final int count, final String what)
            throws IOException {
        final ProcessResources after = ProcessResources.held(directory);
        System.out.printf("%d %s%n  before: %s%n  after:  %s%n", count, what, before, after);
        after.requireNoMoreThan(before, count);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What this process holds, as the kernel and the JVM count it. Taken before and after something was done often, it shows
 * whether each time left something behind.
 *
 * @param descriptors open file descriptors
 * @param journalDescriptors those of files below the directory that was asked about, deleted files included
 * @param mappings memory mappings of files, but for libraries and what the JVM maps of its own installation. Mappings without a
 *     file are not counted: the JVM makes them for threads, heap and compiled code as it sees fit, and what a journal has of
 *     them are direct buffers
 * @param journalMappings those of files below that directory
 * @param threads Java threads
 * @param journalThreads those that a journal names
 * @param directBuffers direct byte buffers that the JVM knows of
 * @param directBytes their length
 * @param heapBytes objects on the heap
 */
record ProcessResources(
        int descriptors,
        int journalDescriptors,
        int mappings,
        int journalMappings,
        int threads,
        int journalThreads,
        long directBuffers,
        long directBytes,
        long heapBytes) {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    /** How many looks in a row must find no less garbage before what is left counts as held. */
    private static final int STEADY_LOOKS = 3;

    private static final int MOST_LOOKS = 50;
    private static final long BETWEEN_LOOKS_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Whether the kernel tells what a process holds. */
    static boolean areTold() {
        return Files.isDirectory(DESCRIPTORS) && Files.isReadable(MAPPINGS);
    }

    /** Looks without collecting garbage: what only a collection frees is counted, and heap and buffers mean little. */
    static ProcessResources now(final Path directory) throws IOException {
        final String inDirectory = directory.toRealPath() + "/";
        final BufferPoolMXBean direct = directPool();
        final int[] descriptors = descriptors(inDirectory);
        final int[] mappings = mappings(inDirectory);
        final Runtime runtime = Runtime.getRuntime();
        return new ProcessResources(
                descriptors[0],
                descriptors[1],
                mappings[0],
                mappings[1],
                ManagementFactory.getThreadMXBean().getThreadCount(),
                countJournalThreads(),
                direct.getCount(),
                direct.getMemoryUsed(),
                runtime.totalMemory() - runtime.freeMemory());
    }

    /**
     * Looks when all garbage is gone. Direct memory is freed by a thread of the JVM some time after a collection has found
     * it, and nothing tells when that thread is done: so this collects and looks until there is nothing less to be found.
     */
    static ProcessResources held(final Path directory) throws IOException {
        ProcessResources least = collected(directory);
        int steady = 0;
        for (int look = 1; look < MOST_LOOKS && steady < STEADY_LOOKS; look++) {
            LockSupport.parkNanos(BETWEEN_LOOKS_NS);
            final ProcessResources found = collected(directory);
            steady = found.directBuffers < least.directBuffers || found.heapBytes < least.heapBytes - (32 << 10)
                    ? 0
                    : steady + 1;
            least = least.least(found);
        }
        return least;
    }

    private static ProcessResources collected(final Path directory) throws IOException {
        System.gc();
        return now(directory);
    }

    private ProcessResources least(final ProcessResources other) {
        return new ProcessResources(
                Math.min(descriptors, other.descriptors),
                Math.min(journalDescriptors, other.journalDescriptors),
                Math.min(mappings, other.mappings),
                Math.min(journalMappings, other.journalMappings),
                Math.min(threads, other.threads),
                Math.min(journalThreads, other.journalThreads),
                Math.min(directBuffers, other.directBuffers),
                Math.min(directBytes, other.directBytes),
                Math.min(heapBytes, other.heapBytes));
    }

    private static BufferPoolMXBean directPool() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
    }

    private static int countJournalThreads() {
        final Thread[] threads = new Thread[Thread.activeCount() + 64];
        final int count = Thread.enumerate(threads);
        int found = 0;
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().startsWith("tidemark-")) {
                found++;
            }
        }
        return found;
    }

    private static int[] descriptors(final String inDirectory) throws IOException {
        int all = 0;
        int journal = 0;
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(DESCRIPTORS)) {
            for (final Path descriptor : stream) {
                all++;
                try {
                    if (Files.readSymbolicLink(descriptor).toString().startsWith(inDirectory)) {
                        journal++;
                    }
                } catch (final NoSuchFileException e) {
                    // Closed since it was listed.
                    all--;
                }
            }
        }
        return new int[] {all, journal};
    }

    private static int[] mappings(final String inDirectory) throws IOException {
        final int[] counts = new int[2];
        final String ofJvm = Path.of(System.getProperty("java.home")).toRealPath() + "/";
        try (Stream<String> lines = Files.lines(MAPPINGS)) {
            lines.filter(line -> line.indexOf('/') >= 0).forEach(line -> {
                counts[0] += line.contains(ofJvm) || line.contains(".so") ? 0 : 1;
                if (line.contains(inDirectory)) {
                    counts[1]++;
                }
            });
        }
        return counts;
    }

    /**
     * Fails if more is held than before: a single thing of a journal, or so much else that it can't come from the JVM.
     *
     * @param before what was held before
     * @param times how often something was done in between
     */
    void requireNoMoreThan(final ProcessResources before, final int times) {
        // The JVM itself opens a file, makes a mapping or starts a thread now and then, but not each time.
        final int drift = Math.max(10, times / 20);
        final boolean flat = journalDescriptors <= before.journalDescriptors
                && journalMappings <= before.journalMappings
                && journalThreads <= before.journalThreads
                && descriptors <= before.descriptors + drift
                && mappings <= before.mappings + drift
                && threads <= before.threads + drift
                && directBuffers <= before.directBuffers + drift
                && directBytes <= before.directBytes + (256 << 10)
                && heapBytes <= before.heapBytes + heapDriftBytes(times);
        if (!flat) {
            throw new AssertionError("after " + times + " times " + this + ", before " + before);
        }
    }

    /**
     * What the JVM itself may have kept meanwhile, and not a single object each time. The fewer the times, the larger a
     * leak must be to be found: 2 KiB each in 500 times, 30 bytes in a hundred thousand.
     */
    private static long heapDriftBytes(final int times) {
        return (1 << 20) + 16L * times;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "descriptors=%d (%d of the journal) mappings=%d (%d) threads=%d (%d) direct=%d (%d KiB) heap=%d KiB",
                descriptors,
                journalDescriptors,
                mappings,
                journalMappings,
                threads,
                journalThreads,
                directBuffers,
                directBytes >> 10,
                heapBytes >> 10);
    }
}

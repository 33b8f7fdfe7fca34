// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing on the way of a record allocates: neither on the appending thread nor on the journal's own. */
class AllocationTest {

    private static final int WARM_UP = 60_000;
    private static final int APPENDS = 20_000;
    private static final int ROUNDS = 10;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path directory;

    private final byte[] array = new byte[48];
    private final ByteBuffer heap = ByteBuffer.allocate(48);
    private final ByteBuffer direct = ByteBuffer.allocateDirect(48);

    /** The least that any of some rounds allocated: compilers and statistics of the JVM may allocate in any single one. */
    private static long leastAllocated(final long[] threadIds, final IntConsumer append) {
        for (int i = 0; i < WARM_UP; i++) {
            append.accept(i);
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            final long before = allocated(threadIds);
            for (int i = 0; i < APPENDS; i++) {
                append.accept(i);
            }
            least = Math.min(least, allocated(threadIds) - before);
        }
        return least;
    }

    private static long allocated(final long[] threadIds) {
        long sum = 0;
        for (final long id : threadIds) {
            sum += THREADS.getThreadAllocatedBytes(id);
        }
        return sum;
    }

    private static long[] threadsNamed(final String prefix) {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().startsWith(prefix))
                .mapToLong(info -> info.getThreadId())
                .toArray();
    }

    @Test
    void appendShouldAllocateNothingWhenWarm() {
        final long[] self = {Thread.currentThread().getId()};
        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();
            final Batch batch = new Batch().add(array, 0, 48).add(direct, 0, 48);
            assertEquals(0, leastAllocated(self, i -> appender.append(array, 0, 48)), "byte[]");
            assertEquals(0, leastAllocated(self, i -> appender.append(heap, 0, 48)), "heap buffer");
            assertEquals(0, leastAllocated(self, i -> appender.append(3, direct, 0, 48)), "direct buffer");
            assertEquals(0, leastAllocated(self, i -> appender.appendBatch(batch)), "batch");
            assertEquals(0, leastAllocated(self, i -> claim(appender, i)), "claim");
        }
    }

    private static void claim(final Appender appender, final int value) {
        try (BufferClaim claim = appender.claim(8)) {
            claim.buffer().putLong(claim.offset(), value);
            if ((value & 1) == 0) {
                claim.commit();
            }
        }
    }

    @Test
    void journalThreadsShouldAllocateNothingWhenRecordsAreWrittenAndForced() {
        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();
            final long[] threads = threadsNamed("tidemark-");
            assertEquals(3, threads.length);
            assertEquals(0, leastAllocated(threads, i -> appender.append(direct, 0, 48)));
        }
    }

    @Test
    void pollShouldAllocateNothingWhenItFollowsTheWriter() {
        final long[] self = {Thread.currentThread().getId()};
        final long[] sum = new long[1];
        final RecordHandler handler =
                (sequence, timestampNs, type, buffer, offset, length) -> sum[0] += buffer.getLong(offset) + sequence;
        try (Journal journal = Journal.open(directory);
                Tailer written = journal.tailer(1, Visibility.WRITTEN);
                Tailer durable = journal.tailer(1, Visibility.DURABLE);
                Tailer outside = JournalReader.open(directory).tailer(1, Visibility.WRITTEN)) {
            final Appender appender = journal.appender();
            final IntConsumer follow = i -> {
                appender.append(direct, 0, 48);
                written.poll(handler, 10);
                durable.poll(handler, 10);
                if (outside.peek(handler, 10) > 0) {
                    outside.commit(outside.nextSequence());
                }
            };
            assertEquals(0, leastAllocated(self, follow));
            assertEquals(0, leastAllocated(self, i -> written.poll(handler, 1)), "idle");
        }
    }

    @Test
    void appendShouldTakeAgronaBufferWithoutJvmFlagWhenItNeedsNone() {
        final DirectBuffer buffer = ArrayDirectBuffer.over(array);
        try (Journal journal = Journal.open(directory)) {
            assertEquals(1, journal.appender().append(buffer, 8, 40));
        }
    }
}

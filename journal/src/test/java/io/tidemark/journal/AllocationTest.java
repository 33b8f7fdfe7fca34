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

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path directory;

    private final byte[] array = new byte[48];
    private final ByteBuffer heap = ByteBuffer.allocate(48);
    private final ByteBuffer direct = ByteBuffer.allocateDirect(48);

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
            assertEquals(0, AllocatedBytes.least(self, i -> appender.append(array, 0, 48)), "byte[]");
            assertEquals(0, AllocatedBytes.least(self, i -> appender.append(heap, 0, 48)), "heap buffer");
            assertEquals(0, AllocatedBytes.least(self, i -> appender.append(3, direct, 0, 48)), "direct buffer");
            assertEquals(0, AllocatedBytes.least(self, i -> appender.appendBatch(batch)), "batch");
            assertEquals(0, AllocatedBytes.least(self, i -> claim(appender, i)), "claim");
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
            assertEquals(0, AllocatedBytes.least(threads, i -> appender.append(direct, 0, 48)));
        }
    }

    @Test
    void noThreadShouldAllocateWhenTheWriterIsInvoked() {
        // Short segments, so that standbys are faulted in, and their pages let go range by range.
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(4 << 20).withInvokedWriter();
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            final IntConsumer append = i -> {
                appender.append(direct, 0, 48);
                journal.invoke();
            };
            assertEquals(
                    0, AllocatedBytes.least(new long[] {Thread.currentThread().getId()}, append), "who invokes");
            final long[] threads = threadsNamed("tidemark-sync");
            assertEquals(1, threads.length);
            assertEquals(0, AllocatedBytes.least(threads, append), "sync thread");
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
            assertEquals(0, AllocatedBytes.least(self, follow));
            assertEquals(0, AllocatedBytes.least(self, i -> written.poll(handler, 1)), "idle");
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

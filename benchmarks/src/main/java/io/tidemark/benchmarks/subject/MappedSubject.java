// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * A mapped file as one writes it by hand: CRC-32C, then, under a lock, length, checksum and bytes straight into a mapping whose
 * pages were filled and touched at the beginning. A force of the range that is dirty is shared by all who wait: one of them forces.
 * Tickets are positions.
 *
 * <p>What it does not do: preparing files beside the work, truncation, time stamps, recovery.
 */
final class MappedSubject implements Subject {

    private static final int MAX_SEGMENT_LENGTH = 256 << 20;
    private static final int PAGE_LENGTH = 4096;
    private static final int HEADER_LENGTH = 8;
    private static final int ALIGNMENT = 8;
    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MappedByteBuffer[] segments;
    private final SubjectPlan.Durability durability;
    private final int frameLength;
    private final int segmentLength;
    private final ReentrantLock lock = new ReentrantLock();
    private final SharedForce shared = new SharedForce(this::force);
    private final BatchForce batchForce;

    /** Guarded by the lock, and read by whoever forces. */
    private volatile long end;

    MappedSubject(final SubjectPlan plan) throws IOException {
        this.durability = plan.durability();
        this.frameLength = (HEADER_LENGTH + plan.recordLength() + ALIGNMENT - 1) & -ALIGNMENT;
        Files.createDirectories(plan.directory());
        final long neededLength = (plan.recordCount() + 16) * frameLength;
        this.segmentLength =
                (int) Math.min(MAX_SEGMENT_LENGTH, (neededLength + PAGE_LENGTH - 1) / PAGE_LENGTH * PAGE_LENGTH);
        final int perSegment = segmentLength / frameLength;
        final int count = (int) ((plan.recordCount() + 16) / perSegment) + 1;
        this.segments = new MappedByteBuffer[count];
        for (int i = 0; i < count; i++) {
            try (FileChannel file = PreparedFile.create(plan.directory().resolve("segment-" + i), segmentLength)) {
                segments[i] = file.map(FileChannel.MapMode.READ_WRITE, 0, segmentLength);
                segments[i].order(ByteOrder.LITTLE_ENDIAN);
                PreparedFile.touch(segments[i]);
            }
        }
        this.batchForce = new BatchForce(durability, () -> awaitDurable(end));
    }

    /** Where a record that was to begin at a position begins: none crosses the end of a segment. */
    private long startOf(final long position) {
        final long offset = position % segmentLength;
        return offset + frameLength > segmentLength ? position - offset + segmentLength : position;
    }

    @Override
    public Producer producer() {
        final boolean always = durability == SubjectPlan.Durability.ALWAYS;
        final CRC32C crc = new CRC32C();
        return record -> {
            // Not under the lock: nobody else has to wait for it.
            crc.reset();
            crc.update(record.position(0));
            final long ticket = append(record, crc.getValue());
            if (always) {
                awaitDurable(ticket);
            }
            return ticket;
        };
    }

    private long append(final ByteBuffer record, final long checksum) {
        final int length = record.limit();
        lock.lock();
        try {
            final long start = startOf(end);
            final MappedByteBuffer segment = segments[(int) (start / segmentLength)];
            final int offset = (int) (start % segmentLength);
            segment.put(offset + HEADER_LENGTH, record, 0, length);
            WORD.setRelease(segment, offset, (long) length << Integer.SIZE | checksum);
            end = start + frameLength;
            return end;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Follower follower() {
        return new Follower() {

            private long position;

            @Override
            public int poll(final RecordSink sink, final int limit) {
                int count = 0;
                while (count < limit) {
                    final long start = startOf(position);
                    final MappedByteBuffer segment = segments[(int) (start / segmentLength)];
                    final int offset = (int) (start % segmentLength);
                    final long word = (long) WORD.getAcquire(segment, offset);
                    if (word == 0) {
                        return count;
                    }
                    position = start + frameLength;
                    sink.onRecord(position, segment, offset + HEADER_LENGTH, (int) (word >>> Integer.SIZE));
                    count++;
                }
                return count;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void awaitWritten(final long ticket) {}

    @Override
    public void awaitDurable(final long ticket) {
        shared.await(ticket);
    }

    private long force(final long durable) {
        final long target = end;
        long from = durable;
        while (from < target) {
            final long segmentEnd = (from / segmentLength + 1) * segmentLength;
            final long to = Math.min(target, segmentEnd);
            segments[(int) (from / segmentLength)].force((int) (from % segmentLength), (int) (to - from));
            from = to;
        }
        return target;
    }

    @Override
    public void flush(final long ticket) {
        awaitDurable(end);
    }

    @Override
    public void close() {
        try {
            batchForce.close();
            flush(end);
        } catch (final UncheckedIOException e) {
            throw new IllegalStateException("the last force failed", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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

    private final PreparedMappings mappings;
    private final SubjectPlan.Durability durability;
    private final int frameLength;
    private final ReentrantLock lock = new ReentrantLock();
    private final SharedForce shared = new SharedForce(this::force);
    private final BatchForce batchForce;

    /** Guarded by the lock, and read by whoever forces. */
    private volatile long end;

    MappedSubject(final SubjectPlan plan) throws IOException {
        this.durability = plan.durability();
        this.frameLength = PreparedMappings.frameLength(plan.recordLength());
        this.mappings = new PreparedMappings(plan);
        this.batchForce = new BatchForce(durability, () -> awaitDurable(end));
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
            final long start = mappings.startOf(end);
            mappings.fileOf(start).put(mappings.offsetOf(start) + PreparedMappings.HEADER_LENGTH, record, 0, length);
            mappings.publish(start, (long) length << Integer.SIZE | checksum);
            end = start + frameLength;
            return end;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Follower follower() {
        return mappings.follower();
    }

    @Override
    public void awaitWritten(final long ticket) {}

    @Override
    public void awaitDurable(final long ticket) {
        shared.await(ticket);
    }

    private long force(final long durable) {
        final long target = end;
        mappings.force(durable, target);
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

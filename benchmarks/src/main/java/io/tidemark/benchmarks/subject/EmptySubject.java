// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Nothing: what it costs is what the harness costs. An append counts; a follower is handed the first word of each record
 * from one core to the other, the least that any reader could get.
 */
final class EmptySubject implements Subject {

    private static final int SLOTS = 1 << 16;
    private static final int SLOT_STRIDE = 8;

    private final AtomicLong appended = new AtomicLong();
    private final AtomicLongArray words = new AtomicLongArray(SLOTS * SLOT_STRIDE);
    private final int recordLength;

    EmptySubject(final SubjectPlan plan) {
        this.recordLength = plan.recordLength();
    }

    @Override
    public Producer producer() {
        return record -> {
            final long ticket = appended.getPlain() + 1;
            words.setRelease((int) (ticket & (SLOTS - 1)) * SLOT_STRIDE, record.getLong(0));
            appended.setRelease(ticket);
            return ticket;
        };
    }

    @Override
    public Follower follower() {
        return new Follower() {

            private final ByteBuffer record =
                    ByteBuffer.allocateDirect(recordLength).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            private long taken;

            @Override
            public int poll(final RecordSink sink, final int limit) {
                final long end = Math.min(appended.getAcquire(), taken + limit);
                final int count = (int) (end - taken);
                while (taken < end) {
                    taken++;
                    record.putLong(0, words.getAcquire((int) (taken & (SLOTS - 1)) * SLOT_STRIDE));
                    sink.onRecord(taken, record, 0, recordLength);
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
    public void awaitDurable(final long ticket) {}

    @Override
    public void flush(final long ticket) {}

    @Override
    public void close() {}
}

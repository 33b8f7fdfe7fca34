// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.EventFactory;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.FatalExceptionHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.ProducerType;
import io.tidemark.benchmarks.subject.SubjectPlan.Durability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The strongest rival that one can write by hand: an LMAX Disruptor with preallocated slots, one thread that journals with
 * length and CRC-32C for each record, one positional write for each batch into a file that was filled with zeros by writes
 * of 4 KiB, and under {@code always} one force for each batch, which wakes just the waiters of that batch. Under {@code batch}
 * another thread forces, so that no reader waits for that; under {@code always} readers do.
 *
 * <p>What it does not do: segments, rolls, truncation, time stamps, recovery, readers of other processes.
 */
final class DisruptorSubject implements Subject {

    private static final int HEADER_LENGTH = 8;
    private static final int BATCH_LENGTH = 1 << 20;
    private static final int MANY_SLOTS = 16 << 10;
    private static final int FEW_SLOTS = 2 << 10;
    private static final int LONG_RECORD = 256;

    private final SubjectPlan plan;
    private final FileChannel file;
    private final long fileLength;
    private final RingBuffer<Slot> ring;
    private final BatchEventProcessor<Slot> processor;
    private final Thread thread;
    private final AtomicLong durable = new AtomicLong(-1);
    private final BatchForce batchForce;
    private volatile @Nullable Throwable failure;

    /** A place in the ring. */
    private static final class Slot {
        private final ByteBuffer record;
        private final ByteBuffer source;
        private int length;
        private @Nullable Thread waiter;

        Slot(final int recordLength) {
            record = ByteBuffer.allocateDirect(recordLength).order(ByteOrder.LITTLE_ENDIAN);
            source = record.duplicate();
        }
    }

    DisruptorSubject(final SubjectPlan plan) throws IOException {
        this.plan = plan;
        Files.createDirectories(plan.directory());
        this.fileLength = (plan.recordCount() + 16) * (HEADER_LENGTH + plan.recordLength());
        this.file = PreparedFile.create(plan.directory().resolve("log"), fileLength);
        final int slots = plan.recordLength() > LONG_RECORD ? FEW_SLOTS : MANY_SLOTS;
        final EventFactory<Slot> factory = () -> new Slot(plan.recordLength());
        this.ring = RingBuffer.create(
                plan.producerCount() == 1 ? ProducerType.SINGLE : ProducerType.MULTI,
                factory,
                slots,
                new YieldingWaitStrategy());
        this.processor = new BatchEventProcessorBuilder().build(ring, ring.newBarrier(), new Journaller(slots));
        processor.setExceptionHandler(new FatalExceptionHandler());
        ring.addGatingSequences(processor.getSequence());
        this.thread = new Thread(processor, "journaller");
        thread.setDaemon(true);
        thread.start();
        this.batchForce = new BatchForce(
                plan.durability(), () -> flush(processor.getSequence().get()));
    }

    /** Owned by the thread of the disruptor. */
    private final class Journaller implements EventHandler<Slot> {

        private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        private final CRC32C crc = new CRC32C();
        private final @Nullable Thread[] waiters;
        private int waiterCount;
        private long position;

        Journaller(final int slots) {
            this.waiters = new Thread[slots];
        }

        @Override
        public void onEvent(final Slot slot, final long sequence, final boolean endOfBatch) {
            try {
                if (batch.remaining() < HEADER_LENGTH + slot.length) {
                    write();
                }
                slot.source.limit(slot.length).position(0);
                crc.reset();
                crc.update(slot.source);
                final int offset = batch.position();
                batch.putInt(offset, slot.length);
                batch.putInt(offset + Integer.BYTES, (int) crc.getValue());
                batch.put(offset + HEADER_LENGTH, slot.record, 0, slot.length);
                batch.position(offset + HEADER_LENGTH + slot.length);
                final Thread waiter = slot.waiter;
                if (waiter != null) {
                    waiters[waiterCount++] = waiter;
                    slot.waiter = null;
                }
                if (endOfBatch || waiterCount == waiters.length) {
                    write();
                    if (plan.durability() == Durability.ALWAYS) {
                        file.force(false);
                        durable.set(sequence);
                        wake();
                    }
                }
            } catch (final IOException e) {
                failure = e;
                throw new UncheckedIOException(e);
            }
        }

        private void write() throws IOException {
            batch.flip();
            if (position + batch.limit() > fileLength) {
                throw new IOException("file is full: " + fileLength);
            }
            while (batch.hasRemaining()) {
                position += file.write(batch, position);
            }
            batch.clear();
        }

        private void wake() {
            for (int i = 0; i < waiterCount; i++) {
                LockSupport.unpark(waiters[i]);
                waiters[i] = null;
            }
            waiterCount = 0;
        }
    }

    @Override
    public Producer producer() {
        return record -> publish(record, ring.next());
    }

    @Override
    public Producer producer(final Runnable whileFull) {
        return record -> {
            while (!ring.hasAvailableCapacity(1)) {
                whileFull.run();
                Thread.onSpinWait();
            }
            return publish(record, ring.next());
        };
    }

    private long publish(final ByteBuffer record, final long sequence) {
        final boolean always = plan.durability() == Durability.ALWAYS;
        try {
            final Slot slot = ring.get(sequence);
            slot.record.put(0, record, 0, record.limit());
            slot.length = record.limit();
            if (always && plan.producerCount() > 1) {
                slot.waiter = Thread.currentThread();
            }
        } finally {
            ring.publish(sequence);
        }
        if (always) {
            awaitDurable(sequence);
        }
        return sequence;
    }

    /** Gets a record when the batch that it is of was written, and under {@code always} forced. */
    @Override
    public Follower follower() {
        final EventPoller<Slot> poller = ring.newPoller(processor.getSequence());
        ring.addGatingSequences(poller.getSequence());
        return new PollerFollower(ring, poller);
    }

    private static final class PollerFollower implements Follower, EventPoller.Handler<Slot> {

        private final RingBuffer<Slot> ring;
        private final EventPoller<Slot> poller;
        private RecordSink sink = (ticket, buffer, offset, length) -> {};
        private int count;
        private int limit;

        PollerFollower(final RingBuffer<Slot> ring, final EventPoller<Slot> poller) {
            this.ring = ring;
            this.poller = poller;
        }

        @Override
        public int poll(final RecordSink to, final int most) {
            sink = to;
            limit = most;
            count = 0;
            try {
                poller.poll(this);
            } catch (final Exception e) {
                throw new IllegalStateException("polling failed", e);
            }
            return count;
        }

        @Override
        public boolean onEvent(final Slot slot, final long sequence, final boolean endOfBatch) {
            sink.onRecord(sequence + 1, slot.record, 0, slot.length);
            return ++count < limit;
        }

        @Override
        public void close() {
            ring.removeGatingSequence(poller.getSequence());
        }
    }

    @Override
    public void awaitWritten(final long ticket) {
        while (processor.getSequence().get() < ticket) {
            throwIfFailed();
            Thread.onSpinWait();
        }
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck")
    public void awaitDurable(final long ticket) {
        final boolean spins = plan.producerCount() == 1 || plan.durability() != Durability.ALWAYS;
        while (durable.get() < ticket) {
            throwIfFailed();
            if (spins) {
                Thread.yield();
            } else {
                LockSupport.park(this);
            }
        }
    }

    @Override
    public void flush(final long ticket) {
        awaitWritten(ticket);
        try {
            file.force(false);
            durable.accumulateAndGet(ticket, Math::max);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void throwIfFailed() {
        final Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("the journaller failed", thrown);
        }
    }

    @Override
    public void close() {
        batchForce.close();
        processor.halt();
        try {
            thread.join();
            file.close();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

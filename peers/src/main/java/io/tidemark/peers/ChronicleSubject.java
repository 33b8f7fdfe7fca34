// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.tidemark.benchmarks.subject.BatchForce;
import io.tidemark.benchmarks.subject.SharedForce;
import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/**
 * Chronicle Queue, open source: long cycles, large blocks, records from memory outside of the heap. It has no group commit;
 * where threads wait for durability, they share one appender behind a lock and one {@code sync} by turns.
 *
 * <p>Under other policies each producer has an appender, and nothing is synced by the library, which would do it on the
 * producers' threads whenever a block is full. What must be durable then is forced through the file: {@code sync} forces what
 * its own appender has written, and there is one for each producer.
 */
final class ChronicleSubject implements Subject {

    private static final long BLOCK_LENGTH = 256L << 20;

    private final SingleChronicleQueue queue;
    private final SubjectPlan plan;
    private final ReentrantLock lock = new ReentrantLock();
    private final ExcerptAppender shared;
    private final SharedForce force = new SharedForce(this::sync);
    private final BatchForce batchForce;

    /** Guarded by the lock, and read by whoever forces. */
    private volatile long appended;

    ChronicleSubject(final SubjectPlan plan) {
        this.plan = plan;
        this.queue = SingleChronicleQueueBuilder.binary(plan.directory())
                .rollCycle(RollCycles.FAST_DAILY)
                .blockSize(BLOCK_LENGTH)
                .syncMode(isAlways() ? SyncMode.SYNC : SyncMode.NONE)
                .checkInterrupts(false)
                .build();
        this.shared = queue.createAppender();
        shared.singleThreadedCheckDisabled(true);
        this.batchForce = new BatchForce(plan.durability(), this::forceFiles);
    }

    private boolean isAlways() {
        return plan.durability() == SubjectPlan.Durability.ALWAYS;
    }

    @Override
    public Producer producer() {
        if (isAlways()) {
            return new SharedProducer();
        }
        final ExcerptAppender appender = queue.createAppender();
        return new Producer() {
            private final Wrapping wrapping = new Wrapping();

            @Override
            public long append(final ByteBuffer record) {
                appender.writeBytes(wrapping.of(record));
                return appender.lastIndexAppended();
            }
        };
    }

    /** What Chronicle takes, made once for each buffer. */
    private static final class Wrapping {
        private ByteBuffer seen = ByteBuffer.allocateDirect(0);
        private BytesStore<?, ByteBuffer> store = BytesStore.wrap(seen);

        @SuppressWarnings("ReferenceEquality")
        BytesStore<?, ByteBuffer> of(final ByteBuffer record) {
            if (seen != record) {
                seen = record;
                store = BytesStore.wrap(record);
            }
            return store;
        }
    }

    private final class SharedProducer implements Producer {
        private final Wrapping wrapping = new Wrapping();

        @Override
        public long append(final ByteBuffer record) {
            final long ticket;
            lock.lock();
            try {
                shared.writeBytes(wrapping.of(record));
                ticket = appended + 1;
                appended = ticket;
            } finally {
                lock.unlock();
            }
            force.await(ticket);
            return ticket;
        }
    }

    private long sync(final long durable) {
        final long target = appended;
        shared.sync();
        return target;
    }

    /** A day has one file, and its stores through mappings are forced with it. */
    private void forceFiles() {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(plan.directory(), "*" + SingleChronicleQueue.SUFFIX)) {
            for (final Path path : files) {
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    file.force(false);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Follower follower() {
        final ExcerptTailer tailer = queue.createTailer();
        tailer.singleThreadedCheckDisabled(true);
        final Bytes<ByteBuffer> bytes = Bytes.elasticByteBuffer(plan.recordLength());
        return new Follower() {
            private long count;

            @Override
            public int poll(final RecordSink sink, final int limit) {
                int polled = 0;
                bytes.clear();
                while (polled < limit && tailer.readBytes(bytes)) {
                    count++;
                    polled++;
                    final ByteBuffer buffer = bytes.underlyingObject();
                    buffer.order(java.nio.ByteOrder.LITTLE_ENDIAN);
                    sink.onRecord(count, buffer, 0, (int) bytes.readRemaining());
                    bytes.clear();
                }
                return polled;
            }

            @Override
            public void close() {
                tailer.close();
            }
        };
    }

    @Override
    public void awaitWritten(final long ticket) {
        // An append has written when it returns.
    }

    @Override
    public void awaitDurable(final long ticket) {
        if (isAlways()) {
            force.await(ticket);
        } else {
            flush(ticket);
        }
    }

    @Override
    public void flush(final long ticket) {
        forceFiles();
    }

    @Override
    public void close() {
        batchForce.close();
        queue.close();
    }
}

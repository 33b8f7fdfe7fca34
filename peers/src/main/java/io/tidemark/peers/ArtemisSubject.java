// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.tidemark.benchmarks.subject.BatchForce;
import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.mapped.MappedSequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.persistence.CoreMessageObjectPools;
import org.apache.activemq.artemis.core.persistence.Persister;
import org.jspecify.annotations.Nullable;

/**
 * The journal of ActiveMQ Artemis, with all its files prepared before. Tickets are the identities of records.
 *
 * <p>An append hands the record to a thread of the journal, so it must be copied for it, and the library lets any number
 * wait: here no more than fit into the memory that others have for that. Written is what the journal says it has given to the
 * operating system.
 */
final class ArtemisSubject implements Subject {

    private static final byte RECORD_TYPE = 1;

    /** More than what stands around each record, which is 23 bytes. */
    private static final int OVERHEAD = 32;

    /** The buffer of the library's own configuration, and how long a record may wait in it. */
    private static final int BUFFER_LENGTH = 490 << 10;

    private static final int BUFFER_TIMEOUT_NS = 3_333_333;

    /** For records that somebody waits for: about as long as a force takes. */
    private static final int DURABLE_BUFFER_TIMEOUT_NS = 100_000;

    private static final int MOST_IN_FLIGHT = 64 << 10;

    private final SubjectPlan plan;
    private final boolean always;
    private final JournalImpl journal;
    private final Bytes bytes = new Bytes();
    private final AtomicLong ids = new AtomicLong();
    private final Count written = new Count();
    private final BatchForce batchForce;
    private volatile @Nullable Throwable failure;

    ArtemisSubject(final SubjectPlan plan) throws IOException {
        this.plan = plan;
        this.always = plan.durability() == SubjectPlan.Durability.ALWAYS;
        Files.createDirectories(plan.directory());
        final int fileLength = plan.segmentLength();
        final SequentialFileFactory factory;
        if (always) {
            factory = new MappedSequentialFileFactory(
                    plan.directory().toFile(),
                    fileLength,
                    plan.producerCount() > 1,
                    BUFFER_LENGTH,
                    DURABLE_BUFFER_TIMEOUT_NS,
                    null);
        } else {
            factory = new NIOSequentialFileFactory(
                    plan.directory().toFile(), true, BUFFER_LENGTH, BUFFER_TIMEOUT_NS, 1, false);
        }
        factory.setDatasync(true);
        final int perFile = fileLength / (plan.recordLength() + OVERHEAD) - 1;
        final int fileCount = (int) Math.max(2, plan.recordCount() / Math.max(1, perFile) + 2);
        this.journal = new JournalImpl(fileLength, fileCount, fileCount, 0, 0, factory, "records", "amq", 1);
        journal.setCriticalErrorListener((cause, message, file) -> failure = cause);
        try {
            journal.start();
            journal.loadInternalOnly();
        } catch (final Exception e) {
            throw new IOException("the journal of Artemis does not open", e);
        }
        this.batchForce = new BatchForce(plan.durability(), this::appendSynced);
    }

    /** How the library is to write an array: as it is. */
    private static final class Bytes implements Persister<byte[]> {

        @Override
        public byte getID() {
            return 0;
        }

        @Override
        public int getEncodeSize(final byte[] record) {
            return record.length;
        }

        @Override
        public void encode(final ActiveMQBuffer buffer, final byte[] record) {
            buffer.writeBytes(record);
        }

        @Override
        public byte[] decode(
                final ActiveMQBuffer buffer, final byte @Nullable [] record, final CoreMessageObjectPools pools) {
            throw new UnsupportedOperationException("nothing is read here");
        }
    }

    /**
     * Of what was written. Buffers are written in turn, though told of by several threads: as many as were told of, so many
     * from the first on are written.
     */
    private final class Count implements IOCompletion {

        private final AtomicLong count = new AtomicLong();

        @Override
        public void storeLineUp() {}

        @Override
        public void done() {
            count.incrementAndGet();
        }

        @Override
        public void onError(final int code, final String message) {
            failure = new IOException(code + ": " + message);
        }
    }

    /** Of one record that somebody waits for; used again and again. */
    private final class Durable implements IOCompletion {

        private final boolean spins;
        private @Nullable Thread waiter;
        private volatile boolean done;

        Durable(final boolean spins) {
            this.spins = spins;
        }

        @Override
        public void storeLineUp() {}

        @Override
        public void done() {
            // Once it is done, the record that is next may have another waiter.
            final Thread thread = waiter;
            done = true;
            if (!spins) {
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void onError(final int code, final String message) {
            failure = new IOException(code + ": " + message);
            done();
        }

        @SuppressWarnings("ThreadPriorityCheck")
        long append(final byte[] record) {
            final long id = ids.incrementAndGet();
            waiter = Thread.currentThread();
            done = false;
            ArtemisSubject.this.append(id, record, true, this);
            while (!done) {
                throwIfFailed();
                if (spins) {
                    Thread.yield();
                } else {
                    LockSupport.park(this);
                }
            }
            throwIfFailed();
            written.done();
            return id;
        }
    }

    private void append(final long id, final byte[] record, final boolean sync, final IOCompletion completion) {
        try {
            journal.appendAddRecord(id, RECORD_TYPE, bytes, record, sync, completion);
        } catch (final Exception e) {
            throw new IllegalStateException("the journal of Artemis refused a record", e);
        }
    }

    private void throwIfFailed() {
        final Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("the journal of Artemis failed", thrown);
        }
    }

    @Override
    public Producer producer() {
        if (always) {
            final Durable durable = new Durable(plan.producerCount() == 1);
            final byte[] copy = new byte[plan.recordLength()];
            return record -> {
                // Nobody reads it any more when the append before has returned.
                record.get(0, copy);
                return durable.append(copy);
            };
        }
        return new Producer() {

            private long seenWritten;

            @Override
            public long append(final ByteBuffer record) {
                final long id = ids.incrementAndGet();
                awaitRoom(id);
                final byte[] copy = new byte[record.limit()];
                record.get(0, copy);
                ArtemisSubject.this.append(id, copy, false, written);
                return id;
            }

            @SuppressWarnings("ThreadPriorityCheck")
            private void awaitRoom(final long id) {
                while (id - seenWritten > MOST_IN_FLIGHT) {
                    seenWritten = written.count.get();
                    if (id - seenWritten > MOST_IN_FLIGHT) {
                        throwIfFailed();
                        Thread.yield();
                    }
                }
            }
        };
    }

    @Override
    public Follower follower() {
        throw new UnsupportedOperationException("this journal has no followers");
    }

    @Override
    public void awaitWritten(final long ticket) {
        while (written.count.get() < ticket) {
            throwIfFailed();
            Thread.onSpinWait();
        }
    }

    @Override
    public void awaitDurable(final long ticket) {
        if (!always) {
            appendSynced();
        }
    }

    @Override
    public void flush(final long ticket) {
        appendSynced();
    }

    /** What is synced is so with everything before it: the file is forced, and those before were when they were full. */
    private void appendSynced() {
        new Durable(false).append(new byte[Long.BYTES]);
    }

    @Override
    public void close() {
        batchForce.close();
        try {
            journal.stop();
        } catch (final Exception e) {
            throw new IllegalStateException("the journal of Artemis does not close", e);
        }
    }
}

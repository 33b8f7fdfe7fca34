// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.tidemark.benchmarks.subject.BatchForce;
import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/** The write-ahead log of RocksDB, by puts of short keys: its own group commit, no compaction, no compression. */
final class RocksSubject implements Subject {

    private static final long MEMTABLE_LENGTH = 64L << 20;
    private static final int MEMTABLES = 4;
    private static final int RECYCLED_LOGS = 4;

    private final Options options;
    private final WriteOptions writeOptions;
    private final RocksDB database;
    private final AtomicLong keys = new AtomicLong();
    private final BatchForce batchForce;

    RocksSubject(final SubjectPlan plan) {
        RocksDB.loadLibrary();
        this.options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferSize(MEMTABLE_LENGTH)
                // With the two of the default, puts stop while one is written to a table and the other is full.
                .setMaxWriteBufferNumber(MEMTABLES)
                .setRecycleLogFileNum(RECYCLED_LOGS)
                .setAllowFAllocate(true)
                .setDisableAutoCompactions(true)
                .setCompressionType(CompressionType.NO_COMPRESSION);
        this.writeOptions = new WriteOptions().setSync(plan.durability() == SubjectPlan.Durability.ALWAYS);
        try {
            this.database = RocksDB.open(options, plan.directory().toString());
        } catch (final RocksDBException e) {
            throw new IllegalStateException("RocksDB does not open", e);
        }
        this.batchForce = new BatchForce(plan.durability(), () -> flush(keys.get()));
    }

    @Override
    public Producer producer() {
        final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
        return record -> {
            final long ticket = keys.incrementAndGet();
            key.clear();
            key.putLong(0, ticket);
            try {
                database.put(writeOptions, key, record.position(0));
            } catch (final RocksDBException e) {
                throw new IllegalStateException("RocksDB refused a put", e);
            }
            record.position(0);
            return ticket;
        };
    }

    @Override
    public Follower follower() {
        throw new UnsupportedOperationException("this log has no followers");
    }

    @Override
    public void awaitWritten(final long ticket) {
        // A put has written when it returns.
    }

    @Override
    public void awaitDurable(final long ticket) {
        flush(ticket);
    }

    @Override
    public void flush(final long ticket) {
        try {
            database.syncWal();
        } catch (final RocksDBException e) {
            throw new IllegalStateException("RocksDB could not force", e);
        }
    }

    @Override
    public void close() {
        batchForce.close();
        database.close();
        writeOptions.close();
        options.close();
    }
}

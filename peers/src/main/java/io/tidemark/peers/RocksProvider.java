// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.SubjectProvider;

/** Brings RocksDB. */
public final class RocksProvider implements SubjectProvider {

    /** Creates the provider. */
    public RocksProvider() {}

    @Override
    public String name() {
        return "rocksdb";
    }

    @Override
    public String promise() {
        return "RocksDB 11.1.2: checksum and recovery; a put goes into the memtable, too; no followers; under batch a thread"
                + " beside syncs the log every millisecond";
    }

    @Override
    public Subject open(final SubjectPlan plan) {
        return new RocksSubject(plan);
    }
}

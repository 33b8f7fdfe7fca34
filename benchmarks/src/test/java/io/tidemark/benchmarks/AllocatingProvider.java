// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.SubjectProvider;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Brings, from outside, a subject that keeps the last record on the heap, and needs a flag. */
public final class AllocatingProvider implements SubjectProvider {

    /** Creates the provider. */
    public AllocatingProvider() {}

    @Override
    public String name() {
        return "allocating";
    }

    @Override
    public String promise() {
        return "nothing but garbage";
    }

    @Override
    public List<String> jvmFlags() {
        return List.of("-Dtidemark.allocating=true");
    }

    @Override
    public Subject open(final SubjectPlan plan) {
        if (!Boolean.getBoolean("tidemark.allocating")) {
            throw new IllegalStateException("the flag did not come with the JVM");
        }
        return new Allocating();
    }

    private static final class Allocating implements Subject {

        private volatile byte[] last = {};
        private final AtomicLong count = new AtomicLong();

        @Override
        public Producer producer() {
            return record -> {
                final byte[] copy = new byte[record.limit()];
                record.get(0, copy);
                last = copy;
                return count.incrementAndGet();
            };
        }

        @Override
        public Follower follower() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void awaitWritten(final long ticket) {}

        @Override
        public void awaitDurable(final long ticket) {}

        @Override
        public void flush(final long ticket) {}

        @Override
        public String remarks() {
            return last.length + " bytes are left";
        }

        @Override
        public void close() {}
    }
}

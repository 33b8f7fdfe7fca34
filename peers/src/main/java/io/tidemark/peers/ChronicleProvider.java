// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.SubjectProvider;

/** Brings Chronicle Queue. */
public final class ChronicleProvider implements SubjectProvider {

    /** Creates the provider. */
    public ChronicleProvider() {}

    @Override
    public String name() {
        return "chronicle";
    }

    @Override
    public String promise() {
        return "Chronicle Queue 2026.4: no checksum, no preparation of files, no group commit, no force of directories; durable"
                + " only after sync(), under always by turns; under batch a thread beside forces the file every millisecond";
    }

    @Override
    public Subject open(final SubjectPlan plan) {
        return new ChronicleSubject(plan);
    }
}

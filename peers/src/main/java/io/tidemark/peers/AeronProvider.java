// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.SubjectProvider;

/** Brings Aeron Archive as it is by default, without checksums. */
public final class AeronProvider implements SubjectProvider {

    /** What holds with checksums and without. */
    static final String PROMISE =
            "followers see what was recorded; files not prepared; always: file sync level 1, fdatasync"
                    + " of each block before its position is told; never and batch: level 0, no force of directories, under batch a"
                    + " thread beside forces the files every millisecond";

    /** Creates the provider. */
    public AeronProvider() {}

    @Override
    public String name() {
        return "aeron";
    }

    @Override
    public String promise() {
        return "Aeron Archive 1.51.0, embedded, IPC: no checksum; " + PROMISE;
    }

    @Override
    public Subject open(final SubjectPlan plan) {
        return new AeronSubject(plan, null);
    }
}

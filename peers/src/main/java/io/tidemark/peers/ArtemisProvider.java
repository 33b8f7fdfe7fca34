// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.SubjectProvider;
import java.io.IOException;
import java.util.List;

/** Brings the journal of ActiveMQ Artemis. */
public final class ArtemisProvider implements SubjectProvider {

    /** Creates the provider. */
    public ArtemisProvider() {}

    @Override
    public String name() {
        return "artemis";
    }

    @Override
    public String promise() {
        return "Artemis journal 2.56.0: no checksum, no followers, no force of directories; prepared files; an entry on the heap"
                + " for each record; always: mapped, with a buffer if there are several producers; never and batch: NIO with a"
                + " timed buffer, under batch a record that is synced every millisecond";
    }

    /** What is live has an entry on the heap, and nothing is deleted here. */
    @Override
    public List<String> jvmFlags() {
        return List.of("-Xms4g", "-Xmx4g");
    }

    @Override
    public Subject open(final SubjectPlan plan) throws IOException {
        return new ArtemisSubject(plan);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.aeron.archive.checksum.Checksums;
import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.SubjectProvider;

/** Brings Aeron Archive with a checksum for each record, as the journal has. */
public final class AeronChecksumProvider implements SubjectProvider {

    /** Creates the provider. */
    public AeronChecksumProvider() {}

    @Override
    public String name() {
        return "aeron-checksum";
    }

    @Override
    public String promise() {
        return "Aeron Archive 1.51.0, embedded, IPC: CRC-32C of each payload in the recording; "
                + AeronProvider.PROMISE;
    }

    @Override
    public Subject open(final SubjectPlan plan) {
        return new AeronSubject(plan, Checksums.crc32c());
    }
}

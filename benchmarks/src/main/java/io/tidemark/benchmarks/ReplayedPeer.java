// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.Subjects;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Another journal, filled with the same records and read from the first to the last. */
final class ReplayedPeer implements AutoCloseable {

    private static final int POLL_LIMIT = 4096;

    private final long recordCount;
    private final Subject subject;
    private long consumed;

    /**
     * Fills it.
     *
     * @param name of the subject
     * @param directory for its files
     * @param recordLength in bytes
     * @param recordCount how many
     * @param segmentLength in bytes
     */
    ReplayedPeer(
            final String name,
            final Path directory,
            final int recordLength,
            final long recordCount,
            final int segmentLength)
            throws IOException {
        this.recordCount = recordCount;
        this.subject = Subjects.open(
                name,
                new SubjectPlan(
                        directory,
                        SubjectPlan.Durability.NEVER,
                        recordLength,
                        recordCount,
                        1,
                        segmentLength,
                        1,
                        SubjectPlan.QUEUE_LENGTH,
                        false,
                        SubjectPlan.UNTOLD));
        final Subject.Producer producer = subject.producer();
        final ByteBuffer record = ByteBuffer.allocateDirect(recordLength).order(ByteOrder.LITTLE_ENDIAN);
        long ticket = 0;
        for (long i = 0; i < recordCount; i++) {
            record.put((int) (i % recordLength), (byte) i);
            ticket = producer.append(record);
        }
        subject.awaitWritten(ticket);
    }

    /** Reads all records. */
    long read() {
        long count = 0;
        try (Subject.Follower follower = subject.replayer()) {
            while (count < recordCount) {
                count += follower.poll(
                        (ticket, buffer, offset, length) -> consumed += buffer.get(offset) + length, POLL_LIMIT);
            }
        }
        return count;
    }

    @Override
    public void close() {
        subject.close();
    }
}

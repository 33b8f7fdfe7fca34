// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Batch;
import io.tidemark.journal.BufferClaim;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.RecoveryReport;
import io.tidemark.journal.SyncPolicy;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Opens a journal, appends in each of the ways there are, waits until it is durable, and reads it back. */
public final class QuickStart {

    private final Path directory;
    private final PrintStream out;

    private QuickStart(final Path directory, final PrintStream out) {
        this.directory = directory;
        this.out = out;
    }

    /**
     * Runs the example.
     *
     * @param arguments the directory of the journal
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static void main(final String[] arguments) throws InterruptedException {
        run(Path.of(arguments[0]), System.out);
    }

    static void run(final Path directory, final PrintStream out) throws InterruptedException {
        final QuickStart example = new QuickStart(directory, out);
        example.append();
        example.read();
        example.reopen();
    }

    private void append() throws InterruptedException {
        final byte[] bytes = "first".getBytes(StandardCharsets.UTF_8);
        final long price = 101;
        final long quantity = 7;

        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();

            final long sequence = appender.append(bytes, 0, bytes.length); // returns at once
            journal.awaitDurable(sequence); // only who needs it waits

            try (BufferClaim claim = appender.claim(16)) { // encode in place; aborted unless committed
                claim.buffer().putLong(claim.offset(), price).putLong(claim.offset() + 8, quantity);
                claim.commit();
            }

            final Batch batch = new Batch().add(bytes, 0, bytes.length).add(bytes, 0, bytes.length);
            appender.appendBatch(batch); // all or nothing, whatever happens

            journal.flush();
            out.println("durable up to " + journal.durableSequence());
        }
    }

    private void read() {
        final JournalReader reader = JournalReader.open(directory);
        final long next = reader.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            out.println("record " + sequence + " has " + length + " bytes"); // the buffer is only valid in here
        });
        out.println("next is " + next);
        out.println("the journal is " + reader.verify().verdict());
    }

    private void reopen() {
        final JournalConfig config = JournalConfig.defaults()
                .withSyncPolicy(SyncPolicy.batch(1_000, 256 << 10, Duration.ofMillis(5)))
                .withSegmentLength(16 << 20);
        try (Journal journal = Journal.open(directory, config)) {
            final RecoveryReport report = journal.recoveryReport();
            out.println("opening " + report.epoch() + " found records up to " + report.lastSequence());
        }
    }
}

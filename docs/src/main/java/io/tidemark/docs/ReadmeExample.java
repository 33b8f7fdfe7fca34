// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Batch;
import io.tidemark.journal.BufferClaim;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.SyncPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** The code that README shows, word for word. */
public final class ReadmeExample {

    private ReadmeExample() {}

    /**
     * Runs the example in the directory {@code data/orders} below the working directory.
     *
     * @param arguments none
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final JournalConfig config =
                JournalConfig.defaults().withSyncPolicy(SyncPolicy.batch(16_384, 1 << 20, Duration.ofMillis(1)));

        try (Journal journal = Journal.open(Path.of("data/orders"), config)) {
            final Appender appender = journal.appender(); // one for each thread
            final byte[] order = "buy 7 at 101".getBytes(StandardCharsets.UTF_8);

            final long sequence = appender.append(order, 0, order.length); // copies, and returns at once
            journal.awaitDurable(sequence); // only who needs it waits

            try (BufferClaim claim = appender.claim(16)) { // encode in place
                claim.buffer().putLong(claim.offset(), 101).putLong(claim.offset() + 8, 7);
                claim.commit();
            }
            appender.appendBatch(
                    new Batch() // all of it or nothing
                            .add(order, 0, order.length)
                            .add(order, 0, order.length));
            journal.flush();

            journal.replay(
                    1,
                    (number, timestampNs, type, buffer, offset, length) ->
                            System.out.println(number + ": " + length + " bytes"));
        }
    }
}

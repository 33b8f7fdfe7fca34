// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Batch;
import io.tidemark.journal.BufferClaim;
import io.tidemark.journal.DurabilityListener;
import io.tidemark.journal.GuardedChannel;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.SyncPolicy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What the Javadoc shows of writing. */
final class Writing {

    static final int QUOTE = 1;
    static final int DEBIT = 2;
    static final int CREDIT = 3;
    static final long PAGE_LENGTH = 4096;

    private int quotesLeftOut;

    int quotesLeftOut() {
        return quotesLeftOut;
    }

    static void open(final Path directory, final byte[] bytes) throws InterruptedException {
        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();
            final long sequence = appender.append(bytes, 0, bytes.length);
            journal.awaitDurable(sequence);
        }
    }

    static JournalConfig config() {
        final JournalConfig config =
                JournalConfig.defaults().withSyncPolicy(SyncPolicy.always()).withSegmentLength(256 << 20);
        return config;
    }

    /** What {@link DurabilityListener} shows. */
    static JournalConfig waking(final Thread answering) {
        final JournalConfig config =
                JournalConfig.defaults().withDurabilityListener(sequence -> LockSupport.unpark(answering));
        return config;
    }

    long append(final Appender appender, final byte[] order, final byte[] quote) {
        final long sequence = appender.append(order, 0, order.length); // to wait for, where that is wanted
        if (appender.tryAppend(QUOTE, quote, 0, quote.length) < 0) {
            quotesLeftOut++; // most likely for want of room; the code says
        }
        return sequence;
    }

    static void encode(final Appender appender, final long price, final long quantity) {
        try (BufferClaim claim = appender.claim(16)) {
            claim.buffer().putLong(claim.offset(), price).putLong(claim.offset() + 8, quantity);
            claim.commit();
        }
    }

    static long transfer(final Appender appender, final Batch batch, final byte[] debit, final byte[] credit) {
        batch.clear();
        batch.add(DEBIT, debit, 0, debit.length).add(CREDIT, credit, 0, credit.length);
        final long sequence = appender.appendBatch(batch); // that of the credit; the debit has the one before
        return sequence;
    }

    static void write(
            final Journal journal,
            final Appender appender,
            final Path dataFile,
            final byte[] transfer,
            final ByteBuffer page,
            final int pageNumber) {
        try (GuardedChannel accounts = GuardedChannel.open(journal, dataFile)) {
            final long sequence = appender.append(transfer, 0, transfer.length);
            accounts.write(sequence, page, pageNumber * PAGE_LENGTH); // waits until the record is durable
            accounts.force(); // now the page is durable, too
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.accounts;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Batch;
import io.tidemark.journal.Checkpoint;
import io.tidemark.journal.GuardedChannel;
import io.tidemark.journal.Journal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Balances in a file of pages that are updated in place, behind a journal. A transfer is one batch, so no crash leaves half of
 * it, and money is neither made nor lost.
 *
 * <p>A record holds the balance that an account has afterwards, not the difference. So it may be applied twice, and to a page
 * that has it already, or that a power cut has torn.
 *
 * <p>One thread at a time.
 */
public class AccountFile implements AutoCloseable {

    static final int PAGE_LENGTH = 4096;

    private static final int BALANCES_PER_PAGE = PAGE_LENGTH / Long.BYTES;
    private static final int BALANCE_OFFSET = Integer.BYTES;
    private static final int REFERENCE_OFFSET = BALANCE_OFFSET + Long.BYTES;

    private final Journal journal;
    private final GuardedChannel file;
    private final Appender appender;
    private final Batch batch = new Batch();
    private final Map<Integer, Page> pages = new TreeMap<>();

    /** A page in memory. */
    private static final class Page {
        private final ByteBuffer content = ByteBuffer.allocate(PAGE_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

        /** Of the last record that changed the page. */
        private long sequence;

        private boolean dirty;
    }

    /**
     * Takes over a journal and a file, and brings the file to where the journal is.
     *
     * @param journal of all changes, closed with this
     * @param file of the balances, guarded by that journal, closed with this
     */
    public AccountFile(final Journal journal, final GuardedChannel file) {
        this.journal = journal;
        this.file = file;
        this.appender = journal.appender();
        journal.replay(journal.lastCheckpoint() + 1, (sequence, timestampNs, type, buffer, offset, length) -> {
            set(buffer.getInt(offset), buffer.getLong(offset + BALANCE_OFFSET), sequence);
        });
    }

    /**
     * Opens the accounts in a directory.
     *
     * @param directory of journal and file; made if it is missing
     * @return the accounts
     */
    public static AccountFile open(final Path directory) {
        final Journal journal = Journal.open(directory.resolve("journal"));
        try {
            return new AccountFile(journal, GuardedChannel.open(journal, directory.resolve("balances")));
        } catch (final RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    /**
     * Brings money from outside to an account.
     *
     * @param account number, 0 or more
     * @param amount in the smallest unit of money
     * @param reference what it is for
     * @return the sequence of the change, to wait for
     */
    public long deposit(final int account, final long amount, final String reference) {
        final long balance = Math.addExact(balance(account), amount);
        final ByteBuffer record = record(account, balance, reference);
        final long sequence = appender.append(record, 0, record.limit());
        set(account, balance, sequence);
        return sequence;
    }

    /**
     * Moves money from one account to another, wholly or not at all.
     *
     * @param from number of an account that has as much
     * @param to number of another
     * @param amount in the smallest unit of money
     * @param reference what it is for
     * @return the sequence of the change, to wait for
     */
    public long transfer(final int from, final int to, final long amount, final String reference) {
        if (from == to || amount < 0 || balance(from) < amount) {
            throw new IllegalArgumentException("transfer is impossible: from=" + from + ", to=" + to + ", amount="
                    + amount + ", balance=" + balance(from));
        }
        final long left = balance(from) - amount;
        final long more = Math.addExact(balance(to), amount);
        final ByteBuffer taken = record(from, left, reference);
        final ByteBuffer given = record(to, more, reference);
        batch.clear();
        batch.add(taken, 0, taken.limit()).add(given, 0, given.limit());
        final long sequence = appender.appendBatch(batch); // both records, or none
        set(from, left, sequence);
        set(to, more, sequence);
        return sequence;
    }

    /**
     * The balance of an account.
     *
     * @param account number, 0 or more
     * @return in the smallest unit of money; 0 if nothing was ever brought there
     */
    public long balance(final int account) {
        return page(account / BALANCES_PER_PAGE).content.getLong(offsetInPage(account));
    }

    /**
     * Waits until a change can't be lost any more.
     *
     * @param sequence of the change
     * @throws InterruptedException if the thread is interrupted
     */
    public void awaitDurable(final long sequence) throws InterruptedException {
        journal.awaitDurable(sequence);
    }

    /**
     * Writes the pages that have changed to the file, when the records of their changes are durable. A store with more pages
     * than memory would do so for a page that it wants to drop.
     */
    public void writePages() {
        pages.forEach((number, page) -> {
            if (page.dirty) {
                // Waits until the record is durable: no page is ahead of the journal.
                file.write(page.sequence, page.content.duplicate().clear(), (long) number * PAGE_LENGTH);
                page.dirty = false;
            }
        });
    }

    /** Makes the file durable up to now, so that the journal need not keep what it holds. */
    public void checkpoint() {
        try (Checkpoint checkpoint = journal.beginCheckpoint()) {
            writePages();
            forcePages();
            checkpoint.complete();
        }
    }

    /** Before this has returned, nothing but the journal holds what was changed. */
    void forcePages() {
        file.force();
    }

    private void set(final int account, final long balance, final long sequence) {
        final Page page = page(account / BALANCES_PER_PAGE);
        page.content.putLong(offsetInPage(account), balance);
        page.sequence = sequence;
        // Even if it was there already: what the file shows need not be on the disk.
        page.dirty = true;
    }

    private Page page(final int number) {
        return pages.computeIfAbsent(number, missing -> {
            final Page page = new Page();
            // Behind the end of the file there is nothing to read, and the balances are 0.
            file.read(page.content.duplicate(), (long) number * PAGE_LENGTH);
            return page;
        });
    }

    private static int offsetInPage(final int account) {
        return account % BALANCES_PER_PAGE * Long.BYTES;
    }

    private static ByteBuffer record(final int account, final long balance, final String reference) {
        final byte[] words = reference.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(REFERENCE_OFFSET + words.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, account)
                .putLong(BALANCE_OFFSET, balance)
                .put(REFERENCE_OFFSET, words);
    }

    /** Closes the file and the journal. What was not written to the file is applied again when they are opened. */
    @Override
    public void close() {
        try (journal) {
            file.close();
        }
    }
}

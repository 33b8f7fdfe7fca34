// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.examples.PowerCuts;
import io.tidemark.journal.GuardedChannel;
import io.tidemark.journal.Journal;
import io.tidemark.journal.SimulatedJournal;
import io.tidemark.journal.storage.SimulatedStorage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountFileTest {

    private static final int[] ACCOUNTS = {0, 511, 512, 1300, 2600, 3900, 5200, 9999};
    private static final int STEPS = 24;

    /** Long enough for the journal to leave a segment or two behind. */
    private static final String REFERENCE = "invoice ".repeat(250);

    /** Makes the store: the real one, or one with a mistake in it. */
    private interface Opening {
        AccountFile open(Journal journal, GuardedChannel file);
    }

    /** What the bank knows: all balances after each change. */
    private static final class Bank implements PowerCuts.Life {
        private final Opening opening;
        private final TreeMap<Long, long[]> balances = new TreeMap<>();
        private long durable;

        Bank(final Opening opening) {
            this.opening = opening;
            balances.put(0L, new long[ACCOUNTS.length]);
        }

        @Override
        public void live(final Supplier<SimulatedStorage> machine, final RandomGenerator random, final boolean works)
                throws Exception {
            final Journal journal = SimulatedJournal.openForOneThread(machine.get());
            final GuardedChannel file = SimulatedJournal.openChannel(journal, machine.get(), "balances");
            try (AccountFile store = opening.open(journal, file)) {
                requirePossible(store, journal.lastSequence());
                for (int i = 0; works && i < STEPS; i++) {
                    step(store, journal, random);
                    durable = journal.durableSequence();
                }
            } finally {
                durable = journal.durableSequence();
            }
        }

        private void requirePossible(final AccountFile store, final long last) {
            assertTrue(last >= durable, () -> "the journal ends with " + last + ", durable was " + durable);
            balances.tailMap(last, false).clear();
            final long[] expected = balances.lastEntry().getValue();
            final long[] found =
                    Arrays.stream(ACCOUNTS).mapToLong(store::balance).toArray();
            assertEquals(Arrays.toString(expected), Arrays.toString(found));
        }

        private void step(final AccountFile store, final Journal journal, final RandomGenerator random)
                throws InterruptedException {
            final long[] now = balances.lastEntry().getValue().clone();
            final int from = random.nextInt(ACCOUNTS.length);
            final int to = (from + 1 + random.nextInt(ACCOUNTS.length - 1)) % ACCOUNTS.length;
            if (now[from] == 0 || random.nextInt(8) == 0) {
                final long amount = 1L + random.nextInt(1_000);
                now[to] += amount;
                balances.put(store.deposit(ACCOUNTS[to], amount, REFERENCE), now);
            } else {
                final long amount = 1 + random.nextLong(now[from]);
                now[from] -= amount;
                now[to] += amount;
                balances.put(store.transfer(ACCOUNTS[from], ACCOUNTS[to], amount, REFERENCE), now);
            }
            switch (random.nextInt(12)) {
                case 0 -> store.awaitDurable(journal.lastSequence());
                case 1 -> store.writePages();
                case 2, 3 -> store.checkpoint();
                case 4, 5 -> journal.invoke();
                default -> {}
            }
        }
    }

    @Test
    void moneyShouldBeConservedWhenThePowerIsCutAnywhere() throws Exception {
        final PowerCuts cuts = new PowerCuts(() -> new Bank(AccountFile::new));
        assertNull(cuts.search());
        assertTrue(cuts.callCount() > 100, () -> "the story has become short: " + cuts.callCount());
    }

    @Test
    void cutsShouldFindItWhenACheckpointComesBeforeTheForce() throws Exception {
        final String found = new PowerCuts(() -> new Bank(ForgetsToForce::new)).search();
        assertNotNull(found);
        assertTrue(found.contains("expected: <["), found);
    }

    /** Completes checkpoints although its pages are only in the page cache. */
    private static final class ForgetsToForce extends AccountFile {
        ForgetsToForce(final Journal journal, final GuardedChannel file) {
            super(journal, file);
        }

        @Override
        void forcePages() {}
    }

    @Test
    void balancesShouldBeThereWhenTheFileIsOpenedAgain(@TempDir final Path directory) throws InterruptedException {
        try (AccountFile store = AccountFile.open(directory)) {
            store.deposit(7, 100, "salary");
            store.checkpoint();
            store.awaitDurable(store.transfer(7, 9000, 30, "rent"));
            assertThrows(IllegalArgumentException.class, () -> store.transfer(7, 8, 71, "too much"));
            assertThrows(IllegalArgumentException.class, () -> store.transfer(7, 7, 1, "to itself"));
        }
        try (AccountFile store = AccountFile.open(directory)) {
            assertEquals(70, store.balance(7));
            assertEquals(30, store.balance(9000));
            assertEquals(0, store.balance(8));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.bitcask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.examples.KnownChanges;
import io.tidemark.examples.PowerCuts;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.SimulatedJournal;
import io.tidemark.journal.storage.SimulatedStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BitcaskStoreTest {

    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e", "f", "g");
    private static final int STEPS = 30;

    /** A store and its user. */
    private static final class Life implements PowerCuts.Life {
        private final Function<Journal, BitcaskStore> opening;
        private final KnownChanges known = new KnownChanges();

        Life(final Function<Journal, BitcaskStore> opening) {
            this.opening = opening;
        }

        @Override
        public void live(final Supplier<SimulatedStorage> machine, final RandomGenerator random, final boolean works)
                throws Exception {
            final Journal journal = SimulatedJournal.openForOneThread(machine.get());
            try (BitcaskStore store = opening.apply(journal)) {
                known.requirePossible(journal, store::get, KEYS);
                for (int i = 0; works && i < STEPS; i++) {
                    step(store, journal, random);
                    known.remember(journal);
                }
            } finally {
                known.remember(journal);
            }
        }

        private void step(final BitcaskStore store, final Journal journal, final RandomGenerator random)
                throws InterruptedException {
            final String key = KEYS.get(random.nextInt(KEYS.size()));
            if (random.nextInt(4) == 0) {
                known.add(store.delete(key), key, Optional.empty());
            } else {
                // Long enough for the journal to leave a segment or two behind.
                final String value = Integer.toString(random.nextInt()).repeat(300);
                known.add(store.put(key, value), key, Optional.of(value));
            }
            final String other = KEYS.get(random.nextInt(KEYS.size()));
            if (random.nextInt(4) == 0) {
                assertEquals(known.value(other), store.get(other));
            }
            switch (random.nextInt(15)) {
                case 0, 1 -> store.awaitDurable(journal.lastSequence());
                case 3, 4 -> journal.invoke();
                case 2 -> store.merge(random.nextLong(journal.durableSequence() + 1));
                default -> {}
            }
        }
    }

    @Test
    void changesShouldBeThereWhenThePowerIsCutAnywhere() throws Exception {
        final PowerCuts cuts = new PowerCuts(() -> new Life(BitcaskStore::new));
        assertNull(cuts.search());
        assertTrue(cuts.callCount() > 100, () -> "the story has become short: " + cuts.callCount());
    }

    @Test
    void cutsShouldFindItWhenTheOldGoesBeforeTheNewIsDurable() throws Exception {
        final String found = new PowerCuts(() -> new Life(ForgetsToForce::new)).search();
        assertNotNull(found);
        assertTrue(found.contains("expected {"), found);
    }

    /** Truncates although the living are not durable in their new place. */
    private static final class ForgetsToForce extends BitcaskStore {
        ForgetsToForce(final Journal journal) {
            super(journal);
        }

        @Override
        void forceLiving() {}
    }

    @Test
    void valuesShouldBeThereWhenTheStoreIsMergedAndOpenedAgain(@TempDir final Path directory) throws Exception {
        final Path journal = directory.resolve("journal");
        try (BitcaskStore store = BitcaskStore.open(journal)) {
            store.put("lake", "sweet");
            store.put("pond", "duckweed");
            store.put("sea", "salt");
            store.delete("pond");
            final long last = store.put("sea", "tide");
            store.awaitDurable(last);
            assertEquals(Optional.of("tide"), store.get("sea"));
            store.merge(last);
            assertEquals(last + 1, JournalReader.open(journal).headSequence());
            assertEquals(2, store.count());
        }
        try (BitcaskStore store = BitcaskStore.open(journal)) {
            assertEquals(Optional.of("tide"), store.get("sea"));
            assertEquals(Optional.of("sweet"), store.get("lake"));
            assertEquals(Optional.empty(), store.get("pond"));
            assertEquals(2, store.count());
        }
    }
}

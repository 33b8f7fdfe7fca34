// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.memtable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.examples.KnownChanges;
import io.tidemark.examples.PowerCuts;
import io.tidemark.examples.memtable.SimulatedDirectory.Mistake;
import io.tidemark.journal.Journal;
import io.tidemark.journal.SimulatedJournal;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemTableStoreTest {

    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e", "f", "g");
    private static final int STEPS = 30;

    /** A store and its user. */
    private static final class Life implements PowerCuts.Life {
        private final Set<Mistake> mistakes;
        private final KnownChanges known = new KnownChanges();

        Life(final Set<Mistake> mistakes) {
            this.mistakes = mistakes;
        }

        @Override
        public void live(final Supplier<SimulatedStorage> machine, final RandomGenerator random, final boolean works)
                throws Exception {
            final Journal journal = SimulatedJournal.openForOneThread(machine.get());
            final DataDirectory directory = new SimulatedDirectory(machine.get(), mistakes);
            try (MemTableStore store = new MemTableStore(journal, directory)) {
                known.requirePossible(journal, store::get, KEYS);
                for (int i = 0; works && i < STEPS; i++) {
                    step(store, journal, random);
                    known.remember(journal);
                }
            } finally {
                known.remember(journal);
            }
        }

        private void step(final MemTableStore store, final Journal journal, final RandomGenerator random)
                throws Exception {
            final String key = KEYS.get(random.nextInt(KEYS.size()));
            if (random.nextInt(4) == 0) {
                known.add(store.delete(key), key, Optional.empty());
            } else {
                // Long enough for the journal to leave a segment or two behind.
                final String value = Integer.toString(random.nextInt()).repeat(300);
                known.add(store.put(key, value), key, Optional.of(value));
            }
            switch (random.nextInt(15)) {
                case 0, 1 -> store.awaitDurable(journal.lastSequence());
                case 2, 3 -> store.flush();
                case 4 -> store.compact();
                case 5, 6 -> journal.invoke();
                default -> {}
            }
        }
    }

    @Test
    void changesShouldBeThereWhenThePowerIsCutAnywhere() throws Exception {
        final PowerCuts cuts = new PowerCuts(() -> new Life(Set.of()));
        assertNull(cuts.search());
        assertTrue(cuts.callCount() > 100, () -> "the story has become short: " + cuts.callCount());
    }

    @ParameterizedTest
    @EnumSource
    void cutsShouldFindItWhenSomethingIsNotForced(final Mistake mistake) throws Exception {
        assertNotNull(new PowerCuts(() -> new Life(Set.of(mistake))).search());
    }

    @Test
    void valuesShouldBeThereWhenTheStoreIsOpenedAgain(@TempDir final Path directory) throws Exception {
        try (MemTableStore store = MemTableStore.open(directory)) {
            store.put("sea", "salt");
            store.put("lake", "sweet");
            store.put("pond", "duckweed");
            store.flush();
            store.delete("pond");
            store.flush();
            store.put("sea", "tide");
            assertEquals(Optional.empty(), store.get("pond"));
            store.awaitDurable(store.delete("lake"));
        }
        try (MemTableStore store = MemTableStore.open(directory)) {
            assertEquals(Optional.of("tide"), store.get("sea"));
            assertEquals(Optional.empty(), store.get("lake"));
            assertEquals(Optional.empty(), store.get("pond"));
            assertEquals(Optional.empty(), store.get("puddle"));
            store.flush();
            store.flush();
            store.compact();
        }
        try (Stream<Path> files = Files.list(directory.resolve("runs"))) {
            assertEquals(2, files.count(), "one run and one manifest");
        }
        try (MemTableStore store = MemTableStore.open(directory)) {
            assertEquals(Optional.of("tide"), store.get("sea"));
            assertEquals(Optional.empty(), store.get("lake"));
        }
    }

    @Test
    void openShouldThrowWhenARunIsDamaged(@TempDir final Path directory) throws IOException {
        try (MemTableStore store = MemTableStore.open(directory)) {
            store.put("sea", "salt");
            store.flush();
        }
        final Path run;
        try (Stream<Path> files = Files.list(directory.resolve("runs"))) {
            run = files.filter(file -> file.getFileName().toString().startsWith("run-"))
                    .findFirst()
                    .orElseThrow();
        }
        final byte[] content = Files.readAllBytes(run);
        content[5] ^= 1;
        Files.write(run, content);
        final IOException thrown = assertThrows(IOException.class, () -> MemTableStore.open(directory));
        assertTrue(thrown.getMessage().contains(run.getFileName().toString()), thrown::getMessage);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tailers hold stays within the bound that was configured. */
class TailerLimitTest {

    private static final int MAX_TAILERS = 6;

    @TempDir
    private Path directory;

    private static void requireRefused(final String where, final Runnable opening) {
        final TailerLimitException e = assertThrows(TailerLimitException.class, opening::run);
        assertEquals(MAX_TAILERS, e.maxTailers());
        assertTrue(e.getMessage().contains("maxTailers=" + MAX_TAILERS), e.getMessage());
        assertTrue(e.getMessage().contains(where), e.getMessage());
    }

    @Test
    void tailerShouldBeRefusedWhenAsManyAreOpenAsAllowed() {
        try (Journal journal = Journal.open(
                directory, JournalConfig.defaults().withSegmentLength(64 << 10).withMaxTailers(MAX_TAILERS))) {
            final JournalReader reader = JournalReader.open(directory, MAX_TAILERS);
            final List<Tailer> tailers = new ArrayList<>();
            for (int i = 0; i < MAX_TAILERS; i++) {
                tailers.add(
                        i % 2 == 0
                                ? journal.tailer(1, Visibility.WRITTEN)
                                : journal.reader().tailer(1, Visibility.DURABLE));
                tailers.add(reader.tailer(1, Visibility.DURABLE));
            }
            for (int round = 0; round < 3; round++) {
                requireRefused(directory.toString(), () -> journal.tailer(1, Visibility.WRITTEN));
                requireRefused(directory.toString(), () -> journal.reader().tailer(1, Visibility.DURABLE));
                requireRefused(directory.toString(), () -> reader.tailer(1, Visibility.DURABLE));
            }
            // Closed twice, it makes one place.
            tailers.get(0).close();
            tailers.get(0).close();
            tailers.add(journal.tailer(1, Visibility.WRITTEN));
            requireRefused(directory.toString(), () -> journal.tailer(1, Visibility.WRITTEN));
            tailers.forEach(Tailer::close);
        }
        assertThrows(
                IllegalArgumentException.class, () -> JournalConfig.defaults().withMaxTailers(0));
        assertThrows(IllegalArgumentException.class, () -> JournalReader.open(directory, 0));
    }

    @Test
    void tailerShouldLeaveItsPlaceWhenItCanNotBeOpened() {
        try (Journal journal = Journal.open(directory, JournalConfig.defaults().withMaxTailers(1))) {
            journal.appender().append(new byte[8], 0, 8);
            journal.flush();
            journal.truncate(1);
            for (int i = 0; i < 3; i++) {
                assertThrows(OvertakenException.class, () -> journal.tailer(1, Visibility.WRITTEN));
            }
            journal.tailer(2, Visibility.WRITTEN).close();
        }
    }

    @Test
    void tailersShouldMapNoMoreThanTwoSegmentsEachWhenTheyReadSlowly() throws IOException {
        final SimulatedStorage machine = new SimulatedStorage();
        final JournalConfig config = SimulatedJournal.config().withMaxTailers(MAX_TAILERS);
        final List<Tailer> tailers = new ArrayList<>();
        try (Journal journal = Journal.open(machine, config)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < MAX_TAILERS; i++) {
                tailers.add(journal.tailer(1, i % 2 == 0 ? Visibility.WRITTEN : Visibility.DURABLE));
            }
            final List<CompletableFuture<Long>> truncations = new ArrayList<>();
            int most = 0;
            for (int i = 0; i < 400; i++) {
                final int before = machine.liveMappings().size();
                for (int slow = 0; slow < MAX_TAILERS; slow++) {
                    // The first reads at every step, the last hardly ever; one is far behind at its end.
                    if (i % (1 + slow * slow * 5) == 0) {
                        pollOrGoOn(tailers.get(slow));
                    }
                }
                final int segments = mapped(machine);
                most = Math.max(most, segments);
                assertTrue(before <= 2 * MAX_TAILERS + 8, "mapped: " + before);
                SimulatedJournal.append(journal, appender, new byte[6_000]);
                SimulatedJournal.settle(journal);
                if (i % 10 == 9) {
                    SimulatedJournal.flush(journal);
                    truncations.add(journal.requestTruncation(Math.max(0, journal.durableSequence() - 100)));
                }
            }
            assertTrue(most > MAX_TAILERS, "the tailers had hardly anything mapped: " + most);
            tailers.forEach(Tailer::close);
            assertTrue(truncations.get(0).isDone(), "nothing was truncated");
        }
        assertEquals(List.of(), machine.liveMappings());
        assertEquals(List.of(), machine.openHandles());
    }

    private static void pollOrGoOn(final Tailer tailer) {
        try {
            tailer.poll((s, t, type, b, o, l) -> {}, 1);
        } catch (final OvertakenException e) {
            tailer.seek(e.headSequence());
        }
    }

    private static int mapped(final SimulatedStorage machine) {
        return (int) machine.liveMappings().stream()
                .filter(name -> name.endsWith(".segment"))
                .count();
    }
}

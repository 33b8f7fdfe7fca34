// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Expected;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Seeded lives of a journal with power cuts and killed writers, followed by durable tailers: what one of them gave is there
 * afterwards, the same, in every life that follows. One life again: {@code -Dtidemark.seed=SEED}.
 */
class TailerPowerCutTest {

    private static final int LIVES = 1_500;
    private static final int OPENINGS = 4;

    /** One machine through some openings. */
    private static final class Life {
        private final SplittableRandom random;
        private final SimulatedStorage machine = new SimulatedStorage();
        private final List<Expected> promised = new ArrayList<>();
        private long nowNs = 1;
        private int powerCuts;

        Life(final long seed) {
            random = new SplittableRandom(seed);
        }

        private JournalConfig config() {
            return JournalConfig.defaults()
                    .withSegmentLength(64 << 10)
                    .withQueueLength(64 << 10)
                    .withSyncPolicy(SyncPolicy.batch(1 + random.nextInt(20), 1 << 20, Duration.ofMillis(50)))
                    .withInvokedAgents()
                    .withTicker(() -> nowNs);
        }

        void live() throws IOException {
            for (int opening = 0; opening < OPENINGS; opening++) {
                write();
                requirePromised();
            }
        }

        /** Everything that a durable tailer ever gave is what a new one finds first. */
        private void requirePromised() {
            if (!machine.names().contains("journal.meta")) {
                assertEquals(List.of(), promised);
                return;
            }
            try (Journal journal = StorageCall.run("simulated", () -> Journal.open(machine, config()));
                    Tailer tailer = journal.tailer(1, Visibility.WRITTEN)) {
                final TailedRecords found = new TailedRecords().pollAll(tailer);
                assertTrue(
                        found.records().size() >= promised.size(),
                        () -> "promised " + promised.size() + ", found "
                                + found.records().size());
                assertEquals(promised, found.records().subList(0, promised.size()));
            }
        }

        private void write() throws IOException {
            final SimulatedStorage readers = machine.sibling();
            final Journal journal = Journal.open(machine, config());
            final Appender appender = journal.appender();
            final Tailer inside = journal.tailer(promised.size() + 1L, Visibility.DURABLE);
            Tailer outside = outside(readers);
            final int steps = random.nextInt(400);
            for (int step = 0; step < steps; step++) {
                nowNs += random.nextInt(10_000_000);
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> appender.tryAppend(0, payload(), 0, 100);
                    case 3 ->
                        appender.tryAppendBatch(new Batch()
                                .add(payload(), 0, 90)
                                .add(payload(), 0, 30)
                                .add(payload(), 0, 5));
                    case 4 -> journal.invokers().get(random.nextInt(3)).invoke();
                    case 5 -> journal.invoke();
                    case 6 -> machine.writeBack(random);
                    default -> {
                        promise(inside);
                        promise(outside);
                        if (random.nextInt(10) == 0) {
                            outside.close();
                            outside = outside(readers);
                        }
                    }
                }
            }
            if (random.nextInt(5) == 0) {
                machine.kill();
                promise(outside);
                promise(outside(readers));
            } else {
                machine.crash(random);
                powerCuts++;
            }
        }

        private Tailer outside(final SimulatedStorage process) {
            return JournalReader.open(process)
                    .tailer(
                            Start.atSequence(1 + random.nextInt(promised.size() + 1)),
                            Visibility.DURABLE,
                            () -> nowNs += 20_000_000);
        }

        private byte[] payload() {
            final byte[] payload = new byte[100];
            random.nextBytes(payload);
            return payload;
        }

        /** What was given is promised from now on. */
        private void promise(final Tailer tailer) {
            for (final Expected record : new TailedRecords().pollAll(tailer).records()) {
                final int index = (int) record.sequence() - 1;
                if (index < promised.size()) {
                    assertEquals(promised.get(index), record);
                } else {
                    assertEquals(promised.size(), index);
                    promised.add(record);
                }
            }
        }
    }

    @Test
    void durableTailerShouldGiveOnlyWhatStaysWhenThePowerIsCut() throws IOException {
        final Long only = Long.getLong("tidemark.seed");
        final long first = only == null ? 1 : only;
        final long last = only == null ? LIVES : only;
        int powerCuts = 0;
        long promised = 0;
        for (long seed = first; seed <= last; seed++) {
            final Life life = new Life(seed);
            try {
                life.live();
            } catch (final RuntimeException | AssertionError | IOException e) {
                throw new AssertionError("seed=" + seed + ": " + e, e);
            }
            powerCuts += life.powerCuts;
            promised += life.promised.size();
        }
        assertTrue(only != null || (powerCuts > 1_000 && promised > 10_000), powerCuts + " cuts, " + promised);
    }
}

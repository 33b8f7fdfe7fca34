// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.spi.JournalProbe;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AppendTimesTest {

    private static final long MICROSECOND_NS = 1_000;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final Told told = new Told();
    private long nowNs = 1_000_000;

    /** Keeps what it is told. */
    private static final class Told implements JournalProbe {
        private final List<Long> written = new ArrayList<>();
        private final List<Long> durable = new ArrayList<>();
        private final List<Long> forced = new ArrayList<>();
        private final List<Long> rolled = new ArrayList<>();
        private long writtenWeight;
        private long durableWeight;
        private boolean throwing;

        private void tell(final List<Long> times, final long durationNs) {
            times.add(durationNs);
            if (throwing) {
                throw new HostileException("from the probe");
            }
        }

        @Override
        public void onWritten(final long durationNs, final long appendCount) {
            writtenWeight += appendCount;
            tell(written, durationNs);
        }

        @Override
        public void onDurable(final long durationNs, final long appendCount) {
            durableWeight += appendCount;
            tell(durable, durationNs);
        }

        @Override
        public void onForced(final long durationNs, final long length) {
            tell(forced, length);
        }

        @Override
        public void onRolled(final long durationNs) {
            tell(rolled, durationNs);
        }
    }

    private Journal open() throws IOException {
        return Journal.open(
                machine,
                SimulatedJournal.config()
                        .withInvokingWaits()
                        .withTicker(() -> nowNs)
                        .withProbe(told));
    }

    @Test
    void probeShouldBeToldFromTheBeginOfEachAppendWhenFewCome() throws IOException {
        try (Journal journal = open()) {
            SimulatedJournal.settle(journal);
            final Appender appender = journal.appender();
            appender.append(new byte[100], 0, 100);
            nowNs += 4_000;
            appender.appendBatch(new Batch().add(new byte[10], 0, 10).add(new byte[10], 0, 10));
            try (BufferClaim claim = appender.claim(8)) {
                nowNs += 5_000;
                claim.commit();
            }
            SimulatedJournal.settle(journal);
            assertEquals(List.of(9_000L, 5_000L, 5_000L), rounded(told.written));
            assertEquals(List.of(), told.durable);
            nowNs += 100_000;
            SimulatedJournal.flush(journal);
            assertEquals(List.of(109_000L, 105_000L, 105_000L), rounded(told.durable));
            assertEquals(3, told.writtenWeight);
            assertEquals(List.of(136L + 48 + 48 + 40), told.forced);
            assertEquals(List.of(), told.rolled);
            journal.appender().append(new byte[60_000 / 2], 0, 30_000);
            SimulatedJournal.settle(journal);
            journal.appender().append(new byte[60_000 / 2], 0, 31_000 - 1_000);
            journal.appender().append(new byte[60_000 / 2], 0, 30_000);
            SimulatedJournal.settle(journal);
            assertEquals(1, told.rolled.size());
        }
    }

    /** The last bits of a stamp tell something else. */
    private static List<Long> rounded(final List<Long> timesNs) {
        return timesNs.stream().map(timeNs -> timeNs / 100 * 100).toList();
    }

    /** Who sees the sequence may make it durable, and must find its stamps then. */
    @Test
    void probeShouldBeToldBeforeTheSequenceIsSeenToBeWritten() throws IOException {
        final List<Long> seen = new ArrayList<>();
        final Journal[] journal = new Journal[1];
        final JournalProbe probe = new JournalProbe() {
            @Override
            public void onWritten(final long durationNs, final long appendCount) {
                seen.add(journal[0].writtenSequence());
            }
        };
        journal[0] = Journal.open(machine, SimulatedJournal.config().withProbe(probe));
        try (Journal open = journal[0]) {
            for (int i = 0; i < 3; i++) {
                open.appender().append(new byte[10], 0, 10);
                SimulatedJournal.settle(open);
            }
            assertEquals(List.of(0L, 1L, 2L), seen);
            assertEquals(3, open.writtenSequence());
        }
    }

    @Test
    void waitingForRoomShouldBePartOfTheTimeWhenTheQueueIsFull() throws IOException {
        try (Journal journal = Journal.open(
                machine,
                SimulatedJournal.config()
                        .withInvokingWaits()
                        .withTicker(() -> nowNs += MICROSECOND_NS)
                        .withProbe(told))) {
            final Appender appender = journal.appender();
            int accepted = 0;
            while (appender.tryAppend(0, new byte[10_000], 0, 10_000) > 0) {
                accepted++;
            }
            final long beforeNs = nowNs;
            appender.append(new byte[10_000], 0, 10_000);
            SimulatedJournal.settle(journal);
            final long lastNs = told.written.get(accepted);
            assertTrue(nowNs - beforeNs >= lastNs, () -> "told " + lastNs);
            assertTrue(lastNs > (nowNs - beforeNs) / 2, () -> "told " + lastNs + " of " + (nowNs - beforeNs));
        }
    }

    @Test
    void journalShouldGoOnWhenTheProbeThrows() throws IOException {
        told.throwing = true;
        try (Journal journal = open()) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 3; i++) {
                appender.append(new byte[40_000], 0, 32_000);
                SimulatedJournal.settle(journal);
            }
            SimulatedJournal.flush(journal);
            assertEquals(
                    told.written.size() + told.durable.size() + told.forced.size() + told.rolled.size(),
                    journal.counters().listenerFailureCount());
            assertEquals(3, journal.durableSequence());
        }
    }

    private AppendTimes times() {
        final JournalConfig config = SimulatedJournal.config().withTicker(() -> nowNs);
        return new AppendTimes(new Engine(config, "simulated", Meta.created(1, 2), 0), told);
    }

    /** Appends so many, one each microsecond, in runs of a hundred. */
    private void append(final AppendTimes times, final long from, final long count) {
        for (long sequence = from; sequence < from + count; sequence++) {
            nowNs += MICROSECOND_NS;
            final int code = times.codeOf(sequence);
            if (code != 0) {
                times.note(AppendTimes.stamp(nowNs, code), sequence);
            }
            if (sequence % 100 == 0) {
                times.written();
            }
        }
    }

    @Test
    void samplesShouldStandForAllAppendsWhenAMillionCome() {
        final AppendTimes times = times();
        for (int part = 0; part < 100; part++) {
            append(times, 1 + part * 10_000L, 10_000);
            times.durable((part + 1) * 10_000L);
        }
        assertTrue(told.written.size() < 100_000, () -> "measured: " + told.written.size());
        assertTrue(told.written.size() > 16_000, () -> "measured: " + told.written.size());
        requireNear(1_000_000, told.writtenWeight);
        assertEquals(told.writtenWeight, told.durableWeight);
        assertEquals(told.written.size(), told.durable.size());
    }

    @Test
    void noSampleShouldBeDroppedWhenAForceTakesLong() {
        final AppendTimes times = times();
        append(times, 1, 1_000_000);
        // Ten seconds in which nothing becomes durable.
        append(times, 1_000_001, 10_000_000);
        times.durable(11_000_000);
        assertEquals(told.written.size(), told.durable.size());
        assertTrue(told.written.size() < AppendTimes.CAPACITY, () -> "measured: " + told.written.size());
        requireNear(11_000_000, told.durableWeight);
    }

    @Test
    void allAppendsShouldBeMeasuredAgainWhenFewerCome() {
        final AppendTimes times = times();
        append(times, 1, 1_000_000);
        times.durable(1_000_000);
        for (int i = 0; i < 2_000; i++) {
            nowNs += Duration.ofMillis(1).toNanos();
            final int code = times.codeOf(1_000_001 + i);
            if (code != 0) {
                times.note(AppendTimes.stamp(nowNs, code), 1_000_001 + i);
            }
            times.written();
            times.durable(1_000_001 + i);
        }
        assertEquals(1, times.codeOf(2_000_000));
        assertEquals(1, times.codeOf(2_000_001));
        assertEquals(1, times.codeOf(2_000_002));
    }

    private static void requireNear(final long expected, final long found) {
        assertTrue(Math.abs(found - expected) < expected / 20, () -> "expected " + expected + ", found " + found);
    }
}

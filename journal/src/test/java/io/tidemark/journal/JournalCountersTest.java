// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.JournalCounters.State;
import io.tidemark.journal.format.CountersLayout;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted is what happened, and others see it. */
class JournalCountersTest {

    private final SimulatedStorage machine = new SimulatedStorage();

    private JournalCounters outside() {
        return Objects.requireNonNull(JournalReader.open(machine.sibling()).counters());
    }

    private static void append(final Journal journal, final Appender appender, final int count, final int length) {
        for (int i = 0; i < count; i++) {
            SimulatedJournal.append(journal, appender, new byte[length]);
        }
        SimulatedJournal.settle(journal);
    }

    /** Lets so much time go by that the keeper stores the counters when it is next at work. */
    private static void store(final Journal journal) {
        SimulatedJournal.pass(Duration.ofNanos(CounterKeeping.INTERVAL_NS));
        SimulatedJournal.settle(journal);
    }

    @Test
    void countersShouldBeWhatHappenedWhenAJournalIsAtWork() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            SimulatedJournal.settle(journal);
            final Appender appender = journal.appender();
            append(journal, appender, 10, 100);
            SimulatedJournal.flush(journal);
            append(journal, appender, 5, 100);
            try (Pin pin = journal.pin(1);
                    Tailer tailer = journal.tailer(1, Visibility.WRITTEN)) {
                final JournalCounters counters = journal.counters();
                assertEquals(State.OPEN, counters.state());
                assertEquals(1, pin.sequence());
                assertEquals(1, counters.pinCount());
                assertEquals(1, tailer.nextSequence());
                assertEquals(1, counters.tailerCount());
            }
            final JournalCounters counters = journal.counters();
            assertEquals(ProcessHandle.current().pid(), counters.processId());
            assertEquals(1, counters.epoch());
            assertEquals(15, counters.appendedCount());
            assertEquals(15, counters.writtenCount());
            assertEquals(10, counters.durableCount());
            assertEquals(15, counters.writtenSequence());
            assertEquals(10, counters.durableSequence());
            assertEquals(15 * 136, counters.writtenBytes());
            assertEquals(2, counters.runCount());
            assertEquals(10, counters.longestRun());
            assertEquals(1, counters.forceCount());
            assertEquals(10, counters.mostForced());
            assertEquals(counters.forceNs(), counters.longestForceNs(), "there was one");
            assertTrue(counters.forceNs() > 0);
            assertEquals(2, counters.segmentCount());
            assertEquals(1, counters.standbyCount());
            assertEquals(2L * SimulatedJournal.SEGMENT_LENGTH, counters.mappedBytes());
            assertEquals(64 << 10, counters.queueLength());
            assertEquals(0, counters.queueUsed());
            assertEquals(0, counters.pinCount());
            assertEquals(0, counters.tailerCount());
            assertEquals(0, counters.rollCount());
            assertEquals(1, counters.headSequence());
        }
    }

    @Test
    void countersShouldBeSeenFromOutsideWhenTheIntervalIsOver() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            SimulatedJournal.settle(journal);
            assertEquals(0, outside().appendedCount());
            final Appender appender = journal.appender();
            append(journal, appender, 7, 30_000);
            SimulatedJournal.flush(journal);
            store(journal);
            final JournalCounters counters = outside();
            assertEquals(State.OPEN, counters.state());
            assertEquals(7, counters.appendedCount());
            assertEquals(7, counters.durableCount());
            assertEquals(3, counters.rollCount());
            assertEquals(5, counters.segmentCount());
            assertEquals(journal.counters().forceNs(), counters.forceNs());
            assertEquals(journal.counters().standbyWaitCount(), counters.standbyWaitCount());
        }
        assertEquals(State.CLOSED, outside().state());
        assertEquals(0, outside().queueUsed(), "closing claims all of it, and uses none");
    }

    @Test
    void countersShouldBeThoseOfTheLastStoringWhenTheWriterIsKilled() throws IOException {
        final Journal journal = SimulatedJournal.open(machine);
        final Appender appender = journal.appender();
        append(journal, appender, 3, 100);
        store(journal);
        append(journal, appender, 4, 100);
        machine.kill();
        final JournalCounters counters = outside();
        assertEquals(3, counters.writtenCount());
        // The process that had it open is this one, and alive.
        assertEquals(State.OPEN, counters.state());
        try (Journal reopened = SimulatedJournal.open(machine)) {
            SimulatedJournal.settle(reopened);
            assertEquals(2, outside().epoch());
            assertEquals(0, outside().appendedCount());
            assertEquals(7, outside().writtenSequence());
        }
    }

    @Test
    void nothingShouldBeStoredWhenNothingHappens() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            append(journal, journal.appender(), 3, 100);
            SimulatedJournal.flush(journal);
            store(journal);
            store(journal);
            final byte[] before = machine.contents(FileNames.COUNTERS);
            for (int i = 0; i < 20; i++) {
                store(journal);
            }
            assertArrayEquals(before, machine.contents(FileNames.COUNTERS));
        }
    }

    @Test
    void stateShouldBeFailedWhenTheJournalHasFailed() throws IOException {
        final Journal journal = SimulatedJournal.open(machine);
        append(journal, journal.appender(), 3, 100);
        machine.faults()
                .on(
                        StorageCall.of(StorageCall.Kind.FORCE_MAPPED, FileNames.segment(1)),
                        Fault.failBefore(() -> new IOException("broken")));
        journal.requestFlush();
        SimulatedJournal.settle(journal);
        assertEquals(State.FAILED, outside().state());
        assertEquals(State.FAILED, journal.counters().state());
        assertEquals(1, outside().problemCount());
        assertThrows(JournalFailedException.class, journal::close);
        assertEquals(State.FAILED, outside().state());
    }

    @Test
    void journalShouldGoOnAndCountWhenThereIsNoRoomForTheFile() throws IOException {
        machine.faults()
                .on(
                        StorageCall.of(StorageCall.Kind.CREATE, FileNames.COUNTERS),
                        Fault.failBefore(() -> new IOException("no")));
        try (Journal journal = SimulatedJournal.open(machine)) {
            append(journal, journal.appender(), 3, 100);
            assertEquals(3, journal.counters().writtenCount());
            assertNull(JournalReader.open(machine.sibling()).counters());
        }
    }

    @Test
    void journalShouldGoOnWhenTheFileIsDeletedMeanwhile() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            final Appender appender = journal.appender();
            append(journal, appender, 3, 100);
            store(journal);
            assertEquals(3, outside().writtenCount());
            machine.delete(FileNames.COUNTERS);
            append(journal, appender, 3, 100);
            store(journal);
            assertEquals(6, journal.counters().writtenCount());
            assertNull(JournalReader.open(machine.sibling()).counters());
        }
        assertEquals(6, SimulatedJournal.read(machine).size());
    }

    @Test
    void countersShouldBeNoneWhenTheyAreThoseOfAnEarlierOpening() throws IOException {
        SimulatedJournal.open(machine).close();
        final byte[] first = machine.contents(FileNames.COUNTERS);
        SimulatedJournal.open(machine).close();
        assertEquals(2, outside().epoch());
        machine.delete(FileNames.COUNTERS);
        machine.install(FileNames.COUNTERS, first);
        assertNull(JournalReader.open(machine.sibling()).counters());
    }

    @Test
    void countersShouldBeTheOlderOnesWhenTheNewerSlotIsTorn() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 3; i++) {
                append(journal, appender, 1, 100);
                store(journal);
            }
            final long newest = outside().writtenCount();
            assertEquals(3, newest);
            machine.flip(FileNames.COUNTERS, CountersLayout.SLOT_LENGTH + 1_000, 1);
            final long older = outside().writtenCount();
            machine.flip(FileNames.COUNTERS, 1_000, 1);
            assertNull(JournalReader.open(machine.sibling()).counters());
            machine.flip(FileNames.COUNTERS, CountersLayout.SLOT_LENGTH + 1_000, 1);
            final long other = outside().writtenCount();
            assertEquals(List.of(2L, 3L), List.of(Math.min(older, other), Math.max(older, other)));
        }
    }

    @Test
    void minusShouldGiveWhatHappenedBetween() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            final Appender appender = journal.appender();
            append(journal, appender, 10, 100);
            SimulatedJournal.flush(journal);
            final JournalCounters before = journal.counters();
            append(journal, appender, 4, 100);
            SimulatedJournal.flush(journal);
            final JournalCounters later = journal.counters();
            final JournalCounters between = later.minus(before);
            assertEquals(4, between.appendedCount());
            assertEquals(4, between.durableCount());
            assertEquals(4 * 136, between.writtenBytes());
            assertEquals(1, between.forceCount());
            assertEquals(14, between.durableSequence());
            assertEquals(later.forceNs() - before.forceNs(), between.forceNs());
            assertTrue(between.longestForceNs() >= between.forceNs() * 7 / 8);
            assertEquals(later.elapsedNs() - before.elapsedNs(), between.elapsedNs());
            assertEquals(0, later.minus(later).longestForceNs());
        }
        final JournalCounters ofLife = outside();
        try (Journal journal = SimulatedJournal.open(machine)) {
            append(journal, journal.appender(), 1, 100);
            assertEquals(1, journal.counters().minus(ofLife).appendedCount(), "all of it came later");
        }
    }

    @Test
    void percentilesShouldBeKnownToAnEighthWhenForcesTakeDifferentTimes() {
        final Counters counters = new Counters();
        for (int i = 1; i <= 100; i++) {
            counters.forced(i * 1_000_000L, i > 90);
        }
        final long[] words = CountersLayout.words();
        counters.write(words);
        final JournalCounters found = JournalCounters.ofFile(words);
        assertEquals(100, found.forceCount());
        assertEquals(10, found.slowForceCount());
        assertEquals(5_050_000_000L, found.forceNs());
        assertEquals(100_000_000, found.longestForceNs());
        for (final double percentile : new double[] {0, 1, 50, 90, 99, 100}) {
            final long exactNs = Math.max(1, Math.round(percentile)) * 1_000_000L;
            final long toldNs = found.forceNsAtPercentile(percentile);
            assertTrue(toldNs >= exactNs && toldNs <= exactNs * 9 / 8, percentile + ": " + toldNs);
        }
        assertThrows(IllegalArgumentException.class, () -> found.forceNsAtPercentile(101));
        assertThrows(IllegalArgumentException.class, () -> found.forceNsAtPercentile(Double.NaN));
    }

    @Test
    void waitsShouldBeCountedAndToldToTheListenerWhenTheQueueIsFull() throws Exception {
        final List<Long> told = new ArrayList<>();
        final JournalListener listener = new JournalListener() {
            @Override
            public void onBackPressure(final long waitCount, final long waitNs) {
                told.add(waitCount);
                told.add(waitNs);
            }
        };
        final Journal journal = Journal.open(
                machine, SimulatedJournal.config().withListener(listener).withInvokingWaits());
        final Appender appender = journal.appender();
        while (appender.tryAppend(0, new byte[10_000], 0, 10_000) > 0) {
            // Until the queue is full.
        }
        assertTrue(
                journal.counters().queueUsed() > 50_000,
                () -> "used=" + journal.counters().queueUsed());
        appender.append(new byte[10_000], 0, 10_000);
        final JournalCounters counters = journal.counters();
        assertEquals(1, counters.backPressureCount());
        assertTrue(counters.backPressureNs() > 0);
        assertEquals(1, journal.backPressureCount());
        assertEquals(List.of(), told, "not more often than ten times a second");
        store(journal);
        assertEquals(List.of(1L, counters.backPressureNs()), told);
        store(journal);
        assertEquals(2, told.size(), "told once");
        journal.close();
    }

    @Test
    void writerShouldBeCalledDeadWhenItsProcessIsGone(@TempDir final Path directory) throws Exception {
        final Path journal = directory.resolve("journal");
        final long processId;
        try (JavaProcess writer = new JavaProcess(directory.resolve("err"), Abandoned.class, journal)) {
            processId = Long.parseLong(writer.readLine());
            writer.awaitExit();
        }
        final JournalCounters counters = JournalReader.open(journal).counters();
        assertNotNull(counters);
        assertEquals(State.DIED, counters.state());
        assertEquals(processId, counters.processId());
        Journal.open(journal).close();
        assertEquals(
                State.CLOSED,
                Objects.requireNonNull(JournalReader.open(journal).counters()).state());
    }

    /** Opens a journal and ends without closing it. */
    static final class Abandoned {

        private Abandoned() {}

        /**
         * Lives so.
         *
         * @param arguments the directory
         */
        public static void main(final String[] arguments) {
            Journal.open(Path.of(arguments[0])).appender().append(new byte[10], 0, 10);
            System.out.println(ProcessHandle.current().pid());
            Runtime.getRuntime().halt(0);
        }
    }
}

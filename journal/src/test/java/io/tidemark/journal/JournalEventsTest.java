// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.jfr.JournalEvents;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A life of a journal under the Flight Recorder: every event is in the recording, with what happened. */
class JournalEventsTest {

    private static final String PREFIX = "io.tidemark.";
    private static final Set<String> EVENTS =
            Set.of("Force", "SlowAppend", "BackPressure", "Roll", "StandbyWait", "Recovery", "Truncation", "Failure");

    /** What the JDK adds to every event. */
    private static final Set<String> OF_THE_JDK = Set.of("startTime", "duration", "eventThread", "stackTrace");

    @TempDir
    private Path directory;

    private final SimulatedStorage machine = new SimulatedStorage();

    private interface Life {
        void live() throws IOException;
    }

    private List<RecordedEvent> recorded(final Life life) throws IOException {
        final Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            EVENTS.forEach(name -> recording.enable(PREFIX + name).withThreshold(Duration.ZERO));
            recording.start();
            life.live();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith(PREFIX))
                .toList();
    }

    private static List<RecordedEvent> named(final List<RecordedEvent> events, final String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(PREFIX + name))
                .toList();
    }

    private static RecordedEvent only(final List<RecordedEvent> events, final String name) {
        final List<RecordedEvent> found = named(events, name);
        assertEquals(1, found.size(), name);
        return found.get(0);
    }

    private Journal open() throws IOException {
        return Journal.open(machine, SimulatedJournal.config().withInvokingWaits());
    }

    /** Two records of a segment and a half, a torn tail, and a queue that is full; then a truncation, and a disk that fails. */
    private void live() throws IOException {
        final Journal first = open();
        SimulatedJournal.settle(first);
        final Appender appender = first.appender();
        appender.append(new byte[100], 0, 100);
        appender.append(new byte[100], 0, 100);
        SimulatedJournal.flush(first);
        appender.append(new byte[100], 0, 100);
        SimulatedJournal.settle(first);
        machine.kill();
        machine.flip(FileNames.segment(1), SegmentLayout.HEADER_PAGE_LENGTH + 2 * 136 + 40, 0xFF);

        final Journal journal = open();
        final Appender second = journal.appender();
        for (int i = 0; i < 20; i++) {
            second.append(new byte[20_000], 0, 20_000);
        }
        SimulatedJournal.flush(journal);
        SimulatedJournal.settle(journal);
        journal.truncate(10);
        machine.faults()
                .on(
                        call -> call.kind() == StorageCall.Kind.FORCE_MAPPED,
                        Fault.failBefore(() -> new IOException("the disk is gone")));
        second.append(new byte[10], 0, 10);
        journal.requestFlush();
        SimulatedJournal.settle(journal);
        assertThrows(JournalFailedException.class, journal::close);
    }

    @Test
    void recordingShouldHoldEveryEventWhenAJournalLives() throws IOException {
        final List<RecordedEvent> events = recorded(this::live);
        assertEquals(
                new TreeSet<>(EVENTS),
                events.stream()
                        .map(event -> event.getEventType().getName().substring(PREFIX.length()))
                        .collect(Collectors.toCollection(TreeSet::new)));
        events.forEach(event -> assertEquals("simulated/", event.getString("directory"), event::toString));
        requireForces(named(events, "Force"));
        requireRecoveries(named(events, "Recovery"));
        requireRolls(named(events, "Roll"), named(events, "StandbyWait"));
        requireWaits(named(events, "BackPressure"), named(events, "SlowAppend"));
        final RecordedEvent truncation = only(events, "Truncation");
        assertEquals(10, truncation.getLong("upTo"));
        assertEquals(11, truncation.getLong("head"));
        assertEquals(0, truncation.getLong("checkpoint"));
        assertFalse(truncation.getBoolean("byRetention"));
        assertEquals("", truncation.getString("problem"));
        final RecordedEvent failure = only(events, "Failure");
        assertEquals(22, failure.getLong("durableSequence"));
        assertTrue(failure.getString("cause").contains("the disk is gone"), failure::toString);
    }

    private static void requireForces(final List<RecordedEvent> forces) {
        final RecordedEvent first = forces.get(0);
        assertEquals(1, first.getLong("segment"));
        assertEquals(2 * 136, first.getLong("length"));
        assertEquals(2, first.getLong("recordCount"));
        assertEquals(2, first.getLong("lastSequence"));
        assertEquals(
                22,
                forces.stream().mapToLong(force -> force.getLong("recordCount")).sum(),
                "each record once");
        forces.forEach(force ->
                assertTrue(force.getLong("length") > 0 && !force.getDuration().isNegative()));
    }

    private static void requireRecoveries(final List<RecordedEvent> recoveries) {
        assertEquals(2, recoveries.size());
        final RecordedEvent created = recoveries.get(0);
        assertEquals(1, created.getInt("epoch"));
        assertFalse(created.getBoolean("tailCut"));
        assertEquals("", created.getString("cutFile"));
        final RecordedEvent cut = recoveries.get(1);
        assertEquals(2, cut.getInt("epoch"));
        assertEquals(1, cut.getLong("firstSequence"));
        assertEquals(2, cut.getLong("lastSequence"));
        assertFalse(cut.getBoolean("closedCleanly"));
        assertTrue(cut.getBoolean("tailCut"));
        assertTrue(cut.getString("cutFile").endsWith(FileNames.segment(1)), cut::toString);
        assertEquals(SegmentLayout.HEADER_PAGE_LENGTH + 2 * 136, cut.getLong("cutOffset"));
        assertFalse(cut.getString("cutReason").isEmpty());
        assertEquals(1, cut.getInt("segmentsDeleted"));
        assertTrue(cut.getInt("segmentsRead") >= 1);
        assertEquals(0, cut.getInt("metaSlotsDamaged"));
        assertTrue(cut.getDuration("recoveryTime").toNanos() > 0);
        assertTrue(cut.getDuration().compareTo(cut.getDuration("recoveryTime")) >= 0, "it lasts until all is ready");
    }

    private static void requireRolls(final List<RecordedEvent> rolls, final List<RecordedEvent> standbyWaits) {
        assertEquals(6, rolls.size(), "three records in each segment");
        for (int i = 0; i < rolls.size(); i++) {
            assertEquals(i + 1, rolls.get(i).getLong("segment"));
            assertEquals(i + 2, rolls.get(i).getLong("nextSegment"));
        }
        assertEquals(5, rolls.get(0).getLong("lastSequence"), "two short ones and three long ones");
        assertEquals(
                standbyWaits.stream().map(wait -> wait.getLong("segment")).toList(),
                rolls.stream()
                        .filter(roll -> roll.getBoolean("waited"))
                        .map(roll -> roll.getLong("segment"))
                        .toList());
        assertFalse(standbyWaits.isEmpty());
    }

    private static void requireWaits(final List<RecordedEvent> backPressure, final List<RecordedEvent> slowAppends) {
        assertFalse(slowAppends.isEmpty());
        assertTrue(backPressure.size() >= slowAppends.size());
        slowAppends.forEach(append ->
                assertTrue(append.getLong("sequence") > 2 && !append.getBoolean("durable"), append::toString));
        final RecordedEvent wait = backPressure.get(0);
        assertTrue(wait.getLong("queueUsed") > 32 << 10, wait::toString);
        assertTrue(wait.getLong("notDurable") >= 0, wait::toString);
    }

    @Test
    void backPressureShouldTellWhetherTheWriterStandsStill() throws IOException {
        final List<RecordedEvent> events = recorded(() -> {
            final JournalEvents journal = JournalEvents.instance();
            journal.endBackPressure(Objects.requireNonNull(journal.beginBackPressure("simulated/", 5, 7, true)));
        });
        final RecordedEvent wait = only(events, "BackPressure");
        assertEquals(5, wait.getLong("queueUsed"));
        assertEquals(7, wait.getLong("notDurable"));
        assertTrue(wait.getBoolean("waitsForStandby"));
    }

    @Test
    void slowAppendShouldTellThatItWaitedForItsForceWhenThePolicyIsAlways() throws IOException {
        final List<RecordedEvent> events = recorded(() -> {
            try (Journal journal = Journal.open(
                    machine,
                    SimulatedJournal.config()
                            .withSyncPolicy(SyncPolicy.always())
                            .withInvokingWaits())) {
                journal.appender().append(new byte[10], 0, 10);
            }
        });
        final RecordedEvent append = only(events, "SlowAppend");
        assertEquals(1, append.getLong("sequence"));
        assertTrue(append.getBoolean("durable"));
        assertTrue(append.getDuration().compareTo(only(events, "Force").getDuration()) >= 0);
    }

    @Test
    void eventsShouldBeDescribedWhenMissionControlShowsThem() {
        assertNotNull(JournalEvents.instance());
        try (Recording recording = new Recording()) {
            EVENTS.forEach(name -> recording.enable(PREFIX + name));
            recording.start();
            final List<EventType> types = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                    .filter(type -> type.getName().startsWith(PREFIX))
                    .toList();
            // Another test loads the classes once more, and then each is there twice.
            assertEquals(
                    Set.copyOf(EVENTS),
                    types.stream()
                            .map(type -> type.getName().substring(PREFIX.length()))
                            .collect(Collectors.toSet()));
            for (final EventType type : types) {
                assertEquals(List.of("Tidemark"), type.getCategoryNames(), type.getName());
                requireWords(type.getLabel(), type.getDescription(), type.getName());
                for (final ValueDescriptor field : type.getFields()) {
                    if (!OF_THE_JDK.contains(field.getName())) {
                        requireWords(field.getLabel(), field.getDescription(), type.getName() + "." + field.getName());
                    }
                }
            }
            requireUnit(types, "Force", "length", "jdk.jfr.DataAmount");
            requireUnit(types, "BackPressure", "queueUsed", "jdk.jfr.DataAmount");
            requireUnit(types, "Recovery", "cutOffset", "jdk.jfr.DataAmount");
            requireUnit(types, "Recovery", "recoveryTime", "jdk.jfr.Timespan");
        }
    }

    private static void requireWords(final String label, final String description, final String what) {
        assertTrue(label != null && !label.isEmpty(), what);
        assertTrue(description != null && description.length() > 10, what);
    }

    private static void requireUnit(
            final List<EventType> types, final String event, final String field, final String unit) {
        final EventType found = types.stream()
                .filter(type -> type.getName().equals(PREFIX + event))
                .findFirst()
                .orElseThrow();
        assertEquals(unit, found.getField(field).getContentType(), event + "." + field);
    }

    @Test
    void nothingShouldBeBegunWhenNobodyRecords() {
        final JournalEvents events = JournalEvents.instance();
        assertNull(events.beginForce());
        assertNull(events.beginSlowAppend());
        assertNull(events.beginBackPressure("", 0, 0, false));
        assertNull(events.beginRoll());
        assertNull(events.beginStandbyWait());
        assertNull(events.beginRecovery());
        assertNull(events.beginTruncation());
    }
}

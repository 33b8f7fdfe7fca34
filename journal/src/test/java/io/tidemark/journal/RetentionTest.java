// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.PositionLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a journal gives up by itself, and what holds it, over the simulated storage. Closes pins to see what that does. */
@SuppressWarnings("try")
class RetentionTest {

    /** Two of these fill a segment. */
    private static final byte[] RECORD = new byte[25_000];

    private static final int SEGMENT_LENGTH = SimulatedJournal.SEGMENT_LENGTH;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final List<JournalException> problems = new ArrayList<>();
    private long clockNs = Duration.ofDays(400).toNanos();
    private Journal journal;

    private Journal open(final RetentionPolicy policy) throws IOException {
        journal = Journal.open(
                machine.sibling(),
                SimulatedJournal.config()
                        .withClock(() -> clockNs)
                        .withRetention(policy)
                        .withListener(new JournalListener() {
                            @Override
                            public void onRetentionProblem(final JournalException problem) {
                                problems.add(problem);
                            }
                        }));
        return journal;
    }

    @AfterEach
    void closeJournal() {
        if (journal != null && !machine.isOff()) {
            journal.close();
        }
    }

    private void append(final int count) {
        final Appender appender = journal.appender();
        for (int i = 0; i < count; i++) {
            // Not longer than the queue takes; of a journal that has failed nothing is expected.
            appender.tryAppend(0, RECORD, 0, RECORD.length);
            SimulatedJournal.settle(journal);
        }
        journal.requestFlush();
        SimulatedJournal.settle(journal);
    }

    /** Lets the time of a check come. */
    private void look() {
        SimulatedJournal.pass(Duration.ofSeconds(2));
        SimulatedJournal.settle(journal);
    }

    private long firstSegment() {
        return machine.names().stream()
                .mapToLong(FileNames::segmentNumber)
                .filter(number -> number > 0)
                .min()
                .orElse(0);
    }

    private void requireHead(final long head) {
        assertEquals(head, journal.headSequence());
        assertEquals((head - 1) / 2 + 1, firstSegment());
        assertEquals(head, JournalReader.open(machine.sibling()).headSequence());
    }

    @Test
    void segmentsShouldStayWhenThereIsNoLimit() throws IOException {
        open(RetentionPolicy.keepAll().withCheckpointHeld().withRequiredReaders("billing"));
        append(20);
        clockNs += Duration.ofDays(10_000).toNanos();
        look();
        requireHead(1);
    }

    @Test
    void segmentsShouldGoWhenTheyAreTooMany() throws IOException {
        open(RetentionPolicy.keepAll().withMaxBytes(3L * SEGMENT_LENGTH));
        append(20);
        // Records 19 and 20 are in the present segment, which is the third.
        requireHead(15);
        append(1);
        requireHead(17);
        look();
        requireHead(17);
    }

    @Test
    void segmentsShouldGoWhenTheyHoldNoneOfTheLastRecords() throws IOException {
        open(RetentionPolicy.keepAll().withMaxRecords(5));
        append(20);
        look();
        requireHead(15);
        journal.close();
        open(RetentionPolicy.keepAll().withMaxRecords(0));
        look();
        requireHead(19);
    }

    @Test
    void segmentsShouldGoWhenTheyAreTooOld() throws IOException {
        open(RetentionPolicy.keepAll().withMaxAge(Duration.ofHours(10)));
        for (int hour = 0; hour < 8; hour++) {
            append(2);
            clockNs += Duration.ofHours(1).toNanos();
        }
        look();
        requireHead(1);
        clockNs += Duration.ofHours(3).toNanos();
        look();
        // Eleven hours: the first segment ends before the record that was written an hour later, ten hours ago.
        requireHead(1);
        clockNs += 1;
        look();
        requireHead(3);
        journal.close();
        clockNs += Duration.ofHours(2).toNanos();
        open(RetentionPolicy.keepAll().withMaxAge(Duration.ofHours(10)));
        look();
        requireHead(7);
    }

    @Test
    void segmentsShouldStayWhenTheClockIsSetBack() throws IOException {
        final RetentionPolicy policy = RetentionPolicy.keepAll().withMaxAge(Duration.ofHours(10));
        open(policy);
        append(3);
        journal.close();
        // A record of a time far ahead, in the middle of the second segment; then the clock is right again.
        final long rightNs = clockNs;
        clockNs += Duration.ofHours(100).toNanos();
        open(policy);
        append(1);
        journal.close();
        clockNs = rightNs;
        open(policy);
        append(6);
        clockNs = rightNs + Duration.ofHours(11).toNanos();
        look();
        requireHead(3);
        clockNs = rightNs - Duration.ofHours(500).toNanos();
        look();
        requireHead(3);
        clockNs = rightNs + Duration.ofHours(111).toNanos();
        look();
        requireHead(9);
    }

    @Test
    void segmentsShouldStayWhenSomethingHoldsThem() throws IOException {
        open(RetentionPolicy.keepAll().withMaxRecords(0));
        final JournalReader reader = journal.reader();
        try (NamedReader billing = reader.named("billing");
                Pin pin = journal.pin(3)) {
            append(20);
            requireHead(1);
            billing.commit(8);
            look();
            requireHead(1);
            billing.commit(8);
            look();
            // Both slots of the position tell it now; the pin holds the second segment.
            requireHead(3);
            assertEquals(3, pin.sequence());
            pin.moveTo(6);
            look();
            requireHead(5);
            assertThrows(IllegalArgumentException.class, () -> pin.moveTo(5));
            pin.close();
            look();
            requireHead(9);
            billing.commit(20);
        }
        look();
        requireHead(19);
        assertThrows(OvertakenException.class, () -> journal.pin(18));
        assertThrows(IllegalArgumentException.class, () -> journal.pin(0));
        assertEquals(List.of(), problems);
    }

    @Test
    void segmentsShouldStayWhenARequiredReaderIsNotThereYet() throws IOException {
        open(RetentionPolicy.keepAll().withMaxRecords(0).withRequiredReaders("billing", "audit"));
        append(10);
        journal.reader().named("audit", Start.atEnd()).close();
        look();
        requireHead(1);
        journal.reader().named("billing", Start.atSequence(6)).close();
        look();
        requireHead(5);
        assertTrue(journal.reader().deleteNamedReader("billing"));
        look();
        requireHead(5);
    }

    @Test
    void segmentsShouldStayWhenTheyAreBehindTheLastCheckpoint() throws IOException {
        open(RetentionPolicy.keepAll().withMaxRecords(0).withCheckpointHeld());
        append(10);
        requireHead(1);
        try (Pin pin = journal.pin(4)) {
            final CompletableFuture<Long> head = journal.request(new TruncationRequest(7, 7));
            SimulatedJournal.settle(journal);
            assertEquals(4, head.join());
            assertEquals(7, journal.lastCheckpoint(), "the checkpoint is complete whatever holds the head");
            assertEquals(4, pin.sequence());
        }
        look();
        requireHead(7);
    }

    @Test
    void truncateShouldStopAtPinsAndAtWhatAReaderHasNotPassed() throws IOException {
        open(RetentionPolicy.keepAll());
        append(20);
        try (NamedReader billing = journal.reader().named("billing", Start.atSequence(10));
                Pin pin = journal.pin(6)) {
            assertEquals(6, truncate(20));
            pin.close();
            assertEquals(10, truncate(20));
            billing.commit(12);
            assertEquals(10, truncate(20), "the newer slot may not be forced");
            billing.commit(12);
            assertEquals(13, truncate(20));
            assertEquals(13, truncate(3));
        }
        assertTrue(journal.reader().deleteNamedReader("billing"));
        assertEquals(21, truncate(20));
    }

    private long truncate(final long upTo) {
        final CompletableFuture<Long> head = journal.requestTruncation(upTo);
        SimulatedJournal.settle(journal);
        return head.join();
    }

    @Test
    void segmentsShouldStayWhenThePositionOfAReaderCanNotBeRead() throws IOException {
        open(RetentionPolicy.keepAll().withMaxRecords(5));
        journal.reader().named("billing", Start.atHead()).close();
        append(10);
        machine.zero(FileNames.position("billing"), 0, PositionLayout.FILE_LENGTH);
        look();
        look();
        requireHead(1);
        assertEquals(1, problems.size(), "the same is told once");
        assertTrue(problems.get(0).getMessage().contains("billing"), problems.toString());
        final CompletableFuture<Long> head = journal.requestTruncation(4);
        SimulatedJournal.settle(journal);
        final CompletionException told = assertThrows(CompletionException.class, head::join);
        assertTrue(told.getCause() instanceof StorageException, told::toString);
        final CompletableFuture<Long> checkpoint = journal.request(new TruncationRequest(4, 4));
        SimulatedJournal.settle(journal);
        assertThrows(CompletionException.class, checkpoint::join);
        assertEquals(4, journal.lastCheckpoint());
        journal.reader().deleteNamedReader("billing");
        look();
        requireHead(5);
    }

    @Test
    void truncateShouldWaitWhenANameIsBeingTakenUp() throws IOException {
        open(RetentionPolicy.keepAll());
        append(10);
        final CompletableFuture<Long> head = new CompletableFuture<>();
        machine.faults()
                .onNth(
                        1,
                        call -> call.kind() == StorageCall.Kind.FORCE
                                && call.name().startsWith("reader-"),
                        Fault.runBefore(() -> {
                            final CompletableFuture<Long> asked = journal.requestTruncation(10);
                            SimulatedJournal.settle(journal);
                            SimulatedJournal.settle(journal);
                            assertFalse(asked.isDone(), "the position is about to be there");
                            assertNotNull(asked.thenAccept(head::complete));
                        }));
        journal.reader().named("billing", Start.atSequence(5)).close();
        SimulatedJournal.pass(Duration.ofMillis(5));
        SimulatedJournal.settle(journal);
        assertEquals(5, head.getNow(0L));
        assertTrue(machine.isLocked(), "by the writer");
    }

    /** A life with a policy: rolls, a reader that commits, a pin that moves, and looks in between. */
    private void live(final long[] held) throws IOException {
        open(RetentionPolicy.keepAll().withMaxRecords(4));
        try (NamedReader billing = journal.reader().named("billing")) {
            for (int i = 0; i < 4; i++) {
                append(5);
                if (journal.durableSequence() < 5 * i + 5) {
                    return;
                }
                billing.commit(held[0] + 3);
                billing.commit(held[0] + 3);
                held[0] += 3;
                look();
            }
        }
    }

    /** Whatever happens, what the reader has not passed is there, and what is left begins at the head's segment. */
    private void requireNothingLost(final String what, final long held) throws IOException {
        if (held == 0 && !machine.names().contains(FileNames.META)) {
            return;
        }
        final long head = JournalReader.open(machine.sibling()).headSequence();
        assertTrue(head <= held + 1, () -> what + ": head is " + head + ", passed " + held);
        try (Journal again = Journal.open(machine.sibling(), SimulatedJournal.config())) {
            assertTrue(again.headSequence() >= head, what);
            final long[] next = {again.headSequence()};
            again.replay(next[0], (sequence, b, c, d, e, f) -> assertEquals(next[0]++, sequence, what));
            assertEquals(again.lastSequence() + 1, next[0], what);
            if (machine.names().contains(FileNames.position("billing"))) {
                try (NamedReader billing = again.reader().named("billing")) {
                    assertTrue(billing.passedSequence() >= held, () -> what + ": passed " + held);
                    billing.tailer().poll((a, b, c, d, e, f) -> {}, 1);
                }
            }
        }
    }

    @Test
    void nothingShouldBeLostToAReaderWhenThePowerGoesAtAnyCall() throws IOException {
        final long seed = Long.getLong("tidemark.seed", 20261126);
        final SimulatedSnapshot beginning = machine.snapshot();
        boolean ended = false;
        int calls = 100;
        int rounds = 0;
        while (!ended) {
            calls += 2;
            rounds++;
            final SplittableRandom random = new SplittableRandom(seed + calls);
            machine.faults()
                    .onNth(
                            calls,
                            call -> true,
                            random.nextBoolean() ? Fault.powerCutHalfway(random.nextLong()) : Fault.powerCutAfter());
            final long[] held = {0};
            try {
                live(held);
            } catch (final IOException | RuntimeException e) {
                assertTrue(machine.isOff(), () -> "seed=" + seed + ": " + e);
            }
            ended = !machine.isOff();
            if (ended) {
                assertEquals(13, journal.headSequence(), "the life was to have something given up");
                machine.faults().clear();
                journal.close();
            }
            machine.faults().clear();
            machine.crash(random);
            journal = null;
            requireNothingLost("call " + calls + ", seed=" + seed, held[0]);
            machine.restore(beginning);
        }
        assertTrue(rounds > 50, "the life has become short: " + rounds);
    }

    @Test
    void nothingShouldBeLostToAReaderWhenAnyCallFails() throws IOException {
        final SimulatedSnapshot beginning = machine.snapshot();
        final boolean[] met = {true};
        int calls = 0;
        for (int call = 1; met[0]; call++) {
            met[0] = false;
            calls = call;
            final String what = "call " + call;
            machine.faults().onNth(call, RetentionTest::isOfInterest, Fault.failBefore(() -> {
                met[0] = true;
                return new IOException("the disk is broken");
            }));
            final long[] held = {0};
            try {
                live(held);
            } catch (final JournalException | IOException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("the disk is broken"), () -> what + ": " + e);
            }
            machine.faults().clear();
            closeBroken(what);
            machine.crash(new SplittableRandom(call));
            requireNothingLost(what, held[0]);
            machine.restore(beginning);
        }
        assertTrue(calls > 100, "the life has become short: " + calls);
    }

    private void closeBroken(final String what) {
        try {
            if (journal != null) {
                journal.close();
            }
        } catch (final JournalException e) {
            assertTrue(e.getMessage().contains("the disk is broken"), () -> what + ": " + e);
        }
        journal = null;
    }

    /** The making of segments has tests of its own, and closing what can't be closed leaves it open. */
    private static boolean isOfInterest(final StorageCall call) {
        return call.kind() != StorageCall.Kind.CLOSE
                && call.kind() != StorageCall.Kind.UNMAP
                && !call.name().endsWith(".segment.preparing");
    }
}

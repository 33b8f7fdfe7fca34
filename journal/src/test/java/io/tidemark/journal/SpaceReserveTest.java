// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Room that is to stay free, over the simulated storage. Two records fill a segment. */
class SpaceReserveTest {

    private static final int LENGTH = SimulatedJournal.SEGMENT_LENGTH;

    /** More than the index takes, which is written besides. */
    private static final int FOR_THE_INDEX = 16 << 10;

    private static final byte[] RECORD = new byte[28_000];

    /** Long enough for the next look, however often it was looked before. */
    private static final Duration LOOK = Duration.ofMillis(600);

    private final SimulatedStorage machine = new SimulatedStorage();
    private final List<StorageFullException> told = new ArrayList<>();

    private JournalConfig config() {
        return SimulatedJournal.config().withListener(new JournalListener() {
            @Override
            public void onStorageFull(final StorageFullException problem) {
                told.add(problem);
            }
        });
    }

    private Journal open(final JournalConfig config) throws IOException {
        final Journal journal = Journal.open(machine, config);
        SimulatedJournal.settle(journal);
        return journal;
    }

    private long used() throws IOException {
        long used = 0;
        for (final String name : machine.names()) {
            used += machine.contents(name).length;
        }
        return used;
    }

    /** Lets so much room be left. */
    private void leave(final long bytes) throws IOException {
        machine.capacity(used() + bytes);
    }

    private static long tryAppend(final Journal journal) {
        return journal.appender().tryAppend(0, RECORD, 0, RECORD.length);
    }

    private static void rollOnce(final Journal journal) {
        for (int i = 0; i < 2; i++) {
            assertTrue(tryAppend(journal) > 0);
            SimulatedJournal.settle(journal);
        }
        SimulatedJournal.flush(journal);
        SimulatedJournal.settle(journal);
    }

    @Test
    void appendShouldBeRefusedWhenLessIsLeftThanIsToStayFree() throws IOException {
        try (Journal journal = open(config())) {
            rollOnce(journal);
            leave(2 * LENGTH + FOR_THE_INDEX);
            assertTrue(tryAppend(journal) > 0, "the roll takes the standby");
            SimulatedJournal.settle(journal);
            assertEquals(1, journal.standbyCount(), "another one fits, and a segment is left");
            assertEquals(List.of(), told);
            leave(2 * LENGTH - 1);
            assertTrue(tryAppend(journal) > 0);
            assertTrue(tryAppend(journal) > 0, "the roll takes the standby");
            SimulatedJournal.settle(journal);
            assertEquals(0, journal.standbyCount(), "there is room for one, but not for what is to stay free");
            assertEquals(1, told.size());
            assertEquals(Appender.STORAGE_FULL, tryAppend(journal));
            final Appender appender = journal.appender();
            final StorageFullException e =
                    assertThrows(StorageFullException.class, () -> appender.append(RECORD, 0, RECORD.length));
            assertTrue(e.getMessage().contains("make room"), e.getMessage());
            assertEquals(0, e.acceptedSequence());
            assertThrows(StorageFullException.class, () -> appender.claim(10));
            final Batch batch = new Batch();
            batch.add(0, RECORD, 0, 10);
            assertEquals(Appender.STORAGE_FULL, appender.tryAppendBatch(batch));
            SimulatedJournal.flush(journal);
            assertEquals(5, journal.durableSequence(), "what was accepted is written");
        }
    }

    @Test
    void appendShouldGoOnByItselfWhenThereIsRoomAgain() throws IOException {
        try (Journal journal = open(config())) {
            rollOnce(journal);
            leave(0);
            assertTrue(tryAppend(journal) > 0);
            SimulatedJournal.settle(journal);
            assertEquals(Appender.STORAGE_FULL, tryAppend(journal));
            // Enough for the standby and the reserve, but not for an eighth more.
            leave(2 * LENGTH + LENGTH / 8 - 1);
            SimulatedJournal.pass(LOOK);
            SimulatedJournal.settle(journal);
            assertEquals(Appender.STORAGE_FULL, tryAppend(journal));
            leave(2 * LENGTH + LENGTH / 8 + FOR_THE_INDEX);
            SimulatedJournal.pass(LOOK);
            SimulatedJournal.settle(journal);
            assertTrue(tryAppend(journal) > 0);
            assertEquals(1, journal.standbyCount());
            assertEquals(1, told.size(), "told once");
        }
    }

    /** More was accepted than the segment at hand holds: the reserve is there for that. */
    @Test
    void recordsShouldBeWrittenWhenTheyWereAcceptedBefore() throws IOException {
        try (Journal journal = open(config().withQueueLength(256 << 10))) {
            rollOnce(journal);
            leave(LENGTH + LENGTH / 2);
            for (int i = 0; i < 4; i++) {
                assertTrue(tryAppend(journal) > 0);
            }
            SimulatedJournal.flush(journal);
            SimulatedJournal.settle(journal);
            assertEquals(6, journal.durableSequence());
            assertEquals(Appender.STORAGE_FULL, tryAppend(journal));
        }
    }

    @Test
    void checkpointShouldMakeRoomWhenRecordsAreRefused() throws IOException {
        try (Journal journal = open(config())) {
            rollOnce(journal);
            rollOnce(journal);
            rollOnce(journal);
            leave(0);
            assertTrue(tryAppend(journal) > 0);
            SimulatedJournal.settle(journal);
            assertEquals(Appender.STORAGE_FULL, tryAppend(journal));
            final Checkpoint checkpoint = journal.beginCheckpoint(6);
            assertTrue(journal.appender().tryAppendCheckpoint(checkpoint.sequence()) > 0);
            SimulatedJournal.flush(journal);
            final CompletableFuture<Long> done = journal.request(checkpoint.request());
            SimulatedJournal.settle(journal);
            assertEquals(7, done.join());
            SimulatedJournal.pass(LOOK);
            SimulatedJournal.settle(journal);
            assertTrue(tryAppend(journal) > 0);
        }
    }

    /**
     * One of the files becomes the standby that is missing, and what else is truncated gives its room away, for as long as it is
     * wanted. Under this policy a standby is faulted in, and so not ready before all is truncated.
     */
    @Test
    void truncateShouldRecycleOnlyWhatIsMissingWhenRoomIsShort() throws IOException {
        try (Journal journal = open(config().withSyncPolicy(SyncPolicy.never()))) {
            for (int i = 0; i < 4; i++) {
                rollOnce(journal);
            }
            leave(0);
            assertTrue(tryAppend(journal) > 0);
            SimulatedJournal.settle(journal);
            assertEquals(0, journal.standbyCount());
            final CompletableFuture<Long> done = journal.requestTruncation(8);
            SimulatedJournal.settle(journal);
            assertEquals(9, done.join());
            assertEquals(1, journal.standbyCount());
            assertEquals(0, spareCount());
        }
    }

    @Test
    void sparesShouldBeDeletedWhenRoomIsShort() throws IOException {
        try (Journal journal = open(config().withStandbyCount(2))) {
            for (int i = 0; i < 6; i++) {
                rollOnce(journal);
            }
            final CompletableFuture<Long> done = journal.requestTruncation(12);
            SimulatedJournal.settle(journal);
            assertEquals(13, done.join());
            assertEquals(5, spareCount());
            leave(0);
            assertTrue(tryAppend(journal) > 0, "the roll takes a standby");
            SimulatedJournal.settle(journal);
            assertEquals(1, spareCount(), "the segment that was left; of the others one is a standby");
            assertEquals(2, journal.standbyCount());
            assertTrue(tryAppend(journal) > 0, "their room is enough");
            assertEquals(List.of(), told);
        }
    }

    private long spareCount() {
        return machine.names().stream()
                .filter(name -> FileNames.spareNumber(name) > 0)
                .count();
    }

    @Test
    void nothingShouldBeRefusedWhenTheSpaceCanNotBeTold() throws IOException {
        try (Journal journal = open(config())) {
            machine.faults()
                    .onEvery(
                            StorageCall.of(StorageCall.Kind.USABLE_SPACE),
                            Fault.failBefore(() -> new IOException("no answer")));
            leave(LENGTH);
            rollOnce(journal);
            rollOnce(journal);
            assertEquals(List.of(), told);
            machine.faults().clear();
        }
    }

    @Test
    void nothingShouldBeRefusedBeforeTheDiskIsFullWhenNothingIsReserved() throws IOException {
        try (Journal journal = open(config().withReservedSpace(0))) {
            leave(LENGTH);
            rollOnce(journal);
            assertTrue(tryAppend(journal) > 0);
            SimulatedJournal.settle(journal);
            assertEquals(1, journal.standbyCount());
            assertEquals(List.of(), told);
            machine.faults().clear();
        }
    }

    @Test
    void withReservedSpaceShouldRefuseWhenItIsNegative() {
        assertThrows(
                IllegalArgumentException.class, () -> JournalConfig.defaults().withReservedSpace(-1));
        assertThrows(
                IllegalArgumentException.class, () -> JournalConfig.defaults().withRecycling(-1));
        assertThrows(
                IllegalArgumentException.class, () -> JournalConfig.defaults().withRecycling((1 << 20) + 1));
    }
}

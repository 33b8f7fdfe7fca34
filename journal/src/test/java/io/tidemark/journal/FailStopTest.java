// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What happens when the disk fails, stands still or is full: over the simulated storage, with the journal's own threads. */
class FailStopTest {

    private static final byte[] RECORD = {1, 2, 3};
    private static final int SEAL_OFFSET = (64 << 10) - 2 * FrameLayout.HEADER_LENGTH;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final JournalConfig config = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withCloseTimeout(Duration.ofMillis(50))
            .withSyncPolicy(SyncPolicy.always());

    @Test
    void appendShouldThrowCauseWhenForceFails() throws IOException {
        final IOException broken = new IOException("the disk is broken");
        final AtomicReference<JournalFailedException> told = new AtomicReference<>();
        final Journal journal = Journal.open(machine.sibling(), config.withListener(new JournalListener() {
            @Override
            public void onFailed(final JournalFailedException failure) {
                told.set(failure);
            }
        }));
        final Appender appender = journal.appender();
        assertEquals(1, appender.append(RECORD, 0, 3));
        machine.faults().on(StorageCall.of(StorageCall.Kind.FORCE_MAPPED), Fault.failBefore(() -> broken));

        final JournalFailedException waiter =
                assertThrows(JournalFailedException.class, () -> appender.append(RECORD, 0, 3));
        assertSame(broken, waiter.getCause().getCause());
        assertEquals(1, journal.durableSequence());
        assertEquals(Appender.FAILED, appender.tryAppend(0, RECORD, 0, 3));
        assertThrows(JournalFailedException.class, () -> appender.append(RECORD, 0, 3));
        assertThrows(JournalFailedException.class, () -> journal.awaitDurable(2));
        assertThrows(JournalFailedException.class, journal::flush);
        final JournalFailedException closing = assertThrows(JournalFailedException.class, journal::close);
        assertSame(broken, closing.getCause());
        assertEquals(1, journal.durableSequence());
        assertSame(closing, told.get());
        assertTrue(machine.openHandles().isEmpty() && machine.liveMappings().isEmpty(), "left open");
        assertFalse(machine.isLocked());

        try (Journal again = Journal.open(machine.sibling(), config)) {
            assertTrue(again.lastSequence() >= 1);
            assertEquals(again.lastSequence() + 1, again.appender().append(RECORD, 0, 3));
        }
    }

    @Test
    void closeShouldReleaseStandbyWhenSealCanNotBeStored() throws IOException {
        machine.failStoresFrom(SEAL_OFFSET + Long.BYTES);
        closeShouldReleaseStandby(config.withSyncPolicy(SyncPolicy.never()));
    }

    @Test
    void closeShouldReleaseStandbyWhenSealCanNotBeWritten() throws IOException {
        machine.faults()
                .on(
                        call -> call.kind() == StorageCall.Kind.WRITE
                                && call.name().equals(FileNames.segment(1))
                                && call.offset() >= SEAL_OFFSET,
                        Fault.failBefore(() -> new IOException("refused by the test")));
        closeShouldReleaseStandby(config);
    }

    private void closeShouldReleaseStandby(final JournalConfig used) throws IOException {
        final Journal journal = Journal.open(machine.sibling(), used);
        final Appender appender = journal.appender();
        final int half = (SEAL_OFFSET - SegmentLayout.HEADER_PAGE_LENGTH) / 2;
        final byte[] record = new byte[half - FrameLayout.HEADER_LENGTH];
        assertEquals(1, appender.append(record, 0, record.length));
        assertEquals(2, appender.append(record, 0, record.length));
        assertThrows(JournalFailedException.class, () -> {
            appender.append(record, 0, record.length);
            journal.flush();
        });
        assertThrows(JournalFailedException.class, journal::close);
        assertEquals(List.of(), machine.liveMappings());
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void writerShouldGoOnWhenForceStandsStill() throws Exception {
        final CountDownLatch forcing = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final SyncPolicy batch = SyncPolicy.batch(1, 1, Duration.ZERO);
        try (Journal journal = Journal.open(machine.sibling(), config.withSyncPolicy(batch))) {
            machine.faults().on(StorageCall.of(StorageCall.Kind.FORCE_MAPPED), Fault.runBefore(() -> {
                forcing.countDown();
                awaitQuietly(release);
            }));
            final Appender appender = journal.appender();
            appender.append(RECORD, 0, 3);
            forcing.await();
            long last = 0;
            for (int i = 0; i < 500; i++) {
                last = appender.append(RECORD, 0, 3);
            }
            while (journal.writtenSequence() < last) {
                Thread.onSpinWait();
            }
            assertEquals(0, journal.durableSequence());
            release.countDown();
            assertEquals(last, journal.flush());
        }
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void appendShouldGoOnWhenStorageHasRoomAgain() throws Exception {
        final CountDownLatch full = new CountDownLatch(1);
        final JournalConfig listening = config.withSyncPolicy(SyncPolicy.batch(100, 1 << 20, Duration.ofMillis(1)))
                .withReservedSpace(0)
                .withCloseTimeout(Duration.ofSeconds(60))
                .withListener(new JournalListener() {
                    @Override
                    public void onStorageFull(final StorageFullException problem) {
                        full.countDown();
                    }
                });
        long accepted = 0;
        try (Journal journal = Journal.open(machine.sibling(), listening)) {
            machine.capacity(160 << 10);
            final Appender appender = journal.appender();
            final byte[] record = new byte[1_000];
            final StorageFullException refused = assertThrows(StorageFullException.class, () -> {
                while (true) {
                    appender.append(record, 0, record.length);
                }
            });
            assertTrue(refused.getMessage().contains("make room"), refused.getMessage());
            full.await();
            accepted = journal.lastSequence();
            final long waitedFor = accepted;
            final StorageFullException waiting =
                    assertThrows(StorageFullException.class, () -> journal.awaitDurable(waitedFor));
            assertEquals(0, refused.acceptedSequence());
            assertEquals(waitedFor, waiting.acceptedSequence());
            machine.capacity(Long.MAX_VALUE);
            long sequence = Appender.STORAGE_FULL;
            while (sequence < 0) {
                sequence = appender.tryAppend(0, record, 0, record.length);
            }
            assertEquals(accepted + 1, sequence);
            long durable = 0;
            while (durable < sequence) {
                durable = journal.awaitDurable(sequence, Duration.ofSeconds(30)) ? journal.durableSequence() : -1;
                assertTrue(durable > 0, "room was made, but nothing became durable");
            }
        }
        assertEquals(
                accepted + 1, JournalReader.open(machine.sibling()).verify().lastSequence());
    }

    @Test
    void closeShouldSayWhatWasLostWhenStorageStaysFull() throws IOException {
        final Journal journal = Journal.open(
                machine.sibling(),
                config.withSyncPolicy(SyncPolicy.batch(100, 1 << 20, Duration.ofMillis(1)))
                        .withReservedSpace(0));
        machine.capacity(160 << 10);
        final Appender appender = journal.appender();
        final byte[] record = new byte[1_000];
        assertThrows(StorageFullException.class, () -> {
            while (true) {
                appender.append(record, 0, record.length);
            }
        });
        final long accepted = journal.lastSequence();
        final StorageFullException e = assertThrows(StorageFullException.class, journal::close);
        assertTrue(e.getMessage().contains(" to " + accepted + " were accepted but not written"), e.getMessage());
        final long durable = journal.durableSequence();
        assertTrue(e.getMessage().contains("sequences " + (durable + 1) + " to "), e.getMessage());
        machine.capacity(Long.MAX_VALUE);
        try (Journal again = Journal.open(machine.sibling(), config)) {
            assertEquals(durable, again.lastSequence());
        }
    }

    @Test
    void closeShouldWriteEverythingWhenDiskIsSlowButNotFull() throws Exception {
        final CountDownLatch release = new CountDownLatch(1);
        final CountDownLatch preparing = new CountDownLatch(1);
        final JournalConfig impatient = config.withSyncPolicy(SyncPolicy.batch(100, 1 << 20, Duration.ofMillis(1)))
                .withCloseTimeout(Duration.ZERO);
        final Journal journal = Journal.open(machine.sibling(), impatient);
        while (journal.standbyCount() == 0) {
            Thread.onSpinWait();
        }
        machine.faults().on(StorageCall.of(StorageCall.Kind.CREATE), Fault.runBefore(() -> {
            preparing.countDown();
            awaitQuietly(release);
        }));
        final Appender appender = journal.appender();
        final byte[] record = new byte[1_000];
        long last = 0;
        // One segment in hand and one standing by: what comes after them waits for the disk.
        while (last < 150) {
            last = appender.append(record, 0, record.length);
        }
        preparing.await();
        final Thread second = new Thread(journal::close);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread first = new Thread(() -> {
            try {
                journal.close();
            } catch (final JournalException e) {
                failure.set(e);
            }
        });
        first.start();
        second.start();
        release.countDown();
        first.join();
        second.join();
        assertEquals(null, failure.get());
        assertEquals(last, journal.durableSequence());
        assertEquals(last, JournalReader.open(machine.sibling()).verify().lastSequence());
    }

    @Test
    void agentsShouldParkWithoutLimitWhenJournalIsIdle() throws IOException {
        final Journal journal = SimulatedJournal.open(machine);
        SimulatedJournal.append(journal, journal.appender(), RECORD);
        SimulatedJournal.flush(journal);
        SimulatedJournal.settle(journal);
        SimulatedJournal.pass(Duration.ofSeconds(1));
        SimulatedJournal.settle(journal);
        // Once more: the keeper looks at the counters until it finds nothing new.
        SimulatedJournal.pass(Duration.ofSeconds(1));
        SimulatedJournal.settle(journal);
        journal.invokers().forEach(invoker -> {
            final SignalledAgent agent = invoker.agent();
            assertEquals(Long.MAX_VALUE, agent.parkLimitNs(), agent.roleName());
        });
        journal.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The writer runs where it is invoked, and on threads that have to wait; sync agent and keeper have threads. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InvokedWriterTest {

    private static final byte[] RECORD = {1, 2, 3};

    private final SimulatedStorage machine = new SimulatedStorage();
    private final SimulatedStorage process = machine.sibling();
    private final JournalConfig config = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withCloseTimeout(Duration.ofMillis(50))
            .withSyncPolicy(SyncPolicy.batch(1, 1, Duration.ZERO))
            .withInvokedWriter();

    @TempDir
    private Path directory;

    private static boolean isWriterThread(final Thread thread) {
        return thread.getName().equals("tidemark-writer");
    }

    @Test
    void invokeShouldWriteWhatWasAppendedAndLeaveTheForceToAnotherThread() throws Exception {
        final List<Thread> threads = new ArrayList<>();
        final JournalConfig counting = config.withThreadFactory(task -> {
            final Thread thread = new Thread(task);
            threads.add(thread);
            return thread;
        });
        try (Journal journal = Journal.open(process, counting)) {
            assertEquals(2, threads.size());
            assertTrue(threads.stream().noneMatch(InvokedWriterTest::isWriterThread));
            assertEquals(0, journal.invoke());
            final Tailer tailer = journal.tailer(1, Visibility.WRITTEN);
            journal.appender().append(RECORD, 0, 3);
            assertEquals(0, tailer.poll((s, t, y, b, o, l) -> {}, 10));

            assertEquals(1, journal.invoke());

            assertEquals(1, journal.writtenSequence());
            assertEquals(1, tailer.poll((s, t, y, b, o, l) -> {}, 10));
            tailer.close();
            while (journal.durableSequence() < 1) {
                Thread.onSpinWait();
            }
            assertEquals(0, journal.invoke());
        }
        ReleasedStorage.require(process);
    }

    @Test
    void waitingShouldWriteWhenTheThreadThatInvokesDoesIt() throws Exception {
        try (Journal journal = Journal.open(process, config)) {
            final Appender appender = journal.appender();
            journal.invoke();
            appender.append(RECORD, 0, 3);
            assertEquals(1, journal.flush());
            appender.append(RECORD, 0, 3);
            journal.awaitDurable(2);
            appender.append(RECORD, 0, 3);
            assertTrue(journal.awaitDurable(3, Duration.ofMinutes(1)));
            appender.append(RECORD, 0, 3);
            try (Checkpoint checkpoint = journal.beginCheckpoint()) {
                assertEquals(4, checkpoint.sequence());
                assertEquals(5, checkpoint.complete());
            }
            assertEquals(5, journal.truncate(3));
            assertFalse(journal.awaitDurable(100, Duration.ofMillis(3)));
        }
        ReleasedStorage.require(process);
    }

    @Test
    void appendShouldWriteWhenTheQueueIsFullAndNobodyInvokes() throws Exception {
        final byte[] payload = new byte[1_000];
        try (Journal journal = Journal.open(process, config)) {
            final Appender appender = journal.appender();
            for (int i = 1; i <= 500; i++) {
                payload[0] = (byte) i;
                assertEquals(i, appender.append(payload, 0, payload.length));
            }
            assertTrue(journal.backPressureCount() > 0);
            journal.flush();
            final List<Long> given = new ArrayList<>();
            journal.replay(1, (sequence, t, y, buffer, offset, l) -> {
                assertEquals((byte) sequence, buffer.get(offset));
                given.add(sequence);
            });
            assertEquals(500, given.size());
        }
        ReleasedStorage.require(process);
    }

    @Test
    void appendShouldReturnWhenDurableUnderAlways() throws Exception {
        try (Journal journal = Journal.open(process, config.withSyncPolicy(SyncPolicy.always()))) {
            final Appender appender = journal.appender();
            for (int i = 1; i <= 200; i++) {
                assertEquals(i, appender.append(new byte[1_000], 0, 1_000));
                assertEquals(i, journal.durableSequence());
            }
        }
        ReleasedStorage.require(process);
    }

    @Test
    void awaitDurableShouldWriteWhenTheThreadThatInvokesIsGone() throws Exception {
        try (Journal journal = Journal.open(process, config)) {
            final Thread gone = new Thread(() -> {
                journal.appender().append(RECORD, 0, 3);
                journal.invoke();
                journal.appender().append(RECORD, 0, 3);
            });
            gone.start();
            gone.join();
            assertEquals(1, journal.writtenSequence());
            journal.awaitDurable(2);
        }
        ReleasedStorage.require(process);
    }

    @Test
    void awaitDurableShouldReturnWhenTheClaimBeforeIsCommittedMeanwhile() throws Exception {
        try (Journal journal = Journal.open(process, config)) {
            final CountDownLatch claimed = new CountDownLatch(1);
            final CountDownLatch goOn = new CountDownLatch(1);
            final Thread slow = new Thread(() -> {
                try (BufferClaim claim = journal.appender().claim(8)) {
                    claimed.countDown();
                    goOn.await();
                    claim.commit();
                } catch (final InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            slow.start();
            claimed.await();
            assertEquals(2, journal.appender().append(RECORD, 0, 3));
            assertFalse(journal.awaitDurable(2, Duration.ofMillis(2)));
            goOn.countDown();
            journal.awaitDurable(2);
            slow.join();
        }
        ReleasedStorage.require(process);
    }

    @Test
    void awaitDurableShouldReturnWhenTheRecordIsAppendedMuchLaterByAnother() throws Exception {
        try (Journal journal = Journal.open(process, config)) {
            final CountDownLatch waiting = new CountDownLatch(1);
            final AtomicReference<Throwable> surprise = new AtomicReference<>();
            final Thread waiter = new Thread(() -> {
                try {
                    waiting.countDown();
                    journal.awaitDurable(1);
                } catch (final Throwable e) {
                    surprise.set(e);
                }
            });
            waiter.start();
            waiting.await();
            journal.appender().append(RECORD, 0, 3);
            // This thread neither invokes nor waits for the journal.
            waiter.join();
            assertEquals(null, surprise.get());
            assertEquals(1, journal.durableSequence());
        }
        ReleasedStorage.require(process);
    }

    @Test
    void closeShouldWriteWhatNobodyInvoked() throws Exception {
        final Journal journal = Journal.open(process, config);
        for (int i = 0; i < 10; i++) {
            journal.appender().append(RECORD, 0, 3);
        }
        Thread.currentThread().interrupt();
        journal.close();
        assertTrue(Thread.interrupted());
        assertEquals(10, journal.durableSequence());
        assertEquals(0, journal.invoke());
        ReleasedStorage.require(process);
        try (Journal again = Journal.open(machine.sibling(), config)) {
            assertTrue(again.recoveryReport().closedCleanly());
            assertEquals(10, again.lastSequence());
        }
    }

    @Test
    void closeShouldGiveUpAClaimThatNobodyCommitsWhenItsTimeIsUp() throws Exception {
        final Journal journal = Journal.open(process, config);
        journal.appender().claim(8);
        final JournalException lost = assertThrows(JournalException.class, journal::close);
        assertTrue(lost.getMessage().contains("never committed"), lost.getMessage());
        ReleasedStorage.require(process);
    }

    @Test
    void everyCallShouldSayWhyWhenTheWriterHasFailed() throws Exception {
        final IllegalArgumentException broken = new IllegalArgumentException("no time today");
        final Journal journal = Journal.open(process, config.withClock(() -> {
            if (Thread.currentThread().getName().equals("invoking")) {
                throw broken;
            }
            return 1;
        }));
        final Thread invoking = new Thread(
                () -> {
                    journal.appender().append(RECORD, 0, 3);
                    journal.invoke();
                },
                "invoking");
        invoking.start();
        invoking.join();
        assertThrows(JournalFailedException.class, () -> journal.appender().append(RECORD, 0, 3));
        assertThrows(JournalFailedException.class, () -> journal.awaitDurable(1));
        assertThrows(JournalFailedException.class, journal::flush);
        assertEquals(0, journal.invoke());
        assertEquals(
                broken,
                assertThrows(JournalFailedException.class, journal::close).getCause());
        ReleasedStorage.require(process);
    }

    @Test
    void callsShouldBeRefusedWhenTheWriterMakesThem() throws Exception {
        final AtomicReference<Journal> opened = new AtomicReference<>();
        final Queue<Throwable> refused = new ConcurrentLinkedQueue<>();
        final Journal journal = Journal.open(process, config.withClock(() -> {
            final Journal own = opened.getAndSet(null);
            if (own != null) {
                refused.add(assertThrows(IllegalStateException.class, own::invoke));
                refused.add(assertThrows(IllegalStateException.class, own::flush));
                refused.add(assertThrows(IllegalStateException.class, own::close));
                refused.add(assertThrows(IllegalStateException.class, () -> own.truncate(0)));
            }
            return 1;
        }));
        opened.set(journal);
        journal.appender().append(RECORD, 0, 3);
        assertEquals(1, journal.invoke());
        assertEquals(4, refused.size());
        assertEquals(1, journal.flush());
        journal.close();
        ReleasedStorage.require(process);
    }

    @Test
    void listenersShouldNotWaitWhenTheirThreadsAreTheJournals() throws Exception {
        final AtomicReference<Journal> opened = new AtomicReference<>();
        final AtomicReference<Throwable> refused = new AtomicReference<>();
        final CountDownLatch told = new CountDownLatch(1);
        final JournalConfig listening = config.withDurabilityListener(sequence -> {
            try {
                opened.get().flush();
            } catch (final Throwable e) {
                refused.set(e);
            }
            told.countDown();
        });
        try (Journal journal = Journal.open(process, listening)) {
            opened.set(journal);
            journal.appender().append(RECORD, 0, 3);
            journal.invoke();
            told.await();
            assertInstanceOf(IllegalStateException.class, refused.get());
        }
        ReleasedStorage.require(process);
    }

    @Test
    void invokeArchiveShouldBeRefusedWhenTheArchiveHasAThread() throws Exception {
        final CountDownLatch archived = new CountDownLatch(1);
        try (Journal journal = Journal.open(process, config.withArchive(segment -> {
            archived.countDown();
            return true;
        }))) {
            assertThrows(IllegalStateException.class, journal::invokeArchive);
            for (int i = 0; i < 100; i++) {
                journal.appender().append(new byte[1_000], 0, 1_000);
            }
            journal.flush();
            archived.await();
        }
    }

    @Test
    void appendShouldTellThatStorageIsFullWhenTheThreadThatInvokesAppends() throws Exception {
        final Journal journal = Journal.open(process, config.withReservedSpace(0));
        machine.capacity(160 << 10);
        final Appender appender = journal.appender();
        final byte[] payload = new byte[1_000];
        assertThrows(StorageFullException.class, () -> {
            while (true) {
                appender.append(payload, 0, payload.length);
                journal.invoke();
            }
        });
        assertThrows(StorageFullException.class, journal::flush);
        machine.capacity(Long.MAX_VALUE);
        long sequence = Appender.STORAGE_FULL;
        while (sequence < 0) {
            journal.invoke();
            sequence = appender.tryAppend(0, payload, 0, payload.length);
        }
        while (journal.writtenSequence() < sequence) {
            journal.invoke();
        }
        journal.awaitDurable(sequence);
        journal.close();
        ReleasedStorage.require(process);
    }

    /** An interrupt closes a channel under whoever is in a call of it: so on real files, and with runs long enough to be written. */
    @Test
    void nothingShouldBeLostWhenThreadsThatInvokeAreInterruptedAllTheTime() throws Exception {
        final byte[] payload = new byte[3_000];
        final int count = 2_000;
        final AtomicBoolean over = new AtomicBoolean();
        final Thread appending = Thread.currentThread();
        final Thread vandal = new Thread(() -> {
            while (!over.get()) {
                appending.interrupt();
                Thread.onSpinWait();
            }
        });
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            vandal.start();
            for (int i = 1; i <= count; i++) {
                assertEquals(i, appender.append(payload, 0, payload.length));
                if (i % 3 == 0) {
                    journal.invoke();
                }
                if (i % 100 == 0) {
                    journal.flush();
                }
                if (i % 7 == 0) {
                    Thread.interrupted();
                }
            }
            over.set(true);
            while (vandal.isAlive()) {
                Thread.onSpinWait();
            }
            Thread.interrupted();
            assertEquals(count, journal.flush());
        }
        assertEquals(count, JournalReader.open(directory).verify().recordCount());
    }

    @Test
    void awaitDurableShouldEndWhenItsThreadIsInterrupted() throws Exception {
        try (Journal journal = Journal.open(process, config)) {
            final Thread current = Thread.currentThread();
            final Thread interrupting = new Thread(() -> {
                while (current.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                current.interrupt();
            });
            interrupting.start();
            assertThrows(InterruptedException.class, () -> journal.awaitDurable(1));
            interrupting.join();
        }
    }

    @Test
    void everyRecordShouldBeWrittenOnceWhenManyThreadsAppendInvokeAndWait() throws Exception {
        final int threadCount = 4;
        final int perThread = 3_000;
        final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
        try (Journal journal = Journal.open(process, config.withStandbyCount(2))) {
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                final int kind = i;
                threads.add(new Thread(() -> {
                    try {
                        final Appender appender = journal.appender();
                        for (int n = 0; n < perThread; n++) {
                            final long sequence = appender.append(new byte[100], 0, 100);
                            if (kind == 0) {
                                journal.invoke();
                            } else if (kind == 1 && n % 50 == 0) {
                                journal.awaitDurable(sequence);
                            }
                        }
                    } catch (final Throwable e) {
                        surprises.add(e);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (final Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), List.copyOf(surprises));
            assertEquals(threadCount * perThread, journal.flush());
            final long[] expected = {1};
            journal.replay(1, (sequence, t, y, b, o, l) -> assertEquals(expected[0]++, sequence));
            assertEquals(threadCount * perThread + 1, expected[0]);
        }
        ReleasedStorage.require(process);
    }

    @Test
    void openShouldLetEverythingGoWhenThreadFactoryFails() throws IOException {
        final List<Thread> made = new ArrayList<>();
        for (final int failing : new int[] {1, 2}) {
            made.clear();
            final IllegalStateException refused = assertThrows(
                    IllegalStateException.class,
                    () -> Journal.open(process, config.withThreadFactory(task -> {
                        final Thread thread = new Thread(task);
                        made.add(thread);
                        return made.size() == failing ? null : thread;
                    })));
            assertTrue(refused.getMessage().contains("threadFactory"), refused.getMessage());
            ReleasedStorage.require(process);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.HostileWorld.State;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Code of the user's that the journal calls, or calls at the wrong moment: handlers, suppliers and claims that do what they
 * should not. Each gets an error that says so. None makes the journal hang, or leaves a file open.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileStateTest {

    private static final byte[] RECORD = {1, 2, 3};

    private final SimulatedStorage machine = new SimulatedStorage();
    private final SimulatedStorage process = machine.sibling();
    private final JournalConfig config = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withCloseTimeout(Duration.ofMillis(20))
            .withSyncPolicy(SyncPolicy.batch(1, 1, Duration.ZERO));

    private void requireGoesOn() throws IOException {
        try (Journal again = Journal.open(machine.sibling(), config)) {
            final long sequence = again.appender().append(RECORD, 0, 3);
            assertEquals(sequence, again.flush());
        }
    }

    @Test
    void replayShouldGoOnWhenHandlerDoesWhatItLikes() throws Exception {
        final Journal journal = Journal.open(process, config);
        final Appender appender = journal.appender();
        for (int i = 0; i < 500; i++) {
            appender.append(RECORD, 0, 3);
        }
        journal.flush();
        final List<Long> given = new ArrayList<>();
        final long next = journal.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            assertSame(ByteOrder.LITTLE_ENDIAN, buffer.order());
            assertEquals(2, buffer.get(offset + 1));
            assertThrows(RuntimeException.class, () -> buffer.put(offset, (byte) 9));
            buffer.order(ByteOrder.BIG_ENDIAN).limit(offset + length).position(offset);
            if (sequence == 3) {
                appender.append(RECORD, 0, 3);
            }
            if (sequence == 7) {
                journal.close();
            }
            given.add(sequence);
        });
        assertEquals(501, next);
        assertEquals(500, given.size());
        assertThrows(
                HostileException.class,
                () -> journal.replay(400, (sequence, timestampNs, type, buffer, offset, length) -> {
                    throw new HostileException("from the handler");
                }));
        ReleasedStorage.require(process);
    }

    private void openShouldRefuse(final Class<? extends Throwable> type, final String word, final JournalConfig bad)
            throws IOException {
        final Throwable refused = assertThrows(type, () -> Journal.open(process, bad));
        assertTrue(refused.getMessage().contains(word), refused.getMessage());
        ReleasedStorage.require(process);
        requireGoesOn();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void openShouldLetEverythingGoWhenThreadFactoryFails(final int atThread) throws IOException {
        final AtomicInteger count = new AtomicInteger();
        openShouldRefuse(
                IllegalStateException.class,
                "threadFactory",
                config.withThreadFactory(task -> count.incrementAndGet() == atThread ? null : new Thread(task)));
        count.set(0);
        openShouldRefuse(HostileException.class, "no thread", config.withThreadFactory(task -> {
            if (count.incrementAndGet() == atThread) {
                throw new HostileException("no thread for you");
            }
            return new Thread(task);
        }));
        count.set(0);
        openShouldRefuse(IllegalStateException.class, "threadFactory", config.withThreadFactory(task -> {
            final Thread thread = new Thread(task);
            if (count.incrementAndGet() == atThread) {
                final Thread started = new Thread(() -> {});
                started.start();
                return started;
            }
            return thread;
        }));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void openShouldLetEverythingGoWhenIdleStrategyFails(final int atStrategy) throws IOException {
        final AtomicInteger count = new AtomicInteger();
        openShouldRefuse(
                IllegalStateException.class,
                "idleStrategy",
                config.withIdleStrategy(() -> count.incrementAndGet() == atStrategy ? null : new NapStrategy()));
        count.set(0);
        openShouldRefuse(HostileException.class, "no strategy", config.withIdleStrategy(() -> {
            if (count.incrementAndGet() == atStrategy) {
                throw new HostileException("no strategy for you");
            }
            return new NapStrategy();
        }));
    }

    /** The plainest strategy there is. */
    private static class NapStrategy implements IdleStrategy {
        @Override
        public void idle(final int workCount) {
            if (workCount == 0) {
                idle();
            }
        }

        @Override
        public void idle() {
            Thread.onSpinWait();
        }

        @Override
        public void reset() {}
    }

    @Test
    void closeShouldTellWhenThreadsNeverDidTheirWork() throws Exception {
        final ThreadFactory lazy = task -> new Thread(() -> {});
        final Journal journal = Journal.open(process, config.withThreadFactory(lazy));
        assertEquals(1, journal.appender().append(RECORD, 0, 3));
        final JournalFailedException failed = assertThrows(JournalFailedException.class, journal::close);
        assertTrue(failed.getMessage().contains("without having done its work"), failed.getMessage());
        assertThrows(JournalFailedException.class, () -> journal.awaitDurable(1));
        ReleasedStorage.require(process);
        requireGoesOn();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tidemark-writer", "tidemark-sync", "tidemark-keeper"})
    void closeShouldLetEverythingGoWhenThreadOfTheJournalIsInterrupted(final String name) throws Exception {
        final List<Thread> threads = new ArrayList<>();
        final Journal journal = Journal.open(process, config.withThreadFactory(task -> {
            final Thread thread = new Thread(task);
            threads.add(thread);
            return thread;
        }));
        final Appender appender = journal.appender();
        appender.append(RECORD, 0, 3);
        for (final Thread thread : threads) {
            if (thread.getName().equals(name)) {
                thread.interrupt();
                thread.join();
            }
        }
        assertThrows(JournalFailedException.class, () -> journal.awaitDurable(2));
        assertThrows(JournalFailedException.class, () -> appender.append(RECORD, 0, 3));
        assertThrows(JournalFailedException.class, journal::close);
        ReleasedStorage.require(process);
        requireGoesOn();
    }

    @Test
    void journalShouldFailWithTheCauseWhenItsClockThrows() throws Exception {
        final AtomicReference<HostileException> thrown = new AtomicReference<>();
        final Journal journal = Journal.open(process, config.withClock(() -> {
            final HostileException e = thrown.get();
            if (e != null) {
                throw e;
            }
            return 1;
        }));
        thrown.set(new HostileException("no time"));
        journal.appender().append(RECORD, 0, 3);
        final JournalFailedException failed = assertThrows(JournalFailedException.class, journal::flush);
        assertSame(thrown.get(), failed.getCause().getCause());
        assertThrows(JournalFailedException.class, journal::close);
        ReleasedStorage.require(process);
    }

    @Test
    void timestampsShouldNotGoBackWhenTheClockDoes() throws Exception {
        final AtomicInteger now = new AtomicInteger(Integer.MAX_VALUE);
        final List<Long> stamps = new ArrayList<>();
        try (Journal journal = Journal.open(process, config.withClock(() -> now.addAndGet(-1_000)))) {
            for (int i = 0; i < 20; i++) {
                journal.flush();
                journal.appender().append(RECORD, 0, 3);
            }
            journal.flush();
            journal.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> stamps.add(timestampNs));
        }
        assertEquals(stamps.stream().sorted().toList(), stamps);
    }

    @Test
    void closeShouldReturnWhenInvokerIsInterrupted() throws Exception {
        final Journal journal = Journal.open(process, config.withInvokedAgents());
        journal.appender().append(RECORD, 0, 3);
        Thread.currentThread().interrupt();
        journal.invoke();
        journal.invoke();
        assertTrue(Thread.currentThread().isInterrupted());
        journal.close();
        assertTrue(Thread.interrupted());
        assertEquals(1, journal.durableSequence());
        assertEquals(0, journal.invoke());
        ReleasedStorage.require(process);
    }

    @Test
    void waitingShouldBeRefusedWhenTheInvokingThreadDoesIt() throws Exception {
        final Journal journal = Journal.open(process, config.withInvokedAgents());
        journal.invoke();
        final Appender appender = journal.appender();
        appender.append(RECORD, 0, 3);
        assertThrows(IllegalStateException.class, journal::flush);
        assertThrows(IllegalStateException.class, () -> journal.awaitDurable(1));
        final byte[] large = new byte[10_000];
        assertThrows(IllegalStateException.class, () -> {
            while (true) {
                appender.append(large, 0, large.length);
            }
        });
        journal.close();
        ReleasedStorage.require(process);
    }

    @Test
    void claimShouldBeRefusedClearlyWhenItIsMisused() throws Exception {
        try (Journal journal = Journal.open(process, config)) {
            final Appender appender = journal.appender();
            final BufferClaim claim = appender.claim(8);
            final ByteBuffer kept = claim.buffer().order(ByteOrder.BIG_ENDIAN);
            final int offset = claim.offset();
            final Batch batch = new Batch().add(RECORD, 0, 3);
            assertThrows(IllegalStateException.class, () -> appender.claim(1));
            assertThrows(IllegalStateException.class, () -> appender.append(RECORD, 0, 3));
            assertThrows(IllegalStateException.class, () -> appender.tryAppendBatch(batch));
            claim.commit();
            assertThrows(IllegalStateException.class, claim::commit);
            assertThrows(IllegalStateException.class, claim::abort);
            assertThrows(IllegalStateException.class, claim::buffer);
            assertThrows(IndexOutOfBoundsException.class, () -> kept.putLong(offset, -1));
            claim.close();
            claim.close();
            final BufferClaim second = appender.claim(8);
            assertSame(ByteOrder.LITTLE_ENDIAN, second.buffer().order());
            second.abort();
            assertThrows(IllegalStateException.class, second::commit);
            assertThrows(IndexOutOfBoundsException.class, () -> kept.get(offset));
            assertEquals(3, appender.append(RECORD, 0, 3));
            assertEquals(3, journal.flush());
        }
        assertEquals(3, JournalReader.open(machine.sibling()).verify().recordCount());
    }

    @Test
    void commitShouldBringNothingBackWhenJournalHasGivenTheClaimUp() throws Exception {
        final Journal journal = Journal.open(process, config);
        final BufferClaim claim = journal.appender().claim(3);
        final JournalException lost = assertThrows(JournalException.class, journal::close);
        assertTrue(lost.getMessage().contains("never committed"), lost.getMessage());
        ReleasedStorage.require(process);
        assertEquals(1, claim.commit());
        assertEquals(0, journal.durableSequence());
        assertThrows(JournalClosedException.class, () -> journal.awaitDurable(1));
        assertEquals(0, JournalReader.open(machine.sibling()).status().lastSequence());
    }

    @Test
    void appendShouldKeepItsRecordApartWhenTheSourceAppendsToo() throws Exception {
        try (Journal journal = Journal.open(process, config)) {
            final Appender appender = journal.appender();
            appender.append(HostileValues.directBuffer(target -> appender.tryAppend(2, RECORD, 0, 3)), 0, 4);
            assertEquals(2, journal.flush());
            final List<String> found = new ArrayList<>();
            journal.replay(1, (s, t, type, b, o, length) -> found.add(type + "/" + length));
            assertEquals(List.of("0/4", "2/3"), found);
        }
    }

    @Test
    void awaitDurableShouldWaitOnWhenOnlyLaterRecordsWantRoom() throws Exception {
        final Journal journal = Journal.open(
                process,
                config.withSyncPolicy(SyncPolicy.batch(1 << 20, 1 << 30, Duration.ofDays(1)))
                        .withReservedSpace(0));
        machine.capacity(0);
        final Appender appender = journal.appender();
        final byte[] large = new byte[1_000];
        assertThrows(StorageFullException.class, () -> {
            while (true) {
                appender.append(large, 0, large.length);
            }
        });
        final long written = journal.writtenSequence();
        final long last = journal.lastSequence();
        assertFalse(journal.awaitDurable(written, Duration.ofMillis(1)), "nothing forces so soon");
        final StorageFullException waiting =
                assertThrows(StorageFullException.class, () -> journal.awaitDurable(written + 1));
        assertTrue(waiting.getMessage().contains("was accepted"), waiting.getMessage());
        final StorageFullException future =
                assertThrows(StorageFullException.class, () -> journal.awaitDurable(last + 1));
        assertFalse(future.getMessage().contains("was accepted"), future.getMessage());
        assertThrows(StorageFullException.class, journal::close);
        ReleasedStorage.require(process);
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSED", "FAILED"})
    void sequencesShouldStayReadableWhenJournalHasEnded(final State state) throws Exception {
        try (HostileWorld world = new HostileWorld(state)) {
            final Journal journal = world.journal();
            assertEquals(2, journal.durableSequence());
            assertTrue(journal.awaitDurable(2, Duration.ZERO));
            assertEquals(1, journal.recoveryReport().epoch());
            final List<Long> given = new ArrayList<>();
            journal.replay(1, (sequence, t, y, b, o, l) -> given.add(sequence));
            assertEquals(List.of(1L, 2L), given.subList(0, 2));
        }
    }
}

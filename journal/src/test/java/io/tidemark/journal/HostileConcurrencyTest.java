// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many threads use a journal in every way while it is closed, fails or has no room left, all of it under their hands. Each
 * call ends, with its result or with an error that the method documents; and what was durable is there afterwards.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileConcurrencyTest {

    private static final int THREADS = 4;
    private static final long SEED = Long.getLong("tidemark.seed", 20261120L);

    /** What happens to the journal under the hands of its users. */
    private enum Ending {
        CLOSE,
        FAIL,
        FILL
    }

    private static final List<Ending> ENDINGS = List.of(Ending.values());

    /** One journal, from its opening to its end. */
    private static final class Round {
        private final long seed;
        private final SplittableRandom random;
        private final SimulatedStorage machine = new SimulatedStorage();
        private final SimulatedStorage process = machine.sibling();
        private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
        private final CountDownLatch underWay = new CountDownLatch(THREADS);
        private final Journal journal;
        private final Ending ending;
        private final boolean invokesWriter;

        Round(final long seed) throws IOException {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.ending = ENDINGS.get(random.nextInt(ENDINGS.size()));
            final List<SyncPolicy> policies = List.of(
                    SyncPolicy.always(),
                    SyncPolicy.batch(1, 1, Duration.ZERO),
                    SyncPolicy.batch(50, 1 << 20, Duration.ofMillis(1)));
            final JournalConfig config = JournalConfig.defaults()
                    .withSegmentLength(64 << 10)
                    .withQueueLength(64 << 10)
                    .withCloseTimeout(Duration.ofMillis(50))
                    .withSyncPolicy(policies.get(random.nextInt(policies.size())));
            this.invokesWriter = random.nextBoolean();
            this.journal = Journal.open(process, invokesWriter ? config.withInvokedWriter() : config);
        }

        void run() throws InterruptedException {
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                final SplittableRandom own = random.split();
                final Thread thread = new Thread(() -> use(own));
                threads.add(thread);
                thread.start();
            }
            underWay.await();
            if (ending == Ending.FAIL) {
                machine.faults()
                        .on(
                                StorageCall.of(StorageCall.Kind.FORCE_MAPPED),
                                Fault.failBefore(() -> new IOException("the disk is broken")));
            } else if (ending == Ending.FILL) {
                machine.capacity(0);
            }
            if (ending == Ending.CLOSE || random.nextBoolean()) {
                close();
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            close();
            verify();
        }

        private void close() {
            try {
                journal.close();
            } catch (final JournalFailedException | StorageFullException e) {
                assertTrue(ending != Ending.CLOSE, () -> "seed=" + seed + ": " + e);
            }
        }

        /** Calls whatever there is until a call says that the journal has ended. */
        private void use(final SplittableRandom own) {
            final Appender appender = journal.appender();
            final Batch batch = new Batch();
            for (int i = 0; i < 3_000; i++) {
                if (i == 20) {
                    underWay.countDown();
                }
                try {
                    step(own, appender, batch);
                } catch (final JournalClosedException | JournalFailedException | StorageFullException e) {
                    if (i > 20 && own.nextInt(4) == 0) {
                        break;
                    }
                } catch (final Throwable e) {
                    surprises.add(e);
                    break;
                }
            }
            underWay.countDown();
        }

        private void step(final SplittableRandom own, final Appender appender, final Batch batch)
                throws InterruptedException {
            final byte[] payload = new byte[own.nextInt(700)];
            switch (own.nextInt(13)) {
                case 0 -> claim(own, appender);
                case 1 -> {
                    batch.clear();
                    batch.add(payload, 0, payload.length).add(payload, 0, 0);
                    appender.tryAppendBatch(batch);
                }
                case 2 -> journal.flush();
                case 3 -> journal.awaitDurable(journal.lastSequence(), Duration.ofMillis(own.nextInt(3)));
                case 4 ->
                    journal.replay(Math.max(1, journal.writtenSequence() - 5), (s, t, y, b, o, l) -> b.get(o + l - 1));
                case 5 -> requireOrder();
                case 6 -> {
                    if (invokesWriter) {
                        journal.invoke();
                    }
                }
                case 7 -> assertTrue(journal.standbyCount() >= 0 && journal.backPressureCount() >= 0);
                default -> appender.append(own.nextInt(100), payload, 0, payload.length);
            }
        }

        private static void claim(final SplittableRandom own, final Appender appender) {
            try (BufferClaim claim = appender.claim(own.nextInt(100))) {
                if (own.nextBoolean()) {
                    claim.commit();
                }
            }
        }

        private void requireOrder() {
            final long durable = journal.durableSequence();
            final long written = journal.writtenSequence();
            final long last = journal.lastSequence();
            assertTrue(durable <= written && written <= last, durable + " " + written + " " + last);
        }

        private void verify() {
            final Throwable surprise = surprises.peek();
            if (surprise != null) {
                throw new AssertionError("seed=" + seed + ", ending=" + ending, surprise);
            }
            ReleasedStorage.require(process, () -> "seed=" + seed);
            final VerifyReport report = JournalReader.open(machine.sibling()).verify();
            assertEquals(VerifyReport.Verdict.INTACT, report.verdict(), () -> "seed=" + seed + ", " + report);
            assertTrue(report.lastSequence() >= journal.durableSequence(), () -> "seed=" + seed + ", " + report);
        }
    }

    private static void play(final int rounds) throws Exception {
        for (int i = 0; i < rounds; i++) {
            new Round(SEED + i).run();
        }
    }

    @Test
    void everyCallShouldEndAsDocumentedWhenTheJournalEndsMeanwhile() throws Exception {
        play(10);
    }

    @Test
    @Tag("long")
    void everyCallShouldEndAsDocumentedWhenTheJournalEndsMeanwhileAgainAndAgain() throws Exception {
        play(Integer.getInteger("tidemark.rounds", 2_000));
    }

    @Test
    void closeShouldReturnWhenManyCloseAtOnceAndOthersInvoke() throws Exception {
        final SimulatedStorage machine = new SimulatedStorage();
        final Journal journal = Journal.open(
                machine, JournalConfig.defaults().withSegmentLength(64 << 10).withInvokedAgents());
        final Appender appender = journal.appender();
        for (int i = 0; i < 100; i++) {
            appender.append(new byte[10], 0, 10);
        }
        final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            final boolean closes = i % 2 == 0;
            threads.add(new Thread(() -> {
                try {
                    for (int call = 0; call < 200; call++) {
                        journal.invoke();
                    }
                    if (closes) {
                        journal.close();
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
        assertEquals(100, journal.durableSequence());
        assertEquals(100, JournalReader.open(machine.sibling()).verify().recordCount());
    }

    /** A race of the user's own. It may cost sequences; it must not wedge the journal, or put anything but frames into it. */
    @Test
    void journalShouldStayWholeWhenBatchIsChangedWhileItIsAppended() throws Exception {
        final SimulatedStorage machine = new SimulatedStorage();
        final Batch batch = new Batch();
        final AtomicBoolean changing = new AtomicBoolean(true);
        final Thread vandal = new Thread(() -> {
            final SplittableRandom random = new SplittableRandom(SEED);
            while (changing.get()) {
                batch.clear();
                for (int i = random.nextInt(20); i >= 0; i--) {
                    batch.add(new byte[400], 0, random.nextInt(400));
                }
            }
        });
        try (Journal journal = Journal.open(machine, JournalConfig.defaults().withSegmentLength(64 << 10))) {
            final Appender appender = journal.appender();
            vandal.start();
            for (int i = 0; i < 5_000; i++) {
                try {
                    appender.appendBatch(batch);
                } catch (final IllegalArgumentException | ConcurrentModificationException e) {
                    // Caught in the act, or empty at the moment.
                }
            }
            changing.set(false);
            vandal.join();
            assertEquals(journal.lastSequence(), journal.flush());
        }
        assertEquals(
                VerifyReport.Verdict.INTACT,
                JournalReader.open(machine.sibling()).verify().verdict());
    }
}

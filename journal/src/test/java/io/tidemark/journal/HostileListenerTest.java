// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Listeners that call back into the journal, and throw. They run on the threads that everybody waits for, so a call that
 * would wait gets an error that says so, and what they throw harms nobody.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileListenerTest {

    private static final byte[] RECORD = {1, 2, 3};

    private final SimulatedStorage machine = new SimulatedStorage();
    private final SimulatedStorage process = machine.sibling();
    private final JournalConfig config = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withCloseTimeout(Duration.ofMillis(20))
            .withSyncPolicy(SyncPolicy.batch(1, 1, Duration.ZERO));

    /** Makes a call of the journal from its listeners, and tells what came of it. */
    private static final class Meddler implements JournalListener, DurabilityListener {
        private final CountDownLatch opened = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(1);
        private final AtomicReference<Throwable> outcome = new AtomicReference<>();
        private final Consumer<Journal> call;
        private final boolean fromDurability;
        private Journal journal;

        Meddler(final boolean fromDurability, final Consumer<Journal> call) {
            this.fromDurability = fromDurability;
            this.call = call;
        }

        void opened(final Journal opening) {
            journal = opening;
            opened.countDown();
        }

        private void meddle() {
            if (done.getCount() == 0) {
                return;
            }
            try {
                opened.await();
                call.accept(journal);
            } catch (final Throwable e) {
                outcome.set(e);
                throw new HostileException("passed over");
            } finally {
                done.countDown();
            }
        }

        @Override
        public void onRecovered(final RecoveryReport report) {
            if (!fromDurability) {
                meddle();
            }
        }

        @Override
        public void onDurable(final long sequence) {
            if (fromDurability) {
                meddle();
            }
        }
    }

    /** What a listener may try. The calls hold no state, but do not say so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private enum Meddling {
        CLOSE(Journal::close, IllegalStateException.class),
        FLUSH(
                journal -> {
                    journal.appender().tryAppend(0, RECORD, 0, 3);
                    journal.flush();
                },
                IllegalStateException.class),
        FLUSH_OF_WHAT_MAY_BE_DURABLE(Journal::flush, IllegalStateException.class),
        TRY_APPEND(journal -> journal.appender().tryAppend(0, RECORD, 0, 3), null),
        REPLAY(journal -> journal.replay(1, (s, t, y, b, o, l) -> {}), null);

        private final Consumer<Journal> call;
        private final Class<? extends Throwable> refusal;

        Meddling(final Consumer<Journal> call, final Class<? extends Throwable> refusal) {
            this.call = call;
            this.refusal = refusal;
        }
    }

    private void meddle(final Meddling meddling, final boolean fromDurability, final SyncPolicy policy)
            throws Exception {
        final Meddler meddler = new Meddler(fromDurability, meddling.call);
        try (Journal journal = Journal.open(
                process, config.withSyncPolicy(policy).withListener(meddler).withDurabilityListener(meddler))) {
            meddler.opened(journal);
            final Appender appender = journal.appender();
            appender.append(RECORD, 0, 3);
            meddler.done.await();
            final Throwable outcome = meddler.outcome.get();
            if (meddling.refusal == null) {
                assertEquals(null, outcome);
            } else {
                assertTrue(meddling.refusal.isInstance(outcome), String.valueOf(outcome));
                assertTrue(outcome.getMessage().contains("itself"), outcome.getMessage());
            }
            assertEquals(appender.append(RECORD, 0, 3), journal.flush());
        }
        ReleasedStorage.require(process);
    }

    @ParameterizedTest
    @EnumSource
    void callShouldNotHangWhenJournalListenerMakesIt(final Meddling meddling) throws Exception {
        meddle(meddling, false, config.syncPolicy());
    }

    @ParameterizedTest
    @EnumSource
    void callShouldNotHangWhenDurabilityListenerMakesIt(final Meddling meddling) throws Exception {
        meddle(meddling, true, config.syncPolicy());
    }

    @ParameterizedTest
    @EnumSource
    void callShouldNotHangWhenDurabilityListenerMakesItUnderAlways(final Meddling meddling) throws Exception {
        meddle(meddling, true, SyncPolicy.always());
    }

    @Test
    void appendShouldAppendNothingWhenListenerWouldWaitForItsForce() throws Exception {
        final Meddler meddler = new Meddler(true, journal -> journal.appender().append(RECORD, 0, 3));
        try (Journal journal =
                Journal.open(process, config.withSyncPolicy(SyncPolicy.always()).withDurabilityListener(meddler))) {
            meddler.opened(journal);
            journal.appender().append(RECORD, 0, 3);
            meddler.done.await();
            assertTrue(meddler.outcome.get() instanceof IllegalStateException, String.valueOf(meddler.outcome));
            assertEquals(1, journal.lastSequence());
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUnchecked(final Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void journalShouldGoOnWhenListenersThrowWhatTheyMustNotDeclare() throws Exception {
        final CountDownLatch told = new CountDownLatch(3);
        final JournalConfig throwing = config.withDurabilityListener(sequence -> {
                    told.countDown();
                    throwUnchecked(new IOException("not declared"));
                })
                .withListener(new JournalListener() {
                    @Override
                    public void onRecovered(final RecoveryReport report) {
                        told.countDown();
                        throwUnchecked(new IOException("not declared"));
                    }
                });
        try (Journal journal = Journal.open(process, throwing)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 2; i++) {
                appender.append(RECORD, 0, 3);
                journal.flush();
            }
            told.await();
            appender.append(RECORD, 0, 3);
            assertEquals(3, journal.flush());
        }
        ReleasedStorage.require(process);
    }
}

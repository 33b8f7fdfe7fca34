// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages of a standby are faulted in ahead where the writer is going to store to them, and no longer than there is time. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StandbyFaultingTest {

    private static final int SEGMENT_LENGTH = 64 << 10;
    private static final int RECORD_LENGTH = 1_000 - FrameLayout.HEADER_LENGTH;
    private static final int RECORDS_OF_A_SEGMENT = (SEGMENT_LENGTH - SegmentLayout.HEADER_PAGE_LENGTH) / 1_000;
    private static final int SEGMENTS = 4;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final AtomicInteger faultInCount = new AtomicInteger();

    private void countFaultIns() {
        machine.faults()
                .onEvery(StorageCall.of(StorageCall.Kind.FAULT_IN), Fault.runBefore(faultInCount::incrementAndGet));
    }

    /** Fills segments, so many records to a run, and waits behind each until the keeper knows that, and has made a standby. */
    private void fillSegments(final JournalConfig config, final int recordsOfARun) throws Exception {
        countFaultIns();
        final Semaphore rolled = new Semaphore(0);
        final JournalConfig listening = config.withSegmentLength(SEGMENT_LENGTH)
                .withQueueLength(64 << 10)
                .withListener(new JournalListener() {
                    @Override
                    public void onRolled(final long segment, final long lastSequence) {
                        rolled.release();
                    }
                });
        try (Journal journal = Journal.open(machine.sibling(), listening)) {
            final Appender appender = journal.appender();
            final byte[] payload = new byte[RECORD_LENGTH];
            for (int i = 1; i <= SEGMENTS * RECORDS_OF_A_SEGMENT + 1; i++) {
                final long sequence = appender.append(payload, 0, payload.length);
                if (i % recordsOfARun == 0 || i % RECORDS_OF_A_SEGMENT <= 1) {
                    while (journal.writtenSequence() < sequence) {
                        if (config.invocation() == Invocation.WRITER) {
                            journal.invoke();
                        }
                    }
                }
                if (i > 1 && i % RECORDS_OF_A_SEGMENT == 1) {
                    journal.flush();
                    rolled.acquire();
                    // With time to spare.
                    while (journal.standbyCount() == 0) {
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }

    @Test
    void standbyShouldBeFaultedInWhenTheWriterIsInvokedForEachRecord() throws Exception {
        fillSegments(JournalConfig.defaults().withInvokedWriter(), 1);
        assertTrue(faultInCount.get() > 0);
    }

    @Test
    void standbyShouldNotBeFaultedInWhenRunsAreLongAndSoWrittenToTheFile() throws Exception {
        fillSegments(JournalConfig.defaults().withInvokedWriter(), 10);
        assertEquals(0, faultInCount.get());
    }

    @Test
    void standbyShouldNotBeFaultedInWhenTheWriterHasAThread() throws Exception {
        fillSegments(JournalConfig.defaults(), 1);
        assertEquals(0, faultInCount.get());
    }

    @Test
    void standbyShouldNotBeFaultedInWhenEverythingIsWrittenToTheFile() throws Exception {
        fillSegments(JournalConfig.defaults().withInvokedWriter().withSyncPolicy(SyncPolicy.always()), 1);
        assertEquals(0, faultInCount.get());
    }

    /** How often pages are faulted in of the third segment if it is begun when the second is written up to a share. */
    private int faultInsWhenBegunAt(final double share) throws IOException {
        final long[] nowNs = {Duration.ofSeconds(1).toNanos()};
        countFaultIns();
        try (Journal journal = Journal.open(
                machine.sibling(),
                SimulatedJournal.config()
                        .withSegmentLength(SEGMENT_LENGTH)
                        .withSyncPolicy(SyncPolicy.never())
                        .withTicker(() -> nowNs[0]))) {
            SimulatedJournal.settle(journal);
            final Appender appender = journal.appender();
            final byte[] payload = new byte[RECORD_LENGTH];
            for (int i = 0; i <= RECORDS_OF_A_SEGMENT; i++) {
                appender.append(payload, 0, payload.length);
                journal.invokers().get(0).invoke();
            }
            journal.invokers().get(0).invoke();
            assertEquals(RECORDS_OF_A_SEGMENT + 1, journal.writtenSequence());
            faultInCount.set(0);
            // The sync agent and the keeper learn that the first segment is full while the second is being written.
            journal.invokers().get(1).invoke();
            for (int i = 1; i < share * RECORDS_OF_A_SEGMENT; i++) {
                appender.append(payload, 0, payload.length);
                journal.invokers().get(0).invoke();
            }
            nowNs[0] += Duration.ofSeconds(1).toNanos();
            SimulatedJournal.settle(journal);
            assertEquals(1, journal.standbyCount());
            return faultInCount.get();
        }
    }

    @Test
    void standbyShouldBeFaultedInWhenTheWriterWillNotNeedItSoon() throws IOException {
        assertTrue(faultInsWhenBegunAt(0.8) > 0);
    }

    @Test
    void standbyShouldNotBeFaultedInWhenTheWriterIsAboutToNeedIt() throws IOException {
        assertEquals(0, faultInsWhenBegunAt(0.95));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Checkpoints over the simulated storage, with the journal's own threads. */
class CheckpointTest {

    private static final byte[] RECORD = new byte[20_000];

    private final SimulatedStorage machine = new SimulatedStorage();
    private final JournalConfig config = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withSyncPolicy(SyncPolicy.batch(1_000_000, 1 << 30, Duration.ofDays(1)));

    private static long append(final Journal journal, final int count) {
        final Appender appender = journal.appender();
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = appender.append(i, RECORD, 0, RECORD.length);
        }
        return last;
    }

    private static List<Long> replayed(final Journal journal) {
        final List<Long> sequences = new ArrayList<>();
        journal.flush();
        journal.replay(
                journal.lastCheckpoint() + 1,
                (sequence, timestampNs, type, buffer, offset, length) -> sequences.add(sequence));
        return sequences;
    }

    @Test
    void completeShouldMoveTheHeadBehindWhatItCovers() throws IOException {
        try (Journal journal = Journal.open(machine.sibling(), config)) {
            assertEquals(10, append(journal, 10));
            try (Checkpoint checkpoint = journal.beginCheckpoint()) {
                assertEquals(10, checkpoint.sequence());
                assertEquals(10, journal.durableSequence());
                assertEquals(0, journal.lastCheckpoint());
                assertEquals(11, checkpoint.complete());
            }
            assertEquals(10, journal.lastCheckpoint());
            assertEquals(11, journal.headSequence());
            assertEquals(11, journal.lastSequence(), "the checkpoint has a record of its own");
            assertEquals(13, append(journal, 2));
            assertEquals(List.of(12L, 13L), replayed(journal));
        }
        assertTrue(machine.names().stream().noneMatch("00000000000000000001.segment"::equals), "not truncated");
        assertEquals(10, JournalReader.open(machine).lastCheckpoint());
        assertEquals(10, JournalReader.open(machine).status().checkpointSequence());
        try (Journal again = Journal.open(machine.sibling(), config)) {
            assertEquals(10, again.lastCheckpoint());
            assertEquals(List.of(12L, 13L), replayed(again));
        }
    }

    @Test
    void closeShouldChangeNothingWhenTheCheckpointWasNotCompleted() throws IOException {
        try (Journal journal = Journal.open(machine.sibling(), config)) {
            append(journal, 10);
            final Checkpoint checkpoint = journal.beginCheckpoint();
            checkpoint.close();
            assertEquals(0, journal.lastCheckpoint());
            assertEquals(1, journal.headSequence());
            assertEquals(10, journal.lastSequence());
            assertThrows(IllegalStateException.class, checkpoint::complete);
        }
    }

    @Test
    void beginCheckpointShouldCoverLessWhenAskedTo() throws IOException {
        try (Journal journal = Journal.open(machine.sibling(), config)) {
            append(journal, 4);
            try (Checkpoint checkpoint = journal.beginCheckpoint(2)) {
                assertEquals(3, checkpoint.complete());
                assertThrows(IllegalStateException.class, checkpoint::complete);
            }
            assertEquals(List.of(3L, 4L), replayed(journal));
            assertThrows(IllegalArgumentException.class, () -> journal.beginCheckpoint(-1));
            assertThrows(IllegalArgumentException.class, () -> journal.beginCheckpoint(6));
        }
    }

    @Test
    void completeShouldNotGoBackWhenALaterCheckpointIsComplete() throws IOException {
        try (Journal journal = Journal.open(machine.sibling(), config)) {
            append(journal, 6);
            final Checkpoint early = journal.beginCheckpoint(2);
            try (Checkpoint late = journal.beginCheckpoint(5)) {
                assertEquals(6, late.complete());
            }
            assertEquals(6, early.complete());
            assertEquals(5, journal.lastCheckpoint());
        }
    }

    @Test
    void beginCheckpointShouldCoverNothingWhenThereIsNoRecord() throws IOException {
        try (Journal journal = Journal.open(machine.sibling(), config);
                Checkpoint checkpoint = journal.beginCheckpoint()) {
            assertEquals(0, checkpoint.sequence());
            assertEquals(1, checkpoint.complete());
            assertEquals(0, journal.lastSequence());
        }
    }

    @Test
    void completeShouldBeRefusedWhenTheJournalIsClosed() throws IOException {
        final Journal journal = Journal.open(machine.sibling(), config);
        append(journal, 3);
        final Checkpoint checkpoint = journal.beginCheckpoint();
        journal.close();
        assertThrows(JournalClosedException.class, checkpoint::complete);
        assertThrows(JournalClosedException.class, () -> journal.truncate(3));
        try (Journal again = Journal.open(machine.sibling(), config)) {
            assertEquals(0, again.lastCheckpoint());
            assertEquals(List.of(1L, 2L, 3L), replayed(again));
        }
    }

    @Test
    void completeShouldThrowCauseWhenTheMetaFileCanNotBeForced() throws IOException {
        final Journal journal = Journal.open(machine.sibling(), config);
        append(journal, 3);
        final IOException broken = new IOException("the disk is broken");
        final Checkpoint checkpoint = journal.beginCheckpoint();
        machine.faults()
                .on(
                        call -> call.kind() == StorageCall.Kind.FORCE
                                && call.name().equals("journal.meta"),
                        Fault.failBefore(() -> broken));
        final JournalFailedException told = assertThrows(JournalFailedException.class, checkpoint::complete);
        assertTrue(String.valueOf(told.getMessage()).contains("the disk is broken"), told::getMessage);
        assertThrows(JournalFailedException.class, journal::close);
    }

    @Test
    void truncateShouldThrowWhenAListenerCallsIt() throws IOException {
        final AtomicReference<Journal> opened = new AtomicReference<>();
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final JournalListener listener = new JournalListener() {
            @Override
            public void onRolled(final long segment, final long lastSequence) {
                thrown.compareAndSet(
                        null,
                        assertThrows(
                                IllegalStateException.class, () -> opened.get().truncate(1)));
            }
        };
        try (Journal journal = Journal.open(machine.sibling(), config.withListener(listener))) {
            opened.set(journal);
            append(journal, 10);
        }
        assertTrue(thrown.get() instanceof IllegalStateException, "it was not refused");
    }

    /**
     * A store that keeps a sum in a file of its own, and takes a checkpoint now and then. The power goes at any call, and
     * from the file and the journal behind the last checkpoint the sum comes out right.
     */
    @Test
    void replayShouldRebuildTheDataWhenThePowerGoesAtAnyCall() throws IOException {
        final long seed = Long.getLong("tidemark.seed", System.nanoTime());
        boolean ended = false;
        int calls = 0;
        for (int call = 1; !ended; call++) {
            final SplittableRandom random = new SplittableRandom(seed + call);
            final SimulatedStorage journalMachine = new SimulatedStorage();
            final SummingStore store = new SummingStore(journalMachine);
            journalMachine.faults().onNth(call, each -> true, Fault.powerCutHalfway(random.nextLong()));
            ended = store.live();
            journalMachine.faults().clear();
            journalMachine.crash(random);
            store.requireRebuilt("call " + call + ", seed=" + seed);
            calls = call;
        }
        assertTrue(calls > 60, "the life has become short: " + calls);
    }
}

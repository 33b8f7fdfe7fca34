// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Damage that also hits the evidence: what proves that a record had been durable is damaged, or stands in a segment that
 * is. Evidence that is left must still be found, and evidence that is gone must be told.
 */
class EvidenceTest {

    private static final int RECORD_LENGTH = 1_000;
    private static final int RECORDS = 100;
    private static final int BLOCK_LENGTH = 4096;

    private final SimulatedStorage machine = new SimulatedStorage();
    private long durableSequence;

    /** Leaves a journal behind that had gone on to its second segment; its meta file does not know that yet. */
    @BeforeEach
    void write() throws IOException {
        final Journal journal = SimulatedJournal.open(machine);
        SimulatedJournal.settle(journal);
        final Appender appender = journal.appender();
        final byte[] payload = new byte[RECORD_LENGTH];
        for (int i = 0; i < RECORDS; i++) {
            assertTrue(appender.tryAppend(0, payload, 0, payload.length) > 0);
            if (i % 10 == 9) {
                writeAndForce(journal);
            }
        }
        durableSequence = journal.durableSequence();
        assertEquals(RECORDS, durableSequence);
        machine.kill();
        assertEquals(0, meta().durableSequence());
        assertEquals(1, meta().markSegment());
        assertTrue(machine.names().contains(FileNames.segment(2)));
        assertEquals(VerifyReport.Verdict.INTACT, verify().verdict());
    }

    /** Writer and sync work; the keeper, who would write the mark down, does not. */
    private static void writeAndForce(final Journal journal) {
        final long target = journal.requestFlush();
        while (journal.durableSequence() < target) {
            journal.invokers().get(0).invoke();
            journal.invokers().get(1).invoke();
        }
    }

    private Meta meta() throws IOException {
        try (MetaFile file = MetaFile.open(machine, false)) {
            return JournalFiles.readMeta(machine, file);
        }
    }

    private VerifyReport verify() throws IOException {
        return Verification.run(machine.sibling(), 0);
    }

    /** Empties the first segment from a place in its middle on, so that only the second can prove anything. */
    private void loseEndOfFirstSegment() throws IOException {
        final int from = SegmentLayout.HEADER_PAGE_LENGTH + 10 * BLOCK_LENGTH;
        machine.zero(FileNames.segment(1), from, SimulatedJournal.SEGMENT_LENGTH - from);
    }

    private void spoilHeaderOf(final long segment) throws IOException {
        machine.flip(FileNames.segment(segment), SegmentLayout.NUMBER_OFFSET, 0x40);
    }

    @Test
    void openShouldRefuseWhenDurableRecordsAreLostAndTheHeaderOfTheNextSegmentIsDamaged() throws IOException {
        loseEndOfFirstSegment();
        spoilHeaderOf(2);
        final VerifyReport report = verify();
        assertEquals(VerifyReport.Verdict.CORRUPT, report.verdict(), report.toString());
        assertEquals(machine.pathOf(FileNames.segment(1)), report.file());
        final CorruptJournalException e =
                assertThrows(CorruptJournalException.class, () -> SimulatedJournal.open(machine));
        assertEquals(report.nextSequence(), e.sequence());
        machine.kill();
        assertEquals(report, verify(), "nothing was changed");
    }

    @Test
    void openShouldRefuseWhenTheChainLeadsToADamagedHeader() throws IOException {
        spoilHeaderOf(2);
        assertEquals(VerifyReport.Verdict.CORRUPT, verify().verdict());
        assertThrows(CorruptJournalException.class, () -> SimulatedJournal.open(machine));
    }

    @Test
    void openShouldGoOnWhenTheHeaderOfAnUnusedStandbyIsDamaged() throws IOException {
        final Journal journal = SimulatedJournal.open(machine);
        SimulatedJournal.settle(journal);
        machine.kill();
        final String standby = FileNames.segment(3);
        assertTrue(machine.names().contains(standby));
        spoilHeaderOf(3);
        assertEquals(VerifyReport.Verdict.INTACT, verify().verdict());
        final Journal reopened = SimulatedJournal.open(machine);
        assertFalse(reopened.recoveryReport().tailCut());
        assertEquals(durableSequence, reopened.lastSequence());
        assertFalse(machine.names().contains(standby), "it is made anew when it is needed");
    }

    private int newestSlot() throws IOException {
        return (int) (meta().generation() % MetaLayout.SLOT_COUNT);
    }

    /** All records are there, and the last one was never durable; but the mark is in the segment behind the seal. */
    @Test
    void readersShouldRefuseWhenTheSealBeforeTheDurableMarkIsMissing() throws IOException {
        final SimulatedStorage other = new SimulatedStorage();
        final Journal journal = SimulatedJournal.open(other);
        SimulatedJournal.settle(journal);
        final Appender appender = journal.appender();
        final int frameLength = FrameLayout.align(FrameLayout.HEADER_LENGTH + RECORD_LENGTH);
        final int framesInFirst = (SimulatedJournal.SEGMENT_LENGTH - SegmentLayout.HEADER_PAGE_LENGTH) / frameLength;
        final int seal = SegmentLayout.HEADER_PAGE_LENGTH + framesInFirst * frameLength;
        for (int i = 0; i <= framesInFirst; i++) {
            SimulatedJournal.append(journal, appender, new byte[RECORD_LENGTH]);
        }
        SimulatedJournal.settle(journal);
        assertEquals(framesInFirst, journal.durableSequence());
        assertEquals(framesInFirst + 1, journal.writtenSequence());
        other.kill();
        other.zero(FileNames.segment(1), seal, FrameLayout.HEADER_LENGTH);

        final VerifyReport report = Verification.run(other.sibling(), 0);
        assertEquals(VerifyReport.Verdict.CORRUPT, report.verdict());
        assertEquals(seal, report.offset());
        assertTrue(report.finding().contains("had gone on to segment 2"), report.finding());
        final JournalReader reader = JournalReader.open(other);
        assertThrows(CorruptJournalException.class, () -> reader.replay(1, (s, t, type, b, o, length) -> {}));
    }

    private void spoilSlot(final int slot) throws IOException {
        machine.flip(FileNames.META, slot * MetaLayout.SLOT_DISTANCE + MetaLayout.DURABLE_SEQUENCE_OFFSET, 1);
    }

    @Test
    void reportsShouldTellThatASlotOfTheMetaFileIsDamaged() throws IOException {
        final SimulatedSnapshot whole = machine.snapshot();
        final int newest = newestSlot();
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            machine.restore(whole);
            spoilSlot(slot);
            final String message = "slot=" + slot + ", newest=" + newest;
            final VerifyReport report = verify();
            assertEquals(VerifyReport.Verdict.INTACT, report.verdict(), message);
            assertEquals(1, report.metaSlotsDamaged(), message);
            final RecoveryReport recovery = SimulatedJournal.open(machine).recoveryReport();
            assertEquals(1, recovery.metaSlotsDamaged(), message);
            assertEquals(durableSequence, recovery.lastSequence(), message);
            machine.kill();
            assertEquals(0, verify().metaSlotsDamaged(), "opening mends it: " + message);
            assertEquals(0, SimulatedJournal.open(machine).recoveryReport().metaSlotsDamaged(), message);
            machine.kill();
        }
    }

    @Test
    void reportsShouldTellOfDamagedSlotsWhateverElseIsFound() throws IOException {
        assertEquals(0, verify().metaSlotsDamaged());
        loseEndOfFirstSegment();
        spoilSlot(newestSlot());
        final VerifyReport one = verify();
        assertEquals(VerifyReport.Verdict.CORRUPT, one.verdict());
        assertEquals(1, one.metaSlotsDamaged());
        spoilSlot(newestSlot());
        final VerifyReport both = verify();
        assertEquals(VerifyReport.Verdict.CORRUPT, both.verdict());
        assertEquals(2, both.metaSlotsDamaged());
        assertEquals(machine.pathOf(FileNames.META), both.file());
    }

    @Test
    void verifyShouldNotTellOfASlotWhenAWriterWasJustWritingIt() throws IOException {
        spoilSlot(0);
        final SimulatedStorage other = machine.sibling();
        final int[] reads = new int[1];
        other.faults()
                .on(
                        call -> {
                            final boolean isRead = StorageCall.of(StorageCall.Kind.READ, FileNames.META)
                                    .test(call);
                            reads[0] += isRead ? 1 : 0;
                            if (isRead && reads[0] == MetaLayout.SLOT_COUNT + 1) {
                                mendSlot();
                            }
                            return false;
                        },
                        Fault.failBefore(() -> new IOException("met by no call")));
        assertEquals(0, Verification.run(other, 0).metaSlotsDamaged());
    }

    /** What the writer does between the two looks. */
    private void mendSlot() {
        try {
            spoilSlot(0);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}

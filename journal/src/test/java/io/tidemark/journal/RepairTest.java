// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.NoSpaceException;
import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Known damage to a journal of three segments, and what a repair makes of it. */
class RepairTest {

    private static final int RECORD_COUNT = 40;
    private static final int PAYLOAD_LENGTH = 4_000;
    private static final int FRAME_LENGTH = FrameLayout.HEADER_LENGTH + PAYLOAD_LENGTH;
    private static final int PER_SEGMENT = 15;
    private static final int FIRST = SegmentLayout.HEADER_PAGE_LENGTH;

    /** What can't be closed stays open, by the rules of the game. */
    private static final Set<StorageCall.Kind> LETTING_GO =
            Set.of(StorageCall.Kind.CLOSE, StorageCall.Kind.UNMAP, StorageCall.Kind.CLOSE_STORAGE);

    private final SimulatedStorage machine = new SimulatedStorage();
    private final SimulatedStorage target = new SimulatedStorage();
    private Map<Long, String> truth = new TreeMap<>();

    @BeforeEach
    void writeThreeSegments() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            final Appender appender = journal.appender();
            for (int i = 1; i <= RECORD_COUNT; i++) {
                final byte[] payload = new byte[PAYLOAD_LENGTH];
                payload[0] = (byte) i;
                while (appender.tryAppend(i, payload, 0, payload.length) < 0) {
                    journal.invoke();
                }
            }
            SimulatedJournal.settle(journal);
        }
        truth = read(machine);
        assertEquals(RECORD_COUNT, truth.size());
    }

    /** Sequence, and all else that a reader is given. */
    private static Map<Long, String> read(final SimulatedStorage storage) {
        final Map<Long, String> records = new TreeMap<>();
        final JournalReader reader = JournalReader.open(storage.sibling());
        reader.replay(reader.headSequence(), (sequence, timestampNs, type, buffer, offset, length) -> {
            final byte[] payload = new byte[length];
            buffer.get(offset, payload);
            records.put(
                    sequence,
                    timestampNs + "/" + type + "/" + length + "/"
                            + ByteBuffer.wrap(payload).hashCode());
        });
        return records;
    }

    private static Map<String, ByteBuffer> files(final SimulatedStorage storage) throws IOException {
        final Map<String, ByteBuffer> files = new TreeMap<>();
        for (final String name : storage.names()) {
            files.put(name, ByteBuffer.wrap(storage.contents(name)));
        }
        return files;
    }

    private RepairReport repair() throws IOException {
        return repair(Repair.MAX_FILLED);
    }

    /** Repairs, and holds the copy against the report and against what was written. */
    private RepairReport repair(final long maxFilled) throws IOException {
        final Map<String, ByteBuffer> before = files(machine);
        final RepairReport report = new Repair(machine.sibling(), target, () -> 7, 1, maxFilled, count -> {}).run();
        assertEquals(before, files(machine), "the damaged journal was changed");
        assertEquals(List.of(), machine.openHandles());
        assertEquals(List.of(), target.openHandles());
        assertEquals(List.of(), target.liveMappings());
        target.close();
        final Map<Long, String> expected = new TreeMap<>();
        for (final RepairReport.Range range : report.salvaged()) {
            for (long sequence = range.fromSequence(); sequence <= range.toSequence(); sequence++) {
                expected.put(sequence, String.valueOf(truth.get(sequence)));
            }
        }
        assertEquals(expected, read(target));
        target.crash(new SplittableRandom(1));
        assertEquals(expected, read(target), "the copy was not durable");
        try (Journal journal = SimulatedJournal.open(target)) {
            assertEquals(report.lastSequence(), journal.lastSequence());
            assertFalse(journal.recoveryReport().tailCut());
            SimulatedJournal.append(journal, journal.appender(), new byte[1]);
            SimulatedJournal.flush(journal);
        }
        assertEquals(expected.size() + 1, read(target).size());
        return report;
    }

    private static List<RepairReport.Range> ranges(final long... ends) {
        final List<RepairReport.Range> ranges = new ArrayList<>();
        for (int i = 0; i < ends.length; i += 2) {
            ranges.add(new RepairReport.Range(ends[i], ends[i + 1]));
        }
        return ranges;
    }

    private static int offsetOf(final int sequence) {
        return FIRST + (sequence - 1) % PER_SEGMENT * FRAME_LENGTH;
    }

    private static String segmentOf(final int sequence) {
        return FileNames.segment((sequence - 1) / PER_SEGMENT + 1);
    }

    @Test
    void repairShouldSalvageEverythingWhenNothingIsDamaged() throws IOException {
        final RepairReport report = repair();
        assertEquals(new RepairReport(1, 40, ranges(1, 40), List.of(), List.of(), false), report);
        assertTrue(report.isComplete());
    }

    @Test
    void repairShouldSalvageWhatLiesBehindWhenOneRecordIsDamaged() throws IOException {
        machine.flip(segmentOf(20), offsetOf(20) + 1_000, 1);
        assertThrows(CorruptJournalException.class, () -> read(machine));
        assertEquals(new RepairReport(1, 40, ranges(1, 19, 21, 40), ranges(20, 20), List.of(), false), repair());
    }

    @Test
    void repairShouldLeaveOutTheNextRecordWhenNobodyKnowsWhetherItsBatchBeganBefore() throws IOException {
        machine.zero(segmentOf(20), offsetOf(20), 512);
        assertEquals(new RepairReport(1, 40, ranges(1, 19, 22, 40), ranges(20, 20), ranges(21, 21), false), repair());
    }

    @Test
    void repairShouldLoseNothingWhenAHeaderOfASegmentIsDamaged() throws IOException {
        machine.zero(FileNames.segment(2), 0, FIRST);
        assertThrows(CorruptJournalException.class, () -> read(machine));
        assertEquals(ranges(1, 40), repair().salvaged());
    }

    @Test
    void repairShouldKeepSequencesWhenASegmentIsMissing() throws IOException {
        machine.delete(FileNames.segment(2));
        assertEquals(new RepairReport(1, 40, ranges(1, 15, 31, 40), ranges(16, 30), List.of(), false), repair());
    }

    @Test
    void repairShouldTellWhatIsMissingInFrontWhenTheFirstSegmentIs() throws IOException {
        machine.delete(FileNames.segment(1));
        assertEquals(new RepairReport(16, 40, ranges(16, 40), ranges(1, 15), List.of(), false), repair());
    }

    @Test
    void repairShouldGiveNoSequenceOutAgainWhenTheDurableEndIsLost() throws IOException {
        machine.zero(segmentOf(38), offsetOf(38), 3 * FRAME_LENGTH);
        assertEquals(new RepairReport(1, 40, ranges(1, 37), ranges(38, 40), List.of(), false), repair());
    }

    @Test
    void repairShouldMakeAnEmptyJournalWhenNoSegmentIsLeft() throws IOException {
        for (int number = 1; number <= 4; number++) {
            machine.delete(FileNames.segment(number));
        }
        final RepairReport report =
                new Repair(machine.sibling(), target, () -> 7, 1, Repair.MAX_FILLED, count -> {}).run();
        assertEquals(new RepairReport(41, 40, List.of(), ranges(1, 40), List.of(), false), report);
        target.close();
        try (Journal journal = SimulatedJournal.open(target)) {
            assertEquals(41, SimulatedJournal.append(journal, journal.appender(), new byte[3]));
        }
    }

    @Test
    void repairShouldFindTheIdInTheSegmentsWhenTheMetaFileIsDamaged() throws IOException {
        machine.flip(FileNames.META, 100, 1);
        machine.flip(FileNames.META, MetaLayout.SLOT_DISTANCE + 20, 1);
        machine.zero(FileNames.segment(1), 0, FIRST);
        assertEquals(new RepairReport(1, 40, ranges(1, 40), List.of(), List.of(), true), repair());
    }

    @Test
    void repairShouldFindTheIdInTheSegmentsWhenTheMetaFileIsMissing() throws IOException {
        machine.delete(FileNames.META);
        assertEquals(new RepairReport(1, 40, ranges(1, 40), List.of(), List.of(), true), repair());
    }

    @Test
    void repairShouldSalvageWhatCameLaterWhenAnOldMetaFileWasPutBack() throws IOException {
        final byte[] old = machine.contents(FileNames.META);
        try (Journal journal = SimulatedJournal.open(machine)) {
            SimulatedJournal.append(journal, journal.appender(), new byte[100]);
        }
        truth = read(machine);
        machine.delete(FileNames.META);
        machine.install(FileNames.META, old);
        assertEquals(new RepairReport(1, 41, ranges(1, 41), List.of(), List.of(), false), repair());
    }

    @Test
    void repairShouldRefuseWhenNothingTellsTheId() throws IOException {
        machine.delete(FileNames.META);
        for (int number = 1; number <= 4; number++) {
            machine.flip(FileNames.segment(number), 20, 1);
        }
        final CorruptJournalException refused =
                assertThrows(CorruptJournalException.class, () -> Repair.run(machine.sibling(), target, count -> {}));
        assertTrue(refused.getMessage().contains("tells the id"), refused.getMessage());
        assertEquals(List.of(), target.names());
    }

    @Test
    void repairShouldBeginBehindTheGapWhenItIsTooLongToFill() throws IOException {
        machine.delete(FileNames.segment(2));
        assertEquals(new RepairReport(31, 40, ranges(31, 40), ranges(16, 30), ranges(1, 15), false), repair(14));
        assertEquals(FileNames.segment(1), target.names().get(0));
    }

    @Test
    void repairShouldFillTheGapWhenItIsAsLongAsCanBe() throws IOException {
        machine.delete(FileNames.segment(2));
        assertEquals(1, repair(15).firstSequence());
    }

    @Test
    void repairShouldSalvageWhatIsWholeWhenTheTailIsTorn() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            SimulatedJournal.append(journal, journal.appender(), new byte[100]);
            SimulatedJournal.append(journal, journal.appender(), new byte[100]);
            SimulatedJournal.settle(journal);
            truth = read(machine);
            machine.kill();
            machine.flip(segmentOf(40), offsetOf(40) + FRAME_LENGTH + 136 + 40, 1);
            assertEquals(
                    VerifyReport.Verdict.TORN_TAIL,
                    JournalReader.open(machine.sibling()).verify().verdict());
            assertEquals(new RepairReport(1, 41, ranges(1, 41), List.of(), List.of(), false), repair());
            machine.kill();
        } catch (final JournalException e) {
            // This journal is dead.
            assertTrue(machine.openHandles().isEmpty(), e.toString());
        }
    }

    @Test
    void repairShouldNotBringBackWhatWasCutWhenTheRecordBeforeItIsDamaged() throws IOException {
        final FuzzJournal cut = FuzzJournal.all().get(2);
        for (final FuzzJournal.Frame frame : cut.frames()) {
            final SimulatedStorage damaged = new SimulatedStorage();
            damaged.restore(cut.snapshot());
            damaged.flip(frame.file(), frame.offset() + FrameLayout.HEADER_LENGTH - 1, 1);
            final SimulatedStorage copy = new SimulatedStorage();
            final RepairReport report = Repair.run(damaged.sibling(), copy, count -> {});
            final Map<Long, ByteBuffer> truths = new TreeMap<>();
            cut.truths().forEach(record -> truths.put(record.sequence(), record.payload()));
            JournalReader.open(copy).replay(report.firstSequence(), (sequence, t, type, buffer, offset, length) -> {
                final byte[] payload = new byte[length];
                buffer.get(offset, payload);
                assertEquals(truths.get(sequence), ByteBuffer.wrap(payload), "sequence " + sequence);
            });
        }
    }

    /** Damages every byte of every frame of a batch. */
    @Test
    void repairShouldTakeABatchWholeOrNotAtAllWhenAnyByteOfItIsDamaged() throws IOException {
        final SimulatedStorage batches = new SimulatedStorage();
        try (Journal journal = SimulatedJournal.open(batches)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 3; i++) {
                final byte[] payload = new byte[10];
                SimulatedJournal.append(journal, appender, payload);
                appender.tryAppendBatch(
                        new Batch().add(payload, 0, 9).add(payload, 0, 3).add(payload, 0, 1));
            }
            SimulatedJournal.settle(journal);
        }
        // Frames of 48 and 40 bytes: sequences 5, 6 to 8, 9.
        final int batch = FIRST + 48 + 48 + 40 + 40 + 48;
        for (int offset = batch - 48; offset < batch + 48 + 40 + 40 + 48; offset++) {
            batches.flip(FileNames.segment(1), offset, 1);
            final RepairReport report = Repair.run(batches.sibling(), new SimulatedStorage(), count -> {});
            final int at = offset;
            long inBatch = 0;
            for (final RepairReport.Range range : report.salvaged()) {
                inBatch += Math.max(0, Math.min(8, range.toSequence()) - Math.max(6, range.fromSequence()) + 1);
            }
            final boolean damaged = offset >= batch && offset < batch + 128;
            final long found = inBatch;
            assertTrue(found == 0 || (!damaged && found == 3), () -> "offset " + (at - batch) + ": " + report);
            assertEquals(12, report.lastSequence());
            assertEquals(12, total(report), () -> "offset " + (at - batch) + ": " + report);
            batches.flip(FileNames.segment(1), offset, 1);
        }
    }

    private static long total(final RepairReport report) {
        return RepairReport.count(report.salvaged())
                + RepairReport.count(report.lost())
                + RepairReport.count(report.leftOut());
    }

    @Test
    void repairShouldRefuseWhenThereIsSomethingInTheCopy() throws IOException {
        target.install("notes", new byte[] {1});
        final IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Repair.run(machine.sibling(), target, count -> {}));
        assertTrue(refused.getMessage().contains("notes"), refused.getMessage());
        assertEquals(List.of("notes"), target.names());
    }

    @Test
    void copyShouldBeAWholeJournalOrNoneWhenThePowerIsCutAtAnyCall() throws IOException {
        boolean reached = true;
        int call = 0;
        while (reached) {
            call++;
            final SimulatedStorage copy = new SimulatedStorage();
            copy.faults().at(call, call % 2 == 0 ? Fault.powerCutAfter() : Fault.powerCutHalfway(call));
            try {
                Repair.run(machine.sibling(), copy, count -> {});
            } catch (final PowerCutException e) {
                assertTrue(copy.isOff());
            }
            reached = copy.isOff();
            copy.faults().clear();
            copy.crash(new SplittableRandom(call));
            if (copy.names().contains(FileNames.META)) {
                assertEquals(truth, read(copy), "call " + call);
            } else {
                assertThrows(JournalException.class, () -> JournalReader.open(copy));
            }
        }
        assertTrue(call > 40, "calls: " + call);
    }

    @Test
    void repairShouldLetEverythingGoWhenAnyCallFails() throws IOException {
        long call = 0;
        long callCount = Long.MAX_VALUE;
        while (call < callCount) {
            call++;
            final long number = call;
            final SimulatedStorage copy = new SimulatedStorage();
            copy.faults()
                    .on(
                            next -> next.number() == number && !LETTING_GO.contains(next.kind()),
                            Fault.failBefore(() -> new NoSpaceException("full", new IOException("full"))));
            try {
                Repair.run(machine.sibling(), copy, count -> {});
                callCount = copy.faults().callCount();
            } catch (final IOException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("full"), e.toString());
            }
            assertEquals(List.of(), copy.liveMappings(), "call " + call);
            assertEquals(List.of(), copy.openHandles(), "call " + call);
            assertEquals(List.of(), copy.storesAfterUnmap(), "call " + call);
            assertEquals(List.of(), machine.openHandles(), "call " + call);
        }
        assertTrue(call > 40, "calls: " + call);
    }

    @Test
    void repairShouldRefuseWhenANewerVersionWroteAFrame() throws IOException {
        final SimulatedStorage newer = new SimulatedStorage();
        new HandmadeSegment(1).frame(1).type((short) 0x8123).frame(2).install(newer);
        assertThrows(IncompatibleFormatException.class, () -> Repair.run(newer, target, count -> {}));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The steps of recovery, call by call: what is forced, what is written again, what is cut, and what is left alone. */
class RecoveryTest {

    private static final Meta META = HandmadeSegment.META;
    private static final int FIRST = HandmadeSegment.FIRST;
    private static final int LENGTH = HandmadeSegment.LENGTH;
    private static final int HEADER = FrameLayout.HEADER_LENGTH;
    private static final int REWRITE_LENGTH = 1 << 20;

    /** The first steps of every recovery of a journal with one segment. */
    private static final List<String> FORCED = List.of("force meta", "force directory", "force 1");

    /** The last two. The slot of generation 0 was written last. */
    private static final List<String> EPOCH_BEGUN =
            List.of("write meta 4096+256", "force meta", "write meta 0+256", "force meta");

    private final SimulatedStorage machine = new SimulatedStorage();
    private final HandmadeSegment first = new HandmadeSegment(1);
    private final HandmadeSegment second = new HandmadeSegment(2);
    private final HandmadeSegment third = new HandmadeSegment(3);

    private Recovery.Result recover(final Meta meta, final HandmadeSegment... segments) throws IOException {
        for (final HandmadeSegment segment : segments) {
            segment.install(machine);
        }
        try (MetaFile metaFile = MetaFile.create(machine, meta)) {
            machine.faults().startTrace();
            final Recovery recovery = new Recovery(machine, metaFile, JournalFiles.list(machine));
            final Recovery.Result result = recovery.recover(System.nanoTime());
            assertEquals(result.meta(), metaFile.read().meta());
            return result;
        }
    }

    private CorruptJournalException requireRefused(final Meta meta, final HandmadeSegment... segments) {
        return assertThrows(CorruptJournalException.class, () -> recover(meta, segments));
    }

    /** The calls that change something or make it durable. */
    private List<String> changes() {
        return machine.faults().trace().stream()
                .filter(call -> call.matches("(write|force|delete|create|rename).*"))
                .map(call -> call.replace("journal.", "").replaceAll("0{19}(\\d)\\.segment", "$1"))
                .toList();
    }

    private void requireChanges(final List<String> between) {
        final List<String> expected = new ArrayList<>(FORCED);
        expected.addAll(between);
        expected.addAll(EPOCH_BEGUN);
        assertEquals(expected, changes());
    }

    private static String write(final int segment, final long offset, final long end) {
        return "write " + segment + " " + offset + "+" + (end - offset);
    }

    @Test
    void recoverShouldOnlyForceAndBeginAnEpochWhenTheJournalWasClosed() throws IOException {
        first.frame(1).frame(2);
        final Recovery.Result result =
                recover(META.marked(2, 1, 1).closedCleanly().opened(4).closedCleanly(), first);
        assertEquals(
                List.of("force meta", "force directory", "force 1", "write meta 0+256", "force meta"),
                changes().subList(0, 5));
        assertEquals(7, changes().size());
        assertEquals(3, result.meta().generation());
        assertEquals(5, result.meta().epoch());
        assertFalse(result.meta().closed());
        assertEquals(2, result.meta().durableSequence());
        assertEquals(1, result.segmentFirstSequence());
        assertEquals(List.of(), result.standbys());
        final RecoveryReport report = result.report();
        assertEquals(5, report.epoch());
        assertEquals(1, report.firstSequence());
        assertEquals(2, report.lastSequence());
        assertTrue(report.closedCleanly());
        requireNoCut(report);
        assertEquals(1, report.segmentsRead());
        assertEquals(0, report.metaSlotsDamaged());
    }

    private static void requireNoCut(final RecoveryReport report) {
        assertFalse(report.tailCut());
        assertEquals("", report.cutFile());
        assertEquals(0, report.cutOffset());
        assertEquals("", report.cutReason());
        assertEquals(0, report.segmentsDeleted());
    }

    @Test
    void recoverShouldTellHowLongItTook() throws IOException {
        final long startNs = System.nanoTime();
        final long durationNs = recover(META, first).report().durationNs();
        assertTrue(durationNs >= 0 && durationNs <= System.nanoTime() - startNs, "durationNs=" + durationNs);
    }

    @Test
    void recoverShouldWriteAgainWhatIsNotProvenDurable() throws IOException {
        final int proven = first.frame(1).frame(2, 40).offset();
        final byte[] before = first.lag(1).frame(3, 50).bytes();
        final Recovery.Result result = recover(META, first);
        requireChanges(List.of(write(1, proven, first.offset()), "force 1"));
        assertArrayEquals(before, machine.contents(FileNames.segment(1)), "byte by byte the same");
        assertFalse(result.report().closedCleanly());
        requireNoCut(result.report());
    }

    @Test
    void recoverShouldWriteNothingAgainWhenEverythingIsProvenDurable() throws IOException {
        recover(META.marked(2, 1, 1).opened(3), first.frame(1).frame(2));
        assertTrue(changes().stream().noneMatch(call -> call.startsWith("write 1")), changes()::toString);
    }

    @Test
    void recoverShouldWriteEverythingAgainWhenNothingIsProvenDurable() throws IOException {
        recover(META, first.frame(1).frame(2));
        requireChanges(List.of(write(1, FIRST, first.offset()), "force 1"));
    }

    @Test
    void recoverShouldWriteAgainPieceByPieceWhenMuchIsNotProven() throws IOException {
        final HandmadeSegment longSegment = new HandmadeSegment(1, 4 * REWRITE_LENGTH);
        longSegment.frame(1, 2 * REWRITE_LENGTH - HEADER).frame(2);
        final int end = longSegment.offset();
        recover(META, longSegment);
        requireChanges(List.of(
                write(1, FIRST, FIRST + REWRITE_LENGTH),
                write(1, FIRST + REWRITE_LENGTH, FIRST + 2 * REWRITE_LENGTH),
                write(1, FIRST + 2 * REWRITE_LENGTH, end),
                "force 1"));
    }

    @Test
    void recoverShouldWriteAgainTheRestOfEachSegmentWhenTheProofEndsInAnEarlierOne() throws IOException {
        final int proven = first.frame(1).frame(2).offset();
        first.frame(3).type(RecordType.SEAL).frame(4);
        second.lag(2).frame(4).frame(5);
        final Recovery.Result result = recover(META.marked(2, 1, 1), first, second);
        final List<String> expected = List.of(
                "force meta", "force directory", "force 1", "force 2", write(1, proven, proven + HEADER), "force 1");
        // Frame 5 proves 3, so the rest of the first segment is its seal and zeros.
        assertEquals(3, result.tail().provenDurable());
        final List<String> changes = changes();
        assertEquals(expected.subList(0, 4), changes.subList(0, 4));
        assertEquals(write(1, proven + HEADER, LENGTH), changes.get(4));
        assertEquals("force 1", changes.get(5));
        assertEquals(write(2, FIRST, second.offset()), changes.get(6));
        assertEquals("force 2", changes.get(7));
        assertEquals(2, result.report().segmentsRead());
        assertEquals(4, result.segmentFirstSequence());
        assertEquals(2, result.meta().markSegment());
        assertEquals(4, result.meta().markSegmentFirstSequence());
        assertEquals(5, result.meta().durableSequence());
    }

    @Test
    void recoverShouldWriteAgainOnlyWhatComesBeforeTheCut() throws IOException {
        final int cut = first.frame(1).offset();
        final Recovery.Result result = recover(META, first.torn(2, HEADER));
        requireChanges(List.of(write(1, FIRST, cut), "force 1", write(1, cut, cut + 8), "force 1"));
        assertEquals(0, FrameLayout.word(wrapped(), cut));
        final RecoveryReport report = result.report();
        assertTrue(report.tailCut());
        assertEquals(machine.pathOf(FileNames.segment(1)), report.cutFile());
        assertEquals(cut, report.cutOffset());
        assertEquals("a frame with a wrong checksum that was never durable", report.cutReason());
        assertEquals(0, report.segmentsDeleted());
        assertEquals(1, report.lastSequence());
    }

    private ByteBuffer wrapped() throws IOException {
        final byte[] content = machine.contents(FileNames.segment(1));
        return ByteBuffer.allocateDirect(content.length).put(content).clear();
    }

    @Test
    void recoverShouldCutOffTheUnfinishedBatch() throws IOException {
        final int batch = first.frame(1).offset();
        first.flags(FrameLayout.FLAG_BATCH_CONTINUES).frame(2).frame(3);
        final Recovery.Result result = recover(META, first);
        requireChanges(List.of(write(1, FIRST, batch), "force 1", write(1, batch, batch + 8), "force 1"));
        assertEquals(batch, result.report().cutOffset());
        assertEquals(1, result.report().lastSequence());
    }

    @Test
    void recoverShouldDeleteLaterSegmentsTheNewestFirstWhenItCuts() throws IOException {
        final int hole = first.frame(1).offset();
        final Recovery.Result result = recover(META, first, second.frame(3), third);
        final List<String> changes = changes();
        assertEquals(List.of("force meta", "force directory", "force 1", "force 2", "force 3"), changes.subList(0, 5));
        assertEquals(
                List.of(
                        write(1, hole, hole + 8),
                        "force 1",
                        "delete 3",
                        "force directory",
                        "delete 2",
                        "force directory"),
                changes.subList(7, 13));
        assertEquals(2, result.report().segmentsDeleted());
        assertEquals(List.of(), result.standbys());
        assertEquals(List.of(FileNames.segment(1), FileNames.META), machine.durableNames());
    }

    @Test
    void recoverShouldKeepStandbysWhenItResumes() throws IOException {
        final Recovery.Result result = recover(META, first.frame(1), second, third);
        assertEquals(List.of(2L, 3L), result.standbys());
        assertTrue(changes().stream().noneMatch(call -> call.startsWith("delete")), changes()::toString);
        requireNoCut(result.report());
    }

    private static void requirePosition(
            final SegmentPositions positions,
            final int index,
            final int offset,
            final long sequence,
            final long timestampNs) {
        assertEquals(offset, positions.offset(index));
        assertEquals(sequence, positions.sequence(index));
        assertEquals(timestampNs, positions.timestampNs(index));
    }

    @Test
    void recoverShouldTellWhereFramesBeginInEachSegmentThatItRead() throws IOException {
        first.timestampNs(100)
                .frame(1)
                .timestampNs(200)
                .frame(2)
                .type(RecordType.SEAL)
                .frame(3);
        second.timestampNs(300).frame(3).frame(4);
        final List<SegmentPositions> positions = recover(META, first, second).positions();
        assertEquals(2, positions.size());
        for (int i = 0; i < 2; i++) {
            assertEquals(1 + i, positions.get(i).segment());
            assertEquals(1, positions.get(i).count(), "the second frame lies too near to the first");
        }
        requirePosition(positions.get(0), 0, FIRST, 1, 100);
        requirePosition(positions.get(1), 0, FIRST, 3, 300);
    }

    @Test
    void recoverShouldNotTellWhereFramesBeganThatItCutOff() throws IOException {
        final HandmadeSegment longSegment = new HandmadeSegment(1, 4 * REWRITE_LENGTH);
        final int second = longSegment.timestampNs(100).frame(1, REWRITE_LENGTH).offset();
        longSegment.timestampNs(200).frame(2, REWRITE_LENGTH);
        longSegment
                .flags(FrameLayout.FLAG_BATCH_CONTINUES)
                .frame(3, REWRITE_LENGTH)
                .frame(4);
        final Recovery.Result result = recover(META, longSegment);
        assertEquals(2, result.report().lastSequence());
        assertEquals(1, result.positions().size());
        final SegmentPositions positions = result.positions().get(0);
        assertEquals(2, positions.count());
        requirePosition(positions, 0, FIRST, 1, 100);
        requirePosition(positions, 1, second, 2, 200);
    }

    @Test
    void recoverShouldForceFromTheMarkOnWhenEarlierSegmentsAreThere() throws IOException {
        recover(META.marked(1, 2, 2).closedCleanly(), first.frame(1), second.frame(2), third);
        assertEquals(
                List.of("force meta", "force directory", "force 2", "force 3"),
                changes().subList(0, 4));
    }

    @Test
    void recoverShouldChangeNothingWhenSomethingDurableIsDamaged() throws IOException {
        final int damage = first.frame(1).offset();
        final CorruptJournalException e = requireRefused(META.marked(2, 1, 1), first.torn(2, HEADER), second);
        assertEquals(damage, e.offset());
        assertEquals(List.of("force meta", "force directory", "force 1", "force 2"), changes());
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void recoverShouldRefuseWhenASegmentIsMissingBetweenOthers() {
        final CorruptJournalException e = requireRefused(META, first.frame(1), third);
        assertEquals(machine.pathOf(FileNames.segment(2)), e.file());
        assertEquals(List.of(), changes());
    }

    @Test
    void recoverShouldRefuseWhenTheSegmentOfTheMarkIsMissing() {
        final CorruptJournalException before = requireRefused(META.marked(1, 1, 1), second);
        assertEquals(machine.pathOf(FileNames.segment(1)), before.file());
        assertEquals(1, before.sequence());
        assertEquals(List.of(), changes());
    }

    @Test
    void recoverShouldRefuseWhenTheMarkLiesBehindTheLastSegment() {
        final CorruptJournalException behind = requireRefused(META.marked(1, 3, 9), first, second);
        assertEquals(machine.pathOf(FileNames.segment(3)), behind.file());
        assertEquals(9, behind.sequence());
        assertEquals(List.of(), changes());
    }

    @Test
    void recoverShouldWriteTheNewEpochIntoBothSlots() throws IOException {
        final Recovery.Result result = recover(META, first);
        assertEquals(HandmadeSegment.EPOCH + 1, result.meta().epoch());
        assertEquals(2, result.meta().generation());
        final byte[] content = machine.contents(FileNames.META);
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            final ByteBuffer bytes = ByteBuffer.wrap(content, slot * MetaLayout.SLOT_DISTANCE, MetaLayout.SLOT_LENGTH)
                    .slice();
            final Meta written = MetaLayout.read(bytes);
            assertEquals(HandmadeSegment.EPOCH + 1, written.epoch(), "slot=" + slot);
            assertFalse(written.closed(), "slot=" + slot);
        }
    }

    @Test
    void recoverShouldBeginALaterEpochThanAnyFrameWhenTheMetaFileIsOlder() throws IOException {
        assertEquals(10, recover(META, first.epoch(9).frame(1)).meta().epoch());
    }

    @Test
    void recoverShouldRefuseWhenEpochsAreUsedUp() {
        final JournalException e =
                assertThrows(JournalException.class, () -> recover(META.opened(Integer.MAX_VALUE), first));
        assertTrue(e.getMessage().contains("epoch is used up"), e.getMessage());
        assertTrue(changes().stream().noneMatch(call -> call.startsWith("write meta")), changes()::toString);
    }

    @Test
    void recoverShouldBeginTheLastEpochWhenOneIsLeft() throws IOException {
        assertEquals(
                Integer.MAX_VALUE,
                recover(META.opened(Integer.MAX_VALUE - 1), first).meta().epoch());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The walk along the chain of frames, from one segment to the next, to where it ends. */
class JournalScanTest {

    private static final Meta META = HandmadeSegment.META;
    private static final int FIRST = HandmadeSegment.FIRST;
    private static final int HEADER = FrameLayout.HEADER_LENGTH;

    private static final int LONG_LENGTH = 12 << 20;
    private static final int LONG_FRAME_LENGTH = 64 << 10;
    private static final int LONG_FRAMES = LONG_LENGTH / LONG_FRAME_LENGTH - 1;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final HandmadeSegment first = new HandmadeSegment(1);
    private final HandmadeSegment second = new HandmadeSegment(2);

    private JournalScan scan(final HandmadeSegment... segments) throws IOException {
        for (final HandmadeSegment segment : segments) {
            segment.install(machine);
        }
        return new JournalScan(machine, META, SegmentReader.open(machine, 1, META, 11), 11);
    }

    private static void requireEnd(final JournalScan scan, final FrameVerdict verdict) throws IOException {
        assertFalse(scan.advance());
        assertEquals(verdict, scan.endVerdict());
    }

    @Test
    void advanceShouldHandOutEveryFrameWhenTheyFollowEachOther() throws IOException {
        first.type(7).timestampNs(1_000).content((byte) 1).frame(11, 5);
        final int end =
                first.type(8).timestampNs(2_000).content((byte) 2).frame(12, 9).offset();
        try (JournalScan scan = scan(first)) {
            assertEquals(11, scan.nextSequence());
            assertEquals(0, scan.epoch());
            for (int i = 0; i < 2; i++) {
                assertTrue(scan.advance());
                assertEquals(11 + i, scan.sequence());
                assertEquals(12 + i, scan.nextSequence());
                assertEquals(7 + i, scan.type());
                assertEquals(1_000L * (i + 1), scan.timestampNs());
                assertEquals(5 + 4 * i, scan.payloadLength());
                assertEquals(FIRST + i * (HEADER + 8), scan.frameOffset());
                assertEquals(1 + i, scan.reader().window().get(scan.payloadOffset()));
            }
            requireEnd(scan, FrameVerdict.NOTHING);
            assertEquals(end, scan.endOffset());
            assertEquals(HandmadeSegment.EPOCH, scan.epoch());
            assertEquals(1, scan.segmentsRead());
            assertEquals(11, scan.segmentFirstSequence());
        }
        assertEquals(List.of(), machine.openHandles(), "closing closes the segment");
    }

    @Test
    void advanceShouldGoOnInTheNextSegmentWhenTheOneBeforeIsSealed() throws IOException {
        first.frame(11).type(RecordType.SEAL).lag(1).frame(12);
        try (JournalScan scan = scan(first, second.frame(12))) {
            assertTrue(scan.advance());
            assertEquals(0, scan.provenDurable());
            assertTrue(scan.advance());
            assertEquals(12, scan.sequence(), "a seal takes no sequence");
            assertEquals(0, scan.type());
            assertEquals(11, scan.provenDurable(), "a seal proves as any frame does");
            assertEquals(2, scan.reader().number());
            assertEquals(12, scan.segmentFirstSequence());
            assertEquals(2, scan.segmentsRead());
            assertEquals(1, machine.openHandles().size(), "the segment before is closed");
            requireEnd(scan, FrameVerdict.NOTHING);
        }
    }

    @Test
    void advanceShouldGoOnInTheNextSegmentWhenNoHeaderFitsIntoTheOneBefore() throws IOException {
        first.frame(11, HandmadeSegment.LENGTH - FIRST - HEADER - 24);
        try (JournalScan scan = scan(first, second.frame(12))) {
            assertTrue(scan.advance());
            assertTrue(scan.advance());
            assertEquals(2, scan.reader().number());
            assertEquals(FIRST + HEADER, scan.endOffset());
        }
    }

    @Test
    void advanceShouldEndWhenTheSegmentIsFullAndNoOtherIsThere() throws IOException {
        first.frame(11, HandmadeSegment.LENGTH - FIRST - HEADER);
        try (JournalScan scan = scan(first)) {
            assertTrue(scan.advance());
            requireEnd(scan, FrameVerdict.NO_ROOM);
            assertEquals(1, scan.reader().number());
        }
    }

    @Test
    void advanceShouldNotGoToTheNextSegmentWhenThereIsRoomLeft() throws IOException {
        try (JournalScan scan = scan(first.frame(11), second.frame(12))) {
            assertTrue(scan.advance());
            requireEnd(scan, FrameVerdict.NOTHING);
            assertEquals(1, scan.reader().number());
        }
    }

    @Test
    void advanceShouldNameTheMissingSegmentWhenTheOneBeforeIsSealed() throws IOException {
        try (JournalScan scan = scan(first.frame(11).type(RecordType.SEAL).frame(12))) {
            assertTrue(scan.advance());
            final CorruptJournalException e = assertThrows(CorruptJournalException.class, scan::advance);
            assertEquals(machine.pathOf(FileNames.segment(2)), e.file());
            assertEquals(0, e.offset());
            assertEquals(12, e.sequence());
        }
    }

    @Test
    void advanceShouldRefuseWhenABatchGoesOnBehindTheEndOfItsSegment() throws IOException {
        first.flags(FrameLayout.FLAG_BATCH_CONTINUES).frame(11, HandmadeSegment.LENGTH - FIRST - HEADER);
        try (JournalScan scan = scan(first, second.frame(12))) {
            assertTrue(scan.advance());
            final CorruptJournalException e = assertThrows(CorruptJournalException.class, scan::advance);
            assertEquals(machine.pathOf(FileNames.segment(1)), e.file());
            assertEquals(HandmadeSegment.LENGTH, e.offset());
            assertEquals(12, e.sequence());
        }
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void advanceShouldTellWhereABatchBeganWhenItsEndIsMissing() throws IOException {
        first.frame(11).flags(FrameLayout.FLAG_BATCH_CONTINUES).frame(12);
        try (JournalScan scan = scan(first.frame(13))) {
            assertTrue(scan.advance());
            assertFalse(scan.isInOpenBatch());
            assertEquals(0, scan.openBatchSequence());
            for (int i = 0; i < 2; i++) {
                assertTrue(scan.advance());
                assertTrue(scan.isInOpenBatch());
                assertEquals(12, scan.openBatchSequence());
                assertEquals(FIRST + HEADER, scan.openBatchOffset());
            }
            requireEnd(scan, FrameVerdict.NOTHING);
            assertTrue(scan.isInOpenBatch());
        }
    }

    @Test
    void advanceShouldLeaveTheBatchWhenItsLastFrameIsThere() throws IOException {
        first.flags(FrameLayout.FLAG_BATCH_CONTINUES).frame(11).flags(0).frame(12);
        first.flags(FrameLayout.FLAG_BATCH_CONTINUES).frame(13);
        try (JournalScan scan = scan(first)) {
            assertTrue(scan.advance());
            assertTrue(scan.advance());
            assertFalse(scan.isInOpenBatch());
            assertTrue(scan.advance());
            assertEquals(13, scan.openBatchSequence());
            assertEquals(FIRST + 2 * HEADER, scan.openBatchOffset());
        }
    }

    @Test
    void rewindBatchShouldHandOutTheBatchOnceMore() throws IOException {
        first.frame(11)
                .flags(FrameLayout.FLAG_BATCH_CONTINUES)
                .frame(12)
                .flags(0)
                .frame(13);
        try (JournalScan scan = scan(first)) {
            for (int i = 0; i < 3; i++) {
                assertTrue(scan.advance());
            }
            scan.rewindBatch(12);
            assertFalse(scan.isInOpenBatch());
            assertTrue(scan.advance());
            assertEquals(12, scan.sequence());
            assertEquals(12, scan.openBatchSequence());
            assertTrue(scan.advance());
            requireEnd(scan, FrameVerdict.NOTHING);
            assertEquals(14, scan.nextSequence());
        }
    }

    @Test
    void advanceShouldBelieveTheHighestProofWhenLagsDiffer() throws IOException {
        try (JournalScan scan = scan(first.lag(1).frame(11).lag(5).frame(12))) {
            assertTrue(scan.advance());
            assertEquals(10, scan.provenDurable());
            assertTrue(scan.advance());
            assertEquals(10, scan.provenDurable());
        }
    }

    @Test
    void advanceShouldEndWhenTheEpochGoesDown() throws IOException {
        try (JournalScan scan =
                scan(first.frame(11).epoch(HandmadeSegment.EPOCH - 1).frame(12))) {
            assertTrue(scan.advance());
            requireEnd(scan, FrameVerdict.STALE_EPOCH);
        }
    }

    @Test
    void advanceShouldGoOnWhenALiveJournalHasGrown() throws IOException {
        try (JournalScan scan = scan(first.frame(11))) {
            assertTrue(scan.advance());
            final int end = first.offset();
            requireEnd(scan, FrameVerdict.NOTHING);
            final byte[] grown = first.frame(12, 100).bytes(end, first.offset() - end);
            try (StorageFile file = machine.sibling().open(FileNames.segment(1), true)) {
                file.write(ByteBuffer.wrap(grown), end);
            }
            assertTrue(scan.advance());
            assertEquals(12, scan.sequence());
        }
    }

    /** As when the file becomes another segment under who reads it. */
    private void recycleFirst() throws IOException {
        try (StorageFile file = machine.sibling().open(FileNames.segment(1), true)) {
            file.write(ByteBuffer.wrap(new HandmadeSegment(3).bytes()), 0);
        }
    }

    @Test
    void advanceShouldGoOnInTheNextSegmentWhenTheFileHasBecomeAnother() throws IOException {
        try (JournalScan scan = scan(first.frame(11), second.frame(12))) {
            assertTrue(scan.advance());
            recycleFirst();
            assertTrue(scan.advance());
            assertEquals(12, scan.sequence());
            assertEquals(2, scan.reader().number());
        }
    }

    @Test
    void advanceShouldEndWhenTheFileHasBecomeAnotherWithinABatch() throws IOException {
        first.flags(FrameLayout.FLAG_BATCH_CONTINUES).frame(11);
        try (JournalScan scan = scan(first, second.frame(12))) {
            assertTrue(scan.advance());
            recycleFirst();
            requireEnd(scan, FrameVerdict.NOTHING);
            assertEquals(1, scan.reader().number(), "the rest of the batch is not in the next segment");
        }
    }

    /** Long enough for a second thread to read ahead of the last quarter; frames have a sixteenth of a mebibyte. */
    private static HandmadeSegment longSegment(final long number, final long firstSequence) {
        final HandmadeSegment segment = new HandmadeSegment(number, LONG_LENGTH);
        for (int i = 0; i < LONG_FRAMES; i++) {
            segment.lag(5).frame(firstSequence + i, LONG_FRAME_LENGTH - HEADER);
        }
        return segment;
    }

    private List<String> readsAhead(final long segment) {
        final String read = "read " + FileNames.segment(segment) + " ";
        return machine.faults().trace().stream()
                .filter(call -> call.startsWith(read) && call.endsWith("+" + ReadAheadWindow.LENGTH))
                .map(call -> call.substring(read.length(), call.indexOf('+')))
                .toList();
    }

    @Test
    void advanceShouldReadAheadWhenSegmentsAreLong() throws IOException {
        final HandmadeSegment longSecond = longSegment(2, 11 + LONG_FRAMES);
        machine.faults().startTrace();
        int soundCount = 0;
        try (JournalScan scan = scan(longSegment(1, 11).type(RecordType.SEAL).frame(11 + LONG_FRAMES), longSecond)) {
            for (int i = 0; i < 2 * LONG_FRAMES; i++) {
                assertTrue(scan.advance());
                assertEquals(11 + i, scan.sequence());
                assertEquals(LONG_FRAME_LENGTH - HEADER, scan.payloadLength());
                soundCount += scan.reader().soundEnd() > scan.endOffset() ? 1 : 0;
            }
            requireEnd(scan, FrameVerdict.NOTHING);
        }
        assertFalse(readsAhead(1).isEmpty());
        assertTrue(soundCount > 0, "frames known to be sound before the scan comes to them");
        assertTrue(readsAhead(2).contains(String.valueOf(FIRST)), "at once, where it was worth it before");
        final int atOpening = readAtOpening(2);
        assertTrue(atOpening < ReadAheadWindow.LENGTH, "no more than the header needs, found " + atOpening);
    }

    /** How much was read at the beginning of a segment at a time. */
    private int readAtOpening(final long segment) {
        final String ofBeginning = "read " + FileNames.segment(segment) + " 0+";
        return machine.faults().trace().stream()
                .filter(call -> call.startsWith(ofBeginning))
                .mapToInt(call -> Integer.parseInt(call.substring(ofBeginning.length())))
                .max()
                .orElseThrow();
    }

    @Test
    void advanceShouldReadAMebibyteOfTheNextSegmentWhenNoneIsReadAhead() throws IOException {
        first.frame(11).type(RecordType.SEAL).frame(12);
        machine.faults().startTrace();
        try (JournalScan scan = scan(first, new HandmadeSegment(2, 2 << 20).frame(12))) {
            assertTrue(scan.advance());
            assertTrue(scan.advance());
        }
        assertEquals(1 << 20, readAtOpening(2));
    }

    @Test
    void closeShouldEndTheReadingAheadWhenTheScanIsOnItsWay() throws IOException {
        machine.faults().startTrace();
        try (JournalScan scan = scan(longSegment(1, 11))) {
            while (readsAhead(1).isEmpty()) {
                assertTrue(scan.advance());
            }
            // The scan may have read that itself. The thread has the file open until the scan has been through it.
            while (machine.openHandles().size() < 2) {
                Thread.onSpinWait();
            }
        }
        assertEquals(List.of(), machine.openHandles());
    }

    /** The frame begins what is read ahead at a time, or lies within it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void advanceShouldEndAtTheBadFrameWhenItWasReadAhead(final int behind) throws IOException {
        final HandmadeSegment segment = longSegment(1, 11);
        machine.faults().startTrace();
        int bad = 0;
        try (JournalScan scan = scan(segment)) {
            while (readsAhead(1).isEmpty()) {
                assertTrue(scan.advance());
            }
            bad = Integer.parseInt(readsAhead(1).get(0)) + behind * LONG_FRAME_LENGTH;
        }
        machine.flip(FileNames.segment(1), bad + LONG_FRAME_LENGTH - 1, 1);
        try (JournalScan scan = new JournalScan(machine, META, SegmentReader.open(machine, 1, META, 11), 11)) {
            while (scan.endOffset() < bad) {
                assertTrue(scan.advance());
            }
            requireEnd(scan, FrameVerdict.BAD_CHECKSUM);
            assertEquals(bad, scan.endOffset());
        }
    }
}

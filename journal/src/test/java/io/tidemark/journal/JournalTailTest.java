// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
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
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a journal ends, and what proves that it must not end there: each row of the decision table, from bytes. */
class JournalTailTest {

    private static final Meta META = HandmadeSegment.META;
    private static final int HEADER = FrameLayout.HEADER_LENGTH;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final HandmadeSegment first = new HandmadeSegment(1);
    private final HandmadeSegment second = new HandmadeSegment(2);
    private final HandmadeSegment third = new HandmadeSegment(3);

    private JournalTail judge(final Meta meta, final HandmadeSegment... segments) throws IOException {
        for (final HandmadeSegment segment : segments) {
            segment.install(machine);
        }
        machine.faults().startTrace();
        try (JournalScan scan = new JournalScan(machine, meta, SegmentReader.open(machine, 1, meta, 1), 1)) {
            while (scan.advance()) {
                // Only the end is of interest here.
            }
            return JournalTail.of(machine, meta, scan);
        }
    }

    private static void requireDecision(
            final JournalTail tail, final RecoveryCase expected, final long nextSequence, final int offset) {
        assertEquals(expected, tail.recoveryCase(), tail.finding());
        assertEquals(expected.decision(), tail.decision());
        assertEquals(nextSequence, tail.nextSequence());
        assertEquals(nextSequence - 1, tail.lastSequence());
        assertEquals(offset, tail.offset());
    }

    private void requireRefusal(final JournalTail tail) {
        final CorruptJournalException e = assertThrows(CorruptJournalException.class, tail::throwIfRefused);
        assertEquals(machine.pathOf(FileNames.segment(tail.segment())), e.file());
        assertEquals(tail.damageOffset(), e.offset());
        assertEquals(tail.nextSequence(), e.sequence());
        assertTrue(e.getMessage().contains(tail.finding()), e.getMessage());
    }

    @Test
    void ofShouldSayEndWhenNothingIsBehindTheLastFrame() throws IOException {
        final JournalTail tail = judge(META, first.lag(2).frame(1).frame(2, 9));
        requireDecision(tail, RecoveryCase.END, 3, first.offset());
        assertEquals(1, tail.segment());
        assertEquals(machine.pathOf(FileNames.segment(1)), tail.path());
        assertEquals(first.offset(), tail.damageOffset());
        assertEquals(HandmadeSegment.EPOCH, tail.epoch());
        assertEquals(FrameVerdict.NOTHING, tail.verdict());
        assertEquals(0, tail.provenDurable());
        assertEquals(0, tail.framesBehind());
        assertFalse(tail.searchGaveUp());
        assertEquals("nothing, the journal ends here", tail.finding());
        assertDoesNotThrow(tail::throwIfRefused);
    }

    @Test
    void ofShouldSayEndWhenTheSegmentIsFullAndTheLast() throws IOException {
        first.frame(1, HandmadeSegment.LENGTH - HandmadeSegment.FIRST - HEADER - 24);
        final JournalTail tail = judge(META, first);
        requireDecision(tail, RecoveryCase.END, 2, HandmadeSegment.LENGTH - 24);
        assertEquals(FrameVerdict.NO_ROOM, tail.verdict());
    }

    @Test
    void ofShouldSayEndWhenEverythingThatIsProvenIsThere() throws IOException {
        final JournalTail tail =
                judge(META.marked(2, 1, 1), first.lag(1).frame(1).frame(2));
        requireDecision(tail, RecoveryCase.END, 3, first.offset());
        assertEquals(2, tail.provenDurable());
    }

    @Test
    void ofShouldTellWhatTheChainProvesWhenTheMarkIsOlder() throws IOException {
        final JournalTail tail = judge(
                META.marked(1, 1, 1), first.lag(1).frame(1).frame(2).lag(0).frame(3));
        requireDecision(tail, RecoveryCase.END, 4, first.offset());
        assertEquals(3, tail.provenDurable());
    }

    @Test
    void ofShouldMissDurableRecordWhenTheMarkProvesIt() throws IOException {
        final JournalTail tail =
                judge(META.marked(3, 1, 1), first.lag(1).frame(1).frame(2));
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_MISSING, 3, first.offset());
        assertEquals(
                "expected a durable record, found nothing; everything up to sequence 3 had been durable",
                tail.finding());
        requireRefusal(tail);
    }

    @Test
    void ofShouldMissDurableRecordWhenAFrameBehindTheHoleProvesIt() throws IOException {
        final int hole = first.frame(1).offset();
        final JournalTail tail = judge(META, first.at(hole + HEADER).lag(1).frame(3));
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_MISSING, 2, hole);
        assertEquals(2, tail.provenDurable());
        requireRefusal(tail);
    }

    @Test
    void ofShouldSayHoleWhenNoFrameBehindItProvesAnything() throws IOException {
        final int hole = first.frame(1).offset();
        final JournalTail tail =
                judge(META, first.at(hole + HEADER).lag(2).frame(3).lag(3).frame(4));
        requireDecision(tail, RecoveryCase.HOLE, 2, hole);
        assertEquals(2, tail.framesBehind());
        assertEquals("nothing, but 2 whole frames that were never durable behind it", tail.finding());
        assertDoesNotThrow(tail::throwIfRefused);
    }

    @Test
    void ofShouldFindDurableRecordDamagedWhenFramesInLaterSegmentsProveIt() throws IOException {
        final int damage = first.frame(1).offset();
        first.torn(2, HEADER);
        final JournalTail tail =
                judge(META, first, second.lag(9).frame(8), third.lag(7).frame(9));
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_DAMAGED, 2, damage);
        assertEquals(
                "expected a durable record, found a frame with a wrong checksum"
                        + "; everything up to sequence 2 had been durable",
                tail.finding());
        assertEquals(2, tail.framesBehind());
        requireRefusal(tail);
    }

    @Test
    void ofShouldSayTornWhenNothingProvesTheDamagedRecord() throws IOException {
        final int damage = first.frame(1).offset();
        final JournalTail tail = judge(META, first.torn(2, HEADER).lag(2).frame(3));
        requireDecision(tail, RecoveryCase.TORN, 2, damage);
        assertEquals("a frame with a wrong checksum that was never durable", tail.finding());
    }

    @Test
    void ofShouldSayTornWhenTheLengthIsImpossibleOrTheSequenceIsNotTheNext() throws IOException {
        final int damage = first.frame(1).offset();
        final JournalTail tail = judge(META, first.word(FrameLayout.word(8, 1)));
        requireDecision(tail, RecoveryCase.TORN, 2, damage);
        assertEquals("a frame with an impossible length that was never durable", tail.finding());
        final SimulatedStorage other = new SimulatedStorage();
        new HandmadeSegment(1).frame(1).lag(5).frame(6).install(other);
        try (JournalScan scan = new JournalScan(other, META, SegmentReader.open(other, 1, META, 1), 1)) {
            assertTrue(scan.advance());
            assertFalse(scan.advance());
            final JournalTail second = JournalTail.of(other, META, scan);
            requireDecision(second, RecoveryCase.TORN, 2, damage);
            assertEquals("a frame with another sequence that was never durable", second.finding());
        }
    }

    @Test
    void ofShouldFindDurableRecordDamagedWhenTheFrameInItsPlaceProvesIt() throws IOException {
        final int damage = first.frame(1).offset();
        final JournalTail tail = judge(META, first.lag(1).frame(3));
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_DAMAGED, 2, damage);
    }

    @Test
    void ofShouldSayGhostWhenAFrameFromBeforeACutStandsThere() throws IOException {
        final int end = first.frame(1).offset();
        final JournalTail tail =
                judge(META, first.epoch(HandmadeSegment.EPOCH - 1).lag(2).frame(2));
        requireDecision(tail, RecoveryCase.GHOST, 2, end);
        assertEquals("a frame of an older epoch behind the end", tail.finding());
        assertEquals(0, tail.framesBehind());
    }

    @Test
    void ofShouldFindDurableRecordReplacedWhenAGhostStandsInItsPlace() throws IOException {
        final int end = first.frame(1).offset();
        first.epoch(HandmadeSegment.EPOCH - 1).frame(2);
        final JournalTail tail =
                judge(META, first.epoch(HandmadeSegment.EPOCH).lag(1).frame(3));
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_REPLACED, 2, end);
        assertEquals(
                "expected a durable record, found a frame of an older epoch"
                        + "; everything up to sequence 2 had been durable",
                tail.finding());
        requireRefusal(tail);
    }

    @Test
    void ofShouldEndBeforeTheBatchWhenItsEndIsMissing() throws IOException {
        final int batch = first.frame(1).offset();
        first.flags(FrameLayout.FLAG_BATCH_CONTINUES).lag(2).frame(2).lag(3).frame(3);
        final JournalTail tail = judge(META, first);
        requireDecision(tail, RecoveryCase.END_IN_BATCH, 2, batch);
        assertEquals(first.offset(), tail.damageOffset());
        assertEquals("the end of a batch is missing", tail.finding());
    }

    @Test
    void ofShouldMissDurableRecordWhenAFrameOfTheUnfinishedBatchProvesItsBeginning() throws IOException {
        final int batch = first.frame(1).offset();
        first.flags(FrameLayout.FLAG_BATCH_CONTINUES).lag(2).frame(2).lag(1).frame(3);
        final JournalTail tail = judge(META, first);
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_MISSING, 2, batch);
        assertEquals(first.offset(), tail.damageOffset());
        requireRefusal(tail);
    }

    @Test
    void ofShouldRefuseWhenTheFrameIsOfANewerVersion() throws IOException {
        final int end = first.frame(1).offset();
        final JournalTail tail = judge(META, first.type((short) 0x8002).frame(2));
        requireDecision(tail, RecoveryCase.WRITTEN_BY_NEWER_VERSION, 2, end);
        assertEquals("a frame that only a newer version understands", tail.finding());
        final IncompatibleFormatException e = assertThrows(IncompatibleFormatException.class, tail::throwIfRefused);
        assertTrue(e.isTooNew());
        assertTrue(e.getMessage().contains("offset=" + end + ", sequence=2"), e.getMessage());
    }

    @Test
    void ofShouldRefuseWhenTooMuchLooksLikeFramesToTell() throws IOException {
        first.frame(1).torn(2, HEADER);
        for (int i = 0; i < 200; i++) {
            first.lag(0).torn(2, HandmadeSegment.LENGTH / 2);
        }
        final JournalTail tail = judge(META, first);
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_DAMAGED, 2, HandmadeSegment.FIRST + HEADER);
        assertTrue(tail.searchGaveUp());
        assertEquals(
                "expected a durable record, found a frame with a wrong checksum"
                        + "; too many bytes behind it look like frames to tell that it was not durable",
                tail.finding());
        requireRefusal(tail);
    }

    @Test
    void ofShouldEndInTheLaterSegmentWhenTheChainLeadsThere() throws IOException {
        first.frame(1).type(RecordType.SEAL).frame(2);
        final JournalTail tail = judge(META, first, second.frame(2), third);
        requireDecision(tail, RecoveryCase.END, 3, second.offset());
        assertEquals(2, tail.segment());
        assertEquals(machine.pathOf(FileNames.segment(2)), tail.path());
    }

    private boolean wasOpened(final long number) {
        return machine.faults().trace().contains("open " + FileNames.segment(number));
    }

    @Test
    void ofShouldLookBehindTheEndOnlyWhenTheJournalWasNotClosedExactlyThere() throws IOException {
        final Meta closed = META.marked(1, 1, 1).closedCleanly();
        requireDecision(judge(closed, first.frame(1), second), RecoveryCase.END, 2, first.offset());
        assertFalse(wasOpened(2), "the mark tells where the end is");
        requireDecision(judge(META.marked(1, 1, 1)), RecoveryCase.END, 2, first.offset());
        assertTrue(wasOpened(2), "not closed");
        requireDecision(judge(META.closedCleanly()), RecoveryCase.END, 2, first.offset());
        assertTrue(wasOpened(2), "closed before this record");
    }

    @Test
    void ofShouldLookBehindTheEndWhenTheJournalWasClosedButSomethingStandsThere() throws IOException {
        final Meta closed = META.marked(1, 1, 1).closedCleanly();
        final int damage = first.frame(1).offset();
        final JournalTail tail =
                judge(closed, first.torn(2, HEADER), second.lag(0).frame(5));
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_DAMAGED, 2, damage);
    }

    @Test
    void ofShouldLookBehindAStandbyWhenItsHeaderIsDamaged() throws IOException {
        final int damage = first.frame(1).offset();
        final JournalTail tail = judge(
                META,
                first.torn(2, HEADER),
                second.withoutHeader(),
                third.lag(7).frame(9));
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_DAMAGED, 2, damage);
    }

    @Test
    void ofShouldMissDurableRecordWhenTheFramesThatProveItStandBehindADamagedHeader() throws IOException {
        final int hole = first.frame(1).offset();
        final JournalTail tail = judge(META, first, second.lag(7).frame(9).withoutHeader());
        requireDecision(tail, RecoveryCase.DURABLE_RECORD_MISSING, 2, hole);
        requireRefusal(tail);
    }

    @Test
    void ofShouldSayHoleWhenFramesBehindADamagedHeaderProveNothing() throws IOException {
        final int hole = first.frame(1).offset();
        final JournalTail tail = judge(META, first, second.lag(8).frame(9).withoutHeader());
        requireDecision(tail, RecoveryCase.HOLE, 2, hole);
        assertEquals(1, tail.framesBehind());
    }

    @Test
    void ofShouldSayEndWhenAStandbyHasADamagedHeaderAndNoFrames() throws IOException {
        requireDecision(judge(META, first.frame(1), second.withoutHeader()), RecoveryCase.END, 2, first.offset());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 4088, 4095, 4096, 4096 + 8, 4096 + HEADER - 1})
    void ofShouldSayEndWhenOnlyTheBeginningOfAStandbyIsLeft(final int fileLength) throws IOException {
        machine.install(FileNames.segment(2), second.frame(9).bytes(fileLength));
        requireDecision(judge(META, first.frame(1)), RecoveryCase.END, 2, first.offset());
    }

    @ParameterizedTest
    @ValueSource(ints = {4096 + HEADER, 4096 + HEADER + 7})
    void ofShouldFindEvidenceWhenOnlyTheBeginningOfALaterSegmentIsLeft(final int fileLength) throws IOException {
        machine.install(FileNames.segment(2), second.lag(7).frame(9).bytes(fileLength));
        requireDecision(judge(META, first.frame(1)), RecoveryCase.DURABLE_RECORD_MISSING, 2, first.offset());
    }
}

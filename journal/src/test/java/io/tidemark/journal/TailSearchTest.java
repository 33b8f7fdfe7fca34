// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What counts as evidence behind the place where the chain of frames breaks. */
class TailSearchTest {

    private static final long LOWEST = 100;
    private static final int FROM = HandmadeSegment.FIRST;
    private static final int WINDOW_LENGTH = 1 << 20;

    /** Candidates of this length, so many of them, use up the budget to the last byte. */
    private static final int CANDIDATE_LENGTH = HandmadeSegment.LENGTH / 2;

    private static final int CANDIDATES = 128;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final TailSearch search = new TailSearch(HandmadeSegment.META, LOWEST);
    private final HandmadeSegment segment = new HandmadeSegment(1);

    private void search(final HandmadeSegment searched, final long number, final int from) throws IOException {
        searched.install(machine);
        try (SegmentReader reader = SegmentReader.open(machine, number, HandmadeSegment.META, LOWEST)) {
            search.search(reader, from);
        }
    }

    private void requireFound(final long wholeFrames, final long provenDurable) {
        assertEquals(wholeFrames, search.wholeFrames(), "whole frames");
        assertEquals(provenDurable, search.provenDurable(), "proven durable");
        assertFalse(search.gaveUp());
    }

    @Test
    void searchShouldFindNothingWhenAllIsZero() throws IOException {
        search(segment, 1, FROM);
        requireFound(0, 0);
    }

    @Test
    void searchShouldBelieveTheHighestProofWhenFramesProveDifferentThings() throws IOException {
        search(segment.lag(5).frame(110).lag(1).frame(111, 7).lag(12).frame(112), 1, FROM);
        requireFound(3, 110);
    }

    @Test
    void searchShouldLookAtEveryMultipleOfEightWhenBytesBetweenAreNoise() throws IOException {
        segment.lag(2);
        for (int i = 1; i <= 5; i++) {
            segment.word(0x0101_0101_0101_0101L * i).frame(LOWEST + 10L * i, i);
        }
        search(segment, 1, FROM);
        requireFound(5, LOWEST + 48);
    }

    @Test
    void searchShouldBeginWhereItIsToldWhenFramesStandBefore() throws IOException {
        final int second = segment.lag(0).frame(120).offset();
        search(segment.frame(110), 1, second);
        requireFound(1, 110);
    }

    @Test
    void searchShouldFindFrameWhenItFillsTheLastBytesOfTheSegment() throws IOException {
        final int last = HandmadeSegment.LENGTH - FrameLayout.HEADER_LENGTH;
        search(segment.lag(1).at(last).frame(LOWEST), 1, FROM);
        requireFound(1, LOWEST - 1);
    }

    @Test
    void searchShouldNotLookBehindTheSegmentWhenTooLittleForAHeaderIsLeft() throws IOException {
        search(segment.at(HandmadeSegment.LENGTH - 24).word(1).word(2).word(3), 1, FROM);
        requireFound(0, 0);
    }

    @Test
    void searchShouldFindFramesWhenTheSegmentIsLongerThanTheWindow() throws IOException {
        final HandmadeSegment longer = new HandmadeSegment(1, 2 * WINDOW_LENGTH);
        longer.lag(3).at(WINDOW_LENGTH - 16).frame(110, 1);
        longer.at(WINDOW_LENGTH + 4096).frame(111, WINDOW_LENGTH / 2).frame(112);
        search(longer, 1, FROM);
        requireFound(3, 109);
    }

    @Test
    void searchShouldNotBelieveBytesOfAPayloadWhenTheFrameAroundThemIsWhole() throws IOException {
        final byte[] copy = new HandmadeSegment(1).lag(0).frame(150).bytes(FROM, FrameLayout.HEADER_LENGTH);
        segment.lag(9).content(copy).frame(110, copy.length);
        search(segment.content().frame(111), 1, FROM);
        requireFound(2, 102);
    }

    @Test
    void searchShouldNotBelieveFrameWhenItsSequenceLiesBeforeTheBreak() throws IOException {
        search(segment.lag(0).frame(LOWEST - 1).frame(1), 1, FROM);
        requireFound(0, 0);
    }

    @Test
    void searchShouldBelieveFrameWhenItIsTheLowestOrAsHighAsTheSegmentCanHold() throws IOException {
        segment.lag(LOWEST).frame(LOWEST);
        search(segment.lag(0).frame(LOWEST + HandmadeSegment.LENGTH), 1, FROM);
        requireFound(2, LOWEST + HandmadeSegment.LENGTH);
    }

    @Test
    void searchShouldNotBelieveFrameWhenItsSequenceIsHigherThanTheSegmentCanHold() throws IOException {
        search(segment.lag(0).frame(LOWEST + HandmadeSegment.LENGTH + 1), 1, FROM);
        requireFound(0, 0);
    }

    @Test
    void searchShouldTakeTheProofButNotCountTheFrameWhenItIsOfAnOlderEpoch() throws IOException {
        search(segment.lag(1).epoch(HandmadeSegment.EPOCH - 1).frame(110), 1, FROM);
        requireFound(0, 109);
    }

    @Test
    void searchShouldNotBelieveFrameWhenItsEpochHasNotBegun() throws IOException {
        search(segment.lag(1).epoch(HandmadeSegment.EPOCH + 1).frame(110), 1, FROM);
        requireFound(0, 0);
    }

    @Test
    void searchShouldGatherEvidenceWhenSeveralSegmentsAreSearched() throws IOException {
        search(segment.lag(1).frame(110).frame(111), 1, FROM);
        search(new HandmadeSegment(2).lag(5).frame(112), 2, FROM);
        requireFound(3, 110);
    }

    @Test
    void searchShouldBelieveFrameWhenItIsAsHighAsAllSegmentsUpToItCanHold() throws IOException {
        search(segment, 1, FROM);
        final long highest = LOWEST + 2 * HandmadeSegment.LENGTH;
        search(new HandmadeSegment(2).lag(0).frame(highest).frame(highest + 1), 2, FROM);
        requireFound(1, highest);
    }

    private HandmadeSegment candidates(final int count) {
        for (int i = 0; i < count; i++) {
            segment.lag(0).torn(LOWEST, CANDIDATE_LENGTH);
        }
        return segment;
    }

    @Test
    void searchShouldGoOnWhenTheBudgetIsUsedUpToTheLastByte() throws IOException {
        search(candidates(CANDIDATES).lag(1).frame(110), 1, FROM);
        requireFound(1, 109);
    }

    @Test
    void searchShouldGiveUpWhenMoreBytesThanTheBudgetLookLikeFrames() throws IOException {
        search(
                candidates(CANDIDATES)
                        .torn(LOWEST, FrameLayout.HEADER_LENGTH)
                        .lag(1)
                        .frame(110),
                1,
                FROM);
        assertTrue(search.gaveUp());
        assertEquals(0, search.wholeFrames(), "nothing is looked at any more");
    }

    @Test
    void searchShouldStayGivenUpWhenAnotherSegmentIsSearched() throws IOException {
        search(candidates(CANDIDATES + 1), 1, FROM);
        assertTrue(search.gaveUp());
        search(new HandmadeSegment(2).torn(LOWEST, 64).lag(1).frame(110), 2, FROM);
        assertTrue(search.gaveUp());
        assertEquals(0, search.wholeFrames());
    }

    @Test
    void searchShouldHaveAWholeBudgetForEachSegmentWhenSeveralAreSearched() throws IOException {
        search(candidates(CANDIDATES), 1, FROM);
        search(new HandmadeSegment(2).torn(LOWEST, CANDIDATE_LENGTH).lag(1).frame(110), 2, FROM);
        requireFound(1, 109);
    }
}

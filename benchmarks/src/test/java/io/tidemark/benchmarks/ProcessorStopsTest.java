// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.benchmarks.ProcessorStops.Stop;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of the times in which threads stood still. */
class ProcessorStopsTest {

    private static final long MS = 1_000_000;

    private static Stop stop(final long beginMs, final long endMs) {
        return new Stop(beginMs * MS, endMs * MS);
    }

    @Test
    void inCommonShouldFindTheTimesInWhichEveryThreadStood() {
        final List<Stop> common = ProcessorStops.inCommon(List.of(
                List.of(stop(10, 20), stop(40, 45), stop(60, 70)),
                List.of(stop(15, 30), stop(45, 50), stop(61, 63), stop(65, 80))));

        assertEquals(List.of(stop(15, 20), stop(61, 63), stop(65, 70)), common);
    }

    @Test
    void inCommonShouldLeaveOutWhatMayBeChance() {
        final long justShorter = ProcessorStops.MIN_NS - 1;
        final List<Stop> common = ProcessorStops.inCommon(List.of(
                List.of(stop(10, 20)), List.of(new Stop(20 * MS - justShorter, 30 * MS), stop(40, 50))));

        assertEquals(List.of(), common);
    }

    @Test
    void inCommonShouldFindNothingWhenOneThreadNeverStood() {
        assertEquals(List.of(), ProcessorStops.inCommon(List.of(List.of(stop(10, 20)), List.of())));
    }

    @Test
    void waitShouldBeWhatAllLaterThanThePercentileWaitAtLeast() {
        // Of 100 ms, those of the first millisecond of a stop of 8 ms wait for 7 ms or longer, which is one in a
        // hundred.
        final ProcessorStops one = new ProcessorStops(List.of(stop(0, 8)), 100 * MS);
        assertEquals(7 * MS, one.waitNs(99));
        assertEquals(3 * MS, one.waitNs(95));
        assertEquals(0, one.waitNs(90));

        final ProcessorStops two = new ProcessorStops(List.of(stop(0, 8), stop(50, 56)), 100 * MS);
        assertEquals(7 * MS, two.waitNs(99));
        assertEquals(5 * MS, two.waitNs(96));
        assertEquals(0.14, two.part(), 1e-9);
        assertEquals(20, two.perSecond(), 1e-9);
        assertEquals(8 * MS, two.longestNs());
    }

    @Test
    void waitShouldBeZeroWhenNothingStood() {
        assertEquals(0, new ProcessorStops(List.of(), MS).waitNs(99.9));
    }
}

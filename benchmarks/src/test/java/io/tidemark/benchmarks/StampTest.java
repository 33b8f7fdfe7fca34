// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StampTest {

    private static final long MEASURED_FROM_NS = 7_000_000_000L;

    @Test
    void ofShouldKeepTheIntendedTimeAndWhetherItCounts() {
        final long before = Stamp.of(MEASURED_FROM_NS - 1, MEASURED_FROM_NS);
        final long first = Stamp.of(MEASURED_FROM_NS, MEASURED_FROM_NS);

        assertEquals(MEASURED_FROM_NS - 1, Stamp.intendedNs(before));
        assertEquals(MEASURED_FROM_NS, Stamp.intendedNs(first));
        assertEquals(0, Stamp.count(before));
        assertEquals(1, Stamp.count(first));
        assertFalse(Stamp.isEnd(before));
        assertTrue(Stamp.isEnd(Stamp.END));
    }

    @Test
    void sliceShouldBeTheWarmUpsBeforeMeasuringAndASecondsBehind() {
        final long lastNs = MEASURED_FROM_NS + 3 * LatencySeries.SLICE_NS - 1;

        assertEquals(0, Stamp.slice(Stamp.of(1, MEASURED_FROM_NS), MEASURED_FROM_NS));
        assertEquals(0, Stamp.slice(Stamp.of(MEASURED_FROM_NS - 1, MEASURED_FROM_NS), MEASURED_FROM_NS));
        assertEquals(0, Stamp.slice(Stamp.unmeasured(lastNs), MEASURED_FROM_NS));
        assertEquals(1, Stamp.slice(Stamp.of(MEASURED_FROM_NS, MEASURED_FROM_NS), MEASURED_FROM_NS));
        assertEquals(3, Stamp.slice(Stamp.of(lastNs, MEASURED_FROM_NS), MEASURED_FROM_NS));
    }

    @Test
    void sliceShouldCountTheFirstRecordWhenTheReaderSawALaterOneFirst() {
        final long word = Stamp.of(MEASURED_FROM_NS, MEASURED_FROM_NS);

        assertEquals(1, Stamp.slice(word, MEASURED_FROM_NS + 2 * LatencySeries.SLICE_NS));
    }

    @Test
    void totalShouldLeaveOutWhatCameWhileWarmingUp() {
        final LatencySeries series = new LatencySeries("append", 2);
        series.record(0, 5);
        series.record(1, 6);
        series.record(2, 7);

        assertEquals(2, series.total().getTotalCount());
        assertEquals(6, series.total().getMinValue());
        assertEquals(2, series.slices().size());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.util.List;

/** Latencies of all records, and once more of those just behind a roll and just behind the middle of a segment. */
final class PlacedSeries {

    private static final String BEHIND_ROLL = "-behind-roll";
    private static final String BEHIND_MIDDLE = "-behind-middle";

    private final LatencySeries all;
    private final LatencySeries behindRoll;
    private final LatencySeries behindMiddle;
    private final RollWindows windows;

    PlacedSeries(final String name, final int sliceCount, final RollWindows windows) {
        this.all = new LatencySeries(name, sliceCount);
        this.behindRoll = new LatencySeries(name + BEHIND_ROLL, sliceCount);
        this.behindMiddle = new LatencySeries(name + BEHIND_MIDDLE, sliceCount);
        this.windows = windows;
    }

    /** Whether a series is of one place alone. */
    static boolean isOfOnePlace(final LatencySeries series) {
        return series.name().endsWith(BEHIND_ROLL) || series.name().endsWith(BEHIND_MIDDLE);
    }

    void record(final long sequence, final int slice, final long latencyNs) {
        all.record(slice, latencyNs);
        final RollWindows.Place place = windows.placeOf(sequence);
        if (place == RollWindows.Place.BEHIND_ROLL) {
            behindRoll.record(slice, latencyNs);
        } else if (place == RollWindows.Place.BEHIND_MIDDLE) {
            behindMiddle.record(slice, latencyNs);
        }
    }

    List<LatencySeries> series() {
        return List.of(all, behindRoll, behindMiddle);
    }
}

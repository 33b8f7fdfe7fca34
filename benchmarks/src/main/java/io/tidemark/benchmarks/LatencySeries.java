// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Latencies of one kind, a histogram for each second of a run, so that a log shows when something happened; and one for all that
 * comes while warming up, which is never told, but taken as the others are. Written by one thread; read when that has ended.
 */
final class LatencySeries {

    static final long SLICE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(2);
    private static final int DIGITS = 3;

    private final String name;
    private final List<Histogram> slices = new ArrayList<>();

    /**
     * Makes room for a run.
     *
     * @param name of what is measured
     * @param sliceCount seconds that it takes
     */
    LatencySeries(final String name, final int sliceCount) {
        this.name = name;
        for (int i = 0; i <= sliceCount; i++) {
            slices.add(new Histogram(HIGHEST_NS, DIGITS));
        }
    }

    String name() {
        return name;
    }

    /** The seconds that were measured. */
    List<Histogram> slices() {
        return slices.subList(1, slices.size());
    }

    /**
     * Takes one latency.
     *
     * @param slice the second in which it was to begin, from 1; 0 if it warms up
     * @param latencyNs of it
     */
    void record(final int slice, final long latencyNs) {
        slices.get(slice).recordValue(Math.max(0, Math.min(latencyNs, HIGHEST_NS)));
    }

    /** All seconds in one. */
    Histogram total() {
        final Histogram total = new Histogram(HIGHEST_NS, DIGITS);
        slices().forEach(total::add);
        total.setTag(name);
        return total;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A histogram as a curve for a plot whose x axis grows by nines.
 *
 * @param name of what was measured
 * @param nines for each point, how rare what lies above it is: 1 / (1 - quantile)
 * @param valuesNs for each point, the latency in nanoseconds
 */
record PercentileCurve(String name, List<Double> nines, List<Double> valuesNs) {

    private static final int TICKS_PER_HALF = 5;

    static PercentileCurve of(final String name, final Histogram histogram) {
        final List<Double> nines = new ArrayList<>();
        final List<Double> values = new ArrayList<>();
        for (final HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF)) {
            final double rest = 1 - value.getPercentileLevelIteratedTo() / 100;
            if (rest > 0) {
                nines.add(1 / rest);
                values.add((double) Math.max(1, value.getValueIteratedTo()));
            }
        }
        return new PercentileCurve(name, nines, values);
    }

    boolean isEmpty() {
        return nines.isEmpty();
    }
}

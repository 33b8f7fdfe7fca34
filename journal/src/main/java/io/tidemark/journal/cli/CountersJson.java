// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalCounters;
import java.util.Locale;

/** The counters of a writer as JSON, under the names that they have in {@link JournalCounters}. */
final class CountersJson {

    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    private CountersJson() {}

    static String of(final JournalCounters counters) {
        final JsonObject object = new JsonObject()
                .put("state", counters.state().name().toLowerCase(Locale.ROOT))
                .put("epoch", counters.epoch())
                .put("processId", counters.processId())
                .put("openedNs", counters.openedNs())
                .put("elapsedNs", counters.elapsedNs());
        putRecords(object, counters);
        putForces(object, counters);
        putWaits(object, counters);
        putHoldings(object, counters);
        return object.toString();
    }

    private static void putRecords(final JsonObject object, final JournalCounters counters) {
        object.put("appendedCount", counters.appendedCount())
                .put("writtenCount", counters.writtenCount())
                .put("durableCount", counters.durableCount())
                .put("appendedSequence", counters.appendedSequence())
                .put("writtenSequence", counters.writtenSequence())
                .put("durableSequence", counters.durableSequence())
                .put("headSequence", counters.headSequence())
                .put("checkpointSequence", counters.checkpointSequence())
                .put("writtenBytes", counters.writtenBytes())
                .put("runCount", counters.runCount())
                .put("longestRun", counters.longestRun());
    }

    private static void putForces(final JsonObject object, final JournalCounters counters) {
        final JsonObject times = new JsonObject();
        for (final double percentile : PERCENTILES) {
            times.put("p" + Amounts.percentile(percentile), counters.forceNsAtPercentile(percentile));
        }
        object.put("forceCount", counters.forceCount())
                .put("forceNs", counters.forceNs())
                .putJson(
                        "forceTimesNs",
                        times.put("max", counters.longestForceNs()).toString())
                .put("mostForced", counters.mostForced())
                .put("slowForceCount", counters.slowForceCount());
    }

    private static void putWaits(final JsonObject object, final JournalCounters counters) {
        object.put("backPressureCount", counters.backPressureCount())
                .put("backPressureNs", counters.backPressureNs())
                .put("standbyWaitCount", counters.standbyWaitCount())
                .put("standbyWaitNs", counters.standbyWaitNs())
                .put("queueLength", counters.queueLength())
                .put("queueUsed", counters.queueUsed());
    }

    private static void putHoldings(final JsonObject object, final JournalCounters counters) {
        object.put("rollCount", counters.rollCount())
                .put("segmentCount", counters.segmentCount())
                .put("standbyCount", counters.standbyCount())
                .put("spareCount", counters.spareCount())
                .put("mappedBytes", counters.mappedBytes())
                .put("pinCount", counters.pinCount())
                .put("tailerCount", counters.tailerCount())
                .put("problemCount", counters.problemCount())
                .put("listenerFailureCount", counters.listenerFailureCount());
    }
}

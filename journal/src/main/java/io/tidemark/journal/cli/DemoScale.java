// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

/**
 * How much the demo does.
 *
 * @param seed of the events
 * @param groupCount groups of events to journal
 * @param groupsPerBurst groups that arrive together, each millisecond
 * @param segmentLength of the journal that throughput is measured with, in bytes
 * @param standbyCount segments kept ready of that journal
 * @param warmUpCount records before the first round, and for the measurement of allocation
 * @param roundCount rounds of throughput
 * @param roundRecordCount records in a round
 * @param durableRoundCount rounds of durable appends, at most
 * @param durableRecordCount durable appends in a round
 * @param durableLimitNs after which no further round of them is begun
 */
record DemoScale(
        long seed,
        int groupCount,
        int groupsPerBurst,
        int segmentLength,
        int standbyCount,
        int warmUpCount,
        int roundCount,
        int roundRecordCount,
        int durableRoundCount,
        int durableRecordCount,
        long durableLimitNs) {

    /** What a newcomer gets: less than a minute on two cores, and less than 3 GiB of disk. */
    static final DemoScale FULL =
            new DemoScale(20_261_120, 500_000, 100, 1 << 30, 1, 1_000_000, 7, 1_000_000, 25, 200, 12_000_000_000L);

    /** The same in seconds, with room for 100 MB. */
    static final DemoScale QUICK =
            new DemoScale(20_261_120, 20_000, 100, 16 << 20, 1, 50_000, 3, 100_000, 3, 50, 2_000_000_000L);
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.CountersLayout;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a journal counts while it is open: a row for each of its agents, which that agent alone writes, once for each run, force
 * or roll and never for each record; and adders for what any thread may come upon, but seldom does.
 *
 * <p>Any thread may look at all of it at any time, also when the journal is closed.
 */
final class Counters {

    private static final int WRITTEN_BYTES = 0;
    private static final int RUNS = 1;
    private static final int LONGEST_RUN = 2;
    private static final int STANDBY_WAITS = 3;
    private static final int STANDBY_TIME = 4;
    private static final int ROLLS = 5;
    private static final int WRITER_WORDS = 6;

    private static final int FORCES = 0;
    private static final int FORCE_TIME = 1;
    private static final int LONGEST_FORCE = 2;
    private static final int MOST_FORCED = 3;
    private static final int SLOW_FORCES = 4;
    private static final int FORCE_TIMES = 5;

    private static final int SEGMENTS = 0;
    private static final int SPARES = 1;
    private static final int MAPPED_BYTES = 2;
    private static final int KEEPER_WORDS = 3;

    /** Owned by the writer. */
    private final CounterRow writer = new CounterRow(WRITER_WORDS);

    /** Owned by the sync agent. */
    private final CounterRow sync = new CounterRow(FORCE_TIMES + CountersLayout.TIME_CLASS_COUNT);

    /** Owned by the keeper. */
    private final CounterRow keeper = new CounterRow(KEEPER_WORDS);

    private final LongAdder backPressureWaits = new LongAdder();
    private final LongAdder backPressureNs = new LongAdder();
    private final LongAdder problems = new LongAdder();
    private final LongAdder listenerFailures = new LongAdder();

    /** A run of records was stored. Writer only. */
    void ran(final int recordCount, final int length) {
        writer.add(WRITTEN_BYTES, length);
        writer.add(RUNS, 1);
        writer.max(LONGEST_RUN, recordCount);
    }

    /** The writer goes on in the next segment. Writer only. */
    void rolled() {
        writer.add(ROLLS, 1);
    }

    /** The writer begins to wait for a standby. Writer only. */
    void waitsForStandby() {
        writer.add(STANDBY_WAITS, 1);
    }

    /** It has waited. Writer only. */
    void waitedForStandby(final long durationNs) {
        writer.add(STANDBY_TIME, durationNs);
    }

    long standbyWaits() {
        return writer.get(STANDBY_WAITS);
    }

    /** A force has succeeded. Sync agent only. */
    void forced(final long durationNs, final boolean isSlow) {
        sync.add(FORCES, 1);
        sync.add(FORCE_TIME, durationNs);
        sync.max(LONGEST_FORCE, durationNs);
        sync.add(FORCE_TIMES + CountersLayout.timeClass(durationNs), 1);
        if (isSlow) {
            sync.add(SLOW_FORCES, 1);
        }
    }

    /** Records became durable together. Sync agent only. */
    void becameDurable(final long recordCount) {
        sync.max(MOST_FORCED, recordCount);
    }

    /** What the keeper holds. Keeper only. */
    void holds(final long segmentCount, final long spareCount, final long mappedBytes) {
        keeper.set(SEGMENTS, segmentCount);
        keeper.set(SPARES, spareCount);
        keeper.set(MAPPED_BYTES, mappedBytes);
    }

    /** An append begins to wait for room in the queue. Any thread. */
    void waitsForRoom() {
        backPressureWaits.increment();
    }

    /** It has waited, or goes on waiting. Any thread. */
    void waitedForRoom(final long durationNs) {
        backPressureNs.add(durationNs);
    }

    long backPressureWaits() {
        return backPressureWaits.sum();
    }

    long backPressureNs() {
        return backPressureNs.sum();
    }

    /** The listener is told of a problem. Any thread. */
    void problem() {
        problems.increment();
    }

    /** A listener threw. Any thread. */
    void listenerFailed() {
        listenerFailures.increment();
    }

    long listenerFailures() {
        return listenerFailures.sum();
    }

    /** Writes down what was counted. Any thread. */
    void write(final long[] words) {
        put(words, CountersLayout.WRITTEN_BYTES_OFFSET, writer.get(WRITTEN_BYTES));
        put(words, CountersLayout.RUNS_OFFSET, writer.get(RUNS));
        put(words, CountersLayout.LONGEST_RUN_OFFSET, writer.get(LONGEST_RUN));
        put(words, CountersLayout.STANDBY_WAITS_OFFSET, writer.get(STANDBY_WAITS));
        put(words, CountersLayout.STANDBY_TIME_OFFSET, writer.get(STANDBY_TIME));
        put(words, CountersLayout.ROLLS_OFFSET, writer.get(ROLLS));
        put(words, CountersLayout.FORCES_OFFSET, sync.get(FORCES));
        put(words, CountersLayout.FORCE_TIME_OFFSET, sync.get(FORCE_TIME));
        put(words, CountersLayout.LONGEST_FORCE_OFFSET, sync.get(LONGEST_FORCE));
        put(words, CountersLayout.MOST_FORCED_OFFSET, sync.get(MOST_FORCED));
        put(words, CountersLayout.SLOW_FORCES_OFFSET, sync.get(SLOW_FORCES));
        for (int i = 0; i < CountersLayout.TIME_CLASS_COUNT; i++) {
            put(words, CountersLayout.FORCE_TIMES_OFFSET + i * Long.BYTES, sync.get(FORCE_TIMES + i));
        }
        put(words, CountersLayout.SEGMENTS_OFFSET, keeper.get(SEGMENTS));
        put(words, CountersLayout.SPARES_OFFSET, keeper.get(SPARES));
        put(words, CountersLayout.MAPPED_BYTES_OFFSET, keeper.get(MAPPED_BYTES));
        put(words, CountersLayout.BACK_PRESSURE_WAITS_OFFSET, backPressureWaits.sum());
        put(words, CountersLayout.BACK_PRESSURE_TIME_OFFSET, backPressureNs.sum());
        put(words, CountersLayout.PROBLEMS_OFFSET, problems.sum());
        put(words, CountersLayout.LISTENER_FAILURES_OFFSET, listenerFailures.sum());
    }

    static void put(final long[] words, final int offset, final long value) {
        words[CountersLayout.index(offset)] = value;
    }
}

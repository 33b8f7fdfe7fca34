// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.CountersLayout;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a journal has counted since it was opened for writing, and what it holds: from {@link Journal#counters()} in the process
 * that writes, from {@link JournalReader#counters()} in any other, also when the writer is gone.
 *
 * <p>The difference of two is what happened between them:
 *
 * <pre>{@code
 * JournalCounters before = journal.counters();
 * appends.run();    // or time goes by
 * JournalCounters interval = journal.counters().minus(before);
 * double recordsPerSecond = interval.durableCount() * 1e9 / interval.elapsedNs();
 * long worstForceNs = interval.longestForceNs();
 * }</pre>
 *
 * <p>Counts and times begin at 0 with each opening; sequences, lengths and numbers of things are as they were when this was taken.
 * Numbers that different threads count may be some records apart. Immutable.
 */
public final class JournalCounters {

    /** By how much two looks at the start of one process may differ: systems keep it in parts of a second, and set clocks. */
    private static final long SAME_START_NS = 3_000_000_000L;

    /** What became of the opening that was counted. */
    public enum State {
        /** The journal is open. */
        OPEN,
        /** It was closed. */
        CLOSED,
        /** It ended itself after a failure, and may still be open to those who ask why. */
        FAILED,
        /** Its process is gone, and had neither closed it nor seen it fail. */
        DIED
    }

    /** What a difference is taken of, beside the times of forces. */
    private static final int[] COUNTED = {
        CountersLayout.ELAPSED_OFFSET,
        CountersLayout.WRITTEN_BYTES_OFFSET,
        CountersLayout.RUNS_OFFSET,
        CountersLayout.FORCES_OFFSET,
        CountersLayout.FORCE_TIME_OFFSET,
        CountersLayout.SLOW_FORCES_OFFSET,
        CountersLayout.BACK_PRESSURE_WAITS_OFFSET,
        CountersLayout.BACK_PRESSURE_TIME_OFFSET,
        CountersLayout.STANDBY_WAITS_OFFSET,
        CountersLayout.STANDBY_TIME_OFFSET,
        CountersLayout.ROLLS_OFFSET,
        CountersLayout.PROBLEMS_OFFSET,
        CountersLayout.LISTENER_FAILURES_OFFSET
    };

    private final long[] words;
    private final State state;

    /** From where on records are counted here; this itself if that is the opening. */
    private final JournalCounters begin;

    private JournalCounters(final long[] words, final State state, final @Nullable JournalCounters begin) {
        this.words = words;
        this.state = state;
        this.begin = begin == null ? this : begin;
    }

    /** The counters of the process that has the journal open. */
    static JournalCounters of(final Engine engine) {
        final State state = engine.hasFailed() ? State.FAILED : engine.keeperEnded() ? State.CLOSED : State.OPEN;
        return new JournalCounters(CounterKeeping.words(engine, CountersLayout.OPEN), state, null);
    }

    /** Passes over what was counted by an earlier opening than the last, and what is no row. */
    static long[] ofOpening(final int epoch, final long[] words) {
        final int index = CountersLayout.index(CountersLayout.EPOCH_OFFSET);
        return words.length != 0 && words[index] == epoch ? words : new long[0];
    }

    /** The counters that a file tells. */
    static JournalCounters ofFile(final long[] words) {
        final State state = switch ((int) words[CountersLayout.index(CountersLayout.STATE_OFFSET)]) {
            case CountersLayout.CLOSED -> State.CLOSED;
            case CountersLayout.FAILED -> State.FAILED;
            default -> isProcessAlive(words) ? State.OPEN : State.DIED;
        };
        return new JournalCounters(words, state, null);
    }

    private static boolean isProcessAlive(final long[] words) {
        final Optional<ProcessHandle> process =
                ProcessHandle.of(words[CountersLayout.index(CountersLayout.PROCESS_ID_OFFSET)]);
        if (process.isEmpty() || !process.get().isAlive()) {
            return false;
        }
        final long expected = words[CountersLayout.index(CountersLayout.PROCESS_STARTED_OFFSET)];
        final long found = OpeningMoment.startedNs(process.get());
        // Another process may have the number by now. Where the start of a process can't be seen, the number has to do.
        return expected == 0 || found == 0 || Math.abs(expected - found) < SAME_START_NS;
    }

    private long word(final int offset) {
        return words[CountersLayout.index(offset)];
    }

    private long since(final int offset) {
        return word(offset) - (begin == this ? word(CountersLayout.OPENED_SEQUENCE_OFFSET) : begin.word(offset));
    }

    /**
     * What became of the opening. Whether a process that has the journal open is alive is asked of the system at each look; of a process
     * in another container, or on another machine, it knows nothing, and {@code DIED} may be wrong: one whose numbers move
     * is alive.
     *
     * @return the state
     */
    public State state() {
        return state;
    }

    /**
     * How often the journal was opened for writing up to this opening.
     *
     * @return number of the opening, from 1
     */
    public int epoch() {
        return (int) word(CountersLayout.EPOCH_OFFSET);
    }

    /**
     * The process that had the journal open when these numbers were taken.
     *
     * @return its number, as its own system or container counts processes
     */
    public long processId() {
        return word(CountersLayout.PROCESS_ID_OFFSET);
    }

    /**
     * When the journal was opened, by its own clock.
     *
     * @return nanoseconds since the beginning of 1970, UTC
     */
    public long openedNs() {
        return word(CountersLayout.OPENED_OFFSET);
    }

    /**
     * How much time these numbers cover: from the opening to when they were taken.
     *
     * @return nanoseconds
     */
    public long elapsedNs() {
        return word(CountersLayout.ELAPSED_OFFSET);
    }

    /**
     * How many records were accepted.
     *
     * @return number of records, those of batches and the journal's own included
     */
    public long appendedCount() {
        return since(CountersLayout.APPENDED_SEQUENCE_OFFSET);
    }

    /**
     * How many records were written.
     *
     * @return number of records
     */
    public long writtenCount() {
        return since(CountersLayout.WRITTEN_SEQUENCE_OFFSET);
    }

    /**
     * How many records became durable.
     *
     * @return number of records
     */
    public long durableCount() {
        return since(CountersLayout.DURABLE_SEQUENCE_OFFSET);
    }

    /**
     * The last sequence that was given to a record.
     *
     * @return a sequence; 0 if there never was a record
     */
    public long appendedSequence() {
        return word(CountersLayout.APPENDED_SEQUENCE_OFFSET);
    }

    /**
     * The last sequence that was written.
     *
     * @return a sequence; 0 if there never was a record
     */
    public long writtenSequence() {
        return word(CountersLayout.WRITTEN_SEQUENCE_OFFSET);
    }

    /**
     * The durable sequence.
     *
     * @return a sequence; 0 if there never was a record
     */
    public long durableSequence() {
        return word(CountersLayout.DURABLE_SEQUENCE_OFFSET);
    }

    /**
     * The first sequence that may be read.
     *
     * @return a sequence, from 1
     */
    public long headSequence() {
        return word(CountersLayout.HEAD_OFFSET);
    }

    /**
     * The last completed checkpoint.
     *
     * @return its sequence; 0 if there was none
     */
    public long checkpointSequence() {
        return word(CountersLayout.CHECKPOINT_SEQUENCE_OFFSET);
    }

    /**
     * How much was written, with headers and padding.
     *
     * @return bytes
     */
    public long writtenBytes() {
        return word(CountersLayout.WRITTEN_BYTES_OFFSET);
    }

    /**
     * How often the writer stored records: it takes all that are there at a time, up to 256 KiB.
     *
     * @return number of runs
     */
    public long runCount() {
        return word(CountersLayout.RUNS_OFFSET);
    }

    /**
     * The most records that it stored at once, since the opening.
     *
     * @return number of records
     */
    public long longestRun() {
        return word(CountersLayout.LONGEST_RUN_OFFSET);
    }

    /**
     * How often the journal forced records.
     *
     * @return number of forces
     */
    public long forceCount() {
        return word(CountersLayout.FORCES_OFFSET);
    }

    /**
     * How long all forces took.
     *
     * @return nanoseconds
     */
    public long forceNs() {
        return word(CountersLayout.FORCE_TIME_OFFSET);
    }

    /**
     * The most records that became durable at once, since the opening.
     *
     * @return number of records
     */
    public long mostForced() {
        return word(CountersLayout.MOST_FORCED_OFFSET);
    }

    /**
     * How many forces took longer than {@link JournalConfig#withSlowForceThreshold} says.
     *
     * @return number of forces
     */
    public long slowForceCount() {
        return word(CountersLayout.SLOW_FORCES_OFFSET);
    }

    /**
     * How often an append found the queue full and had to wait.
     *
     * @return number of waits
     */
    public long backPressureCount() {
        return word(CountersLayout.BACK_PRESSURE_WAITS_OFFSET);
    }

    /**
     * How long appends waited for room in the queue, of all threads together.
     *
     * @return nanoseconds
     */
    public long backPressureNs() {
        return word(CountersLayout.BACK_PRESSURE_TIME_OFFSET);
    }

    /**
     * How often a full segment had no standby ready behind it.
     *
     * @return number of waits
     */
    public long standbyWaitCount() {
        return word(CountersLayout.STANDBY_WAITS_OFFSET);
    }

    /**
     * How long the writer waited for a standby. A wait counts when it has ended.
     *
     * @return nanoseconds
     */
    public long standbyWaitNs() {
        return word(CountersLayout.STANDBY_TIME_OFFSET);
    }

    /**
     * How often the journal went on to another segment.
     *
     * @return number of rolls
     */
    public long rollCount() {
        return word(CountersLayout.ROLLS_OFFSET);
    }

    /**
     * How many segments there are, with those that stand by.
     *
     * @return number of segments
     */
    public long segmentCount() {
        return word(CountersLayout.SEGMENTS_OFFSET);
    }

    /**
     * How many segments stand ready to be written behind the present one.
     *
     * @return number of segments
     */
    public long standbyCount() {
        return word(CountersLayout.STANDBYS_OFFSET);
    }

    /**
     * How many files of truncated segments wait to be used again.
     *
     * @return number of files
     */
    public long spareCount() {
        return word(CountersLayout.SPARES_OFFSET);
    }

    /**
     * How much the journal itself has mapped: the segment that is being written, standbys, and full ones that are being
     * forced. Each tailer maps at most two segments more.
     *
     * @return bytes
     */
    public long mappedBytes() {
        return word(CountersLayout.MAPPED_BYTES_OFFSET);
    }

    /**
     * The length of the append queue.
     *
     * @return bytes
     */
    public long queueLength() {
        return word(CountersLayout.QUEUE_LENGTH_OFFSET);
    }

    /**
     * How much of the append queue is in use.
     *
     * @return bytes; 0 when the journal is closed
     */
    public long queueUsed() {
        // Closing claims all of it, so that nothing else is accepted.
        return state == State.CLOSED ? 0 : word(CountersLayout.QUEUE_USED_OFFSET);
    }

    /**
     * How many pins hold the head.
     *
     * @return number of pins
     */
    public long pinCount() {
        return word(CountersLayout.PINS_OFFSET);
    }

    /**
     * How many tailers the process that writes has open.
     *
     * @return number of tailers
     */
    public long tailerCount() {
        return word(CountersLayout.TAILERS_OFFSET);
    }

    /**
     * How many problems the listener was told: no room, what keeps segments from going, an archive that failed, the failure
     * of the journal.
     *
     * @return number of problems
     */
    public long problemCount() {
        return word(CountersLayout.PROBLEMS_OFFSET);
    }

    /**
     * How often a listener threw something.
     *
     * @return number of times
     */
    public long listenerFailureCount() {
        return word(CountersLayout.LISTENER_FAILURES_OFFSET);
    }

    /**
     * How long the longest force took. Of a {@linkplain #minus difference} it is known to an eighth, and never told too short.
     *
     * @return nanoseconds; 0 if there was none
     */
    public long longestForceNs() {
        return forceNsAtPercentile(100);
    }

    /**
     * How long forces took: a time that so many of them did not exceed. Known to an eighth, never told too short, and not longer
     * than the longest force since the opening.
     *
     * @param percentile from 0 to 100
     * @return nanoseconds; 0 if there was no force
     * @throws IllegalArgumentException if the percentile is out of its range
     */
    public long forceNsAtPercentile(final double percentile) {
        if (!(percentile >= 0 && percentile <= 100)) {
            throw new IllegalArgumentException("percentile must be from 0 to 100: found " + percentile);
        }
        long total = 0;
        for (int i = 0; i < CountersLayout.TIME_CLASS_COUNT; i++) {
            total += forcesOfClass(i);
        }
        final long wanted = Math.max(1, (long) Math.ceil(total * percentile / 100));
        long passed = 0;
        for (int i = 0; i < CountersLayout.TIME_CLASS_COUNT; i++) {
            passed += forcesOfClass(i);
            if (passed >= wanted) {
                return Math.min(word(CountersLayout.LONGEST_FORCE_OFFSET), CountersLayout.longestTimeNs(i));
            }
        }
        return 0;
    }

    private long forcesOfClass(final int timeClass) {
        return word(CountersLayout.FORCE_TIMES_OFFSET + timeClass * Long.BYTES);
    }

    /**
     * What happened from an earlier look at the same opening to this one: counts and times are differences, all else is as in
     * this one. If the other is of an earlier opening, this is returned as it is, since all of it happened later.
     *
     * @param earlier taken before this, and no difference itself
     * @return the difference
     */
    public JournalCounters minus(final JournalCounters earlier) {
        Objects.requireNonNull(earlier, "earlier");
        if (earlier.epoch() != epoch()) {
            return this;
        }
        final long[] difference = words.clone();
        for (final int offset : COUNTED) {
            difference[CountersLayout.index(offset)] -= earlier.word(offset);
        }
        for (int i = 0; i < CountersLayout.TIME_CLASS_COUNT; i++) {
            final int offset = CountersLayout.FORCE_TIMES_OFFSET + i * Long.BYTES;
            difference[CountersLayout.index(offset)] -= earlier.word(offset);
        }
        return new JournalCounters(difference, state, earlier);
    }
}

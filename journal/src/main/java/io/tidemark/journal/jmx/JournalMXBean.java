// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jmx;

import io.tidemark.journal.JournalCounters;

/**
 * What a journal has counted since it was opened, as {@link JournalCounters} tells it: counts and times begin at 0 with each
 * opening. Each attribute is looked up when it is asked for. Implemented by {@link JournalBean} alone.
 */
public interface JournalMXBean {

    /**
     * What became of the opening: OPEN, CLOSED or FAILED.
     *
     * @return the state
     */
    String getState();

    /**
     * How often the journal was opened for writing up to this opening.
     *
     * @return number of the opening, from 1
     */
    int getEpoch();

    /**
     * The process that had the journal open when these numbers were taken.
     *
     * @return its number, as its own system or container counts processes
     */
    long getProcessId();

    /**
     * How much time these numbers cover: from the opening to when they were taken.
     *
     * @return nanoseconds
     */
    long getElapsedNs();

    /**
     * How many records were accepted.
     *
     * @return number of records, those of batches and the journal's own included
     */
    long getAppendedCount();

    /**
     * How many records were written.
     *
     * @return number of records
     */
    long getWrittenCount();

    /**
     * How many records became durable.
     *
     * @return number of records
     */
    long getDurableCount();

    /**
     * The last sequence that was given to a record.
     *
     * @return a sequence; 0 if there never was a record
     */
    long getAppendedSequence();

    /**
     * The last sequence that was written.
     *
     * @return a sequence; 0 if there never was a record
     */
    long getWrittenSequence();

    /**
     * The durable sequence.
     *
     * @return a sequence; 0 if there never was a record
     */
    long getDurableSequence();

    /**
     * The first sequence that may be read.
     *
     * @return a sequence, from 1
     */
    long getHeadSequence();

    /**
     * The last completed checkpoint.
     *
     * @return its sequence; 0 if there was none
     */
    long getCheckpointSequence();

    /**
     * How much was written, with headers and padding.
     *
     * @return bytes
     */
    long getWrittenBytes();

    /**
     * How often the writer stored records: it takes all that are there at a time, up to 256 KiB.
     *
     * @return number of runs
     */
    long getRunCount();

    /**
     * The most records that it stored at once, since the opening.
     *
     * @return number of records
     */
    long getLongestRun();

    /**
     * How often the journal forced records.
     *
     * @return number of forces
     */
    long getForceCount();

    /**
     * How long all forces took.
     *
     * @return nanoseconds
     */
    long getForceNs();

    /**
     * The most records that became durable at once, since the opening.
     *
     * @return number of records
     */
    long getMostForced();

    /**
     * How many forces took longer than {@link io.tidemark.journal.JournalConfig#withSlowForceThreshold} says.
     *
     * @return number of forces
     */
    long getSlowForceCount();

    /**
     * How often an append found the queue full and had to wait.
     *
     * @return number of waits
     */
    long getBackPressureCount();

    /**
     * How long appends waited for room in the queue, of all threads together.
     *
     * @return nanoseconds
     */
    long getBackPressureNs();

    /**
     * How often a full segment had no standby ready behind it.
     *
     * @return number of waits
     */
    long getStandbyWaitCount();

    /**
     * How long the writer waited for a standby. A wait counts when it has ended.
     *
     * @return nanoseconds
     */
    long getStandbyWaitNs();

    /**
     * How often the journal went on to another segment.
     *
     * @return number of rolls
     */
    long getRollCount();

    /**
     * How many segments there are, with those that stand by.
     *
     * @return number of segments
     */
    long getSegmentCount();

    /**
     * How many segments stand ready to be written behind the present one.
     *
     * @return number of segments
     */
    long getStandbyCount();

    /**
     * How many files of truncated segments wait to be used again.
     *
     * @return number of files
     */
    long getSpareCount();

    /**
     * How much the journal itself has mapped: the segment that is being written, standbys, and full ones that are being
     * forced. Each tailer maps at most two segments more.
     *
     * @return bytes
     */
    long getMappedBytes();

    /**
     * The length of the append queue.
     *
     * @return bytes
     */
    long getQueueLength();

    /**
     * How much of the append queue is in use.
     *
     * @return bytes; 0 when the journal is closed
     */
    long getQueueUsed();

    /**
     * How many pins hold the head.
     *
     * @return number of pins
     */
    long getPinCount();

    /**
     * How many tailers the process that writes has open.
     *
     * @return number of tailers
     */
    long getTailerCount();

    /**
     * How many problems the listener was told: no room, what keeps segments from going, an archive that failed, the failure
     * of the journal.
     *
     * @return number of problems
     */
    long getProblemCount();

    /**
     * How often a listener threw something.
     *
     * @return number of times
     */
    long getListenerFailureCount();

    /**
     * How long the longest force since the opening took.
     *
     * @return nanoseconds; 0 if there was none
     */
    long getLongestForceNs();

    /**
     * A time that half of all forces since the opening did not exceed, known to an eighth and never told too short.
     *
     * @return nanoseconds; 0 if there was no force
     */
    long getMedianForceNs();

    /**
     * A time that 99 of 100 forces since the opening did not exceed, known to an eighth and never told too short.
     *
     * @return nanoseconds; 0 if there was no force
     */
    long getForceNsAtPercentile99();
}

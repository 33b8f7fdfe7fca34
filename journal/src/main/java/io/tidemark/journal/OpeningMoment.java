// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * When, where and behind which record a journal was opened.
 *
 * @param clockNs by the clock of the journal, in nanoseconds since the beginning of 1970
 * @param tickNs by the ticker
 * @param lastSequence of the records that were there
 */
record OpeningMoment(long clockNs, long tickNs, long lastSequence) {

    private static final long PROCESS_ID = ProcessHandle.current().pid();

    private static final long PROCESS_STARTED_NS = startedNs(ProcessHandle.current());

    static OpeningMoment now(final JournalConfig config, final long lastSequence) {
        return new OpeningMoment(config.clock().nanoTime(), config.ticker().nanoTime(), lastSequence);
    }

    long processId() {
        return PROCESS_ID;
    }

    /** When this process was started; 0 if the system does not tell. */
    long processStartedNs() {
        return PROCESS_STARTED_NS;
    }

    /** When a process was started, in nanoseconds since the beginning of 1970; 0 if the system does not tell. */
    static long startedNs(final ProcessHandle process) {
        final Instant started = process.info().startInstant().orElse(Instant.EPOCH);
        return TimeUnit.MILLISECONDS.toNanos(started.toEpochMilli());
    }
}

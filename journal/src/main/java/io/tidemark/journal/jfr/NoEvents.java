// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import org.jspecify.annotations.Nullable;

/** Where there is no Flight Recorder, nothing is recorded. */
final class NoEvents extends JournalEvents {

    @Override
    public @Nullable EventSpan beginForce() {
        return null;
    }

    @Override
    public void endForce(
            final EventSpan force,
            final String directory,
            final long segment,
            final long length,
            final long recordCount,
            final long lastSequence) {}

    @Override
    public @Nullable EventSpan beginSlowAppend() {
        return null;
    }

    @Override
    public void endSlowAppend(
            final EventSpan append, final String directory, final long sequence, final boolean durable) {}

    @Override
    public @Nullable EventSpan beginBackPressure(
            final String directory, final long queueUsed, final long notDurable, final boolean waitsForStandby) {
        return null;
    }

    @Override
    public void endBackPressure(final EventSpan wait) {}

    @Override
    public @Nullable EventSpan beginRoll() {
        return null;
    }

    @Override
    public void endRoll(
            final EventSpan roll,
            final String directory,
            final long segment,
            final long lastSequence,
            final long nextSegment,
            final boolean waited) {}

    @Override
    public @Nullable EventSpan beginStandbyWait() {
        return null;
    }

    @Override
    public void endStandbyWait(final EventSpan wait, final String directory, final long segment) {}

    @Override
    public @Nullable EventSpan beginRecovery() {
        return null;
    }

    @Override
    public void endRecovery(final EventSpan recovery, final String directory, final RecoveryFacts found) {}

    @Override
    public @Nullable EventSpan beginTruncation() {
        return null;
    }

    @Override
    public void endTruncation(
            final EventSpan truncation,
            final String directory,
            final long upTo,
            final long head,
            final long checkpoint,
            final boolean byRetention,
            final String problem) {}

    @Override
    public void failed(final String directory, final long durableSequence, final String cause) {}
}

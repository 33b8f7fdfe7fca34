// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import org.jspecify.annotations.Nullable;

/**
 * Events that the Flight Recorder takes. Loaded only where there is one.
 */
final class FlightEvents extends JournalEvents {

    // Only asked whether events of their kind are wanted.
    private static final ForceEvent FORCE = new ForceEvent();
    private static final SlowAppendEvent SLOW_APPEND = new SlowAppendEvent();
    private static final BackPressureEvent BACK_PRESSURE = new BackPressureEvent();
    private static final RollEvent ROLL = new RollEvent();
    private static final StandbyWaitEvent STANDBY_WAIT = new StandbyWaitEvent();
    private static final RecoveryEvent RECOVERY = new RecoveryEvent();
    private static final TruncationEvent TRUNCATION = new TruncationEvent();
    private static final FailureEvent FAILURE = new FailureEvent();

    @Override
    public @Nullable EventSpan beginForce() {
        if (!FORCE.isEnabled()) {
            return null;
        }
        final ForceEvent event = new ForceEvent();
        event.begin();
        return event;
    }

    @Override
    public void endForce(
            final EventSpan force,
            final String directory,
            final long segment,
            final long length,
            final long recordCount,
            final long lastSequence) {
        final ForceEvent event = (ForceEvent) force;
        event.end();
        if (event.shouldCommit()) {
            event.directory = directory;
            event.segment = segment;
            event.length = length;
            event.recordCount = recordCount;
            event.lastSequence = lastSequence;
            event.commit();
        }
    }

    @Override
    public @Nullable EventSpan beginSlowAppend() {
        if (!SLOW_APPEND.isEnabled()) {
            return null;
        }
        final SlowAppendEvent event = new SlowAppendEvent();
        event.begin();
        return event;
    }

    @Override
    public void endSlowAppend(
            final EventSpan append, final String directory, final long sequence, final boolean durable) {
        final SlowAppendEvent event = (SlowAppendEvent) append;
        event.end();
        if (event.shouldCommit()) {
            event.directory = directory;
            event.sequence = sequence;
            event.durable = durable;
            event.commit();
        }
    }

    @Override
    public @Nullable EventSpan beginBackPressure(
            final String directory, final long queueUsed, final long notDurable, final boolean waitsForStandby) {
        if (!BACK_PRESSURE.isEnabled()) {
            return null;
        }
        final BackPressureEvent event = new BackPressureEvent();
        event.directory = directory;
        event.queueUsed = queueUsed;
        event.notDurable = notDurable;
        event.waitsForStandby = waitsForStandby;
        event.begin();
        return event;
    }

    @Override
    public void endBackPressure(final EventSpan wait) {
        final BackPressureEvent event = (BackPressureEvent) wait;
        event.end();
        if (event.shouldCommit()) {
            event.commit();
        }
    }

    @Override
    public @Nullable EventSpan beginRoll() {
        if (!ROLL.isEnabled()) {
            return null;
        }
        final RollEvent event = new RollEvent();
        event.begin();
        return event;
    }

    @Override
    public void endRoll(
            final EventSpan roll,
            final String directory,
            final long segment,
            final long lastSequence,
            final long nextSegment,
            final boolean waited) {
        final RollEvent event = (RollEvent) roll;
        event.end();
        if (event.shouldCommit()) {
            event.directory = directory;
            event.segment = segment;
            event.lastSequence = lastSequence;
            event.nextSegment = nextSegment;
            event.waited = waited;
            event.commit();
        }
    }

    @Override
    public @Nullable EventSpan beginStandbyWait() {
        if (!STANDBY_WAIT.isEnabled()) {
            return null;
        }
        final StandbyWaitEvent event = new StandbyWaitEvent();
        event.begin();
        return event;
    }

    @Override
    public void endStandbyWait(final EventSpan wait, final String directory, final long segment) {
        final StandbyWaitEvent event = (StandbyWaitEvent) wait;
        event.end();
        if (event.shouldCommit()) {
            event.directory = directory;
            event.segment = segment;
            event.commit();
        }
    }

    @Override
    public @Nullable EventSpan beginRecovery() {
        if (!RECOVERY.isEnabled()) {
            return null;
        }
        final RecoveryEvent event = new RecoveryEvent();
        event.begin();
        return event;
    }

    @Override
    public void endRecovery(final EventSpan recovery, final String directory, final RecoveryFacts found) {
        final RecoveryEvent event = (RecoveryEvent) recovery;
        event.end();
        if (event.shouldCommit()) {
            event.directory = directory;
            event.epoch = found.epoch();
            event.firstSequence = found.firstSequence();
            event.lastSequence = found.lastSequence();
            event.closedCleanly = found.closedCleanly();
            event.tailCut = found.tailCut();
            event.cutFile = found.cutFile();
            event.cutOffset = found.cutOffset();
            event.cutReason = found.cutReason();
            event.segmentsDeleted = found.segmentsDeleted();
            event.segmentsRead = found.segmentsRead();
            event.metaSlotsDamaged = found.metaSlotsDamaged();
            event.recoveryTime = found.recoveryNs();
            event.commit();
        }
    }

    @Override
    public @Nullable EventSpan beginTruncation() {
        if (!TRUNCATION.isEnabled()) {
            return null;
        }
        final TruncationEvent event = new TruncationEvent();
        event.begin();
        return event;
    }

    @Override
    public void endTruncation(
            final EventSpan truncation,
            final String directory,
            final long upTo,
            final long head,
            final long checkpoint,
            final boolean byRetention,
            final String problem) {
        final TruncationEvent event = (TruncationEvent) truncation;
        event.end();
        if (event.shouldCommit()) {
            event.directory = directory;
            event.upTo = upTo;
            event.head = head;
            event.checkpoint = checkpoint;
            event.byRetention = byRetention;
            event.problem = problem;
            event.commit();
        }
    }

    @Override
    public void failed(final String directory, final long durableSequence, final String cause) {
        if (FAILURE.isEnabled()) {
            final FailureEvent event = new FailureEvent();
            event.directory = directory;
            event.durableSequence = durableSequence;
            event.cause = cause;
            event.commit();
        }
    }
}

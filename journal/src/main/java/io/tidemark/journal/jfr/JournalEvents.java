// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import org.jspecify.annotations.Nullable;

/**
 * What the engine tells the Flight Recorder. An event that takes time is begun, which gives null where nobody records it, and
 * ended by the same thread; one that only happens is told.
 *
 * <p>This class records nothing, which is all that can be done where there is no recorder; {@link FlightEvents} does. Nothing is
 * allocated unless the event is recorded. The same object serves all journals and all threads.
 */
public class JournalEvents {

    private static final JournalEvents INSTANCE = create();

    JournalEvents() {}

    /**
     * The events of this JVM.
     *
     * @return always the same; one that records nothing where there is no recorder
     */
    public static JournalEvents instance() {
        return INSTANCE;
    }

    private static JournalEvents create() {
        try {
            Class.forName("jdk.jfr.Event", false, JournalEvents.class.getClassLoader());
        } catch (final ClassNotFoundException e) {
            return new JournalEvents();
        }
        return new FlightEvents();
    }

    /**
     * A force begins.
     *
     * @return the event; null if nobody records it
     */
    public @Nullable EventSpan beginForce() {
        return null;
    }

    /**
     * A force has succeeded.
     *
     * @param force as it was begun
     * @param directory of the journal
     * @param segment number of the segment
     * @param length that was forced, in bytes
     * @param recordCount how many records became durable
     * @param lastSequence the last of them
     */
    public void endForce(
            final EventSpan force,
            final String directory,
            final long segment,
            final long length,
            final long recordCount,
            final long lastSequence) {}

    /**
     * An append begins to wait.
     *
     * @return the event; null if nobody records it
     */
    public @Nullable EventSpan beginSlowAppend() {
        return null;
    }

    /**
     * The record was accepted, or is durable.
     *
     * @param append as it was begun
     * @param directory of the journal
     * @param sequence of the record
     * @param durable whether it waited until the record was durable
     */
    public void endSlowAppend(
            final EventSpan append, final String directory, final long sequence, final boolean durable) {}

    /**
     * A thread begins to wait for room in the append queue.
     *
     * @param directory of the journal
     * @param queueUsed bytes in use
     * @param notDurable number of records that are written and not durable
     * @param waitsForStandby whether the writer stands still
     * @return the event; null if nobody records it
     */
    public @Nullable EventSpan beginBackPressure(
            final String directory, final long queueUsed, final long notDurable, final boolean waitsForStandby) {
        return null;
    }

    /**
     * It waits no longer.
     *
     * @param wait as it was begun
     */
    public void endBackPressure(final EventSpan wait) {}

    /**
     * The writer needs another segment.
     *
     * @return the event; null if nobody records it
     */
    public @Nullable EventSpan beginRoll() {
        return null;
    }

    /**
     * It goes on in that.
     *
     * @param roll as it was begun
     * @param directory of the journal
     * @param segment number of the segment that is full
     * @param lastSequence of the records in it
     * @param nextSegment number of the next
     * @param waited whether that was not ready
     */
    public void endRoll(
            final EventSpan roll,
            final String directory,
            final long segment,
            final long lastSequence,
            final long nextSegment,
            final boolean waited) {}

    /**
     * The writer begins to wait for a segment.
     *
     * @return the event; null if nobody records it
     */
    public @Nullable EventSpan beginStandbyWait() {
        return null;
    }

    /**
     * There is one.
     *
     * @param wait as it was begun
     * @param directory of the journal
     * @param segment number of the segment that is full
     */
    public void endStandbyWait(final EventSpan wait, final String directory, final long segment) {}

    /**
     * A journal is being opened.
     *
     * @return the event; null if nobody records it
     */
    public @Nullable EventSpan beginRecovery() {
        return null;
    }

    /**
     * It is open.
     *
     * @param recovery as it was begun
     * @param directory of the journal
     * @param found what was found
     */
    public void endRecovery(final EventSpan recovery, final String directory, final RecoveryFacts found) {}

    /**
     * A truncation begins.
     *
     * @return the event; null if nobody records it
     */
    public @Nullable EventSpan beginTruncation() {
        return null;
    }

    /**
     * It is done, or refused.
     *
     * @param truncation as it was begun
     * @param directory of the journal
     * @param upTo last sequence that was no longer wanted
     * @param head behind it
     * @param checkpoint behind it
     * @param byRetention whether the policy asked for it
     * @param problem why not all of it could be done; empty if it was
     */
    public void endTruncation(
            final EventSpan truncation,
            final String directory,
            final long upTo,
            final long head,
            final long checkpoint,
            final boolean byRetention,
            final String problem) {}

    /**
     * The journal has ended itself.
     *
     * @param directory of the journal
     * @param durableSequence everything up to here is durable
     * @param cause what was thrown
     */
    public void failed(final String directory, final long durableSequence, final String cause) {}
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import org.jspecify.annotations.Nullable;

/**
 * What the engine tells the Flight Recorder. An event that takes time is begun, which gives null where nobody records it, and
 * ended by the same thread; one that only happens is told.
 *
 * <p>Nothing is allocated unless the event is recorded. The same object serves all journals and all threads.
 */
public abstract class JournalEvents {

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
            return new NoEvents();
        }
        return new FlightEvents();
    }

    /**
     * A force begins.
     *
     * @return the event; null if nobody records it
     */
    public abstract @Nullable EventSpan beginForce();

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
    public abstract void endForce(
            EventSpan force, String directory, long segment, long length, long recordCount, long lastSequence);

    /**
     * An append begins to wait.
     *
     * @return the event; null if nobody records it
     */
    public abstract @Nullable EventSpan beginSlowAppend();

    /**
     * The record was accepted, or is durable.
     *
     * @param append as it was begun
     * @param directory of the journal
     * @param sequence of the record
     * @param durable whether it waited until the record was durable
     */
    public abstract void endSlowAppend(EventSpan append, String directory, long sequence, boolean durable);

    /**
     * A thread begins to wait for room in the append queue.
     *
     * @param directory of the journal
     * @param queueUsed bytes in use
     * @param notDurable number of records that are written and not durable
     * @param waitsForStandby whether the writer stands still
     * @return the event; null if nobody records it
     */
    public abstract @Nullable EventSpan beginBackPressure(
            String directory, long queueUsed, long notDurable, boolean waitsForStandby);

    /**
     * It waits no longer.
     *
     * @param wait as it was begun
     */
    public abstract void endBackPressure(EventSpan wait);

    /**
     * The writer needs another segment.
     *
     * @return the event; null if nobody records it
     */
    public abstract @Nullable EventSpan beginRoll();

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
    public abstract void endRoll(
            EventSpan roll, String directory, long segment, long lastSequence, long nextSegment, boolean waited);

    /**
     * The writer begins to wait for a segment.
     *
     * @return the event; null if nobody records it
     */
    public abstract @Nullable EventSpan beginStandbyWait();

    /**
     * There is one.
     *
     * @param wait as it was begun
     * @param directory of the journal
     * @param segment number of the segment that is full
     */
    public abstract void endStandbyWait(EventSpan wait, String directory, long segment);

    /**
     * A journal is being opened.
     *
     * @return the event; null if nobody records it
     */
    public abstract @Nullable EventSpan beginRecovery();

    /**
     * It is open.
     *
     * @param recovery as it was begun
     * @param directory of the journal
     * @param found what was found
     */
    public abstract void endRecovery(EventSpan recovery, String directory, RecoveryFacts found);

    /**
     * A truncation begins.
     *
     * @return the event; null if nobody records it
     */
    public abstract @Nullable EventSpan beginTruncation();

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
    public abstract void endTruncation(
            EventSpan truncation,
            String directory,
            long upTo,
            long head,
            long checkpoint,
            boolean byRetention,
            String problem);

    /**
     * The journal has ended itself.
     *
     * @param directory of the journal
     * @param durableSequence everything up to here is durable
     * @param cause what was thrown
     */
    public abstract void failed(String directory, long durableSequence, String cause);
}

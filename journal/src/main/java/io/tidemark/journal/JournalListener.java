// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Is told what an operator would want to know. Called on the thread that opens the journal or on the one that keeps its
 * segments, never on the one that writes or the one that forces, one call at a time and in order. What it throws is passed over.
 *
 * <pre>{@code
 * JournalListener listener = new JournalListener() {
 *     public void onStorageFull(StorageFullException problem) {
 *         alarms.add("make room: " + problem.getMessage());
 *     }
 *
 *     public void onFailed(JournalFailedException failure) {
 *         alarms.add("close it and open it again: " + failure.getMessage());
 *     }
 * };
 * JournalConfig config = JournalConfig.defaults().withListener(listener);
 * }</pre>
 *
 * <p>It must return soon: while it works, no segment is made ready for the writer, and closing waits for it. It may use
 * {@link Appender#tryAppend} and everything else that does not wait; what waits, and {@link Journal#close()}, throws
 * {@link IllegalStateException} there.
 */
public interface JournalListener {

    /**
     * The journal was opened, and this is what was found in it.
     *
     * @param report on the recovery
     */
    default void onRecovered(final RecoveryReport report) {}

    /**
     * A segment is full, and the journal goes on in the next.
     *
     * @param segment number of the segment that is full, from 1
     * @param lastSequence of the records in it
     */
    default void onRolled(final long segment, final long lastSequence) {}

    /**
     * A force took longer than {@link JournalConfig#withSlowForceThreshold} says, by default 100 ms.
     *
     * @param durationNs that it took, in nanoseconds
     */
    default void onSlowForce(final long durationNs) {}

    /**
     * Appends had to wait for room in the append queue: the writer, or the disk below it, does not keep up. Told at most ten
     * times a second, with what there was since it was told last. A wait that goes on is told before it ends.
     *
     * @param waitCount number of waits that began; 0 if only one goes on that was told before
     * @param waitNs how long appends waited, in nanoseconds, of all threads together
     */
    default void onBackPressure(final long waitCount, final long waitNs) {}

    /**
     * There is no room for another segment. Appends go on while the present one has room, and resume when there is room
     * again.
     *
     * @param problem what the file system said
     */
    default void onStorageFull(final StorageFullException problem) {}

    /**
     * Something keeps segments from going that the {@linkplain RetentionPolicy policy} wants gone: a position that can't be read, a
     * file that can't be deleted. It is tried again; the same is told once.
     *
     * @param problem what it is
     */
    default void onRetentionProblem(final JournalException problem) {}

    /**
     * The archive has not confirmed a segment. It is given it again later.
     *
     * @param segment number of the segment; 0 if it is not known yet which is the next
     * @param problem why; its cause is what the archive threw, if it did
     */
    default void onArchiveFailed(final long segment, final JournalException problem) {}

    /**
     * The journal ended itself. It must be closed, by another thread than this, and opened again.
     *
     * @param failure the first failure; its cause is what the layer below said
     */
    default void onFailed(final JournalFailedException failure) {}
}

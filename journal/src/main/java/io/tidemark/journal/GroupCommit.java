// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Tells whether a force should wait a moment for more records, where each thread that appends waits for its record's force.
 *
 * <p>Who was woken by a force appends again some microseconds later, and would wait for a whole force if the next one had begun
 * without him. So all who were known to wait when a force ended are waited for, but no longer than a quarter of what the force took;
 * and if they do not come, the next forces do not wait for them. A thread that is alone never waits: its record is all there is to
 * come. Databases know this as a commit delay; here the delay follows from the forces, and ends with the last that is to come.
 *
 * <p>Owned by the thread that writes and forces.
 */
final class GroupCommit {

    /** The most that is waited, as a part of what the force before took. */
    private static final int PART_OF_FORCE = 4;

    /** The most that is waited however long a force takes. */
    static final long MAX_DELAY_NS = 100_000;

    private static final int MAX_SKIPPED = 63;

    /** Records that may come before the next force: those of the last one, and those that had come behind it. */
    private long expectedCount;

    private long maxDelayNs;

    /** When it was first asked whether to force what there is now; meaningless while it was not asked. */
    private long askedAtNs;

    private boolean asked;

    /** Forces that are still to be made at once, and how many were to be at last. */
    private int skipped;

    private int lastSkipped;

    /**
     * Whether to force now.
     *
     * @param count of records that are written and not durable
     * @param nowNs the time
     * @return false if it is to be asked again very soon
     */
    boolean isDue(final long count, final long nowNs) {
        if (count >= expectedCount) {
            lastSkipped = 0;
            return true;
        }
        if (skipped > 0) {
            skipped--;
            return true;
        }
        if (!asked) {
            asked = true;
            askedAtNs = nowNs;
        }
        if (nowNs - askedAtNs < maxDelayNs) {
            return false;
        }
        lastSkipped = Math.min(MAX_SKIPPED, 2 * lastSkipped + 1);
        skipped = lastSkipped;
        return true;
    }

    /** How long is still to be waited at most, once it was answered that no force is due. */
    long leftNs(final long nowNs) {
        return Math.max(0, maxDelayNs - (nowNs - askedAtNs));
    }

    /**
     * Notes that a force has ended, and those are woken who waited for it.
     *
     * @param count of records that became durable, or had been appended behind those by then
     * @param durationNs how long the force took
     */
    void forced(final long count, final long durationNs) {
        expectedCount = count;
        maxDelayNs = Math.min(MAX_DELAY_NS, durationNs / PART_OF_FORCE);
        asked = false;
    }
}

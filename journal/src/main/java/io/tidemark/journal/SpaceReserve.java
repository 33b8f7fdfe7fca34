// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.Storage;
import java.io.IOException;

/**
 * Looks after the room that is to stay free on the file system: while there is less, new records are refused, and what was
 * accepted is still written, into room that was kept for it. Records are let in again when there is an eighth more than must
 * stay free, so that what others write does not turn it to and fro.
 *
 * <p>Owned by the keeper.
 */
final class SpaceReserve {

    private static final int HYSTERESIS_DIVISOR = 8;
    private static final long LOOK_MIN_NS = 10_000_000;
    private static final long LOOK_MAX_NS = 500_000_000;

    private final Engine engine;
    private final Storage storage;
    private final long reservedLength;

    private boolean isShort;
    private long lookAtNs;
    private long lookDelayNs;

    SpaceReserve(final Engine engine, final Storage storage) {
        this.engine = engine;
        this.storage = storage;
        this.reservedLength = engine.config().reservedSpace();
    }

    /** Whether there is less than must stay free, as far as was seen. */
    boolean isShort() {
        return isShort;
    }

    /** How long until it is time to look again; only while there is too little. */
    long untilLookNs(final long nowNs) {
        return Math.max(0, lookAtNs - nowNs);
    }

    /**
     * Looks how much room there is. Spares give theirs first.
     *
     * @param spares of the journal
     * @param standbysWanted number of standbys that are still to be made
     * @param segmentLength of each
     */
    void look(final Spares spares, final int standbysWanted, final int segmentLength) {
        if (reservedLength == 0) {
            return;
        }
        long usable = usableSpace();
        long wanted = wanted(spares, standbysWanted, segmentLength);
        if (usable < wanted && spares.count() > standbysWanted) {
            spares.keep(standbysWanted);
            usable = usableSpace();
            wanted = wanted(spares, standbysWanted, segmentLength);
        }
        if (usable < wanted) {
            refuse(usable, wanted);
        } else {
            isShort = false;
            lookDelayNs = 0;
            engine.reserveProblem(null);
        }
    }

    private long wanted(final Spares spares, final int standbysWanted, final int segmentLength) {
        final long forStandby = standbysWanted > 0 && spares.isEmpty() ? segmentLength : 0;
        final long more = isShort ? reservedLength / HYSTERESIS_DIVISOR : 0;
        return saturatedSum(saturatedSum(reservedLength, forStandby), more);
    }

    private static long saturatedSum(final long first, final long second) {
        return first > Long.MAX_VALUE - second ? Long.MAX_VALUE : first + second;
    }

    /** What can't be told is no reason to refuse: then the file system itself will say when it is full. */
    private long usableSpace() {
        try {
            return storage.usableSpace();
        } catch (final IOException e) {
            return Long.MAX_VALUE;
        }
    }

    private void refuse(final long usable, final long wanted) {
        if (!isShort) {
            isShort = true;
            final String words = "usable space is " + usable + " bytes, of which " + reservedLength
                    + " are to stay free, wanted are " + wanted;
            final StorageFullException problem = new StorageFullException(
                    "storage is nearly full: " + words + ": directory=" + engine.directory()
                            + "; make room, the journal goes on by itself",
                    new IOException(words));
            engine.counters().problem();
            engine.news().offer(() -> engine.config().listener().onStorageFull(problem));
            engine.reserveProblem(problem);
        }
        lookDelayNs = Math.min(LOOK_MAX_NS, Math.max(LOOK_MIN_NS, 2 * lookDelayNs));
        lookAtNs = engine.nowNs() + lookDelayNs;
    }
}

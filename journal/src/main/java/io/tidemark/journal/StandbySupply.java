// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.NoSpaceException;
import io.tidemark.journal.storage.SegmentMaking;
import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.SegmentRecycling;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.UnfitSpareException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the writer finds a segment to go on in: one that stood by when the journal was closed, one made of a spare,
 * or a new one. Step by step, because the keeper has other things to do.
 *
 * <p>Faulting a page in for writing makes it dirty, and the kernel writes back what has been dirty for 30 seconds: before the
 * records come, if they come slowly. So it is done only if the journal lately filled its segments so fast that this one will be
 * full before, and if the writer stores what it has in the mapping: under {@code never}, where it does so with all, and where it is
 * invoked, as long as most of a segment comes in short runs. Otherwise the writer faults pages in as it comes to them, some 2 µs for
 * each, 13 where the hypervisor keeps the tables of pages. Slow journals do not feel that, a fast one writes most pages by calls, and a
 * writer on a thread of its own would wait for the core that the keeper does it on.
 *
 * <p>Owned by the keeper.
 */
final class StandbySupply {

    private static final long RETRY_MIN_NS = 10_000_000;
    private static final long RETRY_MAX_NS = 500_000_000;

    /** What is dirty for less long was not written back by the kernel yet, by a factor of three. */
    private static final long DIRTY_MAX_NS = 10_000_000_000L;

    private static final long UNKNOWN = -1;

    /**
     * How long nothing is done behind a roll that can wait: there the sync thread has the rest of the full segment to force, and
     * the writer, on a machine with few cores, waits for it already.
     */
    private static final long ROLL_REST_MAX_NS = 4_000_000;

    /** A rest behind a roll takes no more than this part of the time that the last segment took to fill. */
    private static final int ROLL_REST_PART = 64;

    /** With rests, a standby is to be ready when this share of the segment before it is written. */
    private static final double READY_AT_SHARE = 0.75;

    /** When this share of a segment is written and there is no standby behind it, no more pages of that are faulted in. */
    private static final double NEEDED_AT_SHARE = 0.875;

    /** The share by which the making may be behind that: it begins when some of the segment is written already. */
    private static final double BEHIND_SHARE = 0.03125;

    private final Engine engine;
    private final Storage storage;
    private final int standbyCount;
    private final int segmentLength;

    /** Whether the writer may write to files, and not only store in mappings. */
    private final boolean keepsFile;

    /** Whether the writer is invoked by the user's threads. */
    private final boolean isWriterInvoked;

    private final Spares spares;
    private final SpaceReserve reserve;

    /** Taken behind each step, where there is time. */
    private final StepRest rest;

    /** Numbers of segments that were standing by when the journal was closed, in their order. */
    private final Deque<Long> adoptable;

    private long nextSegmentNumber;

    private @Nullable SegmentMaking making;

    /** The spare of which it is made; 0 if it is new. */
    private long spareInHand;

    private long retryAtNs;
    private long retryDelayNs;

    /** The segment that the writer was last seen in. */
    private Segment writing;

    /** Whether it was noticed that a standby is missing. */
    private boolean knowsMissing;

    /** When a segment was last known to be full, at first when the journal was opened. */
    private long filledAtNs;

    /** How long it took to fill the last one. */
    private long fillNs = UNKNOWN;

    /** Whether the writer stored the greater part of it in the mapping. */
    private boolean isMostlyStored;

    /**
     * Begins to supply.
     *
     * @param engine of the journal
     * @param storage of the journal
     * @param lastSegment the segment that is being written
     * @param adoptable numbers of those that stand by behind it
     * @param spares to make more of
     */
    StandbySupply(
            final Engine engine,
            final Storage storage,
            final Segment lastSegment,
            final List<Long> adoptable,
            final Spares spares) {
        this.engine = engine;
        this.storage = storage;
        this.standbyCount = engine.config().standbyCount();
        this.segmentLength = engine.config().segmentLength();
        this.keepsFile = engine.config().syncPolicy().writesToFile() && storage.showsWritesInMappings();
        this.isWriterInvoked = engine.config().invocation() == Invocation.WRITER;
        this.spares = spares;
        this.reserve = new SpaceReserve(engine, storage);
        this.adoptable = new ArrayDeque<>(adoptable);
        this.writing = lastSegment;
        this.nextSegmentNumber = lastSegment.number() + adoptable.size() + 1;
        this.filledAtNs = engine.nowNs();
        this.retryAtNs = filledAtNs;
        this.rest = new StepRest(filledAtNs);
    }

    /** Number of the segment that is made now, or next. */
    long nextSegmentNumber() {
        return nextSegmentNumber;
    }

    /** How many segments are mapped, from the given one on. */
    long mappedCount(final long firstMapped) {
        return nextSegmentNumber - adoptable.size() - firstMapped;
    }

    /** The rest behind the steps made here, in which no other work is to be done that can wait. */
    StepRest rest() {
        return rest;
    }

    int spareCount() {
        return spares.count();
    }

    /** A segment is full and forced. */
    void noteFull(final Segment full) {
        final long nowNs = engine.nowNs();
        isMostlyStored = full.storedLength() > full.length() / 2;
        fillNs = nowNs - filledAtNs;
        filledAtNs = nowNs;
    }

    /**
     * Does a step towards the next standby, if one is missing.
     *
     * @return amount of work done
     * @throws IOException if a call failed in a way that ends the journal
     */
    int step() throws IOException {
        if (!adoptable.isEmpty()) {
            adopt(adoptable.removeFirst());
            return 1;
        }
        final long nowNs = engine.nowNs();
        noteMissing(nowNs);
        if (rest.leftNs(nowNs) > 0 && mayRest()) {
            return 0;
        }
        if (making == null) {
            final boolean looked = lookAfterSpace();
            if (!mayBegin()) {
                return looked ? 1 : 0;
            }
            begin();
        }
        goOn();
        rest.begin(nowNs, engine.nowNs());
        return 1;
    }

    /** Rests when the writer has just taken a standby. */
    private void noteMissing(final long nowNs) {
        final boolean isMissing = missing() > 0;
        if (isMissing && !knowsMissing) {
            rest.lastUntil(nowNs + rollRestNs());
        }
        knowsMissing = isMissing;
    }

    /** How long things can wait behind a roll, in nanoseconds. */
    long rollRestNs() {
        return fillNs == UNKNOWN ? 0 : Math.min(ROLL_REST_MAX_NS, fillNs / ROLL_REST_PART);
    }

    /**
     * Whether there is time to make it in small pieces, with rests between them: the making is to be ahead of the writer. How
     * long the last segment took tells nothing about that, as the next one may be filled a hundred times as fast.
     */
    private boolean mayRest() {
        if (engine.isWaitingForStandby()) {
            return false;
        }
        final SegmentMaking current = making;
        final double doneShare = current == null ? 0 : current.doneShare();
        return !engine.standbys().isEmpty()
                || (fillNs != UNKNOWN && doneShare + BEHIND_SHARE >= writtenShare() / READY_AT_SHARE);
    }

    /** How much of its segment the writer has written, from 0 to 1. */
    private double writtenShare() {
        for (Segment next = writing.nextAcquire(); next != null; next = writing.nextAcquire()) {
            writing = next;
        }
        return (double) writing.writtenOffset() / segmentLength;
    }

    private int missing() {
        return Math.max(0, standbyCount - engine.standbys().size());
    }

    /** Asks for the space before a standby is made, and now and then while there is too little. */
    private boolean lookAfterSpace() {
        final long nowNs = engine.nowNs();
        final boolean isTime =
                reserve.isShort() ? reserve.untilLookNs(nowNs) == 0 : missing() > 0 && nowNs - retryAtNs >= 0;
        if (isTime) {
            reserve.look(spares, missing(), segmentLength);
        }
        return isTime;
    }

    private boolean mayBegin() {
        return missing() > 0 && !isHeldBack() && engine.nowNs() - retryAtNs >= 0;
    }

    /** A spare takes no room, and what was accepted is written, whatever is to stay free. */
    private boolean isHeldBack() {
        return reserve.isShort() && spares.isEmpty() && !engine.isWaitingForStandby();
    }

    private void begin() {
        final SegmentHeader header = new SegmentHeader(
                engine.meta().journalIdHigh(),
                engine.meta().journalIdLow(),
                nextSegmentNumber,
                segmentLength,
                engine.meta().epoch(),
                engine.config().clock().nanoTime());
        if (spares.isEmpty()) {
            spareInHand = 0;
            making = new SegmentPreparation(storage, header, faultLength(), keepsFile);
        } else {
            spareInHand = spares.take();
            making = new SegmentRecycling(storage, spareInHand, header, faultLength(), keepsFile);
        }
    }

    private int faultLength() {
        if (keepsFile && !(isWriterInvoked && isMostlyStored)) {
            return 0;
        }
        if (fillNs == UNKNOWN) {
            return Math.min(segmentLength, JournalOpening.RESUME_FAULT_LENGTH);
        }
        return fillNs <= DIRTY_MAX_NS / (standbyCount + 1) ? segmentLength : 0;
    }

    /** Whether the writer is about to need the segment that is made: it can fault pages in itself, but not go on without. */
    private boolean isNeededSoon() {
        return engine.standbys().isEmpty() && (engine.isWaitingForStandby() || writtenShare() >= NEEDED_AT_SHARE);
    }

    private void goOn() throws IOException {
        final SegmentMaking current = making;
        if (current == null) {
            return;
        }
        if (isNeededSoon()) {
            current.faultInNoMore();
        }
        try {
            if (current.step()) {
                making = null;
                nextSegmentNumber++;
                retryDelayNs = 0;
                engine.spaceProblem(null);
                engine.offerStandby(new Segment(
                        current.header(), current.result(), current.resultFile(), SegmentLayout.HEADER_PAGE_LENGTH));
                reserve.look(spares, missing(), segmentLength);
            }
        } catch (final UnfitSpareException e) {
            making = null;
            spares.drop(spareInHand);
        } catch (final NoSpaceException e) {
            making = null;
            waitForSpace(e);
        }
    }

    private void adopt(final long number) throws IOException {
        engine.offerStandby(Segment.map(
                storage,
                engine.meta(),
                number,
                engine.written().getAcquire() + 1,
                SegmentLayout.HEADER_PAGE_LENGTH,
                keepsFile ? 0 : JournalOpening.RESUME_FAULT_LENGTH,
                keepsFile,
                null));
    }

    private void waitForSpace(final NoSpaceException cause) {
        final StorageFullException problem = new StorageFullException(
                "storage is full: no room for a segment of " + segmentLength + " bytes: " + cause.getMessage()
                        + ": segment=" + storage.pathOf(FileNames.segment(nextSegmentNumber))
                        + "; make room, the journal goes on by itself",
                cause);
        if (retryDelayNs == 0) {
            engine.counters().problem();
            engine.news().offer(() -> engine.config().listener().onStorageFull(problem));
        }
        spares.keep(0);
        engine.spaceProblem(problem);
        engine.durable().wakeAll();
        retryDelayNs = Math.min(RETRY_MAX_NS, Math.max(RETRY_MIN_NS, 2 * retryDelayNs));
        retryAtNs = engine.nowNs() + retryDelayNs;
    }

    /**
     * Takes over the file of a segment that nobody needs any more, if it may become a standby. Where room is short, only as
     * many as are missing.
     *
     * @return false if the file is to be deleted
     */
    boolean takeOver(final long segment) throws IOException {
        final boolean isSpaceShort = reserve.isShort() || retryDelayNs > 0;
        final int wanted = isSpaceShort ? missing() - (making == null ? 0 : 1) : spares.maxCount();
        return spares.count() < Math.min(wanted, spares.maxCount()) && spares.takeOver(segment);
    }

    /** How long the keeper may sleep as far as the supply goes; 0 if there is something to do. */
    long untilWorkNs(final long nowNs) {
        if (!adoptable.isEmpty()) {
            return 0;
        }
        final long restNs = mayRest() ? rest.leftNs(nowNs) : 0;
        if (making != null) {
            return restNs;
        }
        long untilNs = Long.MAX_VALUE;
        if (missing() > 0 && !isHeldBack()) {
            untilNs = knowsMissing ? Math.max(restNs, retryAtNs - nowNs) : 0;
        }
        return reserve.isShort() ? Math.min(untilNs, Math.max(restNs, reserve.untilLookNs(nowNs))) : untilNs;
    }

    /** Gives up what is being made. */
    void abandon(final Throwable problem) {
        final SegmentMaking abandoned = making;
        making = null;
        if (abandoned != null) {
            abandoned.abandon(problem);
        }
    }

    /** Lets go what is held. */
    void close() throws IOException {
        spares.close();
    }
}

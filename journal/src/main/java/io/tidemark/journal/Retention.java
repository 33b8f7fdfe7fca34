// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then whether the policy wants segments gone, and then asks for a truncation like anybody else. What a segment
 * holds is read once, a few segments at a time, because standbys must not wait for it.
 *
 * <p>Owned by the keeper.
 */
final class Retention {

    private static final int SEGMENTS_PER_STEP = 16;
    private static final int FRAMES_PER_STEP = 4_096;
    private static final long RETRY_NS = 1_000_000_000;

    /**
     * A segment that is full.
     *
     * @param nextFirstSequence of the segment behind it
     * @param newestNs no record up to its end is newer; as told by the clock that stamped them
     */
    private record Full(long number, long length, long nextFirstSequence, long newestNs) {}

    private final Engine engine;
    private final Storage storage;
    private final RetentionPolicy policy;

    /** The full segments that exist, the oldest first. */
    private final Deque<Full> segments = new ArrayDeque<>();

    private long nextSegment;
    private long newestNs = Long.MIN_VALUE;
    private long totalLength;

    /** Walks through a segment in which the clock may have been set back; null if none is being walked through. */
    private @Nullable JournalScan walk;

    private long checkAtNs;
    private boolean checks;

    /** What the listener was told last. */
    private String lastProblem = "";

    Retention(final Engine engine, final Storage storage, final long firstSegment) {
        this.engine = engine;
        this.storage = storage;
        this.policy = engine.config().retention();
        this.nextSegment = firstSegment;
        this.checkAtNs = engine.nowNs();
    }

    /** How long there is nothing to do, unless a segment is full before; {@link Long#MAX_VALUE} if for ever. */
    long untilCheckNs(final long nowNs) {
        if (!policy.hasLimit()) {
            return Long.MAX_VALUE;
        }
        return checks ? 0 : Math.max(0, checkAtNs - nowNs);
    }

    /** A segment is full, and recovery begins behind it: it is time to look. */
    void noteFull() {
        checks = policy.hasLimit();
    }

    /**
     * Does a step of a look.
     *
     * @return the truncation that is wanted; null if there is none, or if the look goes on
     */
    @Nullable
    TruncationRequest step(final Meta meta, final long firstSegment) {
        final long nowNs = engine.nowNs();
        if (!policy.hasLimit() || engine.isClosing() || (!checks && nowNs - checkAtNs < 0)) {
            return null;
        }
        checks = true;
        try {
            forget(firstSegment);
            if (!learn(meta)) {
                return null;
            }
        } catch (final IOException | JournalException e) {
            endWalk();
            endCheck(nowNs + Math.max(RETRY_NS, policy.checkIntervalNs()));
            tell(
                    e instanceof IOException failure
                            ? StorageCall.translated(engine.directory(), failure)
                            : (JournalException) e);
            return null;
        }
        endCheck(nowNs + policy.checkIntervalNs());
        final long head = wantedHead(meta);
        return head > meta.head() ? TruncationRequest.ofRetention(head - 1) : null;
    }

    /** What was wanted is done, or refused. */
    void noteAnswer(final @Nullable JournalException problem) {
        if (problem == null) {
            lastProblem = "";
        } else {
            tell(problem);
        }
    }

    /** Tells the listener what keeps segments from going; once, as long as it is the same. */
    private void tell(final JournalException problem) {
        final String words = String.valueOf(problem.getMessage());
        if (!words.equals(lastProblem)) {
            lastProblem = words;
            engine.counters().problem();
            engine.news().offer(() -> engine.config().listener().onRetentionProblem(problem));
        }
    }

    private void endCheck(final long nextCheckNs) {
        checks = false;
        checkAtNs = nextCheckNs;
    }

    /** Drops what is no longer there. */
    private void forget(final long firstSegment) {
        while (!segments.isEmpty() && segments.peekFirst().number() < firstSegment) {
            totalLength -= segments.removeFirst().length();
        }
        if (nextSegment < firstSegment) {
            nextSegment = firstSegment;
            endWalk();
        }
    }

    /** Reads what the full segments hold; false if there is more to read. */
    private boolean learn(final Meta meta) throws IOException {
        for (int i = 0; i < SEGMENTS_PER_STEP && nextSegment < meta.markSegment(); i++) {
            if (!learnNext(meta)) {
                return false;
            }
        }
        return nextSegment >= meta.markSegment();
    }

    private boolean learnNext(final Meta meta) throws IOException {
        final SegmentBeginning beginning = SegmentBeginning.read(storage, meta, nextSegment);
        final SegmentBeginning next = SegmentBeginning.read(storage, meta, nextSegment + 1);
        if (policy.hasMaxAge()) {
            newestNs = Math.max(newestNs, Math.max(beginning.timestampNs(), next.timestampNs()));
            // Within one opening of the journal no record is newer than the first of the next segment.
            if (beginning.epoch() != next.epoch() && !walkToTheEnd(meta, beginning)) {
                return false;
            }
        }
        final long nextFirst =
                nextSegment + 1 == meta.markSegment() ? meta.markSegmentFirstSequence() : next.firstSequence();
        segments.addLast(new Full(nextSegment, beginning.length(), nextFirst, newestNs));
        totalLength += beginning.length();
        nextSegment++;
        return true;
    }

    /** Looks at every frame of a segment, some at a time; false if there are more. */
    private boolean walkToTheEnd(final Meta meta, final SegmentBeginning beginning) throws IOException {
        if (beginning.firstSequence() == 0) {
            return true;
        }
        JournalScan scan = walk;
        if (scan == null) {
            scan = new JournalScan(
                    storage,
                    meta,
                    SegmentReader.open(storage, nextSegment, meta, beginning.firstSequence()),
                    beginning.firstSequence());
            walk = scan;
        }
        for (int i = 0; i < FRAMES_PER_STEP; i++) {
            if (!scan.advance() || scan.reader().number() != nextSegment) {
                endWalk();
                return true;
            }
            newestNs = Math.max(newestNs, scan.timestampNs());
        }
        return false;
    }

    /** The first record of the first segment that no limit wants gone, or that is held by the last checkpoint. */
    private long wantedHead(final Meta meta) {
        final long clockNs = engine.config().clock().nanoTime();
        final long durable = engine.durable().get();
        long bytes = totalLength + engine.config().segmentLength();
        long head = meta.head();
        for (final Full full : segments) {
            // A segment that begins with damage does not tell where the one before it ends; the one behind does.
            final long next = full.nextFirstSequence();
            if (!policy.wantsGone(since(clockNs, full.newestNs()), bytes, durable - next + 1)
                    || (policy.checkpointHeld() && next > meta.checkpointSequence() + 1)) {
                break;
            }
            head = Math.max(head, next);
            bytes -= full.length();
        }
        return head;
    }

    /** How long ago something was; nothing if the clock was set back since, and not more than a number can tell. */
    private static long since(final long nowNs, final long thenNs) {
        if (nowNs <= thenNs) {
            return 0;
        }
        final long elapsedNs = nowNs - thenNs;
        return elapsedNs < 0 ? Long.MAX_VALUE : elapsedNs;
    }

    /** The begin of the segment in which a sequence lies, or after which nothing is known. */
    long beginOf(final Meta meta, final long sequence) {
        long begin = meta.head();
        for (final Full full : segments) {
            final long next = full.nextFirstSequence();
            if (next > sequence) {
                break;
            }
            begin = Math.max(begin, next);
        }
        return begin;
    }

    /** Lets go what it has open. */
    void endWalk() {
        final JournalScan scan = walk;
        walk = null;
        if (scan != null) {
            StorageCall.run(engine.directory(), () -> {
                scan.close();
                return true;
            });
        }
    }
}

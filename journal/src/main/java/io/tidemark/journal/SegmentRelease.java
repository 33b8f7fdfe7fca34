// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Unmaps segments that are full and forced, piece by piece and with rests between the pieces: unmapping holds up all threads of the
 * process that map, unmap or come to a page for the first time, and the core that it runs on. Where there is no time for rests, or
 * more segments wait than memory should be kept for, it does not rest.
 *
 * <p>Owned by the keeper.
 */
final class SegmentRelease {

    /** With more segments than these it does not rest. */
    private static final int MAX_RESTING_COUNT = 2;

    private final Engine engine;
    private final StepRest rest;

    /** The oldest first. */
    private final Deque<Segment> segments = new ArrayDeque<>();

    /** Index of the piece of the oldest that is let go next. */
    private int nextPiece;

    SegmentRelease(final Engine engine, final StepRest rest) {
        this.engine = engine;
        this.rest = rest;
    }

    /** Takes over a segment that nobody else has any more. */
    void add(final Segment segment) {
        segments.addLast(segment);
    }

    /** Whether a segment is still mapped here, or a part of it. */
    boolean holds(final long number) {
        if (!segments.isEmpty()) {
            for (final Segment segment : segments) {
                if (segment.number() == number) {
                    return true;
                }
            }
        }
        return false;
    }

    /** How many bytes are still mapped. */
    long mappedBytes() {
        long bytes = 0;
        if (!segments.isEmpty()) {
            for (final Segment segment : segments) {
                bytes += segment.pieces().mappedLength();
            }
        }
        return bytes;
    }

    /**
     * Lets a piece go, if it is time to. A segment of a single piece, which is a short one, goes at once.
     *
     * @param hurried whether there is no time for rests
     * @return number of pieces let go
     * @throws IOException if that failed; the pieces behind are let go nevertheless when this is called again
     */
    int step(final boolean hurried) throws IOException {
        int count = 0;
        while (!segments.isEmpty() && segments.getFirst().pieces().count() == 1) {
            segments.removeFirst().unmap();
            count++;
        }
        if (untilStepNs(hurried) == 0) {
            letGoOfNext();
            count++;
        }
        return count;
    }

    private void letGoOfNext() throws IOException {
        final Segment segment = segments.getFirst();
        final int piece = nextPiece;
        final long beginNs = engine.nowNs();
        // Before the call, which may fail: the piece is not tried again.
        nextPiece++;
        if (nextPiece == segment.pieces().count()) {
            nextPiece = 0;
            segments.removeFirst();
        }
        segment.unmap(piece);
        rest.begin(beginNs, engine.nowNs());
    }

    /**
     * How long the keeper may sleep as far as this goes; 0 if there is something to do.
     *
     * @param hurried whether there is no time for rests
     * @return nanoseconds
     */
    long untilStepNs(final boolean hurried) {
        if (segments.isEmpty()) {
            return Long.MAX_VALUE;
        }
        return hurried || segments.size() > MAX_RESTING_COUNT ? 0 : rest.leftNs(engine.nowNs());
    }

    /**
     * Lets everything go at once, also when a piece fails.
     *
     * @throws IOException the first failure; the others are suppressed in it
     */
    void finish() throws IOException {
        nextPiece = 0;
        final Segment segment = segments.pollFirst();
        if (segment == null) {
            return;
        }
        try {
            segment.unmap();
        } catch (final IOException | RuntimeException | Error e) {
            try {
                finish();
            } catch (final IOException | RuntimeException | Error suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        finish();
    }
}

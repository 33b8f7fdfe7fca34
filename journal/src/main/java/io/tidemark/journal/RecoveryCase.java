// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameVerdict;
import org.jspecify.annotations.Nullable;

/**
 * The decision table of recovery: what the end of the chain looks like, and what is done about it. For every combination
 * of what can be seen exactly one row applies; a test goes through them all.
 *
 * <p>Columns: what stands in the place of the next frame; whether it is proven that the next record had been durable;
 * whether whole frames of the last epoch lie behind that place; whether the chain ends within an atomic batch. A null
 * matches both.
 */
enum RecoveryCase {
    /** A newer version wrote here, and only it knows what that means. */
    WRITTEN_BY_NEWER_VERSION(Tail.TOO_NEW, null, null, null, Decision.REFUSE_TOO_NEW),

    /** Nothing is there, where something durable must be: a block was zeroed, or a page never reached the disk. */
    DURABLE_RECORD_MISSING(Tail.NOTHING, true, null, null, Decision.REFUSE_CORRUPT),

    /** Something is there, but not the durable record that must be. */
    DURABLE_RECORD_DAMAGED(Tail.BAD, true, null, null, Decision.REFUSE_CORRUPT),

    /** A frame from before a cut is there, where a durable record of a later epoch must be. */
    DURABLE_RECORD_REPLACED(Tail.STALE, true, null, null, Decision.REFUSE_CORRUPT),

    /** The journal ends here, and everything that was written is there. */
    END(Tail.NOTHING, false, false, false, Decision.RESUME),

    /** The journal ends here; the last batch was not written to its end. */
    END_IN_BATCH(Tail.NOTHING, false, false, true, Decision.CUT),

    /** Later pages reached the disk before earlier ones: what lies behind the hole was never durable. */
    HOLE(Tail.NOTHING, false, true, null, Decision.CUT),

    /** The power went out while this frame was on its way. */
    TORN(Tail.BAD, false, null, null, Decision.CUT),

    /** The journal ends here; a frame from before an earlier cut came to light behind the end. */
    GHOST(Tail.STALE, false, null, null, Decision.CUT);

    /** What stands in the place of the next frame. */
    enum Tail {
        NOTHING,
        BAD,
        STALE,
        TOO_NEW;

        static Tail of(final FrameVerdict verdict) {
            return switch (verdict) {
                case NOTHING, NO_ROOM -> NOTHING;
                case BAD_LENGTH, BAD_CHECKSUM, OUT_OF_SEQUENCE -> BAD;
                case STALE_EPOCH -> STALE;
                case TOO_NEW -> TOO_NEW;
                case WHOLE, MORE_NEEDED -> throw new IllegalArgumentException("not an end: verdict=" + verdict);
            };
        }
    }

    /** What recovery does. */
    enum Decision {
        /** Go on behind the last frame. */
        RESUME,
        /** Drop what is unfinished, say so, and go on there. */
        CUT,
        /** Change nothing: something that was durable is damaged. */
        REFUSE_CORRUPT,
        /** Change nothing: this software is too old. */
        REFUSE_TOO_NEW
    }

    private final Tail tail;
    private final @Nullable Boolean proven;
    private final @Nullable Boolean framesBehind;
    private final @Nullable Boolean openBatch;
    private final Decision decision;

    RecoveryCase(
            final Tail tail,
            final @Nullable Boolean proven,
            final @Nullable Boolean framesBehind,
            final @Nullable Boolean openBatch,
            final Decision decision) {
        this.tail = tail;
        this.proven = proven;
        this.framesBehind = framesBehind;
        this.openBatch = openBatch;
        this.decision = decision;
    }

    Decision decision() {
        return decision;
    }

    boolean matches(
            final Tail foundTail, final boolean isProven, final boolean hasFramesBehind, final boolean hasOpenBatch) {
        return tail == foundTail
                && (proven == null || proven == isProven)
                && (framesBehind == null || framesBehind == hasFramesBehind)
                && (openBatch == null || openBatch == hasOpenBatch);
    }

    static RecoveryCase of(final Tail tail, final boolean proven, final boolean framesBehind, final boolean openBatch) {
        for (final RecoveryCase row : values()) {
            if (row.matches(tail, proven, framesBehind, openBatch)) {
                return row;
            }
        }
        throw new AssertionError("no row: tail=" + tail + ", proven=" + proven + ", framesBehind=" + framesBehind
                + ", openBatch=" + openBatch);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/** What can be said of the bytes where a frame is expected. */
public enum FrameVerdict {
    /** A whole frame, of this segment, and the one that comes next. */
    WHOLE,
    /** The word is zero: nothing was ever completed here. */
    NOTHING,
    /** Too little room is left in the segment for a header: the journal goes on in the next segment. */
    NO_ROOM,
    /** The length can't be that of a frame in this place. */
    BAD_LENGTH,
    /** The bytes do not have the checksum that is stored with them. */
    BAD_CHECKSUM,
    /** A whole frame from before a cut: its epoch is lower than that of the frame before it. */
    STALE_EPOCH,
    /** A whole frame whose sequence is not the next. */
    OUT_OF_SEQUENCE,
    /** A whole frame that only a newer version understands. */
    TOO_NEW,
    /** The frame goes on behind the bytes that were given. */
    MORE_NEEDED
}

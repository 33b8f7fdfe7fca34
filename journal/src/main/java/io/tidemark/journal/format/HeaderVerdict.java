// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/** What can be said of a header page or a meta slot before its fields are read. */
public enum HeaderVerdict {
    /** Whole, and of a version that this code reads. */
    READABLE,
    /** Magic or checksum are not what they must be. */
    DAMAGED,
    /** Whole, but older than the oldest version that this code reads. */
    TOO_OLD,
    /** Whole, but newer than the newest version that this code reads. */
    TOO_NEW;

    static HeaderVerdict ofVersion(final int version) {
        if (version < SegmentLayout.OLDEST_FORMAT_VERSION) {
            return TOO_OLD;
        }
        return version > SegmentLayout.FORMAT_VERSION ? TOO_NEW : READABLE;
    }
}

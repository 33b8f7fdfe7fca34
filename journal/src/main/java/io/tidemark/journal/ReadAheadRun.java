// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.SegmentHeader;

/** A segment that is read ahead from some offset on. */
final class ReadAheadRun {

    private final SegmentHeader header;
    private final int offset;

    /** Written by the thread that reads ahead, after it published the last window. */
    private volatile boolean isOver;

    ReadAheadRun(final SegmentHeader header, final int offset) {
        this.header = header;
        this.offset = offset;
    }

    SegmentHeader header() {
        return header;
    }

    int offset() {
        return offset;
    }

    /** Whether no more windows will come than those that were published before. */
    boolean isOver() {
        return isOver;
    }

    void over() {
        isOver = true;
    }
}

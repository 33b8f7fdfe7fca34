// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.SegmentLeases;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The leases of one tailer. They are a courtesy of the writer's, which does not use a file again while somebody has it mapped:
 * without them a tailer reads as well, and what has become another segment under its eyes is told by checksums.
 *
 * <p>Owned by the thread that uses the tailer.
 */
final class TailerLeases {

    /** What came of the wish to hold a segment. */
    enum Hold {
        /** The file stays what it is until it is let go. */
        HELD,
        /** It can't be held, and may be used again while it is read. */
        UNHELD,
        /** The writer is taking it away. */
        CLAIMED
    }

    private final Storage storage;

    /** Null as long as there is no file for them, or it can't be opened. */
    private @Nullable SegmentLeases leases;

    TailerLeases(final Storage storage) {
        this.storage = storage;
    }

    /** Holds a segment, before it is opened by its name. */
    Hold hold(final long segment) {
        try {
            SegmentLeases present = leases;
            if (present == null) {
                present = storage.leases(FileNames.READERS, false);
                leases = present;
            }
            return present.tryHold(segment) ? Hold.HELD : Hold.CLAIMED;
        } catch (final IOException e) {
            // A journal of an older version has none; and who may not read the file may still read the segments.
            return Hold.UNHELD;
        }
    }

    /** Lets go of a segment that was held. */
    void letGo(final long segment) {
        final SegmentLeases present = leases;
        try {
            if (present != null) {
                present.letGo(segment);
            }
        } catch (final IOException e) {
            // If it counts as held for longer, it will be deleted and not used again.
            return;
        }
    }

    void close() throws IOException {
        final SegmentLeases closing = leases;
        leases = null;
        if (closing != null) {
            closing.close();
        }
    }
}

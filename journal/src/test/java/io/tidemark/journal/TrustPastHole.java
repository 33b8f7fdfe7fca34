// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import java.io.IOException;
import java.lang.reflect.Field;

/**
 * A bug to be put into {@link JournalScan}: where the chain of frames breaks off, it goes on with the next whole frame
 * that it finds, as if newer pages could be trusted when older ones are missing.
 */
final class TrustPastHole {

    /** What the scan's own way to advance is called when this has taken its place. */
    static final String HONEST_ADVANCE = "advanceInOrder";

    private TrustPastHole() {}

    static boolean advance(final JournalScan scan) throws IOException {
        if (honestly(scan)) {
            return true;
        }
        final SegmentReader reader = scan.reader();
        final long next = scan.nextSequence();
        for (int offset = scan.endOffset() + 8; offset + FrameLayout.HEADER_LENGTH <= reader.length(); offset += 8) {
            reader.require(offset, FrameLayout.HEADER_LENGTH);
            final long highest = next + reader.length();
            if (reader.judgeAnywhere(offset, next, highest, Integer.MAX_VALUE) == FrameVerdict.WHOLE) {
                set(scan, "offset", offset);
                set(scan, "nextSequence", FrameLayout.sequence(reader.window().clear(), reader.inWindow(offset)));
                return honestly(scan);
            }
        }
        return false;
    }

    private static boolean honestly(final JournalScan scan) throws IOException {
        try {
            return (boolean) JournalScan.class.getDeclaredMethod(HONEST_ADVANCE).invoke(scan);
        } catch (final ReflectiveOperationException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new LinkageError("the scan was not broken", e);
        }
    }

    private static void set(final JournalScan scan, final String field, final Object value) {
        try {
            final Field target = JournalScan.class.getDeclaredField(field);
            target.setAccessible(true);
            target.set(scan, value);
        } catch (final ReflectiveOperationException e) {
            throw new LinkageError("the scan has no such field", e);
        }
    }
}

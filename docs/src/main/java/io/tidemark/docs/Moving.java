// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import java.nio.ByteBuffer;

/** Copies the messages of another queue into a journal. */
public final class Moving {

    private Moving() {}

    /** What there is to be read, in its order; of Chronicle Queue, or of anything else. */
    interface OldQueue {

        /**
         * Gives the next message.
         *
         * @param target cleared, long enough for any message; left with position and limit around the payload
         * @return false if there is none
         */
        boolean readNext(ByteBuffer target);
    }

    static long copy(final OldQueue queue, final Journal journal) {
        final Appender appender = journal.appender();
        final ByteBuffer message = ByteBuffer.allocateDirect(journal.maxRecordLength());
        final long copiedBefore = journal.lastSequence(); // of a run that was broken off
        for (long number = 1; queue.readNext(message.clear()); number++) {
            if (number > copiedBefore) {
                appender.append(message, message.position(), message.remaining());
            }
        }
        return journal.flush();
    }
}

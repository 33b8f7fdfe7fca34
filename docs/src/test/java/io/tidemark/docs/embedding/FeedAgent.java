// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;

/** Takes messages from a feed and appends them, without ever waiting. */
class FeedAgent implements Agent {

    private static final int MESSAGE = 1;

    private final Supplier<ByteBuffer> feed;
    private final Appender appender;

    /** Taken from the feed and not appended yet. */
    private ByteBuffer pending;

    FeedAgent(final Supplier<ByteBuffer> feed, final Journal journal) {
        this.feed = feed;
        this.appender = journal.appender();
    }

    @Override
    public int doWork() {
        if (pending == null) {
            pending = feed.get();
        }
        if (pending == null) {
            return 0;
        }
        final long sequence = appender.tryAppend(MESSAGE, pending, pending.position(), pending.remaining());
        if (sequence == Appender.BACK_PRESSURED || sequence == Appender.STORAGE_FULL) {
            return 0; // the same message again, when the idle strategy is through
        }
        if (sequence < 0) {
            throw new IllegalStateException("the journal was closed, or has failed: code " + sequence);
        }
        pending = null;
        return 1;
    }

    @Override
    public String roleName() {
        return "feed";
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;

/** Takes messages from a feed, and is the writer of the journal, too: they are visible when its turn ends. */
class CaptureAgent implements Agent {

    private static final int MESSAGE = 1;
    private static final int LIMIT = 16;

    private final Supplier<ByteBuffer> feed;
    private final Journal journal;
    private final Appender appender;

    CaptureAgent(final Supplier<ByteBuffer> feed, final Journal journal) {
        this.feed = feed;
        this.journal = journal;
        this.appender = journal.appender();
    }

    @Override
    public int doWork() {
        int count = 0;
        for (ByteBuffer message = feed.get(); message != null; message = count < LIMIT ? feed.get() : null) {
            appender.append(MESSAGE, message, message.position(), message.remaining());
            count++;
        }
        return count + journal.invoke(); // also when there was nothing: behind a roll some may be left
    }

    @Override
    public String roleName() {
        return "capture";
    }
}

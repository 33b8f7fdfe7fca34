// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import com.lmax.disruptor.EventHandler;
import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;

/** First in the row of a Disruptor: appends each event. */
class JournalHandler implements EventHandler<OrderEvent> {

    private final Appender appender;

    JournalHandler(final Journal journal) {
        this.appender = journal.appender(); // belongs to the thread of this handler, which uses it first
    }

    @Override
    public void onEvent(final OrderEvent event, final long ringSequence, final boolean endOfBatch) {
        event.sequence = appender.append(event.bytes, 0, event.length); // waits only if the queue is full
    }
}

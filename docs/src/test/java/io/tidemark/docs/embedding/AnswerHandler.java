// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import com.lmax.disruptor.EventHandler;
import io.tidemark.journal.Journal;
import java.util.function.Consumer;

/** Behind the handler that appends: lets nothing out that is not durable. */
class AnswerHandler implements EventHandler<OrderEvent> {

    private final Journal journal;
    private final Consumer<OrderEvent> answer;

    AnswerHandler(final Journal journal, final Consumer<OrderEvent> answer) {
        this.journal = journal;
        this.answer = answer;
    }

    @Override
    public void onEvent(final OrderEvent event, final long ringSequence, final boolean endOfBatch)
            throws InterruptedException {
        journal.awaitDurable(event.sequence); // the first of a batch waits; those behind it are durable by then
        answer.accept(event);
    }
}

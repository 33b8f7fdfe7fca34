// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.orders;

import io.tidemark.examples.orders.OrderEvent.Action;
import io.tidemark.examples.orders.OrderEvent.Side;
import io.tidemark.journal.Appender;
import io.tidemark.journal.BufferClaim;
import io.tidemark.journal.Journal;
import io.tidemark.journal.Start;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;

/**
 * Captures the events of an exchange in the order in which they come. They are encoded where they are to lie, and nothing is
 * allocated on the way.
 *
 * <p>One thread captures; books are built by threads of their own.
 */
public final class OrderCapture implements AutoCloseable {

    /** The type of the records. Records of other types may stand beside them. */
    static final int ORDER_EVENT = 1;

    private final Journal journal;
    private final Appender appender;
    private final OrderEvent event = new OrderEvent();

    /**
     * Takes over a journal.
     *
     * @param journal of the events, closed with this
     */
    public OrderCapture(final Journal journal) {
        this.journal = journal;
        this.appender = journal.appender();
    }

    /**
     * Captures an event. It need not be durable when this returns: who acts on it builds a book that waits for that.
     *
     * @param exchangeTimeMs of the exchange, in milliseconds since the beginning of 1970
     * @param action to the order
     * @param order number of it
     * @param side of the order
     * @param price in cents
     * @param amount that is left, in units of 10⁻⁸
     * @return the sequence of the event
     */
    public long capture(
            final long exchangeTimeMs,
            final Action action,
            final long order,
            final Side side,
            final long price,
            final long amount) {
        try (BufferClaim claim = appender.claim(ORDER_EVENT, OrderEvent.LENGTH)) {
            event.wrap(claim.buffer(), claim.offset())
                    .exchangeTimeMs(exchangeTimeMs)
                    .action(action)
                    .order(order)
                    .side(side)
                    .price(price)
                    .amount(amount);
            return claim.commit();
        }
    }

    /**
     * Begins a book: empty, and at the first event there is. What was captured before is replayed to it, and what comes is
     * given to it, in the same way.
     *
     * @param visibility of events: {@link Visibility#DURABLE} for who tells others, or trades; {@link Visibility#WRITTEN} is
     *     quicker, and may show what a power cut makes never have been
     * @return the book, to be closed by the caller
     */
    public BookBuilder book(final Visibility visibility) {
        final Tailer tailer = journal.tailer(Start.atHead(), visibility);
        return new BookBuilder(tailer);
    }

    /** Closes the journal. Books go on to its end. */
    @Override
    public void close() {
        journal.close();
    }
}

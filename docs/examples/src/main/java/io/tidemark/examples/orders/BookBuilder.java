// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.orders;

import io.tidemark.examples.orders.OrderEvent.Side;
import io.tidemark.journal.Tailer;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The book of an exchange, built from the events in a journal: which amount is wanted and offered at which price. It is where
 * the events up to {@link #sequence()} lead to, and nothing else.
 *
 * <p>One thread at a time.
 */
public final class BookBuilder implements AutoCloseable {

    private static final int EVENTS_PER_POLL = 256;

    private final Tailer tailer;
    private final OrderEvent event = new OrderEvent();
    private final Map<Long, Order> orders = new HashMap<>();
    private final NavigableMap<Long, Long> bids = new TreeMap<>(Comparator.reverseOrder());
    private final NavigableMap<Long, Long> asks = new TreeMap<>();
    private long sequence;

    private record Order(Side side, long price, long amount) {}

    BookBuilder(final Tailer tailer) {
        this.tailer = tailer;
    }

    /**
     * Takes some of the events that have come.
     *
     * @return how many; 0 if there are none for now
     */
    public int poll() {
        return tailer.poll(this::onRecord, EVENTS_PER_POLL);
    }

    private void onRecord(
            final long recordSequence,
            final long timestampNs,
            final int type,
            final ByteBuffer buffer,
            final int offset,
            final int length) {
        if (type == OrderCapture.ORDER_EVENT) {
            apply(event.wrap(buffer, offset));
        }
        sequence = recordSequence;
    }

    private void apply(final OrderEvent happened) {
        final Order before = switch (happened.action()) {
            case CREATED, CHANGED ->
                orders.put(happened.order(), new Order(happened.side(), happened.price(), happened.amount()));
            case DELETED -> orders.remove(happened.order());
        };
        if (before != null) {
            add(before.side, before.price, -before.amount);
        }
        final Order now = orders.get(happened.order());
        if (now != null) {
            add(now.side, now.price, now.amount);
        }
    }

    private void add(final Side side, final long price, final long amount) {
        final NavigableMap<Long, Long> levels = side == Side.BUY ? bids : asks;
        if (levels.merge(price, amount, Long::sum) == 0) {
            levels.remove(price);
        }
    }

    /**
     * The last event that the book knows of.
     *
     * @return its sequence; 0 if there is none
     */
    public long sequence() {
        return sequence;
    }

    /**
     * What is wanted.
     *
     * @return amounts by price, the highest first
     */
    public NavigableMap<Long, Long> bids() {
        return Collections.unmodifiableNavigableMap(bids);
    }

    /**
     * What is offered.
     *
     * @return amounts by price, the lowest first
     */
    public NavigableMap<Long, Long> asks() {
        return Collections.unmodifiableNavigableMap(asks);
    }

    /** Lets the journal go. */
    @Override
    public void close() {
        tailer.close();
    }
}

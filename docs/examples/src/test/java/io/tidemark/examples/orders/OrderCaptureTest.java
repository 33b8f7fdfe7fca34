// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.examples.PowerCuts;
import io.tidemark.examples.orders.OrderEvent.Action;
import io.tidemark.examples.orders.OrderEvent.Side;
import io.tidemark.journal.Journal;
import io.tidemark.journal.SimulatedJournal;
import io.tidemark.journal.Visibility;
import io.tidemark.journal.storage.SimulatedStorage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OrderCaptureTest {

    private static final int BURSTS = 18;
    private static final int EVENTS_PER_BURST = 60;
    private static final int ORDERS = 50;
    private static final List<Action> ACTIONS = List.of(Action.values());

    private record Event(Action action, long order, Side side, long price, long amount) {

        static Event choose(final RandomGenerator random) {
            final Action action = ACTIONS.get(random.nextInt(ACTIONS.size()));
            final long order = random.nextInt(ORDERS);
            // An order stays on its side and at its price.
            final Side side = order % 2 == 0 ? Side.BUY : Side.SELL;
            final long price = 20_000 + order / 2 % 10 * (side == Side.BUY ? -1 : 1);
            return new Event(action, order, side, price, 1L + random.nextInt(1_000));
        }

        long capture(final OrderCapture capture) {
            return capture.capture(1_430_438_404_518L, action, order, side, price, amount);
        }
    }

    /** The exchange, and who looks at the book and tells others what is in it. */
    private static final class Exchange implements PowerCuts.Life {
        private final Visibility visibility;
        private final TreeMap<Long, Event> events = new TreeMap<>();
        private long shown;

        Exchange(final Visibility visibility) {
            this.visibility = visibility;
        }

        @Override
        public void live(final Supplier<SimulatedStorage> machine, final RandomGenerator random, final boolean works)
                throws Exception {
            final Journal journal = SimulatedJournal.openForOneThread(machine.get());
            try (OrderCapture capture = new OrderCapture(journal);
                    BookBuilder book = capture.book(visibility)) {
                final long last = journal.lastSequence();
                assertTrue(last >= shown, () -> "events up to " + shown + " were shown, there are " + last);
                events.tailMap(last, false).clear();
                show(book);
                assertEquals(last, book.sequence());
                requireBook(book);
                for (int i = 0; works && i < BURSTS; i++) {
                    for (int event = 0; event < EVENTS_PER_BURST; event++) {
                        final Event chosen = Event.choose(random);
                        events.put(chosen.capture(capture), chosen);
                    }
                    switch (random.nextInt(4)) {
                        case 0 -> journal.flush();
                        case 1 -> journal.invoke();
                        default -> {}
                    }
                    show(book);
                }
                requireBook(book);
            }
        }

        private void show(final BookBuilder book) {
            while (book.poll() > 0) {
                // All that has come.
            }
            shown = book.sequence();
        }

        private void requireBook(final BookBuilder book) {
            assertEquals(levels(Side.BUY), new TreeMap<>(book.bids()).descendingMap());
            assertEquals(levels(Side.SELL), book.asks());
        }

        /** What should be in a book that knows the events shown. */
        private Map<Long, Long> levels(final Side side) {
            final Map<Long, Event> orders = new HashMap<>();
            for (final Event event : events.headMap(shown, true).values()) {
                if (event.action == Action.DELETED) {
                    orders.remove(event.order);
                } else {
                    orders.put(event.order, event);
                }
            }
            final Map<Long, Long> levels = new TreeMap<>();
            for (final Event order : orders.values()) {
                if (order.side == side) {
                    levels.merge(order.price, order.amount, Long::sum);
                }
            }
            return levels;
        }
    }

    @Test
    void bookShouldNeverShowWhatIsLostWhenThePowerIsCutAnywhere() throws Exception {
        final PowerCuts cuts = new PowerCuts(() -> new Exchange(Visibility.DURABLE));
        assertNull(cuts.search());
        assertTrue(cuts.callCount() > 80, () -> "the story has become short: " + cuts.callCount());
    }

    @Test
    void cutsShouldFindItWhenTheBookShowsWhatIsOnlyWritten() throws Exception {
        final String found = new PowerCuts(() -> new Exchange(Visibility.WRITTEN)).search();
        assertNotNull(found);
        assertTrue(found.contains("were shown"), found);
    }

    @Test
    @Timeout(60)
    void bookShouldFollowWhenAnotherThreadCaptures(@TempDir final Path directory) throws Exception {
        final OrderCapture capture = new OrderCapture(Journal.open(directory));
        final Thread feed = new Thread(() -> {
            for (int i = 1; i <= 10_000; i++) {
                capture.capture(i, Action.CREATED, i, i % 2 == 0 ? Side.BUY : Side.SELL, 20_000 + i % 2, 1);
                if (i % 4 == 0) {
                    capture.capture(i, Action.CHANGED, i, Side.BUY, 20_000, 3);
                    capture.capture(i, Action.DELETED, i - 1, Side.SELL, 20_001, 0);
                }
            }
        });
        try (BookBuilder book = capture.book(Visibility.DURABLE)) {
            feed.start();
            final IdleStrategy idleStrategy = new BackoffIdleStrategy();
            while (book.sequence() < 15_000) {
                idleStrategy.idle(book.poll());
            }
            assertEquals(Map.of(20_000L, 10_000L), book.bids());
            assertEquals(Map.of(20_001L, 2_500L), book.asks());
        }
        feed.join();
        capture.close();
        try (OrderCapture again = new OrderCapture(Journal.open(directory));
                BookBuilder book = again.book(Visibility.DURABLE)) {
            while (book.poll() > 0) {
                // What was captured before.
            }
            assertEquals(Map.of(20_000L, 10_000L), book.bids());
            assertEquals(20_001L, book.asks().firstKey());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DurableMarkTest {

    private static final long FOR_EVER = Long.MAX_VALUE;

    @Test
    void awaitShouldReturnAtOnceWhenMarkIsThere() {
        final DurableMark mark = new DurableMark(5);
        assertTrue(mark.await(5, 0, true, 0));
        assertFalse(mark.await(6, 0, true, 0));
        assertEquals(5, mark.get());
    }

    @Test
    void awaitShouldMissNoWakeUpWhenMarkIsRaisedAllTheTime() throws InterruptedException {
        final int waiters = 6;
        final long last = 20_000;
        final DurableMark mark = new DurableMark(0);
        final AtomicInteger reached = new AtomicInteger();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < waiters; i++) {
            final long spinNs = i < waiters / 2 ? 10_000 : 0;
            final Thread thread = new Thread(() -> {
                for (long sequence = 1; sequence <= last; sequence = mark.get() + 1) {
                    if (!mark.await(sequence, FOR_EVER, false, spinNs)) {
                        return;
                    }
                }
                reached.incrementAndGet();
            });
            threads.add(thread);
            thread.start();
        }
        for (long sequence = 1; sequence <= last; sequence++) {
            mark.raise(sequence);
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertEquals(waiters, reached.get());
    }

    @Test
    void awaitShouldEndWhenMarkEnds() throws InterruptedException {
        final DurableMark mark = new DurableMark(0);
        final CountDownLatch waiting = new CountDownLatch(1);
        final AtomicInteger ended = new AtomicInteger();
        final Thread thread = new Thread(() -> {
            waiting.countDown();
            ended.set(mark.await(1, FOR_EVER, false, 0) ? 1 : 2);
        });
        thread.start();
        waiting.await();
        mark.end();
        thread.join();
        assertEquals(2, ended.get());
        assertTrue(mark.hasEnded());
    }

    @Test
    void awaitShouldKeepInterruptStatusWhenItMustNotEnd() throws InterruptedException {
        final DurableMark mark = new DurableMark(0);
        final AtomicInteger outcome = new AtomicInteger();
        final Thread thread = new Thread(() -> {
            Thread.currentThread().interrupt();
            final boolean reached = mark.await(1, FOR_EVER, false, 0);
            outcome.set(reached && Thread.currentThread().isInterrupted() ? 1 : 2);
        });
        thread.start();
        thread.interrupt();
        mark.raise(1);
        thread.join();
        assertEquals(1, outcome.get());
    }

    @Test
    void awaitShouldReturnToItsCallerWhenAllAreWokenToLookAgain() throws InterruptedException {
        final DurableMark mark = new DurableMark(0);
        final AtomicInteger returned = new AtomicInteger();
        final Thread thread = new Thread(() -> returned.set(mark.await(1, FOR_EVER, false, 0) ? 1 : 2));
        thread.start();
        while (thread.isAlive()) {
            mark.wakeAll();
        }
        thread.join();
        assertEquals(2, returned.get());
        assertFalse(mark.hasEnded());
    }

    @Test
    void awaitShouldReturnToItsCallerWhenAllAreWokenWhileItSpins() throws InterruptedException {
        final DurableMark mark = new DurableMark(0);
        final CountDownLatch waiting = new CountDownLatch(1);
        final AtomicInteger returned = new AtomicInteger();
        final Thread thread = new Thread(() -> {
            waiting.countDown();
            returned.set(mark.await(1, FOR_EVER, false, FOR_EVER) ? 1 : 2);
        });
        thread.start();
        waiting.await();
        while (thread.isAlive()) {
            mark.wakeAll();
        }
        assertEquals(2, returned.get());
    }

    @Test
    void awaitShouldParkAtOnceWhenForcesTakeLong() throws InterruptedException {
        final DurableMark mark = new DurableMark(0);
        mark.forced(FOR_EVER);
        final Thread thread = new Thread(() -> mark.await(1, FOR_EVER, false, FOR_EVER));
        thread.start();
        // Nobody raises the mark: who spins is not found waiting.
        while (thread.getState() != Thread.State.WAITING) {
            assertTrue(thread.isAlive());
            Thread.onSpinWait();
        }
        assertEquals(1, mark.waiterCount());
        mark.raise(1);
        thread.join();
    }

    @Test
    void awaitShouldHoldNoMemoryWhenWaitersGiveUpAgainAndAgain() {
        final DurableMark mark = new DurableMark(0);
        for (int i = 0; i < 10_000; i++) {
            assertFalse(mark.await(1, 1, true, 0));
        }
        assertTrue(mark.waiterCount() <= 64, "waiters kept: " + mark.waiterCount());
    }
}

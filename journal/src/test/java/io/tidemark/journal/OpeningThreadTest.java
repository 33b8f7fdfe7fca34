// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpeningThreadTest {

    @Test
    void awaitShouldReturnWhatTheCallReturnsWhenItsThreadIsGone() {
        // Many, because a thread that is not waited for may be gone all the same.
        for (int i = 0; i < 1_000; i++) {
            final AtomicReference<Thread> thread = new AtomicReference<>();
            final OpeningThread<Integer> opening = OpeningThread.start("opening", () -> {
                thread.set(Thread.currentThread());
                return 7;
            });
            assertEquals(7, opening.await());
            assertNotEquals(Thread.currentThread(), thread.get());
            assertFalse(thread.get().isAlive());
            assertEquals(7, opening.await(), "once more");
        }
    }

    @Test
    void awaitShouldThrowWhatTheCallThrew() {
        for (final Throwable thrown : List.of(new IllegalStateException("state"), new OutOfMemoryError("memory"))) {
            final OpeningThread<Integer> opening = OpeningThread.start("opening", () -> {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            });
            assertSame(thrown, assertThrows(Throwable.class, opening::await));
        }
    }

    @Test
    void awaitShouldNotEndAndKeepTheStatusWhenTheCallerIsInterrupted() throws InterruptedException {
        final CountDownLatch goOn = new CountDownLatch(1);
        final OpeningThread<Boolean> opening = OpeningThread.start("opening", () -> {
            try {
                goOn.await();
                return Thread.currentThread().isInterrupted();
            } catch (final InterruptedException e) {
                return true;
            }
        });
        final Queue<Boolean> seen = new ConcurrentLinkedQueue<>();
        final Thread waiting = new Thread(() -> {
            Thread.currentThread().interrupt();
            seen.add(opening.await());
            seen.add(Thread.currentThread().isInterrupted());
        });
        waiting.start();
        goOn.countDown();
        waiting.join();
        assertEquals(List.of(false, true), List.copyOf(seen));
    }

    @Test
    void openShouldLeaveNoThreadWhenTheJournalIsRefused() throws IOException {
        final SimulatedStorage machine = new SimulatedStorage();
        final JournalConfig config = JournalConfig.defaults().withSegmentLength(64 << 10);
        try (Journal journal = Journal.open(machine.sibling(), config)) {
            journal.appender().append(new byte[100], 0, 100);
        }
        machine.flip(FileNames.segment(1), SegmentLayout.HEADER_PAGE_LENGTH + FrameLayout.HEADER_LENGTH, 1);
        // So long that the journal is refused before the queue is made.
        final JournalConfig longQueue = config.withQueueLength(128 << 20);
        assertThrows(CorruptJournalException.class, () -> Journal.open(machine.sibling(), longQueue));
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("tidemark-open-queue")));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That nobody who waits for a shared force is forgotten. */
@Timeout(120)
class SharedForceTest {

    private static final int THREAD_COUNT = 8;
    private static final int ROUND_COUNT = 2_000;

    private final AtomicLong appended = new AtomicLong();

    @Test
    void awaitShouldReturnForEveryRecordWhenManyThreadsShareForces() throws Exception {
        final AtomicLong durable = new AtomicLong();
        final AtomicInteger forces = new AtomicInteger();
        final AtomicInteger inForce = new AtomicInteger();
        final SharedForce shared = new SharedForce(before -> {
            assertEquals(1, inForce.incrementAndGet(), "two threads force at once");
            final long target = appended.get();
            LockSupport.parkNanos(1);
            forces.incrementAndGet();
            durable.set(target);
            inForce.decrementAndGet();
            return target;
        });

        runInAllThreads(() -> {
            for (int round = 0; round < ROUND_COUNT; round++) {
                final long ticket = appended.incrementAndGet();
                shared.await(ticket);
                assertTrue(durable.get() >= ticket, "returned too early");
            }
        });

        assertTrue(forces.get() <= THREAD_COUNT * ROUND_COUNT, () -> "forces: " + forces.get());
    }

    /** As where a recorder tells of one block at a time, which need not hold what the one who looks has appended. */
    @Test
    void awaitShouldReturnForEveryRecordWhenAForceDoesNotCoverTheOneWhoForces() throws Exception {
        final SharedForce shared = new SharedForce(before -> before + 1);

        runInAllThreads(() -> {
            for (int round = 0; round < ROUND_COUNT; round++) {
                shared.await(appended.incrementAndGet());
            }
        });

        assertEquals((long) THREAD_COUNT * ROUND_COUNT, appended.get());
    }

    /** Whoever comes when a force ends finds that nobody forces any more, or is woken: there may be no third one. */
    @Test
    void awaitShouldReturnWhenTheOtherThreadWaitsForThisOne() throws Exception {
        final SharedForce shared = new SharedForce(before -> appended.get());
        final AtomicInteger arrived = new AtomicInteger();

        runInThreads(2, () -> {
            for (int round = 1; round <= 10 * ROUND_COUNT; round++) {
                arrived.incrementAndGet();
                while (arrived.get() < 2 * round) {
                    Thread.onSpinWait();
                }
                shared.await(appended.incrementAndGet());
            }
        });

        assertEquals(20L * ROUND_COUNT, appended.get());
    }

    @Test
    void awaitShouldThrowWhatTheForceThrew() {
        final SharedForce shared = new SharedForce(before -> {
            throw new IllegalStateException("no force today");
        });

        assertThrows(IllegalStateException.class, () -> shared.await(1));
    }

    private static void runInAllThreads(final Runnable work) throws Exception {
        runInThreads(THREAD_COUNT, work);
    }

    private static void runInThreads(final int threadCount, final Runnable work) throws Exception {
        final ExecutorService executor = Executors.newFixedThreadPool(threadCount);
        try {
            final CountDownLatch ready = new CountDownLatch(threadCount);
            final List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                results.add(executor.submit(() -> {
                    ready.countDown();
                    ready.await();
                    work.run();
                    return null;
                }));
            }
            for (final Future<?> result : results) {
                result.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}

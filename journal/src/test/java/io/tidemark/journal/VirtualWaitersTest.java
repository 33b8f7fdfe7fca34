// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Virtual threads that wait for durability, which wake each other. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualWaitersTest {

    @TempDir
    private Path directory;

    /** What {@link Pinned} does, and with it whoever initializes it. */
    static volatile Runnable whilePinned = () -> {};

    /** While a class is being initialized, its virtual thread can't leave its carrier. */
    private static final class Pinned {
        static {
            whilePinned.run();
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void appendShouldReturnWhenManyVirtualThreadsWait() throws Exception {
        final int threadCount = 100;
        final int appends = 50;
        final AtomicInteger returned = new AtomicInteger();
        try (Journal journal = Journal.open(
                directory,
                JournalConfig.defaults().withSyncPolicy(SyncPolicy.always()).withSegmentLength(1 << 20))) {
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                threads.add(startVirtual(() -> {
                    final Appender appender = journal.appender();
                    for (int n = 0; n < appends; n++) {
                        appender.append(new byte[100], 0, 100);
                        returned.incrementAndGet();
                    }
                }));
            }
            join(threads);
            assertEquals(threadCount * appends, returned.get());
            assertEquals(threadCount * appends, journal.durableSequence());
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void awaitDurableShouldReturnWhenTheOneToBeWokenFirstFindsNoCarrier() throws Exception {
        // As many as there are carriers at most; where one is left over, less is shown, but nothing else.
        final int carriers = Runtime.getRuntime().availableProcessors();
        final CountDownLatch pinned = new CountDownLatch(carriers);
        try (Journal journal = Journal.open(
                directory,
                JournalConfig.defaults().withSyncPolicy(SyncPolicy.never()).withSegmentLength(1 << 20))) {
            final long sequence = journal.appender().append(new byte[100], 0, 100);
            final Runnable waiting = () -> {
                try {
                    journal.awaitDurable(sequence);
                } catch (final InterruptedException e) {
                    throw new IllegalStateException("nobody interrupts it", e);
                }
            };
            final List<Thread> threads = new ArrayList<>();
            threads.add(startVirtual(waiting));
            whileState(threads.get(0), Thread.State.RUNNABLE);
            whilePinned = () -> {
                pinned.countDown();
                waiting.run();
            };
            for (int i = 0; i < carriers; i++) {
                threads.add(startVirtual(VirtualWaitersTest::initializeOneMorePinned));
            }
            pinned.await();
            for (final Thread thread : threads) {
                whileState(thread, Thread.State.RUNNABLE);
            }
            journal.flush();
            join(threads);
        }
    }

    /** Each hidden class is one of its own, and is initialized on its own. */
    private static void initializeOneMorePinned() {
        final String name = Pinned.class.getName();
        try (InputStream file =
                Pinned.class.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
            MethodHandles.lookup().defineHiddenClass(file.readAllBytes(), true);
        } catch (final IOException | IllegalAccessException e) {
            throw new IllegalStateException("the class can't be defined once more", e);
        }
    }

    private static void whileState(final Thread thread, final Thread.State state) {
        while (thread.getState() == Thread.State.NEW || thread.getState() == state) {
            Thread.onSpinWait();
        }
    }

    private static Thread startVirtual(final Runnable task) throws ReflectiveOperationException {
        return (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
    }

    private static void join(final List<Thread> threads) throws InterruptedException {
        for (final Thread thread : threads) {
            thread.join();
        }
    }
}

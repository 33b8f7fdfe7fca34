// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FrameLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AppendQueueTest {

    private static final int CAPACITY = 64 << 10;

    private final QueueClaim claim = new QueueClaim();

    private static void commit(final AppendQueue queue, final QueueClaim claim, final int length) {
        FrameLayout.wordRelease(queue.ring(), claim.offset, FrameLayout.word(length, 0));
    }

    private static long wordAtHead(final AppendQueue queue) {
        return FrameLayout.wordAcquire(queue.ring(), queue.headOffset());
    }

    @Test
    void tryClaimShouldGiveBytesAndSequencesInTheSameOrderWhenRepeated() {
        final AppendQueue queue = new AppendQueue(CAPACITY, 41);
        assertEquals(40, queue.lastClaimedSequence());
        assertTrue(queue.tryClaim(claim, 64, 1));
        assertEquals(0, claim.offset);
        assertEquals(41, claim.sequence);
        assertTrue(queue.tryClaim(claim, 128, 3));
        assertEquals(64, claim.offset);
        assertEquals(42, claim.sequence);
        assertTrue(queue.tryClaim(claim, 32, 1));
        assertEquals(192, claim.offset);
        assertEquals(45, claim.sequence);
        assertEquals(45, queue.lastClaimedSequence());
        assertTrue(queue.hasClaims());
    }

    @Test
    void tryClaimShouldRefuseWhenRingIsFull() {
        final AppendQueue queue = new AppendQueue(CAPACITY, 1);
        assertTrue(queue.tryClaim(claim, CAPACITY / 2, 1));
        commit(queue, claim, CAPACITY / 2);
        assertTrue(queue.tryClaim(claim, CAPACITY / 2, 1));
        commit(queue, claim, CAPACITY / 2);
        assertFalse(queue.tryClaim(claim, 32, 1));
        assertFalse(queue.hasRoom());
        queue.consume(CAPACITY / 2, 2);
        assertTrue(queue.tryClaim(claim, 32, 1));
        assertEquals(3, claim.sequence);
        assertEquals(0, claim.offset);
    }

    @Test
    void tryClaimShouldLeaveGapWhenClaimDoesNotFitBeforeTheEnd() {
        final AppendQueue queue = new AppendQueue(CAPACITY, 1);
        assertTrue(queue.tryClaim(claim, CAPACITY / 2, 1));
        assertTrue(queue.tryClaim(claim, CAPACITY / 2 - 64, 1));
        queue.consume(CAPACITY - 64, 3);
        assertTrue(queue.tryClaim(claim, 128, 1));
        assertEquals(0, claim.offset);
        assertTrue(AppendQueue.isGap(wordAtHead(queue)));
        assertEquals(64, AppendQueue.gapLength(wordAtHead(queue)));
        queue.consumeGap(64, 3);
        assertEquals(0, queue.headOffset());
        assertEquals(0, wordAtHead(queue));
    }

    @Test
    void tryClaimShouldNeverSucceedAgainWhenQueueWasClosed() {
        final AppendQueue queue = new AppendQueue(CAPACITY, 1);
        assertTrue(queue.tryClaim(claim, 1024, 1));
        commit(queue, claim, 1024);
        assertTrue(queue.tryClose());
        assertFalse(queue.tryClaim(claim, 32, 1));
        queue.consume(1024, 2);
        assertFalse(queue.tryClaim(claim, 32, 1), "room given back must not let anybody in");
        assertTrue(AppendQueue.isClosed(wordAtHead(queue)));
        assertEquals(1, queue.lastClaimedSequence());
    }

    @Test
    void tryCloseShouldWaitForRoomWhenRingIsFull() {
        final AppendQueue queue = new AppendQueue(CAPACITY, 1);
        assertTrue(queue.tryClaim(claim, CAPACITY / 2, 1));
        assertTrue(queue.tryClaim(claim, CAPACITY / 2, 1));
        assertFalse(queue.tryClose());
        queue.consume(CAPACITY / 2, 2);
        assertTrue(queue.tryClose());
        assertFalse(queue.tryClaim(claim, 32, 1));
    }

    /** Both halves of the tail pass 2³² here: bytes in units of 8, and sequences. */
    @Test
    void tryClaimShouldRestoreHighBitsWhenBothHalvesWrap() {
        final long first = (1L << 32) - 1_000_000;
        final AppendQueue queue = new AppendQueue(1 << 20, first);
        long expected = first;
        final int length = 1 << 18;
        for (int i = 0; i < 140_000; i++) {
            final int count = 1 + i % 64;
            assertTrue(queue.tryClaim(claim, length, count));
            assertEquals(expected, claim.sequence);
            expected += count;
            assertEquals(expected - 1, queue.lastClaimedSequence());
            queue.consumeGap(length, expected);
        }
        assertFalse(queue.hasClaims());
        assertTrue(expected > 1L << 32, "sequences did not pass the boundary");
    }

    @Test
    void consumerShouldTakeEveryClaimOnceAndInOrderWhenManyProducersRace() throws InterruptedException {
        final AppendQueue queue = new AppendQueue(CAPACITY, 1);
        final int producers = 3;
        final int each = 60_000;
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final AtomicLong refused = new AtomicLong();
        final List<Thread> threads = new ArrayList<>();
        for (int producer = 0; producer < producers; producer++) {
            final long seed = producer;
            threads.add(new Thread(() -> {
                final SplittableRandom random = new SplittableRandom(seed);
                final QueueClaim own = new QueueClaim();
                for (int i = 0; i < each; i++) {
                    final int length = FrameLayout.align(32 + random.nextInt(200));
                    while (!queue.tryClaim(own, length, 1)) {
                        refused.incrementAndGet();
                        Thread.onSpinWait();
                    }
                    if (FrameLayout.word(queue.ring(), own.offset) != 0) {
                        failure.set(new AssertionError("claim is not zero, seed=" + seed));
                    }
                    FrameLayout.sequenceAndFlags(queue.ring(), own.offset, own.sequence, 0);
                    commit(queue, own, length);
                }
            }));
        }
        threads.forEach(Thread::start);
        long next = 1;
        while (next <= (long) producers * each && failure.get() == null) {
            final long word = wordAtHead(queue);
            if (AppendQueue.isGap(word)) {
                queue.consumeGap(AppendQueue.gapLength(word), next);
            } else if (word != 0) {
                assertEquals(next, FrameLayout.sequence(queue.ring(), queue.headOffset()));
                next++;
                queue.consume(FrameLayout.align(FrameLayout.lengthOf(word)), next);
            }
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertEquals(null, failure.get());
        assertFalse(queue.hasClaims());
        assertTrue(refused.get() > 0, "the ring was never full");
    }

    @Test
    void tryClaimShouldRefuseWhenRingIsFullAndWhatIsKnownIsFarBehind() {
        final AppendQueue queue = new AppendQueue(64, 1);
        QueueScenario.age(queue, 1, 1L << 31);
        final QueueClaim claim = new QueueClaim();
        assertTrue(queue.tryClaim(claim, 32, 1));
        assertTrue(queue.tryClaim(claim, 32, 1));
        // As for a producer that was held up while 16 GiB went through the queue.
        QueueScenario.counter(queue, "knownUnits").setRelease(0);
        assertFalse(queue.tryClaim(claim, 32, 1));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.StorageCall.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Shows that faults meet the calls they were planned for, and leave behind what they say. */
class FaultPlanTest {

    private static final int SEED_COUNT = 200;
    private static final int PAGE = 4096;
    private static final int PAGE_COUNT = 8;
    private static final byte NEW = 2;

    private final SimulatedStorage storage = new SimulatedStorage();

    private static IOException failure() {
        return new IOException("as planned");
    }

    private static byte[] fresh(final int length) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, NEW);
        return bytes;
    }

    /** A durable file of zeros, mapped and full of new bytes, none of them forced. */
    private static MappedFile dirty(final SimulatedStorage machine) throws IOException {
        machine.install("a", new byte[PAGE_COUNT * PAGE]);
        final MappedFile mapped = machine.open("a", true).map(0, PAGE_COUNT * PAGE);
        mapped.buffer().put(0, fresh(PAGE_COUNT * PAGE));
        return mapped;
    }

    private static int freshPages(final byte[] content) {
        int count = 0;
        for (int offset = 0; offset < content.length; offset += PAGE) {
            count += Arrays.equals(content, offset, offset + PAGE, fresh(PAGE), 0, PAGE) ? 1 : 0;
        }
        return count;
    }

    @Test
    void atShouldMeetTheCallWhenItsNumberComes() throws IOException {
        storage.faults().at(3, Fault.failBefore(FaultPlanTest::failure));
        storage.create("a").close();
        assertThrows(IOException.class, () -> storage.create("b"));
        assertEquals(List.of("a"), storage.list());
        assertEquals(4, storage.faults().callCount());
        assertEquals(0, storage.faults().pendingCount());
    }

    @Test
    void onShouldMeetOneCallWhenItMatches() throws IOException {
        storage.faults().on(StorageCall.of(Kind.CREATE, "b"), Fault.failBefore(FaultPlanTest::failure));
        storage.faults().onNth(2, StorageCall.of(Kind.DELETE), Fault.failBefore(FaultPlanTest::failure));
        storage.create("a").close();
        assertThrows(IOException.class, () -> storage.create("b"));
        storage.create("b").close();
        storage.delete("a");
        assertThrows(IOException.class, () -> storage.delete("b"));
        storage.delete("b");
    }

    @Test
    void onEveryShouldMeetCallsWhenTheyMatchUntilCleared() throws IOException {
        storage.faults().onEvery(StorageCall.of(Kind.LIST), Fault.failBefore(FaultPlanTest::failure));
        assertThrows(IOException.class, storage::list);
        assertThrows(IOException.class, storage::list);
        storage.faults().clear();
        assertEquals(List.of(), storage.list());
    }

    @Test
    void traceShouldTellCallsWhenAskedTo() throws IOException {
        storage.faults().startTrace();
        storage.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.failAfter(FaultPlanTest::failure));
        final StorageFile file = storage.create("a");
        file.write(ByteBuffer.allocate(100), 0);
        file.force(true);
        final MappedFile mapped = file.map(0, 100);
        storage.rename("a", "b");
        storage.forceDirectory();
        assertThrows(IOException.class, () -> mapped.force(8, 16));
        mapped.unmap();
        assertEquals(
                List.of(
                        "create a",
                        "write a 0+100",
                        "force a",
                        "map a 0+100",
                        "rename a -> b",
                        "force directory",
                        "force mapped b 8+16 [fails after]",
                        "unmap b"),
                storage.faults().trace());
    }

    @Test
    void failAfterShouldLeaveTheEffectWithoutItsHandleWhenAFileIsCreated() {
        storage.faults().on(StorageCall.of(Kind.CREATE), Fault.failAfter(FaultPlanTest::failure));
        assertThrows(IOException.class, () -> storage.create("a"));
        assertEquals(List.of("a"), storage.names());
        assertEquals(List.of(), storage.openHandles());
        storage.faults().on(StorageCall.of(Kind.TRY_LOCK), Fault.failAfter(FaultPlanTest::failure));
        assertThrows(IOException.class, () -> storage.tryLock("lock"));
        assertFalse(storage.isLocked());
    }

    @Test
    void failHalfwayShouldLeaveAPrefixWhenWriting() throws IOException {
        final Set<Integer> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = new SimulatedStorage();
            final StorageFile file = machine.create("a");
            machine.faults().on(StorageCall.of(Kind.WRITE), Fault.failHalfway(FaultPlanTest::failure, seed));
            assertThrows(IOException.class, () -> file.write(ByteBuffer.wrap(fresh(3)), 0));
            assertArrayEquals(fresh((int) file.length()), machine.contents("a"), "seed=" + seed);
            seen.add((int) file.length());
        }
        assertEquals(Set.of(0, 1, 2, 3), seen);
    }

    @Test
    void forceShouldProveNothingWhenAnEarlierOneFailed() throws IOException {
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = new SimulatedStorage();
            final MappedFile mapped = dirty(machine);
            machine.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.failBefore(FaultPlanTest::failure));
            assertThrows(IOException.class, () -> mapped.force(0, 4 * PAGE));
            mapped.force(0, PAGE_COUNT * PAGE);
            assertEquals(PAGE_COUNT, freshPages(machine.contents("a")), "the cache still shows it");
            machine.kill();
            final StorageFile reopened = machine.open("a", true);
            reopened.force(true);
            machine.writeBack(new SplittableRandom(seed));
            assertEquals(PAGE_COUNT, freshPages(machine.contents("a")), "also to the next process");
            machine.crash(new SplittableRandom(seed));
            final byte[] content = machine.contents("a");
            assertArrayEquals(new byte[4 * PAGE], Arrays.copyOf(content, 4 * PAGE), "seed=" + seed);
            assertEquals(4, freshPages(content), "what was not in the range was forced later: seed=" + seed);
        }
    }

    @Test
    void forceShouldCountAgainWhenAPageOfAFailedOneIsDirtiedAgain() throws IOException {
        final MappedFile mapped = dirty(storage);
        storage.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.failBefore(FaultPlanTest::failure));
        assertThrows(IOException.class, () -> mapped.force(0, PAGE_COUNT * PAGE));
        mapped.buffer().put(100, (byte) 3);
        mapped.buffer().put(PAGE + 100, (byte) 3);
        mapped.force(0, PAGE);
        // A positional write makes dirty what it writes, even if it is what was there.
        final StorageFile file = storage.open("a", true);
        file.write(ByteBuffer.wrap(fresh(10)), 2 * PAGE);
        file.force(false);
        storage.crash(new SplittableRandom(1));
        final byte[] expected = new byte[PAGE_COUNT * PAGE];
        Arrays.fill(expected, 0, 3 * PAGE, NEW);
        expected[100] = 3;
        expected[PAGE + 100] = 3;
        assertArrayEquals(expected, storage.contents("a"));
    }

    @Test
    void failHalfwayShouldLeaveSomePagesWhenForcing() throws IOException {
        final Set<Integer> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = new SimulatedStorage();
            final MappedFile mapped = dirty(machine);
            machine.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.failHalfway(FaultPlanTest::failure, seed));
            assertThrows(IOException.class, () -> mapped.force(0, PAGE_COUNT * PAGE));
            final int durable = freshPages(machine.durableContents("a"));
            machine.crash(new SplittableRandom(seed));
            assertEquals(durable, freshPages(machine.contents("a")), "no page is dirty: seed=" + seed);
            seen.add(durable);
        }
        assertTrue(seen.size() > 4, seen.toString());
    }

    @Test
    void failAfterShouldMakeContentsDurableWhenForcing() throws IOException {
        final MappedFile mapped = dirty(storage);
        storage.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.failAfter(FaultPlanTest::failure));
        assertThrows(IOException.class, () -> mapped.force(0, PAGE_COUNT * PAGE));
        storage.crash(new SplittableRandom(1));
        assertEquals(PAGE_COUNT, freshPages(storage.contents("a")));
    }

    @Test
    void powerCutShouldStopAllCallsWhenItCameBeforeOne() throws IOException {
        final MappedFile mapped = dirty(storage);
        final SimulatedStorage other = storage.sibling();
        storage.faults().on(StorageCall.of(Kind.DELETE), Fault.powerCutBefore());
        assertThrows(PowerCutException.class, () -> storage.delete("a"));
        assertTrue(storage.isOff());
        assertThrows(PowerCutException.class, () -> storage.delete("a"));
        assertThrows(PowerCutException.class, () -> mapped.force(0, PAGE));
        assertThrows(PowerCutException.class, other::list);
        assertEquals(List.of("a"), storage.names());
        storage.crash(new SplittableRandom(1));
        assertEquals(List.of("a"), storage.list());
    }

    @Test
    void powerCutShouldLeaveTheEffectWhenItCameAfterTheCall() throws IOException {
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = new SimulatedStorage();
            final MappedFile mapped = dirty(machine);
            machine.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.powerCutAfter());
            assertThrows(PowerCutException.class, () -> mapped.force(0, PAGE_COUNT * PAGE));
            machine.crash(new SplittableRandom(seed));
            assertEquals(PAGE_COUNT, freshPages(machine.contents("a")), "seed=" + seed);
        }
    }

    @Test
    void powerCutShouldLeavePagesDirtyWhenItCameBeforeAForce() throws IOException {
        final Set<Integer> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = new SimulatedStorage();
            final MappedFile mapped = dirty(machine);
            machine.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.powerCutBefore());
            assertThrows(PowerCutException.class, () -> mapped.force(0, PAGE_COUNT * PAGE));
            machine.crash(new SplittableRandom(seed));
            seen.add(freshPages(machine.contents("a")));
        }
        assertTrue(seen.containsAll(Set.of(0, 3, PAGE_COUNT)), seen.toString());
    }

    @Test
    void runBeforeShouldActFirstWhenTheCallComes() throws IOException {
        final StorageFile file = storage.create("a");
        storage.faults().on(StorageCall.of(Kind.LENGTH), Fault.runBefore(storage::kill));
        assertThrows(IOException.class, file::length, "the process died in the call");
        final StorageFile reopened = storage.open("a", true);
        storage.faults().on(StorageCall.of(Kind.WRITE), Fault.runAfter(storage::kill));
        reopened.write(ByteBuffer.wrap(fresh(5)), 0);
        assertThrows(IOException.class, reopened::length);
        assertArrayEquals(fresh(5), storage.contents("a"));
    }

    @Test
    void runBeforeShouldLetOtherThreadsCallWhenItWaits() throws Exception {
        final MappedFile mapped = dirty(storage);
        final CountDownLatch inForce = new CountDownLatch(1);
        final CountDownLatch released = new CountDownLatch(1);
        storage.faults().on(StorageCall.of(Kind.FORCE_MAPPED), Fault.runBefore(() -> {
            inForce.countDown();
            awaitQuietly(released);
        }));
        final CompletableFuture<Void> forcing = CompletableFuture.runAsync(() -> {
            try {
                mapped.force(0, PAGE);
            } catch (final IOException e) {
                throw new IllegalStateException(e);
            }
        });
        inForce.await();
        assertEquals(List.of("a"), storage.list());
        assertEquals(0, storage.durableContents("a")[0]);
        released.countDown();
        forcing.get();
        assertEquals(NEW, storage.durableContents("a")[0]);
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.NoSpaceException;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guarded channel does and refuses; {@link GuardedPageStoreTest} cuts the power under it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuardedChannelTest {

    private static final String DATA = "data";
    private static final byte[] RECORD = {1, 2, 3};
    private static final byte[] PAGE = {4, 5, 6, 7, 8, 9, 10, 11};

    private final SimulatedStorage machine = new SimulatedStorage();
    private final SimulatedStorage process = machine.sibling();

    /** Forces when asked to, and at no other time. */
    private final JournalConfig config = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withCloseTimeout(Duration.ofMillis(20))
            .withSyncPolicy(SyncPolicy.never());

    private GuardedChannel open(final Journal journal) throws IOException {
        return GuardedChannel.open(journal, machine.sibling(), DATA);
    }

    private byte[] contents() {
        try {
            return machine.contents(DATA);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void writeShouldForceTheRecordBeforeThePageWhenItIsNotDurable() throws IOException {
        try (Journal journal = Journal.open(process, config);
                GuardedChannel channel = open(journal)) {
            final long sequence = journal.appender().append(RECORD, 0, 3);
            final AtomicInteger lengthAtForce = new AtomicInteger(-1);
            machine.faults()
                    .on(
                            StorageCall.of(StorageCall.Kind.FORCE_MAPPED),
                            Fault.runBefore(() -> lengthAtForce.set(contents().length)));
            final ByteBuffer page = ByteBuffer.wrap(PAGE);
            channel.write(sequence, page, 0);
            assertEquals(0, lengthAtForce.get(), "bytes of the page in the file when its record was forced");
            assertFalse(page.hasRemaining());
            assertArrayEquals(PAGE, contents());
            assertTrue(journal.durableSequence() >= sequence);
        }
    }

    @Test
    void writeShouldNotWaitWhenOnlyLaterRecordsAreUnderWay() throws IOException {
        try (Journal journal = Journal.open(process, config);
                GuardedChannel channel = open(journal)) {
            final long sequence = journal.appender().append(RECORD, 0, 3);
            // Nobody commits this claim until the page is there: a flush of everything would wait for ever.
            try (BufferClaim claim = journal.appender().claim(8)) {
                channel.write(sequence, ByteBuffer.wrap(PAGE), 0);
                claim.commit();
            }
            assertArrayEquals(PAGE, contents());
        }
    }

    @Test
    void writeShouldWaitOnWhenItsThreadIsInterrupted() throws Exception {
        final CountDownLatch forcing = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        try (Journal journal = Journal.open(process, config);
                GuardedChannel channel = open(journal)) {
            machine.faults().on(StorageCall.of(StorageCall.Kind.FORCE_MAPPED), Fault.runBefore(() -> {
                forcing.countDown();
                try {
                    release.await();
                } catch (final InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
            final long sequence = journal.appender().append(RECORD, 0, 3);
            final List<Boolean> interruptKept = new ArrayList<>();
            final Thread writer = new Thread(() -> {
                channel.write(sequence, ByteBuffer.wrap(PAGE), 0);
                interruptKept.add(Thread.currentThread().isInterrupted());
            });
            writer.start();
            forcing.await();
            writer.interrupt();
            assertEquals(0, channel.length(), "others get through while one waits");
            release.countDown();
            writer.join();
            assertEquals(List.of(true), interruptKept);
            assertArrayEquals(PAGE, contents());
        }
    }

    @Test
    void tryWriteShouldWriteNothingWhenRecordIsNotDurable() throws IOException {
        final Journal journal = SimulatedJournal.open(process);
        final GuardedChannel channel = open(journal);
        final long sequence = SimulatedJournal.append(journal, journal.appender(), RECORD);
        SimulatedJournal.settle(journal);
        final ByteBuffer page = ByteBuffer.wrap(PAGE);
        assertFalse(channel.tryWrite(sequence, page, 0));
        assertEquals(PAGE.length, page.remaining());
        assertEquals(0, channel.length());
        assertTrue(channel.tryWrite(0, page.duplicate(), 8), "a page that no record speaks of");
        SimulatedJournal.flush(journal);
        assertTrue(channel.tryWrite(sequence, page, 0));
        final ByteBuffer read = ByteBuffer.allocate(20);
        assertEquals(16, channel.read(read, 0));
        assertEquals(16, read.position());
        assertArrayEquals(PAGE, Arrays.copyOf(read.array(), 8));
        assertEquals(0, channel.read(read, 16));
        channel.close();
        journal.close();
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void writeShouldRefuseWhenSequenceWasNeverGivenOut() throws IOException {
        try (Journal journal = Journal.open(process, config);
                GuardedChannel channel = open(journal)) {
            final IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> channel.write(1, ByteBuffer.wrap(PAGE), 0));
            assertTrue(refused.getMessage().contains("sequence=1"), refused.getMessage());
            assertEquals(0, channel.length());
        }
    }

    @Test
    void writeShouldRefuseWhenThreadRunsTheJournal() throws IOException {
        try (Journal journal = SimulatedJournal.open(process);
                GuardedChannel channel = open(journal)) {
            final long sequence = SimulatedJournal.append(journal, journal.appender(), RECORD);
            journal.invoke();
            assertThrows(IllegalStateException.class, () -> channel.write(sequence, ByteBuffer.wrap(PAGE), 0));
            assertEquals(0, channel.length());
        }
    }

    @Test
    void writeShouldThrowCauseWhenJournalFails() throws IOException {
        final Journal journal = Journal.open(process, config);
        try (GuardedChannel channel = open(journal)) {
            final long durable = journal.appender().append(RECORD, 0, 3);
            journal.flush();
            final long lost = journal.appender().append(RECORD, 0, 3);
            machine.faults()
                    .on(
                            StorageCall.of(StorageCall.Kind.FORCE_MAPPED),
                            Fault.failBefore(() -> new IOException("the disk is broken")));
            assertThrows(JournalFailedException.class, () -> channel.write(lost, ByteBuffer.wrap(PAGE), 0));
            assertEquals(0, channel.length());
            assertFalse(channel.tryWrite(lost, ByteBuffer.wrap(PAGE), 0));
            channel.write(durable, ByteBuffer.wrap(PAGE), 0);
            assertArrayEquals(PAGE, contents());
        }
        assertThrows(JournalFailedException.class, journal::close);
    }

    @Test
    void writeShouldRefuseWhenJournalWasClosedBeforeTheRecordWasDurable() throws IOException {
        machine.capacity(160 << 10);
        final Journal journal = Journal.open(process, config.withReservedSpace(0));
        try (GuardedChannel channel = open(journal)) {
            final byte[] large = new byte[1_000];
            assertThrows(StorageFullException.class, () -> {
                while (true) {
                    journal.appender().append(large, 0, large.length);
                }
            });
            final long last = journal.lastSequence();
            assertThrows(StorageFullException.class, () -> channel.write(last, ByteBuffer.wrap(PAGE), 0));
            assertThrows(StorageFullException.class, journal::close);
            assertThrows(JournalClosedException.class, () -> channel.write(last, ByteBuffer.wrap(PAGE), 0));
            assertEquals(0, channel.length());
        }
    }

    @Test
    void everyCallShouldThrowWhenAForceHasFailed() throws IOException {
        final IOException broken = new IOException("the disk is broken");
        try (Journal journal = Journal.open(process, config)) {
            final GuardedChannel channel = open(journal);
            channel.write(0, ByteBuffer.wrap(PAGE), 0);
            machine.faults().on(StorageCall.of(StorageCall.Kind.FORCE, DATA), Fault.failBefore(() -> broken));
            final StorageException first = assertThrows(StorageException.class, channel::force);
            assertSame(broken, first.getCause().getCause());
            assertTrue(first.getMessage().contains("simulated/data"), first.getMessage());
            // A second force would succeed, and the page would be nowhere.
            assertSame(
                    first, assertThrows(StorageException.class, channel::force).getCause());
            assertThrows(StorageException.class, () -> channel.write(0, ByteBuffer.wrap(PAGE), 0));
            assertThrows(StorageException.class, () -> channel.tryWrite(0, ByteBuffer.wrap(PAGE), 0));
            assertThrows(StorageException.class, () -> channel.read(ByteBuffer.allocate(8), 0));
            assertThrows(StorageException.class, channel::length);
            channel.close();
            channel.close();
            assertThrows(IllegalStateException.class, channel::force);
            journal.appender().append(RECORD, 0, 3);
            assertEquals(1, journal.flush(), "the journal goes on");
        }
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void writeShouldWorkAgainWhenThereIsRoom() throws IOException {
        try (Journal journal = Journal.open(process, config);
                GuardedChannel channel = open(journal)) {
            machine.faults()
                    .on(
                            StorageCall.of(StorageCall.Kind.WRITE, DATA),
                            Fault.failHalfway(() -> new NoSpaceException("full", new IOException("full")), 3));
            final ByteBuffer page = ByteBuffer.wrap(PAGE);
            assertThrows(StorageFullException.class, () -> channel.write(0, page, 0));
            assertEquals(PAGE.length, page.remaining());
            channel.write(0, page, 0);
            channel.force();
            assertArrayEquals(PAGE, machine.durableContents(DATA));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"WRITE", "READ", "LENGTH"})
    void callsShouldBeRepeatedWhenAnInterruptClosesTheFile(final StorageCall.Kind kind) throws IOException {
        try (Journal journal = Journal.open(process, config);
                GuardedChannel channel = open(journal)) {
            machine.faults()
                    .on(
                            StorageCall.of(kind, DATA),
                            Fault.failHalfway(() -> new IOException("stopped", new ClosedByInterruptException()), 7));
            channel.write(0, ByteBuffer.wrap(PAGE), 0);
            final ByteBuffer read = ByteBuffer.allocate(PAGE.length);
            assertEquals(PAGE.length, channel.read(read, 0));
            assertEquals(PAGE.length, channel.length());
            assertArrayEquals(PAGE, read.array());
            assertEquals(0, machine.faults().pendingCount());
        }
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void openShouldLetEverythingGoWhenAnyCallFails() throws IOException {
        try (Journal journal = SimulatedJournal.open(process)) {
            SimulatedJournal.settle(journal);
            final List<String> before = machine.openHandles();
            for (int call = 1; call <= 7; call++) {
                machine.faults().onNth(call, any -> true, Fault.failBefore(() -> new IOException("refused")));
                try (GuardedChannel channel = open(journal)) {
                    machine.faults().clear();
                    channel.write(0, ByteBuffer.wrap(PAGE), 0);
                    assertTrue(call > 5, "a call did not matter: " + call);
                } catch (final IOException e) {
                    assertEquals("refused", e.getMessage());
                }
                assertEquals(before, machine.openHandles(), "call " + call);
            }
        }
    }

    @Test
    void channelShouldWorkOnWhenItsThreadIsInterrupted(@TempDir final Path directory) throws IOException {
        final Path dataFile = directory.resolve("missing").resolve(DATA);
        try (Journal journal = Journal.open(directory.resolve("journal"), config)) {
            Thread.currentThread().interrupt();
            try (GuardedChannel channel = GuardedChannel.open(journal, dataFile)) {
                final long sequence = journal.appender().append(RECORD, 0, 3);
                channel.write(sequence, ByteBuffer.wrap(PAGE), 8);
                channel.force();
                assertEquals(16, channel.length());
                final ByteBuffer read = ByteBuffer.allocateDirect(8);
                assertEquals(8, channel.read(read, 8));
                assertEquals(ByteBuffer.wrap(PAGE), read.flip());
                assertTrue(Thread.currentThread().isInterrupted());
            } finally {
                Thread.interrupted();
            }
            assertTrue(journal.durableSequence() > 0);
        }
        assertEquals(16, Files.size(dataFile));
    }

    @Test
    void openShouldRefuseWhenFileIsNotTheUsersOwn(@TempDir final Path directory) throws IOException {
        try (Journal journal = Journal.open(directory.resolve("journal"), config)) {
            for (final String name :
                    List.of("journal.lock", "journal.meta", "journal.meta.preparing", "00000000000000000001.segment")) {
                final Path own = directory.resolve("journal").resolve(name);
                final IllegalArgumentException refused =
                        assertThrows(IllegalArgumentException.class, () -> GuardedChannel.open(journal, own));
                assertTrue(refused.getMessage().contains(own.toString()), refused.getMessage());
            }
            final Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("target"));
            assertThrows(StorageException.class, () -> GuardedChannel.open(journal, link));
            assertThrows(StorageException.class, () -> GuardedChannel.open(journal, directory));
            final Path file = Files.createFile(directory.resolve("file"));
            assertThrows(StorageException.class, () -> GuardedChannel.open(journal, file.resolve("below")));
            assertThrows(IllegalArgumentException.class, () -> GuardedChannel.open(journal, directory.getRoot()));
        }
    }
}

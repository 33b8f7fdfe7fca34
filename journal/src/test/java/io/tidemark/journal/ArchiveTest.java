// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The archive hook: what it is given, and that nothing goes that it has not confirmed. */
class ArchiveTest {

    /** Two of these fill a segment. */
    private static final byte[] RECORD = new byte[25_000];

    private final SimulatedStorage machine = new SimulatedStorage();
    private final TreeMap<Long, byte[]> copies = new TreeMap<>();
    private final List<SealedSegment> given = new ArrayList<>();
    private final List<JournalException> problems = new ArrayList<>();
    private Journal journal;

    private boolean copy(final SealedSegment segment) throws IOException {
        given.add(segment);
        final byte[] content = machine.contents(FileNames.segment(segment.number()));
        final CRC32C checksum = new CRC32C();
        checksum.update(content);
        assertEquals((int) checksum.getValue(), segment.checksum());
        assertEquals(content.length, segment.length());
        copies.put(segment.number(), content);
        return true;
    }

    private JournalConfig config(final SegmentArchive archive) {
        return SimulatedJournal.config().withArchive(archive).withListener(new JournalListener() {
            @Override
            public void onArchiveFailed(final long segment, final JournalException problem) {
                problems.add(problem);
            }
        });
    }

    private void open(final SegmentArchive archive) throws IOException {
        journal = Journal.open(machine.sibling(), config(archive));
        work();
    }

    private void work() {
        int idleRounds = 0;
        while (idleRounds < 3) {
            idleRounds = journal.invoke() + journal.invokeArchive() == 0 ? idleRounds + 1 : 0;
        }
    }

    private void append(final int count) {
        final Appender appender = journal.appender();
        for (int i = 0; i < count; i++) {
            appender.tryAppend(0, RECORD, 0, RECORD.length);
            SimulatedJournal.settle(journal);
        }
        journal.requestFlush();
        work();
    }

    private CompletableFuture<Long> truncate(final long upTo) {
        final CompletableFuture<Long> head = journal.requestTruncation(upTo);
        work();
        return head;
    }

    private long firstSegment() {
        return machine.names().stream()
                .mapToLong(FileNames::segmentNumber)
                .filter(number -> number > 0)
                .min()
                .orElse(0);
    }

    @Test
    void archiveShouldBeGivenEachFullSegmentInOrder() throws IOException {
        open(this::copy);
        append(7);
        assertEquals(3, given.size());
        for (int i = 0; i < 3; i++) {
            final SealedSegment segment = given.get(i);
            assertEquals(i + 1, segment.number());
            assertEquals(2L * i + 1, segment.firstSequence());
            assertEquals(2L * i + 2, segment.lastSequence());
            assertTrue(segment.path().endsWith(FileNames.segment(i + 1)), segment.toString());
        }
        assertEquals(8, truncate(7).join());
        assertEquals(4, firstSegment());
        journal.close();
        copies.forEach((number, content) -> assertEquals(SimulatedJournal.SEGMENT_LENGTH, content.length));
        open(this::copy);
        assertEquals(3, given.size(), "what was confirmed is remembered");
        append(2);
        assertEquals(4, given.size());
        journal.close();
    }

    @Test
    void segmentsShouldStayWhenTheArchiveDoesNotConfirmThem() throws IOException {
        final boolean[] confirms = {false};
        open(segment -> {
            if (!confirms[0]) {
                given.add(segment);
                throw new IOException("the archive is away");
            }
            return copy(segment);
        });
        append(7);
        assertEquals(1, given.size(), "it is not asked again at once");
        assertEquals(8, truncate(7).join(), "the head moves all the same");
        assertEquals(8, journal.headSequence());
        assertEquals(1, firstSegment());
        SimulatedJournal.pass(Duration.ofMillis(150));
        work();
        assertEquals(2, given.size());
        assertEquals(1, given.get(1).number(), "in order");
        SimulatedJournal.pass(Duration.ofMillis(150));
        work();
        assertEquals(2, given.size(), "it backs off");
        assertEquals(2, problems.size());
        assertTrue(problems.get(0).getMessage().contains("the archive is away"), problems.toString());
        confirms[0] = true;
        SimulatedJournal.pass(Duration.ofMinutes(1));
        work();
        assertEquals(4, firstSegment());
        assertEquals(List.of(1L, 2L, 3L), List.copyOf(copies.keySet()));
        journal.close();
    }

    @Test
    void segmentsShouldBeGivenAgainWhenTheProgressIsLost() throws IOException {
        open(this::copy);
        append(5);
        journal.close();
        machine.zero(FileNames.ARCHIVED, 0, 8192);
        final byte[] before = machine.contents(FileNames.segment(1));
        open(this::copy);
        assertEquals(4, given.size());
        assertEquals(given.subList(0, 2), given.subList(2, 4), "the same is given again");
        assertArrayEquals(before, copies.get(1L));
        journal.close();
    }

    @Test
    void segmentsShouldGoWithoutAnArchiveWhenThereIsNone() throws IOException {
        open(segment -> false);
        append(7);
        assertEquals(8, truncate(7).join());
        assertEquals(1, firstSegment());
        assertEquals(1, problems.size());
        journal.close();
        try (Journal without = Journal.open(machine.sibling(), SimulatedJournal.config())) {
            SimulatedJournal.settle(without);
            assertEquals(4, firstSegment());
            assertThrows(IllegalStateException.class, without::invokeArchive);
        }
    }

    /** Rolls, is archived, and truncates in between. */
    private void live() throws IOException {
        open(this::copy);
        for (int i = 0; i < 3; i++) {
            append(5);
            assertNotNull(truncate(Math.max(0, journal.durableSequence() - 2)));
        }
    }

    @Test
    void noSegmentShouldGoUnconfirmedWhenThePowerGoesOrACallFails() throws IOException {
        final long seed = Long.getLong("tidemark.seed", 20261126);
        final SimulatedSnapshot beginning = machine.snapshot();
        final boolean[] met = {true};
        int calls = 0;
        for (int call = 1; met[0]; call++) {
            met[0] = false;
            calls = call;
            final SplittableRandom random = new SplittableRandom(seed + call);
            final boolean powerCut = call % 3 != 0;
            if (powerCut) {
                machine.faults().onNth(call, ArchiveTest::isOfInterest, Fault.runBefore(() -> met[0] = true));
                machine.faults().onNth(call, ArchiveTest::isOfInterest, Fault.powerCutHalfway(random.nextLong()));
            } else {
                machine.faults().onNth(call, ArchiveTest::isOfInterest, Fault.failBefore(() -> {
                    met[0] = true;
                    return new IOException("the disk is broken");
                }));
            }
            final String what = "call " + call + ", seed=" + seed;
            copies.clear();
            try {
                live();
            } catch (final IOException | RuntimeException e) {
                assertTrue(met[0], () -> what + ": " + e);
            }
            machine.faults().clear();
            closeBroken();
            machine.crash(random);
            requireConfirmed(what);
            machine.restore(beginning);
        }
        assertTrue(calls > 100, "the life has become short: " + calls);
    }

    private void closeBroken() {
        try {
            if (journal != null && !machine.isOff()) {
                journal.close();
            }
        } catch (final JournalException e) {
            assertNotNull(e.getMessage());
        }
        journal = null;
    }

    private static boolean isOfInterest(final StorageCall call) {
        return call.kind() != StorageCall.Kind.CLOSE
                && call.kind() != StorageCall.Kind.UNMAP
                && !call.name().endsWith(".segment.preparing");
    }

    private void requireConfirmed(final String what) throws IOException {
        final long first = firstSegment();
        for (long number = 1; number < first; number++) {
            assertTrue(copies.containsKey(number), what + ": segment " + number + " is gone, and was not archived");
        }
        if (!machine.names().contains(FileNames.META)) {
            return;
        }
        final int before = given.size();
        open(this::copy);
        for (final SealedSegment segment : given.subList(before, given.size())) {
            assertTrue(segment.number() >= firstSegment() || copies.containsKey(segment.number()), what);
        }
        journal.close();
        journal = null;
    }

    @Test
    void closeShouldNotHangWhenTheArchiveDoes() throws Exception {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch released = new CountDownLatch(1);
        final CountDownLatch interrupted = new CountDownLatch(1);
        final List<Thread> threads = new ArrayList<>();
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(SimulatedJournal.SEGMENT_LENGTH)
                .withQueueLength(64 << 10)
                .withCloseTimeout(Duration.ofMillis(50))
                .withThreadFactory(task -> {
                    threads.add(new Thread(task));
                    return threads.get(threads.size() - 1);
                })
                .withArchive(segment -> {
                    entered.countDown();
                    while (released.getCount() > 0) {
                        try {
                            released.await();
                        } catch (final InterruptedException e) {
                            // An archive that takes no notice.
                            interrupted.countDown();
                        }
                    }
                    return true;
                });
        journal = Journal.open(machine.sibling(), config);
        final Appender appender = journal.appender();
        for (int i = 0; i < 20; i++) {
            appender.append(0, RECORD, 0, RECORD.length);
        }
        assertEquals(20, journal.flush(), "appends, forces and new segments do not wait for the archive");
        assertTrue(entered.await(1, TimeUnit.MINUTES));
        assertEquals(21, journal.truncate(20));
        assertEquals(1, firstSegment());
        journal.close();
        assertTrue(interrupted.await(1, TimeUnit.MINUTES));
        assertFalse(machine.isLocked());
        released.countDown();
        for (final Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), machine.openHandles());
        assertFalse(machine.names().contains(FileNames.ARCHIVED), "what comes too late changes nothing");
    }

    @Test
    void closeShouldWaitForTheArchiveWhenItComesInTime() throws Exception {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch released = new CountDownLatch(1);
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(SimulatedJournal.SEGMENT_LENGTH)
                .withQueueLength(64 << 10)
                .withArchive(segment -> {
                    entered.countDown();
                    return released.await(1, TimeUnit.MINUTES);
                });
        journal = Journal.open(machine.sibling(), config);
        final Appender appender = journal.appender();
        for (int i = 0; i < 5; i++) {
            appender.append(0, RECORD, 0, RECORD.length);
        }
        assertTrue(entered.await(1, TimeUnit.MINUTES));
        final Thread closer = new Thread(journal::close);
        closer.start();
        released.countDown();
        closer.join();
        assertTrue(machine.names().contains(FileNames.ARCHIVED));
        assertFalse(machine.isLocked());
    }

    @Test
    void closeShouldBeRefusedWhenTheArchiveCallsIt() throws Exception {
        final CompletableFuture<Throwable> refused = new CompletableFuture<>();
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(SimulatedJournal.SEGMENT_LENGTH)
                .withQueueLength(64 << 10)
                .withArchive(segment -> {
                    refused.complete(assertThrows(IllegalStateException.class, () -> journal.close()));
                    assertThrows(IllegalStateException.class, () -> journal.truncate(1));
                    return true;
                });
        journal = Journal.open(machine.sibling(), config);
        final Appender appender = journal.appender();
        for (int i = 0; i < 5; i++) {
            appender.append(0, RECORD, 0, RECORD.length);
        }
        assertNotNull(refused.get(1, TimeUnit.MINUTES));
        journal.close();
    }
}

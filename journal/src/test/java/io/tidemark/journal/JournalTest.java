// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal on a real directory, with its own threads. */
class JournalTest {

    private static final JournalConfig SMALL = JournalConfig.defaults().withSegmentLength(64 << 10);

    @TempDir
    private Path directory;

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> replayed(final Path journal) {
        final List<String> texts = new ArrayList<>();
        JournalReader.open(journal).replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            final byte[] payload = new byte[length];
            buffer.get(offset, payload);
            texts.add(sequence + "/" + type + "/" + new String(payload, StandardCharsets.UTF_8));
        });
        return texts;
    }

    private static SyncPolicy policy(final String name) {
        return switch (name) {
            case "always" -> SyncPolicy.always();
            case "never" -> SyncPolicy.never();
            default -> SyncPolicy.batch(100, 1 << 20, Duration.ofMillis(1));
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "batch", "never"})
    void appendShouldBeReadBackWhenJournalWasClosed(final String policy) {
        final int count = 2_000;
        try (Journal journal = Journal.open(directory, SMALL.withSyncPolicy(policy(policy)))) {
            final Appender appender = journal.appender();
            for (int i = 1; i <= count; i++) {
                final byte[] payload = bytes("record " + i + " " + "x".repeat(i % 200));
                assertEquals(i, appender.append(payload, 0, payload.length));
            }
            assertEquals(count, journal.flush());
        }
        final List<String> texts = replayed(directory);
        assertEquals(count, texts.size());
        for (int i = 1; i <= count; i++) {
            assertEquals(i + "/0/record " + i + " " + "x".repeat(i % 200), texts.get(i - 1));
        }
        assertEquals(
                VerifyReport.Verdict.INTACT,
                JournalReader.open(directory).verify().verdict());
    }

    @Test
    void appendShouldReturnWhenRecordIsDurableUnderAlways() {
        try (Journal journal = Journal.open(directory, SMALL.withSyncPolicy(SyncPolicy.always()))) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 100; i++) {
                final long sequence = appender.append(bytes("x"), 0, 1);
                assertTrue(journal.durableSequence() >= sequence);
            }
        }
    }

    @Test
    void awaitDurableShouldReturnWhenBatchDelayHasPassed() throws InterruptedException {
        try (Journal journal = Journal.open(directory, SMALL)) {
            final long sequence = journal.appender().append(bytes("x"), 0, 1);
            journal.awaitDurable(sequence);
            assertTrue(journal.durableSequence() >= sequence);
        }
    }

    @Test
    void awaitDurableShouldTimeOutWhenPolicyNeverForces() throws InterruptedException {
        try (Journal journal = Journal.open(directory, SMALL.withSyncPolicy(SyncPolicy.never()))) {
            final long sequence = journal.appender().append(bytes("x"), 0, 1);
            assertFalse(journal.awaitDurable(sequence, Duration.ofMillis(5)));
            assertEquals(0, journal.durableSequence());
            assertEquals(sequence, journal.flush());
            assertTrue(journal.awaitDurable(sequence, Duration.ZERO));
        }
    }

    @Test
    void awaitDurableShouldThrowWhenThreadIsInterrupted() {
        try (Journal journal = Journal.open(directory, SMALL.withSyncPolicy(SyncPolicy.never()))) {
            final long sequence = journal.appender().append(bytes("x"), 0, 1);
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> journal.awaitDurable(sequence));
            assertFalse(Thread.currentThread().isInterrupted());
        }
    }

    @Test
    void appendShouldTakeEveryKindOfBufferWhenTypesAreGiven() {
        final ByteBuffer heap = ByteBuffer.wrap(bytes("..heap.."));
        final ByteBuffer direct = ByteBuffer.allocateDirect(16).put(0, bytes("..direct.."));
        final DirectBuffer agrona = ArrayDirectBuffer.over(bytes("..agrona.."));
        try (Journal journal = Journal.open(directory, SMALL)) {
            final Appender appender = journal.appender();
            appender.append(1, bytes("..array.."), 2, 5);
            appender.append(2, heap, 2, 4);
            appender.append(3, direct, 2, 6);
            appender.append(4, agrona, 2, 6);
            appender.append(heap.asReadOnlyBuffer(), 2, 0);
            appender.appendBatch(new Batch()
                    .add(5, bytes("..array.."), 2, 5)
                    .add(6, heap, 2, 4)
                    .add(7, direct, 2, 6)
                    .add(Short.MAX_VALUE, agrona, 2, 6));
        }
        assertEquals(
                List.of(
                        "1/1/array",
                        "2/2/heap",
                        "3/3/direct",
                        "4/4/agrona",
                        "5/0/",
                        "6/5/array",
                        "7/6/heap",
                        "8/7/direct",
                        "9/32767/agrona"),
                replayed(directory));
        assertEquals(0, heap.position());
    }

    @Test
    void claimShouldLeaveNoGapWhenAborted() {
        try (Journal journal = Journal.open(directory, SMALL)) {
            final Appender appender = journal.appender();
            try (BufferClaim claim = appender.claim(9, 8)) {
                claim.buffer().putLong(claim.offset(), 0x6867666564636261L);
                assertEquals(1, claim.commit());
                assertThrows(IllegalStateException.class, claim::commit);
            }
            try (BufferClaim claim = appender.claim(8)) {
                claim.buffer().putLong(claim.offset(), -1);
                assertThrows(IllegalStateException.class, () -> appender.append(bytes("x"), 0, 1));
                assertThrows(IllegalStateException.class, () -> appender.claim(1));
            }
            assertEquals(3, appender.append(bytes("third"), 0, 5));
        }
        assertEquals(List.of("1/9/abcdefgh", "3/0/third"), replayed(directory));
        assertEquals(3, JournalReader.open(directory).verify().recordCount());
    }

    @Test
    void appendShouldRefuseWhenArgumentsAreOutOfRange() {
        try (Journal journal = Journal.open(directory, SMALL.withQueueLength(1 << 20))) {
            final Appender appender = journal.appender();
            final byte[] longest = new byte[journal.maxRecordLength()];
            longest[longest.length - 1] = 7;
            assertThrows(
                    IllegalArgumentException.class,
                    () -> appender.append(new byte[longest.length + 1], 0, longest.length + 1));
            assertThrows(IllegalArgumentException.class, () -> appender.claim(longest.length + 1));
            assertThrows(IllegalArgumentException.class, () -> appender.claim(-1));
            assertThrows(IndexOutOfBoundsException.class, () -> appender.append(new byte[4], 2, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> appender.append(new byte[4], -1, 3));
            assertThrows(IllegalArgumentException.class, () -> appender.append(-1, new byte[4], 0, 4));
            assertThrows(IllegalArgumentException.class, () -> appender.append(32768, new byte[4], 0, 4));
            assertThrows(IllegalArgumentException.class, () -> appender.appendBatch(new Batch()));
            final Batch tooLong = new Batch().add(longest, 0, longest.length).add(longest, 0, 1);
            assertThrows(IllegalArgumentException.class, () -> appender.appendBatch(tooLong));
            assertEquals(1, appender.append(longest, 0, longest.length));
            assertEquals(2, appender.append(longest, 0, longest.length));
        }
        assertEquals(2, JournalReader.open(directory).verify().lastSequence());
    }

    @Test
    void appendShouldGiveDenseSequencesWhenManyProducersAreInterruptedAllTheTime() throws InterruptedException {
        final int producers = 4;
        final int each = 5_000;
        final List<Thread> threads = new ArrayList<>();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final AtomicBoolean storming = new AtomicBoolean(true);
        try (Journal journal = Journal.open(directory, SMALL)) {
            for (int producer = 0; producer < producers; producer++) {
                final int number = producer;
                final Thread thread = new Thread(() -> {
                    try {
                        final Appender appender = journal.appender();
                        for (int i = 0; i < each; i++) {
                            final byte[] payload = bytes(number + " " + i);
                            appender.append(payload, 0, payload.length);
                        }
                    } catch (final Throwable e) {
                        failure.set(e);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            final Thread storm = new Thread(() -> {
                while (storming.get()) {
                    threads.forEach(Thread::interrupt);
                    Thread.onSpinWait();
                }
            });
            storm.start();
            for (final Thread thread : threads) {
                thread.join();
            }
            storming.set(false);
            storm.join();
            assertEquals((long) producers * each, journal.flush());
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
        final int[] next = new int[producers];
        final long[] lastSequence = new long[1];
        JournalReader.open(directory).replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            assertEquals(++lastSequence[0], sequence);
            final byte[] payload = new byte[length];
            buffer.get(offset, payload);
            final String[] words = new String(payload, StandardCharsets.UTF_8).split(" ", -1);
            assertEquals(next[Integer.parseInt(words[0])]++, Integer.parseInt(words[1]));
        });
        assertArrayEquals(new int[] {each, each, each, each}, next);
    }

    @Test
    void openShouldWorkWhenCallerIsInterrupted() {
        Thread.currentThread().interrupt();
        try (Journal journal = Journal.open(directory, SMALL.withSyncPolicy(SyncPolicy.always()))) {
            assertEquals(1, journal.appender().append(bytes("x"), 0, 1));
            journal.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {});
            assertEquals(1, journal.flush());
        }
        assertTrue(Thread.interrupted());
        assertEquals(List.of("1/0/x"), replayed(directory));
    }

    @Test
    void openShouldGoOnWithNextSequenceWhenJournalExists() {
        for (int i = 1; i <= 5; i++) {
            try (Journal journal = Journal.open(directory, SMALL)) {
                assertEquals(i, journal.recoveryReport().epoch());
                assertEquals(i - 1, journal.lastSequence());
                assertEquals(i - 1, journal.durableSequence());
                assertTrue(journal.recoveryReport().closedCleanly());
                assertEquals(i, journal.appender().append(bytes("x"), 0, 1));
            }
        }
    }

    @Test
    void openShouldRefuseWhenJournalIsOpenInThisProcess() {
        try (Journal journal = Journal.open(directory, SMALL)) {
            final JournalLockedException e =
                    assertThrows(JournalLockedException.class, () -> Journal.open(directory, SMALL));
            assertTrue(e.getMessage().contains(directory.toString()), e.getMessage());
            assertEquals(1, journal.appender().append(bytes("x"), 0, 1));
            assertEquals(1, journal.flush());
        }
        Journal.open(directory, SMALL).close();
    }

    @Test
    void openShouldRefuseWhenDirectoryHoldsOtherThings() throws Exception {
        Files.writeString(directory.resolve("notes.txt"), "mine");
        final NotAJournalException e = assertThrows(NotAJournalException.class, () -> Journal.open(directory, SMALL));
        assertTrue(e.getMessage().contains("notes.txt"), e.getMessage());
        assertThrows(NotAJournalException.class, () -> JournalReader.open(directory));
        assertThrows(NotAJournalException.class, () -> JournalReader.open(directory.resolve("missing")));
    }

    @Test
    void openShouldRefuseWhenFormatIsNewer() throws Exception {
        Journal.open(directory, SMALL).close();
        final Path meta = directory.resolve("journal.meta");
        final ByteBuffer content = ByteBuffer.allocateDirect(8192);
        content.put(0, Files.readAllBytes(meta));
        NewerFormat.stamp(content);
        final byte[] newer = new byte[8192];
        content.get(0, newer);
        Files.write(meta, newer);
        final IncompatibleFormatException e =
                assertThrows(IncompatibleFormatException.class, () -> Journal.open(directory, SMALL));
        assertTrue(e.isTooNew(), e.getMessage());
        assertThrows(
                IncompatibleFormatException.class,
                () -> JournalReader.open(directory).verify());
        assertArrayEquals(newer, Files.readAllBytes(meta));
    }

    @Test
    void closeShouldRefuseFurtherAppendsWhenCalled() {
        final Journal journal = Journal.open(directory, SMALL);
        final Appender appender = journal.appender();
        appender.append(bytes("x"), 0, 1);
        journal.close();
        journal.close();
        assertEquals(Appender.CLOSED, appender.tryAppend(0, bytes("x"), 0, 1));
        assertThrows(JournalClosedException.class, () -> appender.append(bytes("x"), 0, 1));
        assertThrows(JournalClosedException.class, () -> appender.claim(1));
        assertThrows(JournalClosedException.class, () -> journal.awaitDurable(2));
        assertEquals(1, journal.durableSequence());
    }

    @Test
    void closeShouldSayWhatWasLostWhenClaimWasNeverCommitted() {
        final Journal journal = Journal.open(directory, SMALL.withCloseTimeout(Duration.ofMillis(20)));
        journal.appender().append(bytes("first"), 0, 5);
        final BufferClaim open = journal.appender().claim(3);
        journal.appender().append(bytes("behind"), 0, 6);
        final JournalException e = assertThrows(JournalException.class, journal::close);
        assertTrue(e.getMessage().contains("sequences 2 to 3"), e.getMessage());
        assertEquals(3, open.length());
        assertEquals(List.of("1/0/first"), replayed(directory));
    }

    @Test
    void durabilityListenerShouldSeeMarkRiseWhenRecordsBecomeDurable() {
        final List<Long> marks = new CopyOnWriteArrayList<>();
        try (Journal journal = Journal.open(
                directory, SMALL.withSyncPolicy(SyncPolicy.always()).withDurabilityListener(sequence -> {
                    marks.add(sequence);
                    throw new IllegalStateException("passed over");
                }))) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 50; i++) {
                appender.append(bytes("x"), 0, 1);
            }
        }
        assertEquals(50L, marks.get(marks.size() - 1));
        for (int i = 1; i < marks.size(); i++) {
            assertTrue(marks.get(i) > marks.get(i - 1), "marks: " + marks);
        }
    }

    @Test
    void replayShouldBeginAnywhereWhenJournalHasManySegments() {
        try (Journal journal = Journal.open(directory, SMALL)) {
            final Appender appender = journal.appender();
            final byte[] payload = new byte[1000];
            for (int i = 1; i <= 1_000; i++) {
                appender.append(payload, 0, payload.length);
            }
            final long last = journal.flush();
            for (long from = 1; from <= last + 1; from += 37) {
                final long[] seen = {from};
                final long next = journal.replay(
                        from,
                        (sequence, timestampNs, type, buffer, offset, length) -> assertEquals(seen[0]++, sequence));
                assertEquals(last + 1, next);
                assertEquals(last + 1, seen[0]);
            }
            assertThrows(IllegalArgumentException.class, () -> journal.replay(0, (s, t, y, b, o, l) -> {}));
        }
    }

    @Test
    void listenerShouldBeToldWhenJournalRecoversAndRolls() throws InterruptedException {
        final List<String> news = new CopyOnWriteArrayList<>();
        final CountDownLatch rolled = new CountDownLatch(3);
        final JournalListener listener = new JournalListener() {
            @Override
            public void onRecovered(final RecoveryReport report) {
                news.add("recovered " + report.lastSequence());
            }

            @Override
            public void onRolled(final long segment, final long lastSequence) {
                news.add("rolled " + segment);
                rolled.countDown();
            }
        };
        try (Journal journal = Journal.open(directory, SMALL.withListener(listener))) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 200; i++) {
                appender.append(new byte[1000], 0, 1000);
            }
            journal.flush();
            rolled.await();
        }
        assertEquals(List.of("recovered 0", "rolled 1", "rolled 2", "rolled 3"), news);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What is in a record is nobody's business but its reader's: no message, report or listener ever shows any of it. */
class PayloadSecrecyTest {

    private static final byte[] PAYLOAD = PayloadMarker.bytes(300);

    private final SimulatedStorage machine = new SimulatedStorage();
    private final Queue<Object> told = new ConcurrentLinkedQueue<>();
    private final JournalConfig config = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withCloseTimeout(Duration.ofMillis(1))
            .withSyncPolicy(SyncPolicy.batch(1, 1, Duration.ZERO))
            .withListener(new JournalListener() {
                @Override
                public void onRecovered(final RecoveryReport report) {
                    told.add(report);
                }

                @Override
                public void onStorageFull(final StorageFullException problem) {
                    told.add(problem);
                }

                @Override
                public void onFailed(final JournalFailedException failure) {
                    told.add(failure);
                }
            });

    private void requireSecret(final Object shown) {
        if (shown instanceof Throwable thrown) {
            PayloadMarker.requireAbsent(thrown);
        }
        PayloadMarker.requireAbsent(String.valueOf(shown));
    }

    private void requireSecret(final Class<? extends Throwable> type, final Executable call) {
        requireSecret(assertThrows(type, call));
    }

    private void requireListenerToldNothing(final int expectedCount) {
        assertTrue(told.size() >= expectedCount, "told: " + told);
        told.forEach(this::requireSecret);
    }

    @Test
    void argumentsShouldNotShowWhenTheyAreRefused() throws IOException {
        try (Journal journal = Journal.open(machine.sibling(), config)) {
            final Appender appender = journal.appender();
            final ByteBuffer buffer = ByteBuffer.wrap(PAYLOAD);
            final byte[] tooLong = PayloadMarker.bytes(64 << 10);
            requireSecret(IndexOutOfBoundsException.class, () -> appender.append(PAYLOAD, 1, PAYLOAD.length));
            requireSecret(IndexOutOfBoundsException.class, () -> appender.append(buffer, -1, 3));
            requireSecret(IllegalArgumentException.class, () -> appender.append(-1, buffer, 0, 3));
            requireSecret(IllegalArgumentException.class, () -> appender.append(tooLong, 0, tooLong.length));
            final Batch batch = new Batch().add(tooLong, 0, tooLong.length);
            requireSecret(IllegalArgumentException.class, () -> appender.appendBatch(batch));
            requireSecret(batch);
            try (BufferClaim claim = appender.claim(PAYLOAD.length)) {
                claim.buffer().put(claim.offset(), PAYLOAD);
                requireSecret(IllegalStateException.class, () -> appender.append(PAYLOAD, 0, 3));
                requireSecret(claim);
                requireSecret(claim.buffer());
                claim.commit();
                requireSecret(IllegalStateException.class, claim::buffer);
            }
            requireSecret(appender);
            requireSecret(journal);
            journal.flush();
            requireSecret(
                    HostileException.class,
                    () -> journal.replay(1, (sequence, timestampNs, type, bytes, offset, length) -> {
                        requireSecret(bytes);
                        throw new HostileException("from the handler");
                    }));
        }
        requireListenerToldNothing(1);
    }

    @Test
    void recordsShouldNotShowWhenJournalFails() throws IOException {
        final Journal journal = Journal.open(machine.sibling(), config);
        final Appender appender = journal.appender();
        machine.faults()
                .on(
                        StorageCall.of(StorageCall.Kind.FORCE_MAPPED),
                        Fault.failBefore(() -> new IOException("the disk is broken")));
        appender.append(PAYLOAD, 0, PAYLOAD.length);
        requireSecret(JournalFailedException.class, journal::flush);
        requireSecret(JournalFailedException.class, () -> appender.append(PAYLOAD, 0, PAYLOAD.length));
        requireSecret(JournalFailedException.class, journal::close);
        requireListenerToldNothing(2);
    }

    @Test
    void recordsShouldNotShowWhenStorageIsFull() throws IOException {
        final Journal journal = Journal.open(machine.sibling(), config.withReservedSpace(0));
        final Appender appender = journal.appender();
        machine.capacity(0);
        requireSecret(StorageFullException.class, () -> {
            while (true) {
                appender.append(PAYLOAD, 0, PAYLOAD.length);
            }
        });
        requireSecret(StorageFullException.class, journal::flush);
        requireSecret(StorageFullException.class, journal::close);
        requireListenerToldNothing(2);
    }

    @Test
    void recordsShouldNotShowWhenStorageIsNearlyFull() throws IOException {
        // Room for some segments, but never for what is to stay free.
        machine.capacity(1 << 20);
        try (Journal journal = Journal.open(machine.sibling(), config.withReservedSpace(1L << 40))) {
            final Appender appender = journal.appender();
            requireSecret(StorageFullException.class, () -> {
                while (true) {
                    appender.append(PAYLOAD, 0, PAYLOAD.length);
                }
            });
        }
        requireListenerToldNothing(2);
    }

    @Test
    void recordsShouldNotShowWhenClaimIsGivenUp() throws IOException {
        final Journal journal = Journal.open(machine.sibling(), config);
        final BufferClaim claim = journal.appender().claim(PAYLOAD.length);
        claim.buffer().put(claim.offset(), PAYLOAD);
        requireSecret(JournalException.class, journal::close);
    }

    /** Damages every eleventh byte of some records, headers included, and looks at the journal in all ways. */
    @Test
    void recordsShouldNotShowWhenTheyAreDamaged() throws IOException {
        try (Journal journal = Journal.open(machine.sibling(), config)) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 20; i++) {
                appender.append(PAYLOAD, 0, PAYLOAD.length);
                journal.flush();
            }
        }
        final String segment = FileNames.segment(1);
        int corrupt = 0;
        for (int offset = SegmentLayout.HEADER_PAGE_LENGTH;
                offset < SegmentLayout.HEADER_PAGE_LENGTH + 400;
                offset += 11) {
            machine.flip(segment, offset, 0x21);
            final JournalReader reader = JournalReader.open(machine.sibling());
            final VerifyReport report = reader.verify();
            requireSecret(report);
            requireSecret(outcome(reader::status));
            final Object replayed = outcome(() -> reader.replay(1, (s, t, y, b, o, l) -> {}));
            requireSecret(replayed);
            corrupt += replayed instanceof CorruptJournalException ? 1 : 0;
            machine.flip(segment, offset, 0x21);
        }
        assertTrue(corrupt > 25, "corrupt: " + corrupt);
        requireListenerToldNothing(1);
    }

    private interface Look {
        Object at() throws IOException;
    }

    private static Object outcome(final Look look) throws IOException {
        try {
            return look.at();
        } catch (final JournalException e) {
            return e;
        }
    }

    @Test
    void recordsShouldNotShowWhenOpeningCutsOrRefuses() throws IOException {
        final Journal journal = Journal.open(machine, SimulatedJournal.config().withListener(config.listener()));
        final Appender appender = journal.appender();
        SimulatedJournal.append(journal, appender, PAYLOAD);
        SimulatedJournal.flush(journal);
        for (int i = 0; i < 3; i++) {
            SimulatedJournal.append(journal, appender, PAYLOAD);
        }
        SimulatedJournal.settle(journal);
        machine.kill();
        final String segment = FileNames.segment(1);
        final int second = SegmentLayout.HEADER_PAGE_LENGTH + 336;
        machine.flip(segment, second + 100, 1);
        try (Journal cut = Journal.open(machine.sibling(), config)) {
            assertTrue(cut.recoveryReport().tailCut(), cut.recoveryReport().toString());
            requireSecret(cut.recoveryReport());
            cut.appender().append(PAYLOAD, 0, PAYLOAD.length);
        }
        machine.flip(segment, second - 100, 1);
        requireSecret(
                CorruptJournalException.class,
                () -> JournalReader.open(machine.sibling()).replay(1, (s, t, y, b, o, l) -> {}));
        requireListenerToldNothing(1);
    }

    @Test
    void markerShouldBeFoundWhenItIsShownInAnyWay() {
        final byte[] some = PayloadMarker.bytes(30);
        final List<String> ways = new ArrayList<>(List.of(
                PayloadMarker.text(30),
                HexFormat.of().formatHex(some),
                HexFormat.of().withUpperCase().formatHex(some),
                HexFormat.ofDelimiter(" ").formatHex(some),
                Arrays.toString(some),
                Base64.getEncoder().encodeToString(some)));
        for (final String way : ways) {
            assertThrows(AssertionError.class, () -> PayloadMarker.requireAbsent("before " + way + " behind"));
            assertThrows(AssertionError.class, () -> PayloadMarker.requireAbsent(new IOException(way)));
        }
        assertDoesNotThrow(() -> PayloadMarker.requireAbsent("record length must be from 0 to 32736: length=300"));
        assertEquals(300, PAYLOAD.length);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A journal in some state, an object of each public class to call methods on, and what the journal must hold in the end. */
final class HostileWorld implements AutoCloseable {

    /** How the journal is when it is called. */
    enum State {
        OPEN(IllegalStateException.class),
        CLOSED(JournalClosedException.class),
        FAILED(JournalFailedException.class),
        STALLED(StorageFullException.class);

        private final Class<? extends RuntimeException> refusal;

        State(final Class<? extends RuntimeException> refusal) {
            this.refusal = refusal;
        }

        /** What a call is refused with that would work on an open journal. */
        Class<? extends RuntimeException> refusal() {
            return refusal;
        }
    }

    private static final JournalConfig CONFIG = JournalConfig.defaults()
            .withSegmentLength(64 << 10)
            .withQueueLength(64 << 10)
            .withCloseTimeout(Duration.ofMillis(1))
            .withReservedSpace(0)
            .withSyncPolicy(SyncPolicy.batch(1, 1, Duration.ZERO));

    private final SimulatedStorage machine = new SimulatedStorage();
    private final State state;
    private final Journal journal;
    private final Appender appender;
    private final BufferClaim usedClaim;
    private final Checkpoint checkpoint;
    private final GuardedChannel channel;
    private final Batch batch = new Batch().add(HostileValues.bytes(), 0, 1);
    private final List<String> expected = new ArrayList<>();
    private final List<Tailer> tailers = new ArrayList<>();
    private @Nullable NamedReader namedReader;

    HostileWorld(final State state) {
        this.state = state;
        try {
            journal = Journal.open(machine.sibling(), CONFIG);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        appender = journal.appender();
        append("first");
        try (BufferClaim claim = appender.claim(0)) {
            usedClaim = claim;
            claim.commit();
        }
        expected.add("0/");
        journal.flush();
        checkpoint = journal.beginCheckpoint(0);
        try {
            channel = GuardedChannel.open(journal, machine.sibling(), "data");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        JournalReader.open(machine.sibling()).named("target").close();
        switch (state) {
            case OPEN -> {}
            case CLOSED -> journal.close();
            case FAILED -> {
                machine.faults()
                        .on(
                                StorageCall.of(StorageCall.Kind.FORCE_MAPPED),
                                Fault.failBefore(() -> new IOException("the disk is broken")));
                append("never durable");
                assertThrows(JournalFailedException.class, journal::flush);
            }
            case STALLED -> {
                machine.capacity(0);
                final String text = "x".repeat(1_000);
                assertThrows(StorageFullException.class, () -> {
                    while (true) {
                        append(text);
                    }
                });
            }
        }
    }

    Journal journal() {
        return journal;
    }

    Appender appender() {
        return appender;
    }

    private void append(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        appender.append(bytes, 0, bytes.length);
        expected.add("0/" + text);
    }

    /** An object to call a member of a class on; a class that is not known here needs one. */
    @Nullable
    Object target(final Class<?> type) {
        if (type == Journal.class) {
            return journal;
        }
        if (type == Appender.class) {
            return appender;
        }
        if (type == BufferClaim.class) {
            return state == State.OPEN ? appender.claim(0) : usedClaim;
        }
        if (type == Checkpoint.class) {
            return state == State.OPEN ? journal.beginCheckpoint(0) : checkpoint;
        }
        if (type == Batch.class) {
            return batch;
        }
        if (type == GuardedChannel.class) {
            return channel;
        }
        if (type == JournalConfig.class) {
            return CONFIG;
        }
        if (type == SyncPolicy.class) {
            return CONFIG.syncPolicy();
        }
        if (type == Tailer.class) {
            final Tailer tailer = journal.tailer(1, Visibility.WRITTEN);
            tailers.add(tailer);
            return tailer;
        }
        if (type == NamedReader.class) {
            closeNamedReader();
            namedReader = JournalReader.open(machine.sibling()).named("target");
            return namedReader;
        }
        if (type == JournalCounters.class) {
            return journal.counters();
        }
        if (type == Pin.class) {
            return journal.pin(Math.max(1, journal.headSequence()));
        }
        if (type == RetentionPolicy.class) {
            return RetentionPolicy.keepAll();
        }
        if (type == Start.class) {
            return Start.atHead();
        }
        if (type == JournalReader.class) {
            return JournalReader.open(machine.sibling());
        }
        if (type == StorageCheck.class) {
            return storageCheck();
        }
        throw new AssertionError("nothing to call methods of " + type.getName() + " on: add it");
    }

    private static StorageCheck storageCheck() {
        try {
            return StorageCheck.run(new SimulatedStorage(), "ext4", new RecordingSync(), 1);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Batch batch() {
        return batch;
    }

    /** Notes what a call must have appended, by what it was given. */
    void noteSuccess(final Executable member, final @Nullable Object[] arguments, final @Nullable Object result) {
        if (result instanceof BufferClaim claim) {
            claim.abort();
        }
        if (result instanceof Tailer tailer) {
            tailer.close();
        }
        if (result instanceof NamedReader reader) {
            reader.close();
        }
        final String name = member.getName();
        if (member.getDeclaringClass() == BufferClaim.class && name.equals("commit")) {
            expected.add("0/");
        }
        if (member.getDeclaringClass() != Appender.class || !(result instanceof Long sequence) || sequence < 0) {
            return;
        }
        assertEquals(journal.lastSequence(), sequence, () -> PublicFace.words(member, arguments));
        if (arguments[0] instanceof Batch appended) {
            for (int i = 0; i < appended.count(); i++) {
                expected.add("batch");
            }
            return;
        }
        final int at = arguments.length - 3;
        final int offset = (int) arguments[at + 1];
        final int length = (int) arguments[at + 2];
        final byte[] source = HostileValues.bytes();
        if (arguments[at] instanceof ByteBuffer buffer) {
            buffer.duplicate().get(0, source, 0, buffer.limit());
        }
        expected.add((at == 0 ? 0 : arguments[0]) + "/" + new String(source, offset, length, StandardCharsets.UTF_8));
    }

    /** The journal works, and holds what was appended with success, and nothing else. */
    void requireWorking() {
        append("last");
        assertEquals(journal.lastSequence(), journal.flush());
        requireContents();
    }

    private void requireContents() {
        final JournalReader reader = JournalReader.open(machine.sibling());
        final long head = reader.headSequence();
        final List<String> found = new ArrayList<>(expected.subList(0, (int) head - 1));
        reader.replay(head, (sequence, timestampNs, type, buffer, offset, length) -> {
            final byte[] payload = new byte[length];
            buffer.get(offset, payload);
            final int index = found.size();
            final boolean ofBatch =
                    index < expected.size() && expected.get(index).equals("batch");
            found.add(ofBatch ? "batch" : type + "/" + new String(payload, StandardCharsets.UTF_8));
        });
        assertEquals(expected, found);
    }

    private void closeNamedReader() {
        if (namedReader != null) {
            namedReader.close();
        }
    }

    @Override
    public void close() {
        channel.close();
        tailers.forEach(Tailer::close);
        closeNamedReader();
        switch (state) {
            case OPEN, CLOSED -> {
                journal.close();
                requireContents();
            }
            case FAILED -> assertThrows(JournalFailedException.class, journal::close);
            case STALLED -> assertThrows(StorageFullException.class, journal::close);
        }
        assertEquals(List.of(), machine.liveMappings());
        assertEquals(List.of(), machine.storesAfterUnmap());
        assertEquals(false, machine.isLocked());
    }
}

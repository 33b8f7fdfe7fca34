// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.JournalRecord;
import io.tidemark.journal.NamedReader;
import io.tidemark.journal.OvertakenException;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Start;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** Reads a journal, and follows it, in the ways there are. */
public final class Following {

    static final int TRADE = 4;

    private Following() {}

    static void follow(final Path directory, final RecordHandler handler, final BooleanSupplier running) {
        final JournalReader reader = JournalReader.open(directory);
        final IdleStrategy idleStrategy = new BackoffIdleStrategy();
        try (Tailer tailer = reader.tailer(Start.atHead(), Visibility.DURABLE)) {
            while (running.getAsBoolean()) {
                idleStrategy.idle(tailer.poll(handler, 256));
            }
        }
    }

    static void followWhatIsLeft(final Tailer tailer, final RecordHandler handler, final BooleanSupplier running) {
        while (running.getAsBoolean()) {
            try {
                tailer.poll(handler, 256);
            } catch (final OvertakenException e) {
                tailer.seek(Start.atHead()); // what was before is gone
            }
        }
    }

    static void handOver(final Tailer tailer, final RecordHandler collect, final Runnable send) {
        final long[] last = {tailer.nextSequence() - 1};
        tailer.peek(
                (sequence, timestampNs, type, buffer, offset, length) -> {
                    collect.onRecord(sequence, timestampNs, type, buffer, offset, length);
                    last[0] = sequence;
                },
                256);
        send.run(); // if this throws, the same records come again
        tailer.commit(last[0]);
    }

    static long firstOf(final JournalReader reader, final Instant morning) {
        try (Tailer tailer = reader.tailer(Start.atTime(morning), Visibility.WRITTEN)) {
            return tailer.nextSequence();
        }
    }

    static void followUnderName(
            final JournalReader reader,
            final RecordHandler handler,
            final IdleStrategy idleStrategy,
            final BooleanSupplier running) {
        try (NamedReader billing = reader.named("billing")) { // at the head, if the name is new
            while (running.getAsBoolean()) {
                idleStrategy.idle(billing.tailer().poll(handler, 256));
                billing.commit(); // everything polled so far is passed, durably
            }
        }
    }

    static List<JournalRecord> someOf(
            final JournalReader reader, final Instant morning, final RecordHandler handler, final int type) {
        reader.replay(Start.atTime(morning), Start.atTime(morning.plusSeconds(3600)), handler);
        try (Stream<JournalRecord> records = reader.records(Start.atLast(100), Start.atEnd())) {
            return records.filter(record -> record.type() == type).toList();
        }
    }

    static void followFromTheHead(final Journal journal, final RecordHandler handler, final BooleanSupplier running) {
        final IdleStrategy idleStrategy = new BackoffIdleStrategy();
        try (Tailer tailer = journal.tailer(Start.atHead(), Visibility.DURABLE)) {
            while (running.getAsBoolean()) {
                try {
                    idleStrategy.idle(tailer.poll(handler, 256));
                } catch (final OvertakenException e) {
                    tailer.seek(Start.atHead()); // what came before was truncated, and can be done without
                }
            }
        }
    }

    /** Collects records, and sends them all at once. */
    interface Outgoing extends RecordHandler {
        void send();

        long lastSequence();
    }

    static void handOver(final Tailer tailer, final Outgoing outgoing) {
        if (tailer.peek(outgoing, 256) > 0) { // a handler that collects
            outgoing.send(); // if this throws, the same records come again
            tailer.commit(outgoing.lastSequence());
        }
    }

    static void bill(
            final Path directory,
            final RecordHandler handler,
            final IdleStrategy idleStrategy,
            final BooleanSupplier running) {
        try (NamedReader reader = JournalReader.open(directory).named("billing", Start.atHead())) {
            final Tailer tailer = reader.tailer();
            while (running.getAsBoolean()) {
                idleStrategy.idle(tailer.poll(handler, 256));
                reader.commit(); // everything polled so far was passed, durably
            }
        }
    }

    static long replayTwice(final Path directory, final RecordHandler handler) {
        final JournalReader reader = JournalReader.open(directory);
        long next = reader.replay(Start.atHead(), Start.atEnd(), handler);
        // some time later: what came since
        next = reader.replay(next, handler);
        return next;
    }

    static void hourOf(final JournalReader reader, final Instant noon, final RecordHandler handler) {
        reader.replay(Start.atTime(noon), Start.atTime(noon.plusSeconds(3600)), handler);
    }

    static void collect(final JournalReader reader, final List<JournalRecord> trades) {
        try (Stream<JournalRecord> records = reader.records(Start.atLast(100), Start.atEnd())) {
            records.filter(record -> record.type() == TRADE).forEach(trades::add);
        }
    }

    static RecordHandler keeping(final Map<Long, byte[]> orders) {
        final RecordHandler handler = (sequence, timestampNs, type, buffer, offset, length) -> {
            final byte[] payload = new byte[length];
            buffer.get(offset, payload); // who keeps the bytes copies them: the buffer is valid only in here
            orders.put(sequence, payload);
        };
        return handler;
    }
}

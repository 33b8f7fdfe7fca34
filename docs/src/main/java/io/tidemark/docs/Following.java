// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

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
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** Follows a journal that another process writes, in the ways there are. */
public final class Following {

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
                tailer.seek(e.headSequence()); // what was before is gone
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
}

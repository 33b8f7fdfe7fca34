// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A life of a journal that is the same each time: opened, written in every way, rolled, flushed, read, closed and opened
 * again. What it appends and what it is told goes into a model.
 */
final class ScriptedLife {

    private static final Duration HANG = Duration.ofSeconds(10);
    private static final int RECORDS_DURING_HANG = 10;

    private final SimulatedStorage machine;
    private final SyncPolicy policy;
    private final JournalModel model;
    private final boolean[] inside = new boolean[3];

    /** Null while there is none to append to: before it was opened, and from closing on. */
    private @Nullable Journal journal;

    private @Nullable Appender appender;

    ScriptedLife(final SimulatedStorage machine, final SyncPolicy policy, final JournalModel model) {
        this.machine = machine;
        this.policy = policy;
        this.model = model;
    }

    void live() throws IOException {
        for (int opening = 0; opening < 2; opening++) {
            final Journal opened =
                    Journal.open(machine, SimulatedJournal.config().withSyncPolicy(policy));
            try {
                model.checkOpened(opened);
                journal = opened;
                appender = opened.appender();
                write(opened, opening);
                model.checkWritten(opened);
            } finally {
                journal = null;
                model.noteDurable(opened.durableSequence());
                opened.close();
                model.noteDurable(opened.durableSequence());
            }
        }
    }

    /** What goes on beside a call that hangs: time, and everything that does not wait for that call. */
    void goOnWhileOneCallHangs() {
        SimulatedJournal.pass(HANG);
        final Journal open = journal;
        if (open == null) {
            return;
        }
        for (int i = 0; i < RECORDS_DURING_HANG; i++) {
            append(open, new byte[1_000]);
        }
        work(open, 2);
    }

    private void write(final Journal open, final int opening) {
        for (int i = 0; i < 6; i++) {
            append(open, new byte[100 + i]);
        }
        appendBatch();
        work(open, 6);
        // Long enough to leave the segment, twice.
        for (int i = 0; i < 5; i++) {
            append(open, new byte[25_000 + opening]);
            work(open, 12);
        }
        open.requestFlush();
        work(open, 12);
        checkpoint(open);
        append(open, new byte[1]);
    }

    /** Truncates to a place within a segment, then completes a checkpoint, which lets segments go. */
    private void checkpoint(final Journal open) {
        final long durable = open.durableSequence();
        truncate(open, new TruncationRequest(Math.max(open.headSequence(), durable / 2) - 1, 0));
        try (Checkpoint checkpoint = open.beginCheckpoint(Math.max(0, durable - 1))) {
            final long sequence = appender.tryAppendCheckpoint(checkpoint.sequence());
            if (sequence > 0) {
                model.own(sequence);
            }
            open.requestFlush();
            work(open, 12);
            truncate(open, checkpoint.request());
        }
    }

    private void truncate(final Journal open, final TruncationRequest request) {
        model.truncationWanted(request.upTo());
        final CompletableFuture<Long> result = open.request(request);
        work(open, 12);
        if (result.isDone() && !result.isCompletedExceptionally()) {
            model.noteHead(result.join());
            assertTrue(result.join() > request.upTo(), "the head was not moved");
        }
    }

    private void appendBatch() {
        final byte[][] payloads = {new byte[10], new byte[2_000], new byte[0]};
        final Batch batch = new Batch();
        for (int i = 0; i < payloads.length; i++) {
            batch.add(i, payloads[i], 0, payloads[i].length);
        }
        final long last = appender.tryAppendBatch(batch);
        if (last > 0) {
            model.appendedBatch(last, payloads);
        }
    }

    private void append(final Journal open, final byte[] payload) {
        final long sequence = appender.tryAppend(0, payload, 0, payload.length);
        if (sequence > 0) {
            model.appended(sequence, 0, payload);
        }
        work(open, 2);
    }

    private void work(final Journal open, final int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int agent = 0; agent < inside.length; agent++) {
                step(open.invokers().get(agent), agent);
            }
        }
        model.noteDurable(open.durableSequence());
    }

    /** Lets an agent work once, unless it is in the middle of it: then one of its calls hangs. */
    private void step(final InvokedAgent invoker, final int agent) {
        if (inside[agent]) {
            return;
        }
        inside[agent] = true;
        try {
            invoker.invoke();
        } finally {
            inside[agent] = false;
        }
    }
}

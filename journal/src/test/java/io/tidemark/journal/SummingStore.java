// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * The smallest store that needs checkpoints: the sum of all numbers appended. Its own data, a sum and the sequence up to
 * which it goes, is durable as soon as it is told so; what matters here is the journal, which must hold what the data lacks.
 */
final class SummingStore {

    private static final int PADDING = 15_000;

    private final SimulatedStorage machine;

    /** What the data file holds, durably. */
    private long dataSum;

    private long dataSequence;

    /** The sum after each sequence, as far as anything was appended. */
    private final long[] sums = new long[1_000];

    private long toldDurable;
    private long toldCheckpoint;

    SummingStore(final SimulatedStorage machine) {
        this.machine = machine;
    }

    /** Opens, appends, takes three checkpoints, closes; false if the power went. */
    boolean live() throws IOException {
        final SplittableRandom numbers = new SplittableRandom(1);
        try (Journal journal = SimulatedJournal.open(machine)) {
            final Appender appender = journal.appender();
            for (int i = 1; i <= 30; i++) {
                append(journal, appender, numbers.nextInt(1_000));
                if (i % 10 == 0) {
                    checkpoint(journal, appender);
                }
            }
        } catch (final PowerCutException | JournalException e) {
            assertTrue(machine.isOff(), () -> "nothing was to fail but the power: " + e);
            return false;
        }
        return true;
    }

    private void append(final Journal journal, final Appender appender, final int number) {
        final byte[] payload = new byte[PADDING];
        payload[0] = (byte) number;
        payload[1] = (byte) (number >>> 8);
        final long sequence = SimulatedJournal.append(journal, appender, payload);
        if (sequence > 0) {
            sums[(int) sequence] = sums[(int) sequence - 1] + number;
        }
        SimulatedJournal.settle(journal);
    }

    /** The protocol, step by step, with the agents invoked in between. */
    private void checkpoint(final Journal journal, final Appender appender) {
        flush(journal);
        toldDurable = journal.durableSequence();
        try (Checkpoint checkpoint = journal.beginCheckpoint(toldDurable)) {
            dataSum = sums[(int) checkpoint.sequence()];
            dataSequence = checkpoint.sequence();
            final long sequence = appender.tryAppendCheckpoint(checkpoint.sequence());
            if (sequence > 0) {
                sums[(int) sequence] = sums[(int) sequence - 1];
            }
            flush(journal);
            final CompletableFuture<Long> result = journal.request(checkpoint.request());
            SimulatedJournal.settle(journal);
            toldCheckpoint =
                    result.isDone() && !result.isCompletedExceptionally() ? checkpoint.sequence() : toldCheckpoint;
        }
    }

    /** Asks for a force, and lets the agents work; whether it comes is for the power to say. */
    private static void flush(final Journal journal) {
        journal.requestFlush();
        SimulatedJournal.settle(journal);
    }

    /** What is on the disk gives the sum of a prefix, and of all that was durable. */
    void requireRebuilt(final String what) throws IOException {
        try (Journal journal = SimulatedJournal.open(machine)) {
            final long checkpoint = journal.lastCheckpoint();
            assertTrue(checkpoint >= toldCheckpoint, () -> what + ": checkpoint is " + checkpoint);
            assertTrue(checkpoint <= dataSequence, () -> what + ": checkpoint is beyond the data, " + checkpoint);
            assertTrue(journal.headSequence() <= checkpoint + 1, () -> what + ": head is " + journal.headSequence());
            assertTrue(journal.lastSequence() >= toldDurable, () -> what + ": last is " + journal.lastSequence());
            final long[] sum = {dataSum};
            journal.replay(checkpoint + 1, (sequence, timestampNs, type, buffer, offset, length) -> {
                if (sequence > dataSequence) {
                    sum[0] += (buffer.get(offset) & 0xFF) | (buffer.get(offset + 1) & 0xFF) << 8;
                }
            });
            assertEquals(sums[(int) Math.max(dataSequence, journal.lastSequence())], sum[0], what);
        }
    }
}

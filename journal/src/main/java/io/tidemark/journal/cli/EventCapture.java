// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Batch;
import io.tidemark.journal.BufferClaim;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Journals the events of the demo as they arrive, in bursts, and measures how long an append takes its caller, and how
 * long it is from there until the event is durable.
 *
 * <p>The capturing thread notes the time of an append before it appends; the journal's sync thread reads it when the event
 * is durable. Each histogram belongs to one of the two until the journal is closed.
 */
final class EventCapture {

    private static final long BURST_INTERVAL_NS = 1_000_000;

    private final DemoScale scale;
    private final MarketEvents events;
    private final ProgressLine progress;
    private final Histogram appendNs = new Histogram(3);
    private final Histogram durableNs = new Histogram(3);

    /** When each event was appended, by its sequence. Written by the capturing thread before the append. */
    private final long[] appendedAtNs;

    /** Owned by the journal's sync thread. */
    private long toldSequence;

    private long eventCount;
    private long payloadBytes;
    private long batchCount;
    private long durationNs;

    EventCapture(final DemoScale scale, final ProgressLine progress) {
        this.scale = scale;
        this.events = new MarketEvents(scale.seed());
        this.progress = progress;
        this.appendedAtNs = new long[MarketEvents.MAX_GROUP_COUNT * scale.groupCount() + 1];
    }

    void run(final Path directory) {
        final JournalConfig config = JournalConfig.defaults().withDurabilityListener(this::onDurable);
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            final Batch batch = new Batch();
            final ByteBuffer scratch =
                    ByteBuffer.allocateDirect(MarketEvents.MAX_EVENT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            final long startNs = System.nanoTime();
            for (int group = 0; group < scale.groupCount(); group++) {
                if (group % scale.groupsPerBurst() == 0) {
                    awaitBurst(startNs + group / scale.groupsPerBurst() * BURST_INTERVAL_NS);
                    progress.show(() -> String.format(
                            Locale.ROOT,
                            "journaling events: %,d appended, %,d durable",
                            eventCount,
                            journal.durableSequence()));
                }
                if (events.next() == 1) {
                    append(appender);
                } else {
                    appendBatch(appender, batch, scratch);
                }
            }
            durationNs = System.nanoTime() - startNs;
        }
    }

    private static void awaitBurst(final long dueNs) {
        long leftNs = dueNs - System.nanoTime();
        while (leftNs > 0) {
            LockSupport.parkNanos(leftNs);
            leftNs = dueNs - System.nanoTime();
        }
    }

    private void append(final Appender appender) {
        final int length = events.length(0);
        final long startNs = System.nanoTime();
        appendedAtNs[(int) eventCount + 1] = startNs;
        try (BufferClaim claim = appender.claim(events.type(0), length)) {
            events.encode(0, claim.buffer(), claim.offset());
            claim.commit();
        }
        appendNs.recordValue(System.nanoTime() - startNs);
        eventCount++;
        payloadBytes += length;
    }

    private void appendBatch(final Appender appender, final Batch batch, final ByteBuffer scratch) {
        final long startNs = System.nanoTime();
        batch.clear();
        for (int i = 0; i < MarketEvents.MAX_GROUP_COUNT; i++) {
            events.encode(i, scratch, 0);
            batch.add(events.type(i), scratch, 0, events.length(i));
            payloadBytes += events.length(i);
            eventCount++;
            appendedAtNs[(int) eventCount] = startNs;
        }
        appender.appendBatch(batch);
        appendNs.recordValue(System.nanoTime() - startNs);
        batchCount++;
    }

    private void onDurable(final long sequence) {
        final long nowNs = System.nanoTime();
        while (toldSequence < sequence) {
            toldSequence++;
            durableNs.recordValue(Math.max(0, nowNs - appendedAtNs[(int) toldSequence]));
        }
    }

    long eventCount() {
        return eventCount;
    }

    long payloadBytes() {
        return payloadBytes;
    }

    long batchCount() {
        return batchCount;
    }

    double seconds() {
        return (double) durationNs / TimeUnit.SECONDS.toNanos(1);
    }

    /** How long an append took its caller. */
    Histogram appendNs() {
        return appendNs;
    }

    /** How long it was from an append to the moment in which the event was durable. */
    Histogram durableNs() {
        return durableNs;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A journal over the simulated storage whose agents are stepped by the test, with a clock that the test owns. Tests of other
 * modules, which know only the face, open theirs here.
 */
public final class SimulatedJournal {

    static final int SEGMENT_LENGTH = 64 << 10;

    /** A hundred looks at the clock. */
    private static final Duration FORCE_DELAY = Duration.ofNanos(100_000);

    private static long nowNs = 1_000_000_000L;

    private SimulatedJournal() {}

    /** A configuration that leaves nothing to chance, and forces only when asked to. */
    public static JournalConfig config() {
        return JournalConfig.defaults()
                .withSegmentLength(SEGMENT_LENGTH)
                .withQueueLength(64 << 10)
                .withSyncPolicy(SyncPolicy.batch(1_000_000, 1 << 30, Duration.ofDays(1)))
                .withCloseTimeout(Duration.ofMillis(1))
                .withInvokedAgents()
                .withIdSource(() -> 0x0123_4567_89AB_CDEFL)
                .withClock(() -> nowNs)
                .withTicker(() -> nowNs += 1_000);
    }

    static Journal open(final SimulatedStorage machine) throws IOException {
        return Journal.open(machine, config());
    }

    /**
     * Opens a journal for a program that knows nothing of agents: where it has to wait, its own thread lets them work. So all
     * calls across the seam come from one thread, in an order that repeats itself. Time goes by while it waits, and the policy
     * forces when that has gone on for a little.
     *
     * @param process on whose machine the journal is
     * @return the journal
     * @throws IOException if a call fails
     */
    public static Journal openForOneThread(final SimulatedStorage process) throws IOException {
        final JournalConfig config = config().withInvokingWaits();
        return Journal.open(process, config.withSyncPolicy(SyncPolicy.batch(1_000_000, 1 << 30, FORCE_DELAY)));
    }

    /**
     * Opens a data file beside a journal, on the same machine.
     *
     * @param journal that must be durable first
     * @param process on whose machine the file is; not the one that has the journal open, because it is closed with the channel
     * @param name of the file
     * @return the channel
     * @throws IOException if a call fails
     */
    public static GuardedChannel openChannel(final Journal journal, final SimulatedStorage process, final String name)
            throws IOException {
        return GuardedChannel.open(journal, process, name);
    }

    /** Lets time go by. */
    static void pass(final Duration time) {
        nowNs += time.toNanos();
    }

    /** Lets all agents work until there is nothing left to do. */
    static void settle(final Journal journal) {
        int idleRounds = 0;
        while (idleRounds < 3) {
            idleRounds = journal.invoke() == 0 ? idleRounds + 1 : 0;
        }
    }

    /** Makes everything appended so far durable. */
    static void flush(final Journal journal) {
        final long target = journal.requestFlush();
        while (journal.durableSequence() < target) {
            journal.invoke();
        }
    }

    static long append(final Journal journal, final Appender appender, final byte[] payload) {
        long sequence = appender.tryAppend(0, payload, 0, payload.length);
        while (sequence == Appender.BACK_PRESSURED) {
            journal.invoke();
            sequence = appender.tryAppend(0, payload, 0, payload.length);
        }
        return sequence;
    }

    /** The payloads that another process reads. */
    static List<byte[]> read(final SimulatedStorage machine) {
        final List<byte[]> payloads = new ArrayList<>();
        JournalReader.open(machine.sibling()).replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            final byte[] payload = new byte[length];
            buffer.get(offset, payload);
            payloads.add(payload);
        });
        return payloads;
    }
}

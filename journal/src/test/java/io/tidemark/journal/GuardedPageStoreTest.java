// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The power is cut at every storage call of a small store of pages. Whatever is left of its file, no page holds anything of
 * a record that the journal does not have; and what was forced is there.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuardedPageStoreTest {

    private static final String DATA = "data";
    private static final long SEED = Long.getLong("tidemark.seed", 20261121L);
    private static final int PAGE_LENGTH = 1_024;
    private static final int PAGE_COUNT = 5;
    private static final int RECORD_COUNT = 40;

    /** More than the life makes, so that the last ones are cut after its end. */
    private static final int MAX_CALLS = 1_000;

    /** Writes a page, and returns when it is written. */
    private interface PageWriter {
        void write(Journal journal, GuardedChannel channel, long sequence, ByteBuffer page, long position);
    }

    /** One store from its opening to the power cut; each page is filled with the sequence that changed it last. */
    private static final class Life {
        private final SimulatedStorage machine = new SimulatedStorage();
        private final JournalConfig config;
        private final PageWriter writer;
        private final String words;

        /** By page: the sequences of its last write that returned, and of its last one that was forced. */
        private final long[] written = new long[PAGE_COUNT];

        private long[] forced = new long[PAGE_COUNT];

        Life(final JournalConfig config, final PageWriter writer, final String words) {
            this.config = config;
            this.writer = writer;
            this.words = words;
        }

        /** Whether the power went out. */
        boolean run() {
            try {
                live();
            } catch (final IOException | JournalException | PowerCutException e) {
                assertTrue(machine.isOff(), () -> words + ": " + e);
            }
            return machine.isOff();
        }

        private void live() throws IOException {
            final Journal journal = Journal.open(machine.sibling(), config);
            try (GuardedChannel channel = GuardedChannel.open(journal, machine.sibling(), DATA)) {
                final Appender appender = journal.appender();
                for (int i = 1; i <= RECORD_COUNT; i++) {
                    change(journal, appender, channel, i);
                    if (i % 7 == 0) {
                        channel.force();
                        forced = written.clone();
                    }
                }
            } finally {
                journal.close();
            }
        }

        private void change(final Journal journal, final Appender appender, final GuardedChannel channel, final int i) {
            // Long enough to leave the segment, twice.
            final byte[] payload = new byte[4_000];
            final long sequence = config.invocation() == Invocation.ALL
                    ? SimulatedJournal.append(journal, appender, payload)
                    : appender.append(payload, 0, payload.length);
            assertEquals(i, sequence, words);
            final ByteBuffer page = ByteBuffer.allocate(PAGE_LENGTH);
            while (page.hasRemaining()) {
                page.putLong(sequence);
            }
            final int number = pageOf(sequence);
            writer.write(journal, channel, sequence, page.flip(), (long) number * PAGE_LENGTH);
            written[number] = sequence;
        }

        private static int pageOf(final long sequence) {
            return (int) (sequence * 3 % PAGE_COUNT);
        }

        void judge(final long seed) throws IOException {
            machine.faults().clear();
            machine.crash(new SplittableRandom(seed));
            long last = 0;
            if (machine.names().contains("journal.meta")) {
                try (Journal journal = SimulatedJournal.open(machine)) {
                    last = journal.lastSequence();
                }
            }
            final byte[] content = machine.names().contains(DATA) ? machine.contents(DATA) : new byte[0];
            final ByteBuffer pages = ByteBuffer.wrap(content);
            for (int number = 0; number < PAGE_COUNT; number++) {
                for (int offset = 0; offset < PAGE_LENGTH; offset += Long.BYTES) {
                    final int at = number * PAGE_LENGTH + offset;
                    requirePossible(number, at + Long.BYTES <= content.length ? pages.getLong(at) : 0, last);
                }
            }
        }

        /** A power cut divides no word, so each holds the sequence of one write. */
        private void requirePossible(final int number, final long found, final long last) {
            assertTrue(
                    found <= last,
                    () -> words + ": page " + number + " is of record " + found + ", the journal ends with " + last);
            assertTrue(
                    found >= forced[number],
                    () -> words + ": page " + number + " is of record " + found + ", forced was " + forced[number]);
            assertTrue(found == 0 || pageOf(found) == number, words);
        }
    }

    private static List<Fault> cuts(final long seed) {
        return List.of(Fault.powerCutBefore(), Fault.powerCutHalfway(seed), Fault.powerCutAfter());
    }

    private static void cutAtEveryCall(final JournalConfig config, final PageWriter writer) throws IOException {
        int call = 0;
        boolean reached = true;
        while (reached) {
            call++;
            for (int kind = 0; kind < 3; kind++) {
                final long seed = SEED + call * 3L + kind;
                final Life life = new Life(config, writer, "call " + call + ", kind " + kind + ", seed " + SEED);
                life.machine.faults().at(call, cuts(seed).get(kind));
                reached = life.run();
                life.judge(seed);
            }
            assertTrue(call < MAX_CALLS, "the life does not end");
        }
        assertTrue(call > 150, "the life has become short: " + call);
    }

    @Test
    void pagesShouldBeOfRecordsThatAreThereWhenThePowerIsCutAndWriteWaits() throws IOException {
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(64 << 10)
                .withQueueLength(64 << 10)
                .withCloseTimeout(Duration.ofMillis(20))
                .withSyncPolicy(SyncPolicy.never());
        cutAtEveryCall(config, (journal, channel, sequence, page, position) -> channel.write(sequence, page, position));
    }

    @Test
    void pagesShouldBeOfRecordsThatAreThereWhenThePowerIsCutAndTryWriteIsTriedAgain() throws IOException {
        final JournalConfig config =
                SimulatedJournal.config().withSyncPolicy(SyncPolicy.batch(3, 1 << 20, Duration.ZERO));
        cutAtEveryCall(config, (journal, channel, sequence, page, position) -> {
            int tries = 0;
            while (!channel.tryWrite(sequence, page, position)) {
                tries++;
                if (tries > MAX_CALLS) {
                    throw new JournalException("record " + sequence + " does not become durable");
                }
                journal.requestFlush();
                journal.invoke();
            }
        });
    }
}

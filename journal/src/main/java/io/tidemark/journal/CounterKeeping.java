// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.CountersLayout;
import io.tidemark.journal.storage.CountersFile;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Brings what is counted to {@code journal.counters}, ten times a second while there is something new, and tells the listener of
 * back-pressure. Only the keeper stores there: a store into a mapped page may wait for the file system, which neither the writer
 * nor the sync agent must do for the sake of a number.
 *
 * <p>While nothing happens, nothing is stored, and the keeper sleeps. Who counts something then wakes it:
 * {@link Engine#noteCounted()}.
 *
 * <p>Owned by the keeper, but for the looks of {@link #words}.
 */
final class CounterKeeping {

    /** From one storing to the next. */
    static final long INTERVAL_NS = 100_000_000;

    private static final int GENERATION = CountersLayout.index(CountersLayout.GENERATION_OFFSET);

    /** From here on a change is something new: what lies before changes by itself. */
    private static final int FIRST_COUNTED = CountersLayout.index(CountersLayout.OPENED_SEQUENCE_OFFSET);

    private static final int STATE = CountersLayout.index(CountersLayout.STATE_OFFSET);

    private final Engine engine;

    /** What was stored last, and what is to be stored next. */
    private long[] stored;

    private long[] next = CountersLayout.words();
    private @Nullable CountersFile file;
    private long generation;
    private long dueAtNs;
    private long toldWaits;
    private long toldWaitNs;

    CounterKeeping(final Engine engine) {
        this.engine = engine;
        this.stored = words(engine, CountersLayout.OPEN);
        this.dueAtNs = engine.nowNs() + INTERVAL_NS;
    }

    /** Lets other processes see the counters, if the file can be had. Before any agent runs. */
    void publish(final Storage storage) {
        try {
            file = CountersFile.publish(storage, stored);
        } catch (final IOException e) {
            // It is for their convenience only: without room for it, they do without.
            file = null;
        }
    }

    /** What is counted, as it is now. Any thread. */
    static long[] words(final Engine engine, final int state) {
        final long[] words = CountersLayout.words();
        write(engine, state, 0, words);
        return words;
    }

    private static void write(final Engine engine, final int state, final long generation, final long[] words) {
        words[GENERATION] = generation;
        Counters.put(words, CountersLayout.JOURNAL_ID_HIGH_OFFSET, engine.meta().journalIdHigh());
        Counters.put(words, CountersLayout.JOURNAL_ID_LOW_OFFSET, engine.meta().journalIdLow());
        Counters.put(words, CountersLayout.EPOCH_OFFSET, engine.meta().epoch());
        words[STATE] = state;
        final OpeningMoment opened = engine.opened();
        Counters.put(words, CountersLayout.PROCESS_ID_OFFSET, opened.processId());
        Counters.put(words, CountersLayout.PROCESS_STARTED_OFFSET, opened.processStartedNs());
        Counters.put(words, CountersLayout.OPENED_OFFSET, opened.clockNs());
        Counters.put(words, CountersLayout.ELAPSED_OFFSET, engine.nowNs() - opened.tickNs());
        Counters.put(words, CountersLayout.OPENED_SEQUENCE_OFFSET, opened.lastSequence());
        engine.counters().write(words);
        // In this order, so that none of the three is ever above the one in front of it.
        final long durable = engine.durable().get();
        final long written = engine.written().getAcquire();
        Counters.put(words, CountersLayout.DURABLE_SEQUENCE_OFFSET, durable);
        Counters.put(words, CountersLayout.WRITTEN_SEQUENCE_OFFSET, written);
        Counters.put(
                words,
                CountersLayout.APPENDED_SEQUENCE_OFFSET,
                Math.max(written, engine.queue().lastClaimedSequence()));
        Counters.put(words, CountersLayout.HEAD_OFFSET, engine.head().getAcquire());
        Counters.put(
                words,
                CountersLayout.CHECKPOINT_SEQUENCE_OFFSET,
                engine.checkpoint().getAcquire());
        Counters.put(words, CountersLayout.STANDBYS_OFFSET, engine.standbys().size());
        Counters.put(words, CountersLayout.QUEUE_LENGTH_OFFSET, engine.config().queueLength());
        Counters.put(words, CountersLayout.QUEUE_USED_OFFSET, engine.queue().usedLength());
        Counters.put(words, CountersLayout.PINS_OFFSET, engine.pins().count());
        Counters.put(words, CountersLayout.TAILERS_OFFSET, engine.tailerLimit().openCount());
    }

    /** Stores what is new, if it is time. */
    int step(final long nowNs) {
        final int state = engine.hasFailed() ? CountersLayout.FAILED : CountersLayout.OPEN;
        final boolean isNewState = stored[STATE] != state;
        if (!isNewState && (!engine.isCounting() || nowNs - dueAtNs < 0)) {
            return 0;
        }
        dueAtNs = nowNs + INTERVAL_NS;
        tellBackPressure();
        if (!store(state)) {
            // Taken back before the look: who counts from now on says so again.
            engine.clearCounting();
            if (store(state)) {
                engine.noteCounted();
            }
        }
        return 1;
    }

    private boolean store(final int state) {
        write(engine, state, generation + 1, next);
        if (state == stored[STATE]
                && Arrays.equals(stored, FIRST_COUNTED, stored.length, next, FIRST_COUNTED, next.length)) {
            return false;
        }
        generation++;
        final CountersFile target = file;
        if (target != null) {
            target.store(next);
        }
        final long[] before = stored;
        stored = next;
        next = before;
        return true;
    }

    private void tellBackPressure() {
        final long waits = engine.counters().backPressureWaits();
        final long waitNs = engine.counters().backPressureNs();
        final long newWaits = waits - toldWaits;
        final long newWaitNs = waitNs - toldWaitNs;
        if (newWaits > 0 || newWaitNs > 0) {
            toldWaits = waits;
            toldWaitNs = waitNs;
            engine.news().offer(() -> engine.config().listener().onBackPressure(newWaits, newWaitNs));
        }
    }

    /** How long there is nothing to do. */
    long untilDueNs(final long nowNs) {
        return engine.isCounting() ? Math.max(0, dueAtNs - nowNs) : Long.MAX_VALUE;
    }

    /** Stores the last of it and lets the file go. When no agent works any more. */
    void close() throws IOException {
        tellBackPressure();
        store(engine.hasFailed() ? CountersLayout.FAILED : CountersLayout.CLOSED);
        final CountersFile closing = file;
        file = null;
        if (closing != null) {
            closing.close();
        }
    }
}

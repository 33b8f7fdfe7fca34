// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A store of two pages over a journal, which lives the steps it is told. Each record sets a page to the sequence of the
 * record; whatever is on the disk after a power cut, file and journal together must give the last record of each page that
 * the journal has.
 */
final class CheckpointProtocol {

    /** What the store can do. */
    enum Step {
        /** Appends a record that changes a page in memory, without waiting for anything. */
        APPEND,
        /** Writes the pages that have changed to the file. */
        WRITE_PAGES,
        /** Makes durable what was written to the file. */
        FORCE_DATA,
        /** Begins a checkpoint. */
        BEGIN,
        /** Completes it. */
        COMPLETE,
        /** Truncates. */
        TRUNCATE,
        /** The power goes; then the store is rebuilt, and goes on. */
        POWER_CUT
    }

    /** What the store holds to. */
    enum Rule {
        /** A page is written when the records that changed it are durable. */
        LOG_BEFORE_DATA,
        /** A checkpoint is completed when all the pages it covers are written. */
        PAGES_BEFORE_CHECKPOINT,
        /** And forced. */
        FORCE_BEFORE_CHECKPOINT,
        /** Nothing is truncated that no checkpoint covers. */
        TRUNCATE_BEHIND_CHECKPOINT
    }

    private static final int PAGE_COUNT = 2;
    private static final String DATA = "data";
    private static final byte[] PAYLOAD = new byte[100];

    private final SimulatedStorage machine = new SimulatedStorage();
    private final Set<Rule> rules;

    /** The page that each record changed, by its sequence; -1 for records of the journal's own. */
    private final List<Integer> pages = new ArrayList<>(List.of(-1));

    /** The last record that changed each page. */
    private final long[] memory = new long[PAGE_COUNT];

    private final long[] written = new long[PAGE_COUNT];
    private long toldDurable;
    private int appended;

    private @Nullable Checkpoint checkpoint;

    CheckpointProtocol(final Set<Rule> rules) {
        this.rules = EnumSet.copyOf(rules);
    }

    /** The steps that a store which holds to the rules may take behind others. */
    static List<Step> possible(final List<Step> before, final Set<Rule> rules) {
        int appends = 0;
        int pagesUpTo = 0;
        int forcedUpTo = 0;
        int begun = 0;
        int completed = 0;
        int truncated = 0;
        for (final Step step : before) {
            switch (step) {
                case APPEND -> appends++;
                case WRITE_PAGES -> pagesUpTo = appends;
                case FORCE_DATA -> forcedUpTo = pagesUpTo;
                case BEGIN -> begun = appends;
                case COMPLETE -> {
                    completed = begun;
                    begun = 0;
                }
                case TRUNCATE -> truncated = rules.contains(Rule.TRUNCATE_BEHIND_CHECKPOINT) ? completed : appends;
                case POWER_CUT -> {
                    pagesUpTo = 0;
                    forcedUpTo = 0;
                    begun = 0;
                }
            }
        }
        final List<Step> steps = new ArrayList<>(List.of(Step.APPEND));
        add(steps, Step.WRITE_PAGES, pagesUpTo < appends);
        add(steps, Step.FORCE_DATA, forcedUpTo < pagesUpTo);
        add(steps, Step.BEGIN, begun == 0 && appends > completed);
        final boolean areWritten = !rules.contains(Rule.PAGES_BEFORE_CHECKPOINT) || pagesUpTo >= begun;
        final boolean areForced =
                !rules.contains(Rule.FORCE_BEFORE_CHECKPOINT) || forcedUpTo >= Math.min(begun, pagesUpTo);
        add(steps, Step.COMPLETE, begun > 0 && areWritten && areForced);
        final int mayGo = rules.contains(Rule.TRUNCATE_BEHIND_CHECKPOINT) ? completed : appends;
        add(steps, Step.TRUNCATE, mayGo > truncated);
        add(steps, Step.POWER_CUT, appends > 0 && before.get(before.size() - 1) != Step.POWER_CUT);
        return steps;
    }

    private static void add(final List<Step> steps, final Step step, final boolean possible) {
        if (possible) {
            steps.add(step);
        }
    }

    /** Takes the steps, then cuts the power and looks; null if the data can be rebuilt each time. */
    @Nullable
    String live(final List<Step> steps, final long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        Journal journal = SimulatedJournal.open(machine.sibling());
        GuardedChannel channel = GuardedChannel.open(journal, machine.sibling(), DATA);
        for (final Step step : steps) {
            if (step == Step.POWER_CUT) {
                machine.crash(random);
                journal = SimulatedJournal.open(machine.sibling());
                channel = GuardedChannel.open(journal, machine.sibling(), DATA);
                final String problem = rebuild(journal, channel);
                if (problem != null) {
                    return problem;
                }
            } else {
                take(step, journal, channel);
            }
            toldDurable = Math.max(toldDurable, journal.durableSequence());
        }
        machine.crash(random);
        try (Journal last = SimulatedJournal.open(machine.sibling());
                GuardedChannel data = GuardedChannel.open(last, machine.sibling(), DATA)) {
            return rebuild(last, data);
        }
    }

    private void take(final Step step, final Journal journal, final GuardedChannel channel) {
        switch (step) {
            case APPEND -> append(journal);
            case WRITE_PAGES -> writePages(journal, channel);
            case FORCE_DATA -> channel.force();
            case BEGIN -> {
                SimulatedJournal.flush(journal);
                checkpoint = journal.beginCheckpoint(journal.durableSequence());
            }
            case COMPLETE -> complete(journal);
            case TRUNCATE -> truncate(journal);
            case POWER_CUT -> throw new IllegalArgumentException("not a step of the store");
        }
    }

    private void append(final Journal journal) {
        final int page = appended++ % PAGE_COUNT;
        final long sequence = SimulatedJournal.append(journal, journal.appender(), PAYLOAD);
        journal.invokers().get(0).invoke();
        pages.add(page);
        memory[page] = sequence;
    }

    private void writePages(final Journal journal, final GuardedChannel channel) {
        if (rules.contains(Rule.LOG_BEFORE_DATA)) {
            SimulatedJournal.flush(journal);
        }
        for (int page = 0; page < PAGE_COUNT; page++) {
            if (written[page] != memory[page]) {
                final ByteBuffer content =
                        ByteBuffer.allocate(Long.BYTES).putLong(memory[page]).flip();
                final long needed = rules.contains(Rule.LOG_BEFORE_DATA) ? memory[page] : 0;
                if (!channel.tryWrite(needed, content, (long) page * Long.BYTES)) {
                    throw new AssertionError("record " + needed + " is durable, but its page was refused");
                }
                written[page] = memory[page];
            }
        }
    }

    private void complete(final Journal journal) {
        final Checkpoint begun = checkpoint;
        if (begun == null) {
            throw new AssertionError("no checkpoint was begun");
        }
        if (journal.appender().tryAppendCheckpoint(begun.sequence()) > 0) {
            pages.add(-1);
        }
        SimulatedJournal.flush(journal);
        await(journal, journal.request(begun.request()));
    }

    private void truncate(final Journal journal) {
        await(
                journal,
                journal.requestTruncation(
                        rules.contains(Rule.TRUNCATE_BEHIND_CHECKPOINT)
                                ? journal.lastCheckpoint()
                                : journal.durableSequence()));
    }

    private static void await(final Journal journal, final CompletableFuture<Long> head) {
        SimulatedJournal.settle(journal);
        head.join();
    }

    /** Rebuilds the pages from file and journal; says what is wrong with them. */
    private @Nullable String rebuild(final Journal journal, final GuardedChannel channel) {
        final long last = journal.lastSequence();
        if (last < toldDurable) {
            return "journal ends with " + last + ", durable was " + toldDurable;
        }
        while (pages.size() > last + 1) {
            pages.remove(pages.size() - 1);
        }
        final long[] expected = new long[PAGE_COUNT];
        for (int sequence = 1; sequence <= last; sequence++) {
            if (pages.get(sequence) >= 0) {
                expected[pages.get(sequence)] = sequence;
            }
        }
        final ByteBuffer file = ByteBuffer.allocate(PAGE_COUNT * Long.BYTES);
        channel.read(file, 0);
        for (int page = 0; page < PAGE_COUNT; page++) {
            memory[page] = file.getLong(page * Long.BYTES);
            // All of it is written again: what the file shows need not be on the disk.
            written[page] = -1;
        }
        final long from = Math.max(journal.lastCheckpoint() + 1, journal.headSequence());
        journal.replay(from, (sequence, timestampNs, type, buffer, offset, length) -> {
            memory[pages.get((int) sequence)] = sequence;
        });
        checkpoint = null;
        return Arrays.equals(expected, memory)
                ? null
                : "pages are " + Arrays.toString(memory) + ", expected " + Arrays.toString(expected)
                        + ", checkpoint is " + journal.lastCheckpoint() + ", head " + journal.headSequence();
    }
}

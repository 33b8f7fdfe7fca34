// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.KillPlan.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills {@link KilledJournal}, a process with several producers, at moments chosen all over its life, again and again on
 * the same journal, and holds it to every word it said: what it called durable or written is there; every record is what
 * the producer appended under that sequence; batches are whole; opening finds just what was left behind, under a higher
 * epoch; and nothing is ever called corrupt.
 *
 * <p>This shows nothing about forces: the page cache outlives the process, forced or not. That is for the simulation.
 */
class KilledJournalTest {

    private static final long DEFAULT_SEED = 20_261_121;
    private static final int ROUNDS_PER_JOURNAL = 25;

    /** What {@link Process#waitFor()} tells of a process that was ended by signal 9. */
    private static final int KILLED = 128 + 9;

    /** Where a plan does not come true, as with the twelfth force under a policy that does not force, this ends the wait. */
    private static final int MOST_SECONDS = 5;

    @TempDir
    private Path root;

    private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
    private final Map<Moment, Integer> moments = new EnumMap<>(Moment.class);
    private final Map<String, Integer> calls = new TreeMap<>();
    private int hitAsPlanned;

    @AfterEach
    void endKiller() {
        killer.shutdownNow();
    }

    @Test
    void journalShouldKeepItsWordWhenItsProcessIsKilled() throws Exception {
        rounds(Long.getLong("tidemark.seed", DEFAULT_SEED), 8);
    }

    @Test
    @Tag("long")
    void journalShouldKeepItsWordWhenItsProcessIsKilledHundredsOfTimes() throws Exception {
        final int count = Integer.getInteger("tidemark.kills", 500);
        rounds(Long.getLong("tidemark.seed", System.nanoTime()), count);
        for (final Moment moment : List.of(Moment.OPENING, Moment.APPENDING, Moment.ROLLING, Moment.CLOSING)) {
            assertTrue(
                    moments.getOrDefault(moment, 0) * 20 >= count, () -> "too few kills at " + moment + ": " + moments);
        }
    }

    private void rounds(final long seed, final int count) throws Exception {
        final long startNs = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        OutsideRecord outside = null;
        long recordCount = 0;
        for (int round = 0; round < count; round++) {
            final Path directory = root.resolve("journal" + round / ROUNDS_PER_JOURNAL);
            if (outside == null) {
                outside = new OutsideRecord(directory);
            }
            final KillPlan plan = KillPlan.draw(round, random);
            final long life = random.nextLong() >>> 1;
            try {
                killOnce(outside, directory, plan, life);
                outside.check();
                if ((round + 1) % ROUNDS_PER_JOURNAL == 0 || round + 1 == count) {
                    requireGoesOn(outside, directory);
                    recordCount += outside.recordCount();
                    outside = null;
                    delete(directory);
                }
            } catch (final AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed=" + seed + ", round=" + round + ", plan=" + plan + ", life=" + life + ": " + e, e);
            }
        }
        System.out.printf(
                "kills: seed=%d rounds=%d as planned=%d records read=%d seconds=%d%n%s%n%s%n",
                seed, count, hitAsPlanned, recordCount, (System.nanoTime() - startNs) / 1_000_000_000, moments, calls);
    }

    private void killOnce(final OutsideRecord outside, final Path directory, final KillPlan plan, final long life)
            throws IOException {
        final Path work = Files.createDirectories(root.resolve("work"));
        final Path errorFile = work.resolve("err");
        outside.begin(life);
        try (JavaProcess process = new JavaProcess(errorFile, KilledJournal.class, directory, life, plan)) {
            final ScheduledFuture<?> latest = killer.schedule(process::kill, MOST_SECONDS, TimeUnit.SECONDS);
            if (plan.moment() == Moment.ANY) {
                // A moment, not a condition: nothing tells from outside how far the process is.
                killIn(plan.delayNs(), process);
            }
            int linesToGo = plan.held() ? 1 : plan.line();
            for (String line = process.readLine(); line != null; line = process.readLine()) {
                outside.hear(line);
                if (isPlanned(plan, outside, line)) {
                    linesToGo--;
                    if (linesToGo == 0) {
                        hitAsPlanned++;
                        killIn(plan.delayNs(), process);
                    }
                }
            }
            assertEquals(KILLED, process.awaitExit(), process.err());
            assertEquals("", process.err());
            latest.cancel(false);
        }
        try (Stream<Path> files = Files.list(work)) {
            assertEquals(List.of(errorFile), files.toList(), "a JVM that dies by itself leaves a report");
        }
        note(outside, plan);
    }

    /** Whether a line that was just heard belongs to the moment of the plan. */
    private static boolean isPlanned(final KillPlan plan, final OutsideRecord outside, final String line) {
        if (outside.cycle() < plan.cycle()) {
            return false;
        }
        if (plan.held()) {
            return line.equals("held");
        }
        return plan.announced()
                ? line.startsWith("begin ") && plan.moment().isAt(outside.phase(), line.substring(6))
                : plan.moment() == outside.phase();
    }

    private void killIn(final long delayNs, final JavaProcess process) {
        if (delayNs == 0) {
            process.kill();
        } else {
            final ScheduledFuture<?> unused = killer.schedule(process::kill, delayNs, TimeUnit.NANOSECONDS);
        }
    }

    private void note(final OutsideRecord outside, final KillPlan plan) {
        final Moment moment = outside.moment();
        moments.merge(moment, 1, Integer::sum);
        if (!plan.announced()) {
            calls.merge(moment + ": calls not announced", 1, Integer::sum);
        } else if (outside.underWay().isEmpty()) {
            calls.merge(moment + ": between calls", 1, Integer::sum);
        }
        for (final String call : outside.underWay()) {
            calls.merge(moment + ": " + (outside.held() ? "at or before " : "at ") + call, 1, Integer::sum);
        }
    }

    /** The end of each series: the journal is opened once more, takes a record and is closed. */
    private static void requireGoesOn(final OutsideRecord outside, final Path directory) {
        try (Journal journal = Journal.open(directory)) {
            assertEquals(outside.last(), journal.lastSequence());
            assertEquals(outside.last(), journal.durableSequence());
            assertTrue(journal.recoveryReport().epoch() > outside.epoch(), "the epoch does not ascend");
            assertEquals(outside.last() + 1, journal.appender().append(new byte[10], 0, 10));
        }
        final VerifyReport report = JournalReader.open(directory).verify();
        assertEquals(VerifyReport.Verdict.INTACT, report.verdict(), report::toString);
        assertEquals(outside.last() + 1, report.lastSequence());
    }

    private static void delete(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}

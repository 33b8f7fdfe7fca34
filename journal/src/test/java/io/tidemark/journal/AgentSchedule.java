// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One order in which the steps of writer, sync and keeper agent, of two producers and of a tailer in another process can
 * follow each other. A seed decides it, and time goes on only when it says so.
 *
 * <p>A step is one round of an agent's work, one look before it parks, one claim or one commit, one reading. Inside a step
 * the schedule goes on at the calls to the storage: while one agent waits for a force, or the tailer for a read, the others
 * make steps of their own, as they do beside a disk that hangs for a while. What lies between two accesses to memory is not
 * looked at here.
 *
 * <p>When the producers have done, the agents are stepped until all of them are parked. Nobody may then be parked who has
 * something to do: a record that was committed is written, and forced within the delay of its policy, without any help of
 * the clock. So a wake-up that gets lost shows. Then the journal is closed, or the process or the machine dies, at that point
 * or anywhere before, and what is left is judged by a {@link JournalModel}.
 */
final class AgentSchedule {

    private static final int SEGMENT_LENGTH = SegmentLayout.MIN_SEGMENT_LENGTH;
    private static final int QUEUE_LENGTH = 64 << 10;
    private static final long BATCH_DELAY_NS = 1_000_000;
    private static final int MAX_STEPS_TO_REST = 20_000;
    private static final int MAX_NESTED_STEPS = 4;
    private static final long LONGEST_LOOK_NS = 600_000_000;
    private static final long NO_CAPACITY_LIMIT = Long.MAX_VALUE;

    private final SplittableRandom random;
    private final Map<String, Integer> marks;
    private final JournalModel model;
    private final SimulatedStorage machine = new SimulatedStorage();
    private final List<ScheduledParticipant> participants = new ArrayList<>();
    private final List<ScheduledAgent> agents = new ArrayList<>();
    private final Set<Long> archived = new HashSet<>();
    private @Nullable ScheduledTruncator truncator;
    private @Nullable ScheduledHolder holder;
    private @Nullable ScheduledLeaseholder leaseholder;

    /** First sequences of segments. */
    private final Set<Long> segmentBegins = new HashSet<>(Set.of(1L));

    private long nowNs = 1_000_000_000L;
    private SyncPolicy policy = SyncPolicy.never();

    /** Whether somebody else has ever taken most of the room. */
    private boolean roomWasShort;

    /** Whether time stands still unless all agents wait for it. */
    private boolean resting;

    private AgentSchedule(final long seed, final Map<String, Integer> marks) {
        this.random = new SplittableRandom(seed);
        this.marks = marks;
        this.model = new JournalModel(seed);
        if (seed % 2 == 0) {
            machine.minPieceLength(SimulatedJournal.SEGMENT_LENGTH / 4);
        }
    }

    /**
     * Runs schedules, one after the other.
     *
     * @param firstSeed of the first; the next has the next
     * @param count of schedules
     * @param marks counts what happened, so that a test can tell that everything does happen
     */
    static void run(final long firstSeed, final long count, final Map<String, Integer> marks) throws IOException {
        final SimulatedSnapshot beginning = beginning();
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            run(seed, beginning, marks);
        }
    }

    /**
     * Runs one schedule.
     *
     * @param seed that decides it
     * @param beginning an empty journal, closed
     * @param marks counts what happened
     */
    private static void run(final long seed, final SimulatedSnapshot beginning, final Map<String, Integer> marks) {
        try {
            new AgentSchedule(seed, marks).run(beginning);
        } catch (final AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("seed=" + seed + ": " + e, e);
        }
    }

    /** The state with which each schedule begins; made once, because making a segment takes longer than a schedule. */
    private static SimulatedSnapshot beginning() throws IOException {
        final SimulatedStorage machine = new SimulatedStorage();
        final JournalConfig timeless =
                SimulatedJournal.config().withClock(() -> 1).withTicker(() -> 1);
        try (Journal journal = Journal.open(machine, timeless)) {
            SimulatedJournal.settle(journal);
        }
        return machine.snapshot();
    }

    private void mark(final String what) {
        marks.merge(what, 1, Integer::sum);
    }

    private void run(final SimulatedSnapshot beginning) throws IOException {
        machine.restore(beginning);
        final JournalOpening opening = JournalOpening.open(machine, config());
        final Engine engine = opening.engine();
        addParticipants(opening);
        planFault();
        machine.faults().onEvery(call -> random.nextInt(3) == 0, Fault.runBefore(this::goOnInside));
        try {
            play(engine);
        } catch (final PowerCutException e) {
            // Told to a tailer or a closer; agents end themselves by it.
            mark("power cut seen");
        }
        judge(engine);
    }

    private JournalConfig config() {
        policy = switch (random.nextInt(4)) {
            case 0 -> SyncPolicy.always();
            case 1 -> SyncPolicy.never();
            default ->
                SyncPolicy.batch(1 + random.nextInt(6), 1 + random.nextInt(40_000), Duration.ofNanos(BATCH_DELAY_NS));
        };
        return JournalConfig.defaults()
                .withSegmentLength(SEGMENT_LENGTH)
                .withQueueLength(QUEUE_LENGTH)
                .withStandbyCount(1 + random.nextInt(2))
                .withRecycling(random.nextInt(3))
                .withReservedSpace((long) random.nextInt(2) * SEGMENT_LENGTH)
                .withSyncPolicy(policy)
                .withCloseTimeout(Duration.ofMillis(1))
                .withListener(new JournalListener() {
                    @Override
                    public void onRolled(final long segment, final long lastSequence) {
                        segmentBegins.add(lastSequence + 1);
                    }
                })
                .withRetention(retention())
                .withArchive(this::archive)
                .withIdSource(random::nextLong)
                .withClock(() -> nowNs)
                .withTicker(() -> nowNs);
    }

    /** With limits that concern the few segments of a schedule. A look by the clock comes after the end of it. */
    private RetentionPolicy retention() {
        final RetentionPolicy policy = RetentionPolicy.keepAll().withCheckInterval(Duration.ofDays(1));
        return switch (random.nextInt(4)) {
            case 0 -> policy.withMaxRecords(random.nextInt(4));
            case 1 -> policy.withMaxBytes((1L + random.nextInt(2)) * SEGMENT_LENGTH);
            case 2 -> policy.withMaxAge(Duration.ofNanos(1 + random.nextInt(30_000_000)));
            default -> policy;
        };
    }

    /** An archive that hangs while others go on, and confirms what it likes. */
    private boolean archive(final SealedSegment segment) {
        goOnInside();
        // While all come to rest it is well again: else it would be tried again later and later.
        if (!resting && random.nextInt(3) == 0) {
            mark("not archived");
            return false;
        }
        archived.add(segment.number());
        mark("archived");
        return true;
    }

    private void addParticipants(final JournalOpening opening) {
        final Engine engine = opening.engine();
        if (engine.writesThenSyncs()) {
            addAgent(new WriteThenSyncAgent(engine, opening.writer(), opening.sync()));
        } else {
            addAgent(opening.writer());
            addAgent(opening.sync());
        }
        addAgent(opening.keeper());
        addAgent(opening.archive());
        participants.addAll(agents);
        // Long enough, now and then, for what was truncated to be filled again.
        final int factor = random.nextInt(8) == 0 ? 6 : 1;
        participants.add(new ScheduledProducer(engine, model, random, marks, factor));
        participants.add(new ScheduledProducer(engine, model, random, marks, factor));
        truncator = new ScheduledTruncator(engine, model, random, marks, factor);
        if (engine.config().retention().hasLimit()) {
            model.truncationWanted(Long.MAX_VALUE - 1);
        }
        holder = new ScheduledHolder(engine, machine.sibling(), random, marks);
        participants.add(holder);
        participants.add(truncator);
        participants.add(new ScheduledTailer(engine, machine.sibling(), model, random.nextInt(4)));
        leaseholder = new ScheduledLeaseholder(machine.sibling(), model, random, marks, () -> nowNs, factor);
        participants.add(leaseholder);
    }

    private void addAgent(final SignalledAgent agent) {
        agents.add(new ScheduledAgent(agent, () -> nowNs));
    }

    /** Now and then a call of the journal's own fails, or the power goes out at it. */
    private void planFault() {
        final long ordinal = 1L + random.nextInt(60);
        switch (random.nextInt(12)) {
            case 0 -> machine.faults().onNth(ordinal, call -> true, Fault.powerCutBefore());
            case 1 -> machine.faults().onNth(ordinal, call -> true, Fault.powerCutAfter());
            case 2 ->
                machine.faults()
                        .onNth(
                                ordinal,
                                call -> call.kind() == StorageCall.Kind.FORCE_MAPPED,
                                Fault.failBefore(() -> new IOException("simulated failure")));
            default -> {
                // Nothing goes wrong.
            }
        }
    }

    /** All steps of the producers and the tailer, with those of the agents between them. */
    private void play(final Engine engine) throws IOException {
        final long death = random.nextInt(3) == 0 ? random.nextInt(120) : Long.MAX_VALUE;
        for (long step = 0; !isPlayed(); step++) {
            if (step == death || machine.isOff()) {
                mark("died in the middle");
                return;
            }
            stepAny(participants);
            check(engine);
        }
        rest(engine);
        if (random.nextInt(2) == 0 && !machine.isOff()) {
            close(engine);
        }
    }

    private boolean isPlayed() {
        return participants.stream().noneMatch(each -> !(each instanceof ScheduledAgent) && each.isSteppable());
    }

    /** Lets one of those go on who can, or the time. */
    private void stepAny(final List<? extends ScheduledParticipant> candidates) throws IOException {
        if (!resting && random.nextInt(16) == 0) {
            nowNs += random.nextInt(30_000_000);
        }
        if (!resting && random.nextInt(64) == 0) {
            // Somebody else takes most of the room, or gives it back.
            roomWasShort = true;
            machine.capacity(random.nextBoolean() ? NO_CAPACITY_LIMIT : random.nextInt(8 * SEGMENT_LENGTH));
        }
        final int first = random.nextInt(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            final ScheduledParticipant candidate = candidates.get((first + i) % candidates.size());
            if (candidate.isSteppable()) {
                candidate.stepOnce();
                return;
            }
        }
    }

    private void goOnInside() {
        try {
            final int steps = 1 + random.nextInt(MAX_NESTED_STEPS);
            for (int i = 0; i < steps && !machine.isOff(); i++) {
                stepAny(participants);
            }
            mark("went on inside a call");
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isAnswered() {
        return truncator == null || truncator.isAnswered();
    }

    private void check(final Engine engine) {
        final long durable = engine.durable().get();
        final long written = engine.written().getAcquire();
        final long last = engine.queue().lastClaimedSequence();
        model.noteDurable(durable);
        require(durable <= written && written <= last, engine, "the marks are out of order");
        requireHeld(engine);
    }

    /** The head is past nothing that is held. */
    private void requireHeld(final Engine engine) {
        final long head = engine.head().getAcquire();
        if (holder != null) {
            require(head <= holder.firstHeld(), engine, "head " + head + " is past what is held");
        }
        require(head <= engine.durable().get() + 1, engine, "head " + head + " is above what is durable");
    }

    /** No segment is gone that was not archived. */
    private void requireArchived(final Engine engine) {
        long first = Long.MAX_VALUE;
        for (final String name : machine.names()) {
            final long number = FileNames.segmentNumber(name);
            first = number > 0 ? Math.min(first, number) : first;
        }
        for (long number = 1; number < first && first != Long.MAX_VALUE; number++) {
            require(archived.contains(number), engine, "segment " + number + " is gone, and was not archived");
        }
    }

    /** Steps the agents until all are parked, and sees that none of them is parked too early. */
    private void rest(final Engine engine) throws IOException {
        resting = true;
        machine.capacity(NO_CAPACITY_LIMIT);
        if (engine.reserveProblem() != null) {
            mark("refused because room is to stay free");
        }
        if (roomWasShort) {
            // The room is back, and that is noticed the next time somebody looks.
            nowNs += LONGEST_LOOK_NS;
        }
        stepUntilParked(engine);
        final boolean healthy = !engine.hasFailed();
        final long committed = engine.queue().lastClaimedSequence();
        if (healthy && !machine.isOff()) {
            require(engine.written().getAcquire() == committed, engine, "the writer sleeps over a record");
        }
        final long restNs = nowNs;
        final long maxDelayNs = policy.isAlways() ? GroupCommit.MAX_DELAY_NS : BATCH_DELAY_NS;
        boolean forced = engine.durable().get() == committed;
        for (long wakesAtNs = nextWakeNs(); isBeforeLook(wakesAtNs - restNs); wakesAtNs = nextWakeNs()) {
            require(wakesAtNs - restNs < Duration.ofSeconds(10).toNanos(), engine, "the agents never rest");
            nowNs = Math.max(nowNs, wakesAtNs);
            stepUntilParked(engine);
            if (!forced && engine.durable().get() == committed) {
                forced = true;
                require(nowNs - restNs <= maxDelayNs, engine, "the sync agent came late");
            }
        }
        if (healthy && !engine.hasFailed() && !machine.isOff()) {
            require(forced || policy.isNever(), engine, "the sync agent sleeps over a force");
            require(isAnswered(), engine, "the keeper sleeps over a truncation");
            require(engine.reserveProblem() == null, engine, "there is room, but records are refused");
            require(engine.standbys().size() >= 1, engine, "the keeper sleeps over a standby");
            require(engine.flushTarget().getVolatile() <= engine.durable().get(), engine, "a flush was forgotten");
            mark("rested");
        }
        check(engine);
    }

    /** Whether somebody wakes in a time in which closing must have ended: who only waits for the others may wake for ever. */
    private static boolean isSoon(final long wakesAtNs, final long sinceNs) {
        return wakesAtNs - sinceNs < Duration.ofSeconds(10).toNanos();
    }

    /** Whether somebody wakes for another reason than that retention looks once a day. */
    private static boolean isBeforeLook(final long delayNs) {
        return delayNs < Duration.ofHours(12).toNanos();
    }

    private void stepUntilParked(final Engine engine) throws IOException {
        for (int step = 0; agents.stream().anyMatch(ScheduledAgent::isSteppable) && !machine.isOff(); step++) {
            require(step < MAX_STEPS_TO_REST, engine, "the agents do not come to rest");
            stepAgent();
        }
    }

    private void stepAgent() throws IOException {
        final ScheduledAgent agent = agents.get(random.nextInt(agents.size()));
        if (agent.isSteppable()) {
            agent.stepOnce();
        }
    }

    private long nextWakeNs() {
        return machine.isOff()
                ? Long.MAX_VALUE
                : agents.stream().mapToLong(ScheduledAgent::wakesAtNs).min().orElse(Long.MAX_VALUE);
    }

    private void close(final Engine engine) throws IOException {
        engine.beginClosing();
        while (!engine.queue().tryClose() && !engine.hasFailed() && !engine.writerEnded()) {
            require(agents.stream().anyMatch(ScheduledAgent::isSteppable), engine, "all agents sleep over closing");
            stepAny(agents);
        }
        engine.writerSignal().wake();
        stepUntilParked(engine);
        final long closingNs = nowNs;
        while (!engine.keeperEnded() && !machine.isOff()) {
            final long wakesAtNs = nextWakeNs();
            require(isSoon(wakesAtNs, closingNs), engine, "all agents sleep over closing");
            nowNs = Math.max(nowNs, wakesAtNs);
            stepUntilParked(engine);
        }
        check(engine);
        require(machine.isOff() || isAnswered(), engine, "closed without an answer to a truncation");
        if (machine.isOff() || engine.hasFailed()) {
            mark("closed after a failure");
            return;
        }
        mark("closed");
        if (holder != null) {
            holder.letGo();
        }
        require(
                engine.durable().get() == engine.queue().lastClaimedSequence(),
                engine,
                "closed without a word, but not everything is durable");
        require(
                machine.openHandles().isEmpty() && machine.liveMappings().isEmpty() && !machine.isLocked(),
                engine,
                "something was left open");
    }

    /** A tailer reads what it holds to its end, whatever is truncated and used again meanwhile. */
    private void judgeLeaseholder(final Engine engine) {
        for (Runnable news = engine.news().poll();
                news != null;
                news = engine.news().poll()) {
            news.run();
        }
        final ScheduledLeaseholder reader = leaseholder;
        if (reader != null) {
            require(
                    segmentBegins.containsAll(reader.overtakenAt()),
                    engine,
                    "overtaken within a segment, at one of " + reader.overtakenAt() + "; segments begin at "
                            + segmentBegins);
        }
    }

    /** Ends the process or the machine, and looks at what is left. */
    private void judge(final Engine engine) throws IOException {
        machine.faults().clear();
        judgeLeaseholder(engine);
        model.noteDurable(engine.durable().get());
        requireArchived(engine);
        require(machine.storesAfterUnmap().isEmpty(), engine, "stored into unmapped memory");
        if (machine.isOff() || random.nextBoolean()) {
            mark("power cut");
            machine.crash(random);
        } else {
            mark("killed");
            model.noteWritten(engine.written().getAcquire());
            machine.kill();
        }
        try (Journal journal = Journal.open(machine, config().withInvokedAgents())) {
            model.checkOpened(journal);
        }
    }

    private void require(final boolean condition, final Engine engine, final String problem) {
        if (!condition) {
            throw new AssertionError(problem + ": durable=" + engine.durable().get() + ", written="
                    + engine.written().getAcquire() + ", last=" + engine.queue().lastClaimedSequence() + ", standbys="
                    + engine.standbys().size() + ", failure=" + engine.failure() + ", agents=" + agents);
        }
    }
}

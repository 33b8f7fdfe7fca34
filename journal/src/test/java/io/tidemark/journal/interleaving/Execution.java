// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import io.tidemark.journal.interleaving.Actor.Status;
import io.tidemark.journal.interleaving.Scenario.Timeouts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Runs the threads of a scenario one at a time, through one schedule after the other. Who has the turn decides before each
 * access whether to keep it; so nothing is handed over where the same thread goes on. The last thread of a schedule checks
 * what is left, and begins the next one.
 */
final class Execution {

    /** More steps than any scenario has that comes to an end. */
    private static final int MAX_STEPS = 5_000;

    /** How far modelled time goes on when a thread yields. */
    private static final long YIELD_NS = 1_000;

    /** Unwinds a thread whose schedule has failed. */
    private static final class Abandoned extends Error {
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("the schedule has failed", null, false, false);
        }
    }

    /** What decides about schedules, and is told of them. */
    interface Director {
        /**
         * Chooses one of the first {@code count} threads, which may be only one.
         *
         * @param preempting whether the first could go on, so that to choose another is to preempt it
         */
        int choose(int[] options, int count, boolean preempting);

        /** Whether a thread that could go on may be made to wait. */
        boolean mayPreempt();

        /** Whether each access is to be decided, even where no other thread can notice. */
        boolean decidesAll();

        /** Told of each step. */
        void stepped(Actor actor, String what);

        /** A schedule has ended. Returns whether there is another one. */
        boolean ended();
    }

    private final Scenarios scenarios;
    private final List<Actor> actors = new ArrayList<>();
    private final Contention contention = new Contention();
    private final Map<String, Map<String, long[]>> happenings = new TreeMap<>();
    private final Thread owner = Thread.currentThread();
    private final int[] options;

    private volatile Actor turn;
    private volatile boolean over;
    private volatile boolean paused = true;

    /** Goes up with each schedule, for whoever looks whether anything moves. */
    private volatile long progress;

    private Director director;
    private Scenario scenario;
    private Timeouts timeouts;
    private boolean scheduling;

    /** The first schedule is still to be made: by an actor, as all the others. */
    private boolean beginning;

    private Throwable failure;
    private int steps;
    private long totalSteps;
    private long changes;
    private long nowNs;

    /** Makes scenarios, all alike. */
    @FunctionalInterface
    interface Scenarios {
        Scenario make() throws Throwable;
    }

    Execution(final Scenarios scenarios, final int actorCount) {
        this.scenarios = scenarios;
        this.options = new int[actorCount];
        for (int number = 0; number < actorCount; number++) {
            actors.add(new Actor(this, number));
        }
        actors.forEach(Thread::start);
    }

    boolean isOver() {
        return over;
    }

    Actor turn() {
        return turn;
    }

    boolean isScheduling() {
        return scheduling;
    }

    long nowNs() {
        return nowNs;
    }

    long totalSteps() {
        return totalSteps;
    }

    Contention contention() {
        return contention;
    }

    /** What happened how often, by thread. */
    Map<String, Map<String, long[]>> happenings() {
        return happenings;
    }

    /** Runs schedules until there are no more or one has failed. Owner only. */
    Throwable run(final Director newDirector) {
        director = newDirector;
        failure = null;
        paused = false;
        beginning = true;
        give(actors.get(0));
        awaitPause();
        return failure;
    }

    private void awaitPause() {
        final long lookEveryNs = 1_000_000_000;
        final int looksWithoutProgress = 60;
        int looks = 0;
        long seen = -1;
        while (!paused) {
            LockSupport.parkNanos(this, lookEveryNs);
            if (seen != progress) {
                seen = progress;
                looks = 0;
            } else if (++looks > looksWithoutProgress) {
                throw new IllegalStateException("a thread of the scenario blocks where the scheduler can't see it");
            }
        }
    }

    /** Lets the threads end. Owner only. */
    void end() {
        over = true;
        actors.forEach(LockSupport::unpark);
    }

    private void give(final Actor next) {
        turn = next;
        LockSupport.unpark(next);
    }

    /** Returns whoever goes first; null if the scenario could not be made. */
    private Actor beginSchedule() {
        steps = 0;
        changes = 0;
        nowNs = 0;
        contention.beginSchedule();
        try {
            scenario = scenarios.make();
            timeouts = scenario.timeouts();
            final List<Scenario.Part> parts = scenario.parts();
            for (int i = 0; i < actors.size(); i++) {
                actors.get(i).begin(parts.get(i));
            }
            scheduling = true;
            return choose(null);
        } catch (final Throwable e) {
            scheduling = false;
            failure = e;
            pause();
            return null;
        }
    }

    private void pause() {
        turn = null;
        paused = true;
        LockSupport.unpark(owner);
    }

    /** Does an actor's part of a schedule. */
    void perform(final Actor actor) {
        final Actor next;
        if (beginning) {
            beginning = false;
            next = beginSchedule();
        } else {
            if (failure == null) {
                runBody(actor);
            }
            actor.status = Status.FINISHED;
            changes++;
            next = successor();
        }
        if (next != null) {
            give(next);
        }
    }

    private void runBody(final Actor actor) {
        try {
            actor.body.run();
            begun(actor);
        } catch (final Abandoned e) {
            // The failure is noted already.
        } catch (final Throwable e) {
            fail(e);
        }
    }

    /** Who goes on when one has finished; null if nobody does. */
    private Actor successor() {
        final boolean allFinished = actors.stream().allMatch(other -> other.status == Status.FINISHED);
        if (!allFinished && failure == null) {
            try {
                final Actor next = choose(null);
                if (next != null) {
                    return next;
                }
            } catch (final IllegalStateException e) {
                fail(e);
            }
        }
        // After a failure each of the others gets the turn to unwind.
        for (final Actor other : actors) {
            if (other.status != Status.FINISHED) {
                return other;
            }
        }
        return endSchedule() ? beginSchedule() : null;
    }

    private boolean endSchedule() {
        scheduling = false;
        totalSteps += steps;
        progress = totalSteps;
        try {
            if (failure == null) {
                scenario.check();
            }
            if (failure == null && director.ended()) {
                return true;
            }
        } catch (final RuntimeException | Error e) {
            failure = e;
        }
        pause();
        return false;
    }

    private void fail(final Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    private Abandoned abandon() {
        return new Abandoned();
    }

    void happened(final Actor actor, final String what) {
        happenings.computeIfAbsent(actor.role, role -> new TreeMap<>()).computeIfAbsent(what, key -> new long[1])[0]++;
    }

    void access(final Actor actor, final Object target, final int index, final boolean write) {
        if (!scheduling) {
            contention.name(target);
            return;
        }
        final boolean contended = contention.note(actor.number, target, index, write);
        // When an operation is called matters to others, whatever it does first.
        step(actor, contended || actor.called != null, write, write ? "writes" : "reads");
    }

    private void step(final Actor actor, final boolean contended, final boolean change, final String what) {
        if (failure != null) {
            throw abandon();
        }
        if (actor.fresh) {
            actor.fresh = false;
        } else if (contended || director.decidesAll()) {
            pass(actor, choose(actor));
        }
        went(actor, what);
        if (change) {
            changes++;
        }
    }

    /** What begins without an access is a step of its own. */
    private void begun(final Actor actor) {
        if (actor.fresh) {
            actor.fresh = false;
            went(actor, "begins");
        }
    }

    private void went(final Actor actor, final String what) {
        if (++steps > MAX_STEPS) {
            fail(new AssertionError("does not end: " + MAX_STEPS + " steps in one schedule"));
            throw abandon();
        }
        if (actor.called != null) {
            actor.history.called(actor.called);
            actor.called = null;
        }
        director.stepped(actor, what);
    }

    private void pass(final Actor actor, final Actor next) {
        if (next != actor && next != null) {
            give(next);
            actor.awaitTurn();
        }
        if (failure != null || over) {
            throw abandon();
        }
    }

    void park(final Actor actor, final long limitNs) {
        step(actor, true, false, "parks");
        if (actor.permit || limitNs <= 0) {
            actor.permit = false;
            return;
        }
        happened(actor, "parked");
        actor.status = Status.PARKED;
        actor.deadlineNs = limitNs > Long.MAX_VALUE - nowNs ? Long.MAX_VALUE : nowNs + limitNs;
        pass(actor, choose(null));
        if (actor.status == Status.PARKED) {
            happened(actor, "timed out");
            actor.status = Status.RUNNABLE;
            nowNs = Math.max(nowNs, actor.deadlineNs);
        }
        went(actor, "wakes up");
    }

    void unpark(final Actor actor, final Thread thread) {
        step(actor, true, true, "unparks");
        if (thread instanceof Actor sleeper && sleeper.status != Status.FINISHED) {
            if (sleeper.status == Status.PARKED) {
                sleeper.status = Status.RUNNABLE;
            } else {
                sleeper.permit = true;
            }
        }
    }

    void yieldToOthers(final Actor actor) {
        if (failure != null) {
            throw abandon();
        }
        begun(actor);
        actor.yieldedAt = changes;
        nowNs += YIELD_NS;
        pass(actor, choose(null));
        actor.yieldedAt = Actor.NOT_YIELDED;
        went(actor, "looks again");
    }

    /**
     * Chooses who goes on.
     *
     * @param current who would go on unless preempted; null if it can't
     * @return null if nobody can, which is a failure
     */
    private Actor choose(final Actor current) {
        int count = 0;
        if (current != null) {
            options[count++] = current.number;
        }
        if (current == null || director.mayPreempt()) {
            for (final Actor other : actors) {
                if (other != current && other.status == Status.RUNNABLE && other.yieldedAt != changes) {
                    options[count++] = other.number;
                }
            }
            for (final Actor other : actors) {
                if (timeouts == Timeouts.ANY_TIME && canTimeOut(other)) {
                    options[count++] = other.number;
                }
            }
        }
        if (count == 0) {
            return whenNothingElseCanRun();
        }
        return actors.get(director.choose(options, count, current != null));
    }

    private static boolean canTimeOut(final Actor actor) {
        return actor.status == Status.PARKED && actor.deadlineNs != Long.MAX_VALUE;
    }

    private Actor whenNothingElseCanRun() {
        final Comparator<Actor> longestAgo = Comparator.comparingLong(actor -> actor.yieldedAt);
        final Comparator<Actor> earliest = Comparator.comparingLong(actor -> actor.deadlineNs);
        final Optional<Actor> yielding =
                actors.stream().filter(actor -> actor.status == Status.RUNNABLE).min(longestAgo);
        final Optional<Actor> chosen = actors.stream()
                .filter(actor -> timeouts != Timeouts.NEVER && canTimeOut(actor))
                .filter(actor -> actor.deadlineNs <= nowNs || yielding.isEmpty())
                .min(earliest)
                .or(() -> yielding);
        if (chosen.isEmpty()) {
            fail(new AssertionError("lost wake-up: nobody is left to wake " + rolesOfParked()));
            return null;
        }
        options[0] = chosen.get().number;
        return actors.get(director.choose(options, 1, false));
    }

    private String rolesOfParked() {
        return actors.stream()
                .filter(actor -> actor.status == Status.PARKED)
                .map(actor -> actor.role)
                .collect(Collectors.joining(", "));
    }
}

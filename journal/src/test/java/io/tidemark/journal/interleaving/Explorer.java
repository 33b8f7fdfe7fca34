// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import org.junit.jupiter.api.Assumptions;

/**
 * Explores the interleavings of a scenario's threads: all with no preemption first, then all with one, and so on up to a
 * bound. To preempt is to take the turn from a thread that could go on; to go to another one where a thread parks, yields
 * or ends is always free. Most faults need no more than two or three preemptions, and the first schedule found is one with
 * the fewest.
 *
 * <p>What is explored are sequentially consistent interleavings of the byte code as it was shipped, access by access: each
 * access happens in one go, and everybody sees it at once. What a processor or a compiler may reorder on top of that is not
 * explored; a test that says nothing here says nothing of release where acquire is missing.
 *
 * <p>A schedule that went wrong is repeated with the property {@code tidemark.schedule}, set to the line in the message.
 */
public final class Explorer {

    private static final String PROPERTY = "tidemark.schedule";

    private final String name;
    private final Execution.Scenarios scenarios;

    private Explorer(final String name, final Execution.Scenarios scenarios) {
        this.name = name;
        this.scenarios = scenarios;
    }

    /**
     * Explores a scenario whose classes are rewritten.
     *
     * @param loader that rewrites them
     * @param scenario a class with a constructor that takes nothing
     * @return the explorer
     */
    public static Explorer of(final RewritingClassLoader loader, final Class<? extends Scenario> scenario) {
        final String bug = loader.bug();
        final String name = scenario.getSimpleName() + (bug.isEmpty() ? "" : "+" + bug);
        return new Explorer(name, loader.makerOf(scenario));
    }

    /** All schedules with a given number of preemptions, or fewer. */
    private static final class Pass implements Execution.Director {
        private final Decisions decisions = new Decisions();
        private final Steps steps = new Steps();
        private final int maxPreemptions;
        private int preemptions;
        private long schedules;

        Pass(final int maxPreemptions) {
            this.maxPreemptions = maxPreemptions;
        }

        @Override
        public int choose(final int[] options, final int count, final boolean preempting) {
            final int taken = count == 1 ? 0 : decisions.take(options, count);
            if (preempting && taken != 0) {
                preemptions++;
            }
            return options[taken];
        }

        @Override
        public boolean mayPreempt() {
            return preemptions < maxPreemptions;
        }

        @Override
        public boolean decidesAll() {
            return false;
        }

        @Override
        public void stepped(final Actor actor, final String what) {
            steps.add(actor.number);
        }

        @Override
        public boolean ended() {
            schedules++;
            preemptions = 0;
            steps.clear();
            return decisions.advance();
        }
    }

    /**
     * Explores, or repeats the schedule that the property names.
     *
     * @param maxPreemptions in one schedule
     * @return what was explored
     * @throws ScheduleFailure if a schedule went wrong
     */
    public Exploration explore(final int maxPreemptions) {
        final String schedule = System.getProperty(PROPERTY, "");
        if (schedule.startsWith(name + '@')) {
            Assumptions.abort("the schedule was repeated, and nothing went wrong:" + repeat(schedule));
        }
        final long startNs = System.nanoTime();
        final Execution execution = new Execution(scenarios, actorCount());
        try {
            long schedules = 0;
            for (int bound = 0; bound <= maxPreemptions; bound++) {
                // With more preemptions accesses may meet that never did before.
                do {
                    schedules = pass(execution, bound);
                } while (execution.contention().learn());
            }
            return new Exploration(
                    name,
                    schedules,
                    execution.totalSteps(),
                    Exploration.copied(execution.happenings()),
                    System.nanoTime() - startNs);
        } finally {
            execution.end();
        }
    }

    private int actorCount() {
        try {
            return scenarios.make().parts().size();
        } catch (final Throwable e) {
            throw new IllegalStateException("the scenario can't be made: " + name, e);
        }
    }

    private long pass(final Execution execution, final int bound) {
        final Pass pass = new Pass(bound);
        final Throwable failure = execution.run(pass);
        if (failure != null) {
            throw failure(execution, pass, failure);
        }
        return pass.schedules;
    }

    private ScheduleFailure failure(final Execution execution, final Pass pass, final Throwable failure) {
        final String line = name + '@' + pass.steps;
        final Replay replay = new Replay(pass.steps);
        final Throwable again = execution.run(replay);
        final String verdict =
                again != null && String.valueOf(again.getMessage()).equals(failure.getMessage())
                        ? "repeat it with -D" + PROPERTY + "=" + line
                        : "IT CAN'T BE REPEATED (then: " + again + "), schedule=" + line;
        return new ScheduleFailure(
                failure + "\n  after " + pass.schedules + " schedules with up to " + pass.maxPreemptions
                        + " preemptions; " + verdict + replay.listing(),
                line,
                pass.schedules,
                failure);
    }

    /**
     * Repeats one schedule.
     *
     * @param schedule the line from the message of a failure
     * @return the steps
     * @throws ScheduleFailure if it went wrong
     */
    public String repeat(final String schedule) {
        final Replay replay = new Replay(Steps.parse(schedule.substring(schedule.indexOf('@') + 1)));
        final Execution execution = new Execution(scenarios, actorCount());
        try {
            final Throwable failure = execution.run(replay);
            if (failure != null) {
                throw new ScheduleFailure(failure + replay.listing(), schedule, 0, failure);
            }
            return replay.listing();
        } finally {
            execution.end();
        }
    }
}

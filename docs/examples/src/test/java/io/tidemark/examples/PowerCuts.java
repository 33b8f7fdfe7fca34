// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the power under a store at every storage call that it and its journal make: before, in the middle of and behind each.
 * Or only the process dies there, and the page cache stays. Then the store must come back as something that it may be, is cut
 * off again somewhere while it comes back or works on, and must come back from that too. One thread makes all calls, so a seed
 * is a history.
 */
public final class PowerCuts {

    private static final long SEED = Long.getLong("tidemark.seed", 20261126L);
    private static final int KINDS = 3;

    /** The second cut comes at one of that many calls: it takes a third of them to open again. */
    private static final int SECOND_CUT = 200;

    /** One store, and what its user knows of it: which changes there were, and which are durable. */
    public interface Life {

        /**
         * Opens the store, looks whether it is what it may be, works if it is to, and closes it. If the power goes meanwhile,
         * this throws whatever the store throws.
         *
         * @param machine where journal and data files are; gives each part of the store what it reaches them by
         * @param random chooses what the store does
         * @param works whether it does anything but come back
         * @throws Exception if the power went, or the store is broken
         */
        void live(Supplier<SimulatedStorage> machine, RandomGenerator random, boolean works) throws Exception;
    }

    private final Supplier<? extends Life> lives;
    private int callCount;

    /**
     * Prepares a search.
     *
     * @param lives makes new stores
     */
    public PowerCuts(final Supplier<? extends Life> lives) {
        this.lives = lives;
    }

    /**
     * Tries all cuts.
     *
     * @return the first thing that was found wrong; null if nothing was
     * @throws Exception if the store fails although the power does not
     */
    public @Nullable String search() throws Exception {
        final List<String> calls = callsOfOneLife();
        for (int i = 0; i < calls.size(); i++) {
            if (isAmongZeros(calls, i)) {
                continue;
            }
            callCount++;
            for (int kind = 0; kind < KINDS; kind++) {
                final String problem = new Cut(i + 1, kind).run(lives.get());
                if (problem != null) {
                    return "cut " + kind + " at call " + (i + 1) + ", " + calls.get(i) + ", seed " + SEED + ": "
                            + problem;
                }
            }
        }
        return null;
    }

    /**
     * How many calls were tried.
     *
     * @return their number
     */
    public int callCount() {
        return callCount;
    }

    private List<String> callsOfOneLife() throws Exception {
        final SimulatedStorage machine = new SimulatedStorage();
        machine.faults().startTrace();
        lives.get().live(machine::sibling, new SplittableRandom(SEED), true);
        return machine.faults().trace();
    }

    /** A segment is filled with zeros by a row of writes: the first and the last of them will do. */
    private static boolean isAmongZeros(final List<String> calls, final int index) {
        return index > 0
                && index + 1 < calls.size()
                && calls.subList(index - 1, index + 2).stream().allMatch(call -> call.matches("write .*preparing.*"));
    }

    /** One history. All are the same up to the cut. */
    private static final class Cut {
        private final int call;
        private final int kind;
        private final SplittableRandom random;
        private final SimulatedStorage machine = new SimulatedStorage();
        private final List<SimulatedStorage> parts = new ArrayList<>();

        Cut(final int call, final int kind) {
            this.call = call;
            this.kind = kind;
            this.random = new SplittableRandom(SEED + (long) call * KINDS + kind);
        }

        /** What is wrong; null if nothing is. */
        @Nullable
        String run(final Life life) {
            try {
                machine.faults().at(call, fault(kind));
                if (!liveUntilTheCut(life, new SplittableRandom(SEED), random.nextInt(4) == 0)) {
                    return "the store did not come to this call a second time: its life must repeat itself";
                }
                machine.faults()
                        .at(
                                machine.faults().callCount() + 1 + random.nextInt(SECOND_CUT),
                                fault(random.nextInt(KINDS)));
                liveUntilTheCut(life, random, false);
                life.live(this::part, random, false);
            } catch (final Exception | AssertionError e) {
                return e.toString();
            }
            return null;
        }

        private SimulatedStorage part() {
            final SimulatedStorage part = machine.sibling();
            parts.add(part);
            return part;
        }

        private Fault fault(final int kindOfCut) {
            return List.of(Fault.powerCutBefore(), Fault.powerCutHalfway(random.nextLong()), Fault.powerCutAfter())
                    .get(kindOfCut);
        }

        /** Whether the life was cut off; then the machine is ready for the next. */
        private boolean liveUntilTheCut(final Life life, final RandomGenerator choices, final boolean keepsPower)
                throws Exception {
            try {
                life.live(this::part, choices, true);
            } catch (final Exception e) {
                if (!machine.isOff()) {
                    throw e;
                }
            }
            final boolean wentOff = machine.isOff();
            machine.faults().clear();
            if (keepsPower) {
                parts.forEach(SimulatedStorage::kill);
            } else {
                machine.crash(random);
            }
            parts.clear();
            return wentOff;
        }
    }
}

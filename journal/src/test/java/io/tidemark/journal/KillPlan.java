// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.SplittableRandom;

/**
 * When a process is to be killed. A moment is chosen by what the process says: the so-and-so many-th line of a kind in one
 * of its openings. Then it is killed at once, or a little later, or it stands still in front of the call that it has
 * announced, so that the narrowest gap between two calls is hit. Some are killed after some time, whatever they do.
 *
 * @param moment at which it is killed
 * @param cycle number of the opening, from 1; a later one if the moment does not come in that
 * @param line which of the lines that belong to the moment, from 1
 * @param announced whether the process says which calls it makes
 * @param held whether it stops in front of that call
 * @param delayNs between the line and the kill
 */
record KillPlan(Moment moment, int cycle, int line, boolean announced, boolean held, long delayNs) {

    /** What a process can be at. */
    enum Moment {
        /** The JVM starts. */
        STARTING,
        /** Lock, first segment, recovery. */
        OPENING,
        /** The producers append, and what they wrote is forced. */
        APPENDING,
        /** The same, and the next segment is being made, or the last one put away. */
        ROLLING,
        CLOSING,
        /** Between closing and opening again. */
        CLOSED,
        /** Only in plans. */
        ANY;

        /** Whether a call that begins belongs to this moment. */
        boolean isAt(final Moment present, final String call) {
            return switch (this) {
                case APPENDING -> present == APPENDING && call.equals("force mapped");
                case ROLLING -> present == APPENDING && !call.equals("force mapped");
                default -> present == this;
            };
        }
    }

    private static final int TIMED_MS = 1_000;
    private static final int MAX_DELAY_NS = 3_000_000;

    /** Draws a plan for the given round; the moments take turns. */
    static KillPlan draw(final int round, final SplittableRandom random) {
        final boolean held = random.nextBoolean();
        final long delayNs = random.nextBoolean() ? 0 : random.nextInt(MAX_DELAY_NS);
        final int cycle = 1 + random.nextInt(3);
        return switch (round % 8) {
            case 0, 4 -> new KillPlan(Moment.OPENING, cycle, 1 + random.nextInt(14), true, held, delayNs);
            case 1 -> new KillPlan(Moment.APPENDING, cycle, 1 + random.nextInt(12), true, held, delayNs);
            case 2, 6 -> new KillPlan(Moment.ROLLING, cycle, 1 + random.nextInt(30), true, held, delayNs);
            case 3 -> new KillPlan(Moment.CLOSING, cycle, 1 + random.nextInt(4), true, held, delayNs);
            case 5 ->
                random.nextInt(4) == 0
                        ? new KillPlan(Moment.CLOSED, cycle, 1, false, false, delayNs)
                        : new KillPlan(Moment.APPENDING, cycle, 1 + random.nextInt(60), false, false, delayNs);
            default ->
                new KillPlan(Moment.ANY, 1, 1, random.nextBoolean(), false, random.nextLong(TIMED_MS * 1_000_000L));
        };
    }

    static KillPlan parse(final String words) {
        final String[] parts = words.split(",", -1);
        return new KillPlan(
                Moment.valueOf(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                Boolean.parseBoolean(parts[3]),
                Boolean.parseBoolean(parts[4]),
                Long.parseLong(parts[5]));
    }

    /** As it is given to the process. */
    @Override
    public String toString() {
        return moment + "," + cycle + "," + line + "," + announced + "," + held + "," + delayNs;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.Arrays;

/** Which thread took each step of a schedule. As text: the number of the thread and of its steps, run by run. */
final class Steps {

    private int[] actors = new int[256];
    private int count;

    void add(final int actor) {
        if (count == actors.length) {
            actors = Arrays.copyOf(actors, 2 * count);
        }
        actors[count++] = actor;
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    int actorAt(final int step) {
        return actors[step];
    }

    static Steps parse(final String text) {
        final Steps steps = new Steps();
        for (final String run : text.split(",", -1)) {
            final int middle = run.indexOf('x');
            if (middle <= 0) {
                throw new IllegalArgumentException("a schedule is <thread>x<steps>,<thread>x<steps>,...: " + text);
            }
            final int actor = Integer.parseInt(run.substring(0, middle));
            for (int left = Integer.parseInt(run.substring(middle + 1)); left > 0; left--) {
                steps.add(actor);
            }
        }
        return steps;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        int step = 0;
        while (step < count) {
            final int begin = step;
            while (step < count && actors[step] == actors[begin]) {
                step++;
            }
            text.append(begin == 0 ? "" : ",").append(actors[begin]).append('x').append(step - begin);
        }
        return text.toString();
    }
}

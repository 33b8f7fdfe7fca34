// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Repeats one schedule, and writes down where in the code each step was taken. */
final class Replay implements Execution.Director {

    private static final String ROOT = "io.tidemark.journal.";
    private static final int FRAMES_SHOWN = 3;

    private final Steps steps;
    private final StringBuilder listing = new StringBuilder();
    private int taken;

    Replay(final Steps steps) {
        this.steps = steps;
    }

    String listing() {
        return listing.toString();
    }

    @Override
    public int choose(final int[] options, final int count, final boolean preempting) {
        if (taken >= steps.count()) {
            // What failed in the check, or in code behind the last step, has no step of its own.
            return options[0];
        }
        final int wanted = steps.actorAt(taken);
        for (int i = 0; i < count; i++) {
            if (options[i] == wanted) {
                return wanted;
            }
        }
        throw new IllegalStateException(
                "the schedule does not belong to this code: thread " + wanted + " can't take step " + taken);
    }

    @Override
    public boolean mayPreempt() {
        return true;
    }

    @Override
    public boolean decidesAll() {
        return true;
    }

    @Override
    public void stepped(final Actor actor, final String what) {
        listing.append(String.format(Locale.ROOT, "%n    %4d %s %s: %s", taken, actor.role, what, place()));
        taken++;
    }

    private static String place() {
        final List<StackFrame> frames = StackWalker.getInstance()
                .walk(all -> all.filter(Replay::isShown).limit(FRAMES_SHOWN).collect(Collectors.toList()));
        return frames.stream()
                .map(frame -> frame.getClassName().substring(ROOT.length())
                        + '.'
                        + frame.getMethodName()
                        + ':'
                        + frame.getLineNumber())
                .collect(Collectors.joining(" < "));
    }

    private static boolean isShown(final StackFrame frame) {
        return frame.getClassName().startsWith(ROOT)
                && !frame.getClassName().startsWith(Replay.class.getPackageName() + '.')
                && !frame.getMethodName().startsWith(SharedAccessRewriter.BRIDGE_PREFIX);
    }

    @Override
    public boolean ended() {
        return false;
    }
}

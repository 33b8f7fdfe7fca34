// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.PrintStream;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;

/**
 * A line on a terminal that is written over again and again while something is going on. Nothing is printed where there is no
 * terminal. Thread-safe, so that whoever ends the process can take the line away.
 */
final class ProgressLine {

    private static final long INTERVAL_NS = 200_000_000;
    private static final long PATIENCE_MS = 1_000;

    /** A terminal shows "^C" where it stands. */
    private static final int KEY_LENGTH = 2;

    private final PrintStream err;
    private final boolean shown;
    private final NanoClock clock;

    private long shownAtNs;
    private int shownLength;
    private boolean finished;

    ProgressLine(final Streams streams) {
        this(streams, streams.isTerminal());
    }

    /** Is shown or not, as the caller decides who knows whether standard error is a terminal. */
    ProgressLine(final Streams streams, final boolean shown) {
        this.err = streams.err();
        this.shown = shown;
        this.clock = streams.clock();
        this.shownAtNs = clock.nanoTime();
    }

    /** Shows how far things are, unless that was shown just before, or there is nobody to see it. */
    void show(final Supplier<String> text) {
        if (shown) {
            showNow(text);
        }
    }

    private synchronized void showNow(final Supplier<String> text) {
        final long nowNs = clock.nanoTime();
        if (!finished && nowNs - shownAtNs >= INTERVAL_NS) {
            shownAtNs = nowNs;
            replaceBy(text.get());
        }
    }

    /** Takes the line away, so that others may print. */
    synchronized void clear() {
        if (shownLength > 0) {
            err.print("\r" + " ".repeat(shownLength + KEY_LENGTH) + "\r");
            err.flush();
            shownLength = 0;
        }
    }

    /** Takes the line away for good. */
    synchronized void finish() {
        finished = true;
        clear();
    }

    /** Does so when the process is ending, which must not wait for a terminal that was stopped. */
    void finishAtSignal() {
        if (!shown) {
            return;
        }
        final Thread finisher = new Thread(this::finish, "tidemark-progress");
        finisher.setDaemon(true);
        finisher.start();
        try {
            finisher.join(PATIENCE_MS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void replaceBy(final String text) {
        err.print("\r" + text + " ".repeat(Math.max(0, shownLength - text.length())));
        err.flush();
        shownLength = text.length();
    }
}

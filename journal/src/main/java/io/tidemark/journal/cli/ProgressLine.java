// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.PrintStream;
import java.util.function.Supplier;

/** A line on a terminal that is written over again and again while something is going on. Owned by one thread. */
final class ProgressLine {

    private static final long INTERVAL_NS = 200_000_000;

    private final PrintStream err;
    private final boolean shown;

    private long shownAtNs = System.nanoTime();
    private int shownLength;

    ProgressLine(final Streams streams) {
        this.err = streams.err();
        this.shown = streams.isTerminal();
    }

    /** Shows how far things are, unless that was shown just before, or there is nobody to see it. */
    void show(final Supplier<String> text) {
        if (!shown) {
            return;
        }
        final long nowNs = System.nanoTime();
        if (nowNs - shownAtNs >= INTERVAL_NS) {
            shownAtNs = nowNs;
            replaceBy(text.get());
        }
    }

    /** Takes the line away, so that others may print. */
    void clear() {
        if (shownLength > 0) {
            replaceBy("");
            err.print('\r');
            err.flush();
        }
    }

    private void replaceBy(final String text) {
        err.print("\r" + text + " ".repeat(Math.max(0, shownLength - text.length())));
        err.flush();
        shownLength = text.length();
    }
}

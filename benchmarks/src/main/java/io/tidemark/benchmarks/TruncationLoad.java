// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Truncates a journal again and again, always or in turns, so that but a segment or two is left behind the writer. */
final class TruncationLoad implements Runnable {

    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long TURN_NS = TimeUnit.SECONDS.toNanos(2);

    private final Subject subject;
    private final LatencyPlan plan;
    private final long measuredFromNs;
    private final long keptCount;
    private long truncations;

    /** Set by the thread that ends the run. */
    private volatile boolean ended;

    TruncationLoad(final Subject subject, final LatencyPlan plan, final long measuredFromNs) {
        this.subject = subject;
        this.plan = plan;
        this.measuredFromNs = measuredFromNs;
        this.keptCount = plan.windows().recordsPerSegment();
    }

    /** Whether it is the turn of truncation, some time after measuring began, or before. */
    static boolean isOn(final long sinceBeginningNs) {
        return Math.floorMod(Math.floorDiv(sinceBeginningNs, TURN_NS), 2) == 1;
    }

    @Override
    public void run() {
        long truncated = 0;
        while (!ended) {
            final boolean on =
                    plan.truncation() == LatencyPlan.Truncation.ON || isOn(System.nanoTime() - measuredFromNs);
            final long upTo = subject.durableTicket() - keptCount;
            if (on && upTo > truncated) {
                subject.truncate(upTo);
                truncated = upTo;
                truncations++;
            }
            LockSupport.parkNanos(PERIOD_NS);
        }
    }

    void end() {
        ended = true;
    }

    /** To be asked when the thread has ended. */
    long truncations() {
        return truncations;
    }
}

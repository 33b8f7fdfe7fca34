// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps what tailers hold within a bound: each maps at most two segments and a page, so their number bounds what is mapped, however
 * slowly they read. Thread-safe.
 */
final class TailerLimit {

    /** Of a process that does not say how many it wants; with segments of 64 MiB, 128 GiB of addresses at most. */
    static final int DEFAULT_MAX_TAILERS = 1024;

    private final String directory;
    private final int maxTailers;
    private final AtomicInteger count = new AtomicInteger();

    TailerLimit(final String directory, final int maxTailers) {
        this.directory = directory;
        this.maxTailers = maxTailers;
    }

    /** Refuses what can't be a limit. */
    static int require(final int maxTailers) {
        if (maxTailers < 1) {
            throw new IllegalArgumentException("maxTailers must be at least 1: found " + maxTailers);
        }
        return maxTailers;
    }

    /** Makes place for a tailer, which is to be given back by {@link #release()}. */
    void reserve() {
        if (count.getAndUpdate(open -> Math.min(maxTailers, open + 1)) >= maxTailers) {
            throw new TailerLimitException(directory, maxTailers);
        }
    }

    /** How many tailers are open. Any thread. */
    int openCount() {
        return count.get();
    }

    /** Gives the place of a tailer back. */
    void release() {
        count.decrementAndGet();
    }
}

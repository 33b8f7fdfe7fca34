// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * From the intended beginning of an append to the durability of its record. Producers note which sequence they were given;
 * the thread that forces takes note of what became durable. A record that became durable before its producer could say
 * which it was is counted as unknown, and so is one that waited longer than there is room to remember.
 */
final class DurableLatency {

    private static final int SLOTS = 1 << 21;

    private final AtomicLongArray intendedNs;
    private final LatencySeries series;
    private final boolean on;
    private long measuredFromNs;

    /** Owned by the thread that forces. */
    private long last;

    private long unknown;

    DurableLatency(final boolean on, final int seconds) {
        this.on = on;
        this.intendedNs = new AtomicLongArray(on ? SLOTS : 0);
        this.series = new LatencySeries("durable", on ? seconds : 0);
    }

    /** Before anything is appended. */
    void measureFrom(final long ns) {
        measuredFromNs = ns;
    }

    /**
     * A record was appended.
     *
     * @param sequence that it was given
     * @param startNs when its append was meant to begin; 0 if it does not count
     */
    void appended(final long sequence, final long startNs) {
        if (on) {
            intendedNs.setRelease((int) sequence & (SLOTS - 1), startNs == 0 ? -1 : startNs);
        }
    }

    /** Everything up to a sequence is durable. */
    void durable(final long sequence) {
        final long nowNs = System.nanoTime();
        long next = last + 1;
        if (sequence - next > SLOTS / 2) {
            unknown += sequence - next - SLOTS / 2;
            next = sequence - SLOTS / 2;
        }
        for (; next <= sequence; next++) {
            final int slot = (int) next & (SLOTS - 1);
            final long startNs = intendedNs.getAcquire(slot);
            if (startNs > 0) {
                series.record((startNs - measuredFromNs) / LatencySeries.SLICE_NS, nowNs - startNs);
            } else if (startNs == 0) {
                unknown++;
            }
            intendedNs.setPlain(slot, 0);
        }
        last = sequence;
    }

    boolean isOn() {
        return on;
    }

    long unknown() {
        return unknown;
    }

    LatencySeries series() {
        return series;
    }
}

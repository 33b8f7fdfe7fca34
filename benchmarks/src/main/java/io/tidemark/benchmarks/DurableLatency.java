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

    /** Of a record that its producer has not told of yet, or never will. */
    private static final long UNKNOWN = 0;

    private final AtomicLongArray words;
    private final LatencySeries series;
    private final boolean on;
    private long measuredFromNs;

    /** Owned by the thread that forces. */
    private long last;

    private long unknown;

    DurableLatency(final boolean on, final int seconds) {
        this.on = on;
        this.words = new AtomicLongArray(on ? SLOTS : 0);
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
     * @param word its {@link Stamp}
     */
    void appended(final long sequence, final long word) {
        if (on) {
            words.setRelease((int) sequence & (SLOTS - 1), word);
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
            final long word = words.getAcquire(slot);
            if (word == UNKNOWN) {
                unknown++;
            } else {
                series.record(Stamp.slice(word, measuredFromNs), nowNs - Stamp.intendedNs(word));
            }
            words.setPlain(slot, UNKNOWN);
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

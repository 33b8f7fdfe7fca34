// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets the two threads of a test begin each sample together and end it together, where the samples share one object that
 * is too large to have thousands of. Nothing between the two meetings orders one thread behind the other.
 */
final class Rendezvous {

    private static final int SPINS_BEFORE_YIELD = 1_000;

    private final AtomicInteger arrived = new AtomicInteger();

    /** Returns when both threads have called this; what each has stored before, both see. */
    void meet() {
        final int turn = arrived.getAndIncrement() >> 1;
        int spins = 0;
        while (arrived.get() >> 1 == turn) {
            if (++spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                ParkingIdleStrategy.yieldToOthers();
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.List;

/**
 * A few threads with a few operations each, made anew for every schedule. The constructor and {@link #check()} run alone,
 * and what they access is not scheduled.
 */
public interface Scenario {

    /** What one thread does. */
    record Part(String name, Runnable body) {}

    /** When a thread that parks for a limited time wakes up although nobody has woken it. */
    enum Timeouts {
        /** Never: whoever is not woken is lost. */
        NEVER,

        /** Only when no other thread can go on, as if the limit were longer than anything else takes. */
        WHEN_NOTHING_ELSE_CAN_RUN,

        /** At any moment. */
        ANY_TIME
    }

    /** The threads. */
    List<Part> parts();

    /** Looks at what is left when all threads have ended. */
    default void check() {}

    /** How limits of parking are modelled. */
    default Timeouts timeouts() {
        return Timeouts.NEVER;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;

/** One of those whose steps an {@link AgentSchedule} puts in an order. */
abstract class ScheduledParticipant {

    /** Whether it is in the middle of a step, because the schedule went on inside one of its calls to the storage. */
    private boolean inside;

    /** Whether it can go on now. */
    abstract boolean isReady();

    abstract void step() throws IOException;

    final boolean isSteppable() {
        return !inside && isReady();
    }

    final void stepOnce() throws IOException {
        inside = true;
        try {
            step();
        } finally {
            inside = false;
        }
    }
}

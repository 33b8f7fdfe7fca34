// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

/** What threads of a measurement do while their time has not come. */
enum Pacing {
    /** Keeps the core: for machines with a core for each thread that waits. */
    SPIN {
        @Override
        void idle() {
            Thread.onSpinWait();
        }
    },
    /** Lets others have the core at every turn: for machines with fewer cores. */
    YIELD {
        @Override
        @SuppressWarnings("ThreadPriorityCheck")
        void idle() {
            Thread.yield();
        }
    };

    abstract void idle();
}

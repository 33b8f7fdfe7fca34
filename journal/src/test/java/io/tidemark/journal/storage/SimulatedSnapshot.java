// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import org.jspecify.annotations.Nullable;

/**
 * The state of a {@link SimulatedStorage}, page cache and disk, to go back to any number of times. What the disks hold is
 * shared until it is changed; only what a cache holds besides is copied. So a snapshot is cheapest behind a crash.
 */
public final class SimulatedSnapshot {

    private final SimulatedNames names;
    private final @Nullable String lockName;

    SimulatedSnapshot(final SimulatedNames names, final @Nullable String lockName) {
        this.names = names;
        this.lockName = lockName;
    }

    SimulatedNames names() {
        return names;
    }

    @Nullable
    String lockName() {
        return lockName;
    }
}

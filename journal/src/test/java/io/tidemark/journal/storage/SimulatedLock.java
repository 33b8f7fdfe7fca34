// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A locked byte of a file. The death of the process, or of the machine, lets it go without a call. */
final class SimulatedLock implements StorageLock {

    private final SimulatedMachine machine;
    private final SimulatedStorage process;
    private final String region;

    /** Guarded by the machine. */
    private boolean closed;

    SimulatedLock(final SimulatedMachine machine, final SimulatedStorage process, final String region) {
        this.machine = machine;
        this.process = process;
        this.region = region;
    }

    /** The call that takes a lock, which nobody would let go if the call failed behind it. */
    record Locking(SimulatedStorage process, SimulatedMachine machine, String name, long region)
            implements SimulatedMachine.Operation<@Nullable StorageLock> {

        @Override
        public @Nullable StorageLock whole() throws IOException {
            return machine.tryLock(process, name, region);
        }

        @Override
        public void discard(final @Nullable StorageLock result) throws IOException {
            if (result != null) {
                result.close();
            }
        }
    }

    @Override
    public void close() {
        synchronized (machine) {
            if (!closed) {
                closed = true;
                machine.unlock(process, region);
            }
        }
    }
}

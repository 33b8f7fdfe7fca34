// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.storage.StorageCall.Kind;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** The leases as one user of them in one process of the {@link SimulatedStorage} has them. */
final class SimulatedLeases implements SegmentLeases {

    private final SimulatedStorage process;
    private final SimulatedMachine machine;
    private final SimulatedFile file;

    private boolean dead;
    private boolean closed;

    SimulatedLeases(final SimulatedStorage process, final SimulatedMachine machine, final SimulatedFile file) {
        this.process = process;
        this.machine = machine;
        this.file = file;
    }

    /** Opens the leases of a file. */
    static SimulatedMachine.Operation<SimulatedLeases> opening(
            final SimulatedStorage process, final SimulatedMachine machine, final String name) {
        return new SimulatedMachine.Operation<>() {
            @Override
            public SimulatedLeases whole() throws IOException {
                final SimulatedLeases opened =
                        new SimulatedLeases(process, machine, machine.names().file(name));
                process.addLeases(opened);
                return opened;
            }

            @Override
            public void discard(final SimulatedLeases result) {
                process.removeLeases(result);
            }
        };
    }

    String name() {
        return file.name();
    }

    void die() {
        dead = true;
    }

    @Override
    public boolean tryHold(final long segment) throws IOException {
        return call(Kind.HOLD, segment, new SimulatedMachine.Operation<Boolean>() {
            @Override
            public Boolean whole() {
                return machine.holds().tryHold(file, segment, process);
            }

            @Override
            public void discard(final Boolean held) {
                if (held) {
                    machine.holds().letGo(file, segment, process);
                }
            }
        });
    }

    @Override
    public void letGo(final long segment) throws IOException {
        call(Kind.LET_GO, segment, () -> {
            machine.holds().letGo(file, segment, process);
            return true;
        });
    }

    @Override
    public boolean tryClaim(final long segment) throws IOException {
        return call(Kind.CLAIM, segment, new SimulatedMachine.Operation<Boolean>() {
            @Override
            public Boolean whole() {
                return machine.holds().tryClaim(file, segment, process);
            }

            @Override
            public void discard(final Boolean claimed) {
                if (claimed) {
                    machine.holds().unclaim(file, segment);
                }
            }
        });
    }

    @Override
    public void unclaim(final long segment) throws IOException {
        call(Kind.UNCLAIM, segment, () -> {
            machine.holds().unclaim(file, segment);
            return true;
        });
    }

    @Override
    public void close() throws IOException {
        synchronized (machine) {
            if (closed) {
                return;
            }
        }
        call(Kind.CLOSE_LEASES, 0, () -> {
            closed = true;
            process.removeLeases(this);
            return true;
        });
    }

    private void requireOpen() throws IOException {
        if (dead) {
            throw new IOException("the process that opened these leases is dead: file=" + file.name());
        }
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private <T> T call(final Kind kind, final long segment, final SimulatedMachine.Operation<T> operation)
            throws IOException {
        return machine.call(this::requireOpen, kind, file.name(), segment, 0, operation);
    }
}

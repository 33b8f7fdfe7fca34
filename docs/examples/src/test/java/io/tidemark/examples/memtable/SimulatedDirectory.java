// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.memtable;

import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;

/**
 * A directory on the machine of the journal, which can leave out what it should do. It is the journal's own, so names that the
 * journal forces are forced for the store too: what it forgets must be missed before that.
 */
final class SimulatedDirectory implements DataDirectory {

    /** What is left out. */
    enum Mistake {
        CONTENT_NOT_FORCED,
        NAMES_NOT_FORCED
    }

    private final SimulatedStorage machine;
    private final Set<Mistake> mistakes;

    SimulatedDirectory(final SimulatedStorage machine, final Set<Mistake> mistakes) {
        this.machine = machine;
        this.mistakes = mistakes;
    }

    @Override
    public List<String> list() throws IOException {
        return machine.list().stream()
                .filter(name -> name.startsWith("run-") || name.startsWith("manifest-"))
                .toList();
    }

    @Override
    public ByteBuffer read(final String name) throws IOException {
        try (StorageFile file = machine.open(name, false)) {
            final ByteBuffer content = ByteBuffer.allocate((int) file.length());
            file.read(content, 0);
            return content.flip().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    @Override
    public void writeForced(final String name, final ByteBuffer content) throws IOException {
        try (StorageFile file = machine.create(name)) {
            file.write(content, 0);
            if (!mistakes.contains(Mistake.CONTENT_NOT_FORCED)) {
                file.force(true);
            }
        }
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        machine.rename(from, to);
    }

    @Override
    public void delete(final String name) throws IOException {
        machine.delete(name);
    }

    @Override
    public void forceNames() throws IOException {
        if (!mistakes.contains(Mistake.NAMES_NOT_FORCED)) {
            machine.forceDirectory();
        }
    }
}

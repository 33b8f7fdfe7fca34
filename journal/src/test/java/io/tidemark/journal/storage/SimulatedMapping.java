// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.storage.StorageCall.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** A mapping of one process of the {@link SimulatedStorage}: its buffer is the page cache of the file. */
final class SimulatedMapping implements MappedFile {

    private final SimulatedStorage process;
    private final SimulatedMachine machine;
    private final SimulatedFile file;
    private final int begin;
    private final ByteBuffer buffer;

    private boolean dead;
    private boolean unmapped;

    SimulatedMapping(
            final SimulatedStorage process,
            final SimulatedMachine machine,
            final SimulatedFile file,
            final int begin,
            final ByteBuffer buffer) {
        this.process = process;
        this.machine = machine;
        this.file = file;
        this.begin = begin;
        this.buffer = buffer;
    }

    SimulatedFile file() {
        return file;
    }

    /** Where it begins in the file. */
    int begin() {
        return begin;
    }

    int length() {
        return buffer.capacity();
    }

    /** Whether it is for storing, and none of the others is that has a part of the file in common. */
    boolean isOnlyOneToStore(final Collection<SimulatedMapping> others) {
        return !buffer.isReadOnly()
                && others.stream()
                        .noneMatch(other -> other.file == file
                                && !other.buffer.isReadOnly()
                                && other.begin < begin + length()
                                && begin < other.begin + other.length());
    }

    void die() {
        dead = true;
    }

    @Override
    public ByteBuffer buffer() {
        synchronized (machine) {
            if (dead || unmapped) {
                throw new IllegalStateException("the mapping is gone: file=" + file.name());
            }
            return buffer.isReadOnly() || begin + length() <= machine.mappedLimit
                    ? buffer
                    : buffer.slice(0, Math.max(0, machine.mappedLimit - begin)).order(buffer.order());
        }
    }

    @Override
    public void faultIn(final int offset, final int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        if (buffer.isReadOnly()) {
            throw new IllegalStateException("mapped for reading: file=" + file.name());
        }
        call(Kind.FAULT_IN, begin + offset, length, () -> {
            SegmentPreparation.faultIn(buffer, offset, offset + length);
            return true;
        });
    }

    @Override
    public void force(final int offset, final int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        if (buffer.isReadOnly()) {
            throw new IllegalStateException("mapped for reading: file=" + file.name());
        }
        call(Kind.FORCE_MAPPED, begin + offset, length, new SimulatedMachine.Operation<Boolean>() {
            @Override
            public Boolean whole() {
                file.forceRange(begin + offset, length);
                return true;
            }

            @Override
            public void half(final RandomGenerator random, final boolean powerCut) {
                if (!powerCut) {
                    file.failForce(begin + offset, length, random);
                }
            }

            @Override
            public void refuse() {
                file.failForce(begin + offset, length, null);
            }
        });
    }

    @Override
    public void unmap() throws IOException {
        call(Kind.UNMAP, begin, 0, () -> {
            discard();
            return true;
        });
    }

    void discard() {
        unmapped = true;
        process.removeMapping(this);
    }

    private void requireMapped() throws IOException {
        if (dead) {
            throw new IOException("the process that mapped this file is dead: file=" + file.name());
        }
        if (unmapped) {
            throw new IllegalStateException("the mapping is gone: file=" + file.name());
        }
    }

    private <T> T call(
            final Kind kind, final long offset, final long length, final SimulatedMachine.Operation<T> operation)
            throws IOException {
        return machine.call(this::requireMapped, kind, file.name(), offset, length, operation);
    }
}

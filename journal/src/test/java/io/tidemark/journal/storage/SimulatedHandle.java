// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.storage.StorageCall.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.random.RandomGenerator;

/** An open file of one process of the {@link SimulatedStorage}. */
final class SimulatedHandle implements StorageFile {

    private final SimulatedStorage process;
    private final SimulatedMachine machine;
    private final SimulatedFile file;
    private final boolean writable;

    private boolean dead;
    private boolean closed;

    /** A call that yields a handle, which nobody would close if the call failed behind it. */
    abstract static class Opening implements SimulatedMachine.Operation<SimulatedHandle> {
        @Override
        public void discard(final SimulatedHandle result) {
            result.discard();
        }
    }

    SimulatedHandle(
            final SimulatedStorage process,
            final SimulatedMachine machine,
            final SimulatedFile file,
            final boolean writable) {
        this.process = process;
        this.machine = machine;
        this.file = file;
        this.writable = writable;
    }

    SimulatedFile file() {
        return file;
    }

    void die() {
        dead = true;
    }

    @Override
    public long length() throws IOException {
        return call(Kind.LENGTH, 0, 0, () -> (long) file.length());
    }

    @Override
    public int read(final ByteBuffer target, final long offset) throws IOException {
        final int count = target.remaining();
        return call(Kind.READ, offset, count, new SimulatedMachine.Operation<>() {
            @Override
            public Integer whole() {
                return file.read(target, count, offset);
            }

            @Override
            public void half(final RandomGenerator random, final boolean powerCut) {
                file.read(target, random.nextInt(count + 1), offset);
            }
        });
    }

    @Override
    public void write(final ByteBuffer source, final long offset) throws IOException {
        requireWritable();
        final int count = source.remaining();
        call(Kind.WRITE, offset, count, new SimulatedMachine.Operation<Boolean>() {
            @Override
            public Boolean whole() throws IOException {
                writeWhereThereIsRoom(source, count, offset);
                return true;
            }

            @Override
            public void half(final RandomGenerator random, final boolean powerCut) throws IOException {
                writeWhereThereIsRoom(source, random.nextInt(count + 1), offset);
            }
        });
    }

    @Override
    public void reserve(final long length) throws IOException {
        requireWritable();
        call(Kind.RESERVE, 0, length, () -> {
            if (length - file.length() > machine.room()) {
                throw noSpace();
            }
            return true;
        });
    }

    private NoSpaceException noSpace() {
        return new NoSpaceException(
                "no space left: file=" + process.pathOf(file.name()), new IOException("No space left on device"));
    }

    private void writeWhereThereIsRoom(final ByteBuffer source, final int count, final long offset)
            throws NoSpaceException {
        final long growth = offset + count - file.length();
        final long room = growth > 0 ? machine.room() : 0;
        final int fitting = growth > room ? (int) Math.max(0, count - (growth - room)) : count;
        file.write(source, fitting, offset);
        if (fitting < count) {
            throw noSpace();
        }
    }

    @Override
    public void force(final boolean withMetadata) throws IOException {
        call(Kind.FORCE, 0, 0, new SimulatedMachine.Operation<Boolean>() {
            @Override
            public Boolean whole() {
                file.force(withMetadata);
                return true;
            }

            @Override
            public void half(final RandomGenerator random, final boolean powerCut) {
                if (!powerCut) {
                    file.failForce(0, file.length(), random);
                }
            }

            @Override
            public void refuse() {
                file.failForce(0, file.length(), null);
            }
        });
    }

    @Override
    public MappedFile map(final int offset, final int length) throws IOException {
        requireWritable();
        return call(Kind.MAP, offset, length, new SimulatedMachine.Operation<SimulatedMapping>() {
            @Override
            public SimulatedMapping whole() {
                return mapped(offset, length, true);
            }

            @Override
            public void discard(final SimulatedMapping result) {
                result.discard();
            }
        });
    }

    @Override
    public MappedFile mapForReading(final int offset, final int length) throws IOException {
        return call(Kind.MAP, offset, length, new SimulatedMachine.Operation<SimulatedMapping>() {
            @Override
            public SimulatedMapping whole() {
                return mapped(offset, length, false);
            }

            @Override
            public void discard(final SimulatedMapping result) {
                result.discard();
            }
        });
    }

    private SimulatedMapping mapped(final int offset, final int length, final boolean writable) {
        final ByteBuffer memory = file.map(offset, length, writable);
        final SimulatedMapping mapping = new SimulatedMapping(process, machine, file, offset, memory);
        process.addMapping(mapping);
        return mapping;
    }

    @Override
    public void close() throws IOException {
        synchronized (machine) {
            if (closed) {
                return;
            }
        }
        call(Kind.CLOSE, 0, 0, () -> {
            discard();
            return true;
        });
    }

    void discard() {
        closed = true;
        process.removeHandle(this);
    }

    private void requireWritable() {
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }

    private void requireOpen() throws IOException {
        if (dead) {
            throw new IOException("the process that opened this file is dead: file=" + file.name());
        }
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private <T> T call(
            final Kind kind, final long offset, final long length, final SimulatedMachine.Operation<T> operation)
            throws IOException {
        return machine.call(this::requireOpen, kind, file.name(), offset, length, operation);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.storage.StorageCall.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory as one process sees it, on a simulated machine whose page cache is volatile. Everything that is left to
 * chance is drawn from the generator that the test passes, so one seed is one history. There is no clock and no thread.
 *
 * <p>What may become of names, contents and room is told by {@link SimulatedMachine}. Failures are those that the test asks
 * for: see {@link FaultPlan}. Damage to what was durable ({@link #flip}, {@link #zero}) is never done by chance, because no
 * journal of one copy survives it; it is to be told, not mended.
 *
 * <h2>Use</h2>
 *
 * <p>Calls may come from several threads. The buffers of mappings are unguarded memory, as in life. A handle or mapping of
 * a process that died throws {@link IOException}, and its buffers are cut off from the file. This object itself goes on,
 * as the next process. Where threads of an old process may still run, give each process a view of its own
 * ({@link #sibling}): a power cut ends for good all views but the one on which it was called.
 */
public final class SimulatedStorage implements Storage {

    private final SimulatedMachine machine;
    private final Set<SimulatedHandle> handles = new LinkedHashSet<>();
    private final Set<SimulatedMapping> mappings = new LinkedHashSet<>();
    private final List<SimulatedLeases> leases = new ArrayList<>();
    private final UnmappedMemory unmapped = new UnmappedMemory();

    private boolean ended;

    /** The first process on a machine with an empty directory. */
    public SimulatedStorage() {
        this(new SimulatedMachine());
    }

    private SimulatedStorage(final SimulatedMachine machine) {
        this.machine = machine;
        machine.add(this);
    }

    /**
     * Another process on the same machine.
     *
     * @return its view of the directory
     */
    public SimulatedStorage sibling() {
        return new SimulatedStorage(machine);
    }

    @Override
    public String pathOf(final String name) {
        return "simulated/" + name;
    }

    @Override
    public List<String> list() throws IOException {
        return call(Kind.LIST, "", () -> machine.names().names());
    }

    @Override
    public boolean tryLock(final String name) throws IOException {
        return call(Kind.TRY_LOCK, name, new SimulatedMachine.Operation<Boolean>() {
            @Override
            public Boolean whole() throws IOException {
                return machine.tryLock(SimulatedStorage.this, name);
            }

            @Override
            public void discard(final Boolean result) {
                if (result) {
                    machine.unlock(SimulatedStorage.this);
                }
            }
        });
    }

    @Override
    public @Nullable StorageLock tryLock(final String name, final long region) throws IOException {
        return call(Kind.TRY_LOCK, name, new SimulatedLock.Locking(this, machine, name, region));
    }

    @Override
    public StorageFile create(final String name) throws IOException {
        return call(Kind.CREATE, name, new SimulatedHandle.Opening() {
            @Override
            public SimulatedHandle whole() throws IOException {
                machine.requireNotLockFile(name);
                return addHandle(machine.names().create(name), true);
            }
        });
    }

    @Override
    public StorageFile open(final String name, final boolean writable) throws IOException {
        return call(Kind.OPEN, name, new SimulatedHandle.Opening() {
            @Override
            public SimulatedHandle whole() throws IOException {
                machine.requireNotLockFile(name);
                return addHandle(machine.names().file(name), writable);
            }
        });
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        call(Kind.RENAME, from + " -> " + to, () -> {
            machine.requireNotLockFile(from);
            machine.names().rename(from, to);
            return true;
        });
    }

    @Override
    public void delete(final String name) throws IOException {
        call(Kind.DELETE, name, () -> {
            machine.requireNotLockFile(name);
            machine.names().delete(name);
            return true;
        });
    }

    @Override
    public void forceDirectory() throws IOException {
        call(Kind.FORCE_DIRECTORY, "", new SimulatedMachine.Operation<Boolean>() {
            @Override
            public Boolean whole() {
                machine.names().force();
                return true;
            }

            @Override
            public void half(final RandomGenerator random, final boolean powerCut) {
                machine.names().forceSome(random);
            }
        });
    }

    @Override
    public long usableSpace() throws IOException {
        return call(Kind.USABLE_SPACE, "", machine::room);
    }

    @Override
    public boolean copiesOnWrite() throws IOException {
        return call(Kind.COPIES_ON_WRITE, "", () -> machine.copiesOnWrite);
    }

    @Override
    public SegmentLeases leases(final String name, final boolean writable) throws IOException {
        if (writable && !names().contains(name)) {
            create(name).close();
        }
        return call(Kind.LEASES, name, SimulatedLeases.opening(this, machine, name));
    }

    void addLeases(final SimulatedLeases opened) {
        leases.add(opened);
    }

    void removeLeases(final SimulatedLeases closed) {
        leases.remove(closed);
    }

    @Override
    public void close() throws IOException {
        call(Kind.CLOSE_STORAGE, "", () -> {
            machine.unlock(this);
            return true;
        });
    }

    /**
     * Cuts the power and starts the machine again. All processes are dead, and this object is the first one after it.
     *
     * @param random chooses what is left, by the fault model
     */
    public void crash(final RandomGenerator random) {
        synchronized (machine) {
            machine.crash(this, random);
        }
    }

    /**
     * Ends this process and starts it again: its handles and mappings are dead, its lock is free, and nothing is lost.
     * Mappings that another process has of the same files keep the memory in common.
     */
    public void kill() {
        synchronized (machine) {
            machine.kill(this);
        }
    }

    /**
     * Lets the kernel write some of what is dirty.
     *
     * @param random chooses what
     */
    public void writeBack(final RandomGenerator random) {
        synchronized (machine) {
            machine.writeBack(random);
        }
    }

    /**
     * Tells whether a fault stopped the machine, and nobody started it again.
     *
     * @return whether all calls throw {@link PowerCutException}
     */
    public boolean isOff() {
        synchronized (machine) {
            return machine.isOff();
        }
    }

    /**
     * The plan through which all calls of all processes of this machine pass.
     *
     * @return the plan
     */
    public FaultPlan faults() {
        return machine.faults();
    }

    /**
     * Limits the room for files. It may be less than what is used; then no file can grow.
     *
     * @param bytes for all files together; {@code Long.MAX_VALUE} for no limit
     */
    public void capacity(final long bytes) {
        synchronized (machine) {
            machine.capacity(bytes);
        }
    }

    /** Says of this file system that it writes nothing in place; it goes on writing as it did. */
    public void copyOnWrite() {
        synchronized (machine) {
            machine.copiesOnWrite = true;
        }
    }

    @Override
    public int minPieceLength() {
        return machine.minPieceLength;
    }

    /** Lets segments be mapped in shorter pieces. */
    public void minPieceLength(final int length) {
        machine.minPieceLength = length;
    }

    /**
     * Lets every store through a mapping fail from an offset on, as on a disk that is lost after pages were faulted in.
     *
     * @param offset in each file
     */
    public void failStoresFrom(final int offset) {
        synchronized (machine) {
            machine.mappedLimit = offset;
        }
    }

    /**
     * The names of the files, as processes see them.
     *
     * @return the names, sorted
     */
    public List<String> names() {
        synchronized (machine) {
            return machine.names().names();
        }
    }

    /**
     * The names that are on the disk whatever comes. After a power cut there may be others too.
     *
     * @return the names, sorted
     */
    public List<String> durableNames() {
        synchronized (machine) {
            return machine.names().durableNames();
        }
    }

    /**
     * The contents of a file, as processes see them.
     *
     * @param name of the file
     * @return a copy
     * @throws IOException if there is no such file
     */
    public byte[] contents(final String name) throws IOException {
        synchronized (machine) {
            return machine.names().file(name).contents();
        }
    }

    /**
     * The contents on the disk of the file that has a name there.
     *
     * @param name of the file
     * @return a copy
     * @throws IOException if there is no such name on the disk
     */
    public byte[] durableContents(final String name) throws IOException {
        synchronized (machine) {
            return machine.names().durableFile(name).durableContents();
        }
    }

    /**
     * Puts a file there, with its name and all names durable at once.
     *
     * @param name of the file, which none has
     * @param content of the file
     * @throws IOException if there is a file of that name
     */
    public void install(final String name, final byte[] content) throws IOException {
        synchronized (machine) {
            machine.names().install(name, content);
        }
    }

    /**
     * Turns bits of one byte, in the cache and on the disk. The same call once more undoes it, at no cost.
     *
     * @param name of the file
     * @param offset of the byte
     * @param mask of the bits
     * @throws IOException if there is no such file
     */
    public void flip(final String name, final int offset, final int mask) throws IOException {
        synchronized (machine) {
            machine.names().file(name).damage(offset, 1, 0xFF, mask);
        }
    }

    /**
     * Makes bytes zero, in the cache and on the disk.
     *
     * @param name of the file
     * @param offset of the first byte
     * @param length in bytes
     * @throws IOException if there is no such file
     */
    public void zero(final String name, final int offset, final int length) throws IOException {
        synchronized (machine) {
            machine.names().file(name).damage(offset, length, 0, 0);
        }
    }

    /**
     * Keeps the state of cache, disk and names. It may be restored on any machine.
     *
     * @return the state
     */
    public SimulatedSnapshot snapshot() {
        synchronized (machine) {
            return machine.snapshot();
        }
    }

    /**
     * Goes back to a state. All processes are dead, as after a power cut, and this object is the first one after it.
     *
     * @param snapshot to go back to; it can be used again
     */
    public void restore(final SimulatedSnapshot snapshot) {
        synchronized (machine) {
            machine.restore(this, snapshot);
        }
    }

    /**
     * The files that the processes of this machine hold open.
     *
     * @return their names, one for each handle; empty if nothing leaks
     */
    public List<String> openHandles() {
        synchronized (machine) {
            return machine.openHandles();
        }
    }

    /**
     * The files that the processes of this machine have mapped.
     *
     * @return their names, one for each mapping; empty if nothing leaks
     */
    public List<String> liveMappings() {
        synchronized (machine) {
            return machine.liveMappings();
        }
    }

    /**
     * Tells whether any process holds a lock, be it on a file or on a byte of one.
     *
     * @return whether it is taken
     */
    public boolean isLocked() {
        synchronized (machine) {
            return machine.isLocked();
        }
    }

    /**
     * The files into which this process stored through a mapping that it had unmapped, which may kill a JVM. When the last
     * mapping of a file goes, its memory is filled with 0xDB, so that who still reads there finds nothing sensible.
     *
     * @return their names; empty if all is well
     */
    public List<String> storesAfterUnmap() {
        synchronized (machine) {
            return unmapped.stores();
        }
    }

    void addMapping(final SimulatedMapping mapping) {
        mappings.add(mapping);
    }

    void removeMapping(final SimulatedMapping mapping) {
        mappings.remove(mapping);
        final ByteBuffer memory = mapping.file().unmap();
        if (memory != null) {
            unmapped.watch(mapping.file().name(), memory);
        } else if (mapping.isOnlyOneToStore(mappings)) {
            unmapped.watch(mapping.file(), mapping.begin(), mapping.length());
        }
    }

    private SimulatedHandle addHandle(final SimulatedFile file, final boolean writable) {
        final SimulatedHandle handle = new SimulatedHandle(this, machine, file, writable);
        handles.add(handle);
        return handle;
    }

    void removeHandle(final SimulatedHandle handle) {
        handles.remove(handle);
    }

    Stream<String> handleNames() {
        return Stream.concat(
                handles.stream().map(handle -> handle.file().name()),
                leases.stream().map(SimulatedLeases::name));
    }

    Stream<String> mappingNames() {
        return mappings.stream().map(mapping -> mapping.file().name());
    }

    void addFilesInUse(final Collection<SimulatedFile> files) {
        handles.forEach(handle -> files.add(handle.file()));
        mappings.forEach(mapping -> files.add(mapping.file()));
    }

    /** Keeps what the caches hold, in other memory than that of the mappings. */
    void cutOffMappings() {
        mappings.forEach(mapping -> mapping.file().unmap());
    }

    void loseHandles() {
        handles.forEach(SimulatedHandle::die);
        handles.clear();
        mappings.forEach(SimulatedMapping::die);
        mappings.clear();
        leases.forEach(SimulatedLeases::die);
        leases.clear();
        machine.holds().end(this);
        unmapped.clear();
    }

    void end() {
        ended = true;
    }

    private void requireAlive() throws IOException {
        if (ended) {
            throw new IOException("this process is dead");
        }
    }

    private <T> T call(final Kind kind, final String name, final SimulatedMachine.Operation<T> operation)
            throws IOException {
        return machine.call(this::requireAlive, kind, name, 0, 0, operation);
    }
}

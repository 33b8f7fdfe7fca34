// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of {@link SimulatedStorage} share: names, files, lock, room and power. Its monitor guards all of
 * it, and is not held while an action of the fault plan runs, so that such an action may wait for other threads.
 *
 * <h2>The fault model</h2>
 *
 * <p>A <b>power cut</b> ({@link SimulatedStorage#crash}) may do this, and the engine has to live with it:
 *
 * <ol>
 *   <li>Of the contents that differ between page cache and disk, each sector of 512 bytes is on the disk afterwards, or is
 *       not, or is <b>torn</b>. What was stored later may be there and what was stored earlier not, within a file and
 *       between files: pages reach a disk in any order.
 *   <li>In a torn sector any of its aligned words of 8 bytes are new and the others old: a prefix, a suffix, or any. A
 *       word is never divided, because a processor stores it at once, and no device is known to divide it. Nothing is
 *       garbled: a sector holds what it held, what it was to hold, or words of both, since devices and drivers refuse
 *       half-written sectors rather than return noise, and checksums are tested by {@link SimulatedStorage#flip}.
 *   <li>A page that was forced is never touched, nor are the bytes beside a dirty word: we rely on power-safe overwrite,
 *       as the storage engines do that we know. What was forced and then overwritten is old, new or torn word by word;
 *       it does not vanish.
 *   <li>A length that was not forced is the durable one, the present one, or one between. What is missing of the contents
 *       within it reads as zeros, never as leftovers of other files, which file systems prevent. Only
 *       {@link StorageFile#force} with metadata forces the length: without, and through a mapping, it need not be kept,
 *       says the contract.
 *   <li>Each creation, rename and deletion since the last {@link Storage#forceDirectory()} is on the disk, or is not,
 *       whatever became of the others; but nothing happens to a file that never came to be, and a rename is one step.
 *       Deleted files may come back. Journalling file systems keep such steps in order; POSIX promises nothing.
 *   <li>Forcing a file does not force its name, and forcing the directory does not force any file.
 * </ol>
 *
 * <p><b>Before</b> it, the kernel may write any dirty sector, any length and any of the oldest directory operations of its
 * own accord ({@link SimulatedStorage#writeBack}). With it a sector can come to hold a value that was overwritten later, which a power cut
 * alone never shows: then the disk only has what was last durable and what the cache held at the end.
 *
 * <p>The <b>death of the process</b> ({@link SimulatedStorage#kill}) takes nothing: cache and names stay as they are. They are as little
 * durable as before, so what the next process reads may still be lost, unless it is forced first.
 *
 * <p>A <b>force that fails</b> writes some of the dirty pages in its range or none, and marks <i>all</i> of them clean: the
 * cache goes on showing their contents, a later force succeeds and does not write them, and a power cut takes them. Only a
 * page that is made dirty again is written again. A positional write always does that. A store through a mapping does so
 * here only if it changes a byte, because the comparison sees no other; a real kernel would see it. Failing to force
 * the directory leaves its operations pending, since file systems commit them in order or stop altogether.
 *
 * <p><b>Room</b> ({@link SimulatedStorage#capacity}) is the sum of the lengths of all files that have a name, a handle or a mapping. A
 * write that does not fit is done as far as it does, and throws {@link NoSpaceException}. Overwriting needs no room, nor
 * does a store through a mapping, as the engine only maps what it really wrote; mapping more than that is refused.
 *
 * <p><b>Leases</b> belong to a process, as locks of the kernel do: they end with it, and no disk keeps them.
 */
final class SimulatedMachine {

    /** A call across the seam, and what is left of it when it goes wrong. */
    interface Operation<T> {

        /** Does all of it. */
        T whole() throws IOException;

        /** Does a part, where the call can be done in parts. */
        default void half(final RandomGenerator random, final boolean powerCut) throws IOException {}

        /** What a failure changes although nothing of the call was done. */
        default void refuse() {}

        /** Takes back what the caller never got. */
        default void discard(final T result) throws IOException {}
    }

    /** Who calls: throws if it can't call any more. */
    interface Caller {
        void requireAlive() throws IOException;
    }

    /** What lies behind this offset of a file can't be reached through mappings made from now on. */
    int mappedLimit = Integer.MAX_VALUE;

    /** What is said of the file system. */
    boolean copiesOnWrite;

    /** How short the pieces may be in which segments are mapped. */
    int minPieceLength = MappedPieces.MIN_PIECE_LENGTH;

    private final FaultPlan faults = new FaultPlan();
    private final List<SimulatedStorage> processes = new ArrayList<>();
    private final SimulatedHolds holds = new SimulatedHolds();
    private SimulatedNames names = new SimulatedNames();
    private long capacity = Long.MAX_VALUE;
    private @Nullable String lockName;
    private @Nullable SimulatedStorage lockHolder;
    private boolean off;

    /** Bytes of files that are locked, and by which process. */
    private final Map<String, SimulatedStorage> regions = new HashMap<>();

    FaultPlan faults() {
        return faults;
    }

    SimulatedNames names() {
        return names;
    }

    SimulatedHolds holds() {
        return holds;
    }

    boolean isOff() {
        return off;
    }

    List<String> openHandles() {
        return processes.stream().flatMap(SimulatedStorage::handleNames).toList();
    }

    List<String> liveMappings() {
        return processes.stream().flatMap(SimulatedStorage::mappingNames).toList();
    }

    synchronized void add(final SimulatedStorage process) {
        processes.add(process);
    }

    <T> T call(
            final Caller caller,
            final StorageCall.Kind kind,
            final String name,
            final long offset,
            final long length,
            final Operation<T> operation)
            throws IOException {
        synchronized (this) {
            requirePossible(caller, kind, name);
        }
        final Fault fault = faults.next(kind, name, offset, length);
        if (fault == null) {
            synchronized (this) {
                requirePossible(caller, kind, name);
                return operation.whole();
            }
        }
        fault.runBefore();
        final IOException failure = fault.failure();
        final T result;
        synchronized (this) {
            // The action may have killed the process, or cut the power.
            requirePossible(caller, kind, name);
            if (fault.extent() == Fault.Extent.WHOLE && failure == null && !fault.isPowerCut()) {
                result = operation.whole();
            } else {
                throw goWrong(fault, failure, kind + " " + name, operation);
            }
        }
        fault.runAfter();
        return result;
    }

    private void requirePossible(final Caller caller, final StorageCall.Kind kind, final String name)
            throws IOException {
        if (off) {
            throw new PowerCutException("the machine is off: " + kind + " " + name);
        }
        caller.requireAlive();
    }

    private <T> IOException goWrong(
            final Fault fault, final @Nullable IOException failure, final String what, final Operation<T> operation)
            throws IOException {
        switch (fault.extent()) {
            case NOTHING -> {
                if (!fault.isPowerCut()) {
                    operation.refuse();
                }
            }
            case HALF -> operation.half(new SplittableRandom(fault.seed()), fault.isPowerCut());
            case WHOLE -> {
                try {
                    operation.discard(operation.whole());
                } finally {
                    // The power goes behind a call that fails by itself, too.
                    off = failure == null;
                }
            }
        }
        if (failure == null) {
            off = true;
            throw new PowerCutException(fault + ": " + what);
        }
        return failure;
    }

    boolean tryLock(final SimulatedStorage process, final String name) throws IOException {
        if (lockHolder != null) {
            return false;
        }
        if (!names.exists(name)) {
            names.create(name);
        }
        lockName = name;
        lockHolder = process;
        return true;
    }

    boolean isLocked() {
        return lockHolder != null || !regions.isEmpty();
    }

    void unlock(final SimulatedStorage process) {
        if (lockHolder == process) {
            lockHolder = null;
        }
    }

    @Nullable
    StorageLock tryLock(final SimulatedStorage process, final String name, final long region) throws IOException {
        if (!names.exists(name)) {
            names.create(name);
        }
        final String key = name + " " + region;
        return regions.putIfAbsent(key, process) == null ? new SimulatedLock(this, process, key) : null;
    }

    void unlock(final SimulatedStorage process, final String region) {
        regions.remove(region, process);
    }

    /** On Unix, closing any descriptor of the lock file drops the lock, so nobody may have one. */
    void requireNotLockFile(final String name) {
        if (name.equals(lockName) || name.equals(FileNames.NAMES)) {
            throw new IllegalStateException("the lock file is opened by nobody else, ever: " + name);
        }
    }

    void capacity(final long bytes) {
        capacity = bytes;
    }

    /** How many bytes may be added to files now. */
    long room() {
        if (capacity == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        // A deleted file keeps its room until the last handle and the last mapping are gone.
        final Set<SimulatedFile> files = new HashSet<>();
        names.files().forEach(files::add);
        processes.forEach(process -> process.addFilesInUse(files));
        long used = 0;
        for (final SimulatedFile file : files) {
            used += file.length();
        }
        return Math.max(0, capacity - used);
    }

    void crash(final SimulatedStorage survivor, final RandomGenerator random) {
        restart(survivor);
        names.crash(random);
        // One time in four the same becomes of all files, which single choices would hardly ever give.
        final Survival forAll =
                random.nextInt(4) > 0 ? null : random.nextBoolean() ? Survival.EVERYTHING : Survival.NOTHING;
        for (final SimulatedFile file : names.files()) {
            file.crash(random, forAll == null ? Survival.choose(random) : forAll);
        }
    }

    void writeBack(final RandomGenerator random) {
        names.forceSome(random);
        for (final SimulatedFile file : names.files()) {
            file.writeBack(random, Survival.choose(random));
        }
    }

    void kill(final SimulatedStorage process) {
        unlock(process);
        regions.values().removeIf(holder -> holder == process);
        process.cutOffMappings();
        process.loseHandles();
        off = false;
    }

    SimulatedSnapshot snapshot() {
        return new SimulatedSnapshot(names.copy(), lockName);
    }

    void restore(final SimulatedStorage survivor, final SimulatedSnapshot snapshot) {
        restart(survivor);
        names = snapshot.names().copy();
        lockName = snapshot.lockName();
    }

    private void restart(final SimulatedStorage survivor) {
        for (final SimulatedStorage process : processes) {
            process.loseHandles();
            if (process != survivor) {
                process.end();
            }
        }
        processes.clear();
        processes.add(survivor);
        lockHolder = null;
        regions.clear();
        off = false;
    }
}

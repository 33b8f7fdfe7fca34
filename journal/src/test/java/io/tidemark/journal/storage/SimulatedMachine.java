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

    private final FaultPlan faults = new FaultPlan();
    private final List<SimulatedStorage> processes = new ArrayList<>();
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

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The names of one directory: those that processes see, those on the disk, and what was done since the two were the
 * same. Guarded by {@link SimulatedMachine}.
 */
final class SimulatedNames {

    /** A step from the names on the disk towards those that processes see. */
    private sealed interface Operation {}

    private record Create(String name, SimulatedFile file) implements Operation {}

    private record Rename(String from, String to, SimulatedFile file) implements Operation {}

    private record Delete(String name, SimulatedFile file) implements Operation {}

    private final TreeMap<String, SimulatedFile> present = new TreeMap<>();
    private final TreeMap<String, SimulatedFile> durable = new TreeMap<>();
    private final List<Operation> pending = new ArrayList<>();

    SimulatedNames copy() {
        final Map<SimulatedFile, SimulatedFile> copies = new HashMap<>();
        final SimulatedNames copy = new SimulatedNames();
        present.forEach((name, file) -> copy.present.put(name, copyOnce(copies, file)));
        durable.forEach((name, file) -> copy.durable.put(name, copyOnce(copies, file)));
        for (final Operation operation : pending) {
            if (operation instanceof Create create) {
                copy.pending.add(new Create(create.name, copyOnce(copies, create.file)));
            } else if (operation instanceof Rename rename) {
                copy.pending.add(new Rename(rename.from, rename.to, copyOnce(copies, rename.file)));
            } else if (operation instanceof Delete delete) {
                copy.pending.add(new Delete(delete.name, copyOnce(copies, delete.file)));
            }
        }
        return copy;
    }

    private static SimulatedFile copyOnce(final Map<SimulatedFile, SimulatedFile> copies, final SimulatedFile file) {
        return copies.computeIfAbsent(file, SimulatedFile::copy);
    }

    List<String> names() {
        return List.copyOf(present.keySet());
    }

    List<String> durableNames() {
        return List.copyOf(durable.keySet());
    }

    Iterable<SimulatedFile> files() {
        return present.values();
    }

    boolean exists(final String name) {
        return present.containsKey(name);
    }

    SimulatedFile file(final String name) throws NoSuchFileException {
        final SimulatedFile file = present.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    SimulatedFile durableFile(final String name) throws NoSuchFileException {
        final SimulatedFile file = durable.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    SimulatedFile create(final String name) throws FileAlreadyExistsException {
        requireFree(name);
        final SimulatedFile file = new SimulatedFile(name);
        present.put(name, file);
        pending.add(new Create(name, file));
        return file;
    }

    void install(final String name, final byte[] content) throws FileAlreadyExistsException {
        requireFree(name);
        force();
        final SimulatedFile file = new SimulatedFile(name);
        file.install(content);
        present.put(name, file);
        durable.put(name, file);
    }

    void rename(final String from, final String to) throws FileSystemException {
        final SimulatedFile file = file(from);
        requireFree(to);
        present.remove(from);
        present.put(to, file);
        file.name(to);
        pending.add(new Rename(from, to, file));
    }

    void delete(final String name) throws NoSuchFileException {
        final SimulatedFile file = file(name);
        present.remove(name);
        pending.add(new Delete(name, file));
    }

    void force() {
        commit(pending.size());
    }

    /** Makes the oldest of the pending operations durable, any number of them. */
    void forceSome(final RandomGenerator random) {
        commit(random.nextInt(pending.size() + 1));
    }

    void crash(final RandomGenerator random) {
        if (!pending.isEmpty()) {
            switch (random.nextInt(4)) {
                case 0 -> commit(0);
                case 1 -> commit(pending.size());
                case 2 -> commit(random.nextInt(pending.size() + 1));
                default -> {
                    for (final Operation operation : pending) {
                        if (random.nextBoolean()) {
                            apply(operation);
                        }
                    }
                }
            }
        }
        pending.clear();
        present.clear();
        durable.forEach((name, file) -> {
            file.name(name);
            present.put(name, file);
        });
    }

    private void commit(final int count) {
        final List<Operation> committed = pending.subList(0, count);
        committed.forEach(this::apply);
        committed.clear();
    }

    /** Does on the disk what was done before, if what it was done to is there. */
    private void apply(final Operation operation) {
        if (operation instanceof Create create) {
            durable.put(create.name, create.file);
        } else if (operation instanceof Rename rename) {
            // As on a real disk, the new name takes the place of a file whose deletion has not come there.
            if (durable.remove(rename.from, rename.file)) {
                durable.put(rename.to, rename.file);
            }
        } else if (operation instanceof Delete delete) {
            durable.remove(delete.name, delete.file);
        }
    }

    private void requireFree(final String name) throws FileAlreadyExistsException {
        if (present.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Watches the memory of mappings that are gone: it is filled with a pattern, and whoever stores into it breaks the
 * pattern. Where others still have the file mapped, its content must stay what it was. Guarded by {@link SimulatedMachine}.
 */
final class UnmappedMemory {

    /** How many mappings are watched; those before are looked at once more and let go. */
    private static final int WATCHED_COUNT = 16;

    private static final byte PATTERN = (byte) 0xDB;

    private record Watched(String name, ByteBuffer memory) {}

    private final Deque<Watched> watched = new ArrayDeque<>();
    private final Set<SimulatedFile> watchedFiles = new LinkedHashSet<>();
    private final List<String> stores = new ArrayList<>();

    void watch(final String name, final ByteBuffer memory) {
        final byte[] pattern = new byte[memory.capacity()];
        Arrays.fill(pattern, PATTERN);
        memory.put(0, pattern);
        watched.addLast(new Watched(name, memory));
        if (watched.size() > WATCHED_COUNT) {
            checkOldest();
        }
    }

    /** Watches a part of a file that others have mapped still. */
    void watch(final SimulatedFile file, final int offset, final int length) {
        file.watch(offset, length);
        watchedFiles.add(file);
    }

    List<String> stores() {
        for (final SimulatedFile file : watchedFiles) {
            if (file.isStoredAfterUnmap()) {
                stores.add(file.name());
            }
        }
        watchedFiles.clear();
        while (!watched.isEmpty()) {
            checkOldest();
        }
        return List.copyOf(stores);
    }

    void clear() {
        watched.clear();
        watchedFiles.clear();
        stores.clear();
    }

    private void checkOldest() {
        final Watched oldest = watched.removeFirst();
        final byte[] found = new byte[oldest.memory.capacity()];
        oldest.memory.get(0, found);
        for (final byte value : found) {
            if (value != PATTERN) {
                stores.add(oldest.name);
                return;
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.nio.Buffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Which threads read and write which place. An access that meets no other thread's, because nobody else writes there or
 * nobody else is there at all, can change its place with whatever others do before it: to let others go first would show
 * nothing new.
 *
 * <p>What is known at the beginning of a pass over all schedules is used in that pass. If the pass finds out more, it was
 * incomplete and has to be repeated.
 *
 * <p>Places are told apart as far as they keep their names from schedule to schedule: objects that were accessed while the
 * scenario was made by their order, words of buffers by their offsets, objects that were made later by their class. To take
 * two places for one only costs schedules.
 */
final class Contention {

    private static final int WORD_SHIFT = 3;

    private final IdentityHashMap<Object, Integer> objects = new IdentityHashMap<>();
    private final Map<Class<?>, Integer> classes = new HashMap<>();
    private final Map<Long, Integer> places = new HashMap<>();
    private int[] knownReaders = new int[64];
    private int[] knownWriters = new int[64];
    private int[] foundReaders = new int[64];
    private int[] foundWriters = new int[64];

    /** Forgets the objects of the last schedule. */
    void beginSchedule() {
        objects.clear();
    }

    /** Gives an object a name of its own. */
    void name(final Object target) {
        objects.putIfAbsent(target, objects.size());
    }

    /** Notes an access, and tells whether it is known to meet another thread's. */
    boolean note(final int actor, final Object target, final int index, final boolean write) {
        final int place = place(target, index);
        final int bit = 1 << actor;
        if (write) {
            foundWriters[place] |= bit;
        } else {
            foundReaders[place] |= bit;
        }
        final int others = write ? knownReaders[place] | knownWriters[place] : knownWriters[place];
        return (others & ~bit) != 0;
    }

    private int place(final Object target, final int index) {
        final Integer known = objects.get(target);
        final long name =
                known != null ? known : -1 - classes.computeIfAbsent(target.getClass(), type -> classes.size());
        final int word = target instanceof Buffer ? index >> WORD_SHIFT : 0;
        final int place = places.computeIfAbsent((name << Integer.SIZE) | word, ignored -> places.size());
        if (place == foundReaders.length) {
            knownReaders = Arrays.copyOf(knownReaders, 2 * place);
            knownWriters = Arrays.copyOf(knownWriters, 2 * place);
            foundReaders = Arrays.copyOf(foundReaders, 2 * place);
            foundWriters = Arrays.copyOf(foundWriters, 2 * place);
        }
        return place;
    }

    /**
     * Takes over what the pass has found.
     *
     * @return whether that was more than what was known
     */
    boolean learn() {
        final boolean learned =
                !Arrays.equals(knownReaders, foundReaders) || !Arrays.equals(knownWriters, foundWriters);
        knownReaders = foundReaders.clone();
        knownWriters = foundWriters.clone();
        return learned;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Journal;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** What the user of a store of keys and values knows of it: what it held after each change, and what was told durable. */
public final class KnownChanges {

    /** By the sequence of the change. */
    private final TreeMap<Long, NavigableMap<String, String>> contents = new TreeMap<>();

    private long durable;

    /** A store in which nothing was ever put. */
    public KnownChanges() {
        contents.put(0L, new TreeMap<>());
    }

    /**
     * A change that a store has taken.
     *
     * @param sequence that it was given
     * @param key that was changed
     * @param value of it now; empty if it was deleted
     */
    public void add(final long sequence, final String key, final Optional<String> value) {
        final NavigableMap<String, String> content =
                new TreeMap<>(contents.lastEntry().getValue());
        value.ifPresentOrElse(present -> content.put(key, present), () -> content.remove(key));
        contents.put(sequence, content);
    }

    /**
     * What a key should have now.
     *
     * @param key to look for
     * @return the value; empty if there is none
     */
    public Optional<String> value(final String key) {
        return Optional.ofNullable(contents.lastEntry().getValue().get(key));
    }

    /**
     * Remembers what is durable now.
     *
     * @param journal of the store
     */
    public void remember(final Journal journal) {
        durable = Math.max(durable, journal.durableSequence());
    }

    /**
     * Fails unless a store that was opened again holds what it held after one of the changes, one that is not older than what
     * was told durable; and forgets all later ones.
     *
     * @param journal of the store
     * @param store gives the value of a key
     * @param keys all there can be
     */
    public void requirePossible(
            final Journal journal, final Function<String, Optional<String>> store, final Iterable<String> keys) {
        final long last = journal.lastSequence();
        assertTrue(last >= durable, () -> "the journal ends with " + last + ", durable was " + durable);
        contents.tailMap(last, false).clear();
        final NavigableMap<String, String> found = new TreeMap<>();
        for (final String key : keys) {
            store.apply(key).ifPresent(value -> found.put(key, value));
        }
        final NavigableMap<String, String> expected = contents.lastEntry().getValue();
        assertTrue(expected.equals(found), () -> "expected " + beginnings(expected) + ", but was " + beginnings(found));
    }

    private static NavigableMap<String, String> beginnings(final NavigableMap<String, String> content) {
        final NavigableMap<String, String> beginnings = new TreeMap<>(content);
        beginnings.replaceAll((key, value) -> value.length() < 15 ? value : value.substring(0, 15) + "...");
        return beginnings;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.interleaving.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the append queue is, if everything in it happened in one moment: a queue of claims with dense sequences, in a ring
 * of units of 8 bytes, in which each claim lies in one piece. It refuses exactly when there is no room, gaps counted, and
 * after it was closed always.
 *
 * @param capacity of the ring, in units
 * @param claimed units ever claimed, gaps among them
 * @param taken units ever given back
 * @param nextSequence that will be given out
 * @param closed whether the mark of closing is behind the last claim
 * @param entries claims and gaps that were not taken, oldest first
 */
record QueueSpecification(
        int capacity, long claimed, long taken, long nextSequence, boolean closed, List<Entry> entries) {

    /** A claim; a gap if it has no sequences. */
    record Entry(int units, long firstSequence, int count) {}

    /** A queue that nobody has used. */
    static QueueSpecification fresh(final int capacity, final long firstSequence) {
        return used(capacity, firstSequence, 0);
    }

    /** A queue through which some units have gone. */
    static QueueSpecification used(final int capacity, final long firstSequence, final long units) {
        return new QueueSpecification(capacity, units, units, firstSequence, false, List.of());
    }

    private int index() {
        return (int) (claimed % capacity);
    }

    private int gapBefore(final int units) {
        return index() + units > capacity ? capacity - index() : 0;
    }

    private boolean hasRoom(final int units) {
        return !closed && claimed - taken + units <= capacity;
    }

    /** An operation with its result. */
    sealed interface Done extends Outcome<QueueSpecification> {}

    /** A claim was given, at a place in the ring. */
    record Claimed(int units, int count, int index, long sequence) implements Done {
        @Override
        public Optional<QueueSpecification> after(final QueueSpecification before) {
            final int gap = before.gapBefore(units);
            final int expectedIndex = gap == 0 ? before.index() : 0;
            if (!before.hasRoom(gap + units) || index != expectedIndex || sequence != before.nextSequence) {
                return Optional.empty();
            }
            final List<Entry> entries = new ArrayList<>(before.entries);
            if (gap != 0) {
                entries.add(new Entry(gap, 0, 0));
            }
            entries.add(new Entry(units, sequence, count));
            return Optional.of(new QueueSpecification(
                    before.capacity,
                    before.claimed + gap + units,
                    before.taken,
                    before.nextSequence + count,
                    false,
                    List.copyOf(entries)));
        }
    }

    /** A claim was refused. */
    record Refused(int units) implements Done {
        @Override
        public Optional<QueueSpecification> after(final QueueSpecification before) {
            return before.hasRoom(before.gapBefore(units) + units) ? Optional.empty() : Optional.of(before);
        }
    }

    /** The consumer took a claim or a gap, and gave its room back. */
    record Taken(Entry entry) implements Done {
        @Override
        public Optional<QueueSpecification> after(final QueueSpecification before) {
            if (before.entries.isEmpty() || !before.entries.get(0).equals(entry)) {
                return Optional.empty();
            }
            return Optional.of(new QueueSpecification(
                    before.capacity,
                    before.claimed,
                    before.taken + entry.units,
                    before.nextSequence,
                    before.closed,
                    List.copyOf(before.entries.subList(1, before.entries.size()))));
        }
    }

    /** The consumer found the mark of closing. */
    record FoundEnd() implements Done {
        @Override
        public Optional<QueueSpecification> after(final QueueSpecification before) {
            return before.closed && before.entries.isEmpty() ? Optional.of(before) : Optional.empty();
        }
    }

    /** The queue was closed, or had no room for the mark. */
    record Closed(boolean done) implements Done {
        @Override
        public Optional<QueueSpecification> after(final QueueSpecification before) {
            if (done != before.hasRoom(1)) {
                return Optional.empty();
            }
            return Optional.of(
                    done
                            ? new QueueSpecification(
                                    before.capacity,
                                    before.claimed,
                                    before.taken,
                                    before.nextSequence,
                                    true,
                                    before.entries)
                            : before);
        }
    }

    /** Somebody asked for the last sequence given out. */
    record LastSequence(long sequence) implements Done {
        @Override
        public Optional<QueueSpecification> after(final QueueSpecification before) {
            return sequence == before.nextSequence - 1 ? Optional.of(before) : Optional.empty();
        }
    }

    /** The consumer asked whether there is anything it has not taken. */
    record HasClaims(boolean answer) implements Done {
        @Override
        public Optional<QueueSpecification> after(final QueueSpecification before) {
            final boolean any = before.closed || !before.entries.isEmpty();
            return answer == any ? Optional.of(before) : Optional.empty();
        }
    }
}

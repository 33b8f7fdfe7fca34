// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageLock;
import java.io.IOException;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who holds records: by a pin that is set, moved and closed, and by a named reader of another process that
 * commits. What is held is noted before it is let go, and after it was taken.
 */
final class ScheduledHolder extends ScheduledParticipant {

    private final Engine engine;
    private final SimulatedStorage storage;
    private final RandomGenerator random;
    private final Map<String, Integer> marks;
    private int left;

    private @Nullable Pin pin;
    private @Nullable NamedReader reader;

    /** The first sequence that is held by each; {@link Long#MAX_VALUE} if it holds nothing. */
    private long pinned = Long.MAX_VALUE;

    private long notPassed = Long.MAX_VALUE;

    ScheduledHolder(
            final Engine engine,
            final SimulatedStorage storage,
            final RandomGenerator random,
            final Map<String, Integer> marks) {
        this.engine = engine;
        this.storage = storage;
        this.random = random;
        this.marks = marks;
        this.left = random.nextInt(6);
    }

    /** No head may be above this. */
    long firstHeld() {
        return Math.min(pinned, notPassed);
    }

    @Override
    boolean isReady() {
        return left > 0;
    }

    @Override
    void step() throws IOException {
        left--;
        if (random.nextBoolean()) {
            stepPin();
        } else {
            stepReader();
        }
    }

    private void stepPin() {
        final Pin held = pin;
        if (held == null) {
            setPin();
        } else if (random.nextBoolean()) {
            pinned = held.sequence() + random.nextInt(3);
            held.moveTo(pinned);
        } else {
            pinned = Long.MAX_VALUE;
            held.close();
            pin = null;
        }
    }

    private void setPin() {
        final long sequence = 1 + random.nextLong(engine.durable().get() + 2);
        try {
            pin = engine.pins().add(sequence);
            pinned = sequence;
            mark("pin set");
        } catch (final OvertakenException e) {
            mark("pin refused");
        }
    }

    private void stepReader() throws IOException {
        if (reader == null) {
            takeUp();
            return;
        }
        final long durable = engine.durable().get();
        if (reader.passedSequence() <= durable) {
            final long passed = reader.passedSequence() + random.nextLong(durable - reader.passedSequence() + 1);
            // The older slot holds what it told until this has returned.
            notPassed = Math.max(notPassed, reader.passedSequence() + 1);
            commit(reader, passed);
        }
    }

    private void commit(final NamedReader committing, final long passed) {
        final long before = committing.passedSequence();
        try {
            committing.commit(passed);
            mark("name committed");
        } catch (final IllegalArgumentException e) {
            // The other process does not know yet how far the journal is durable.
            return;
        }
        notPassed = before == passed ? passed + 1 : notPassed;
    }

    private void takeUp() throws IOException {
        final StorageLock lock = storage.tryLock(FileNames.NAMES, FileNames.HEAD_REGION);
        if (lock == null) {
            // Nobody else goes on while this waits, so it would wait for ever.
            return;
        }
        lock.close();
        final NamedReader taken;
        try {
            taken = JournalReader.open(storage).named("holder", Start.atHead(), () -> 0, () -> 0);
        } catch (final StorageFullException e) {
            mark("no room for a name");
            return;
        }
        reader = taken;
        notPassed = taken.passedSequence() + 1;
        mark("name taken up");
    }

    /** Closes what is open. */
    void letGo() {
        left = 0;
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    private void mark(final String what) {
        marks.merge(what, 1, Integer::sum);
    }
}

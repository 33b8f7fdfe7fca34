// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.SimulatedStorage;

/** Another process that follows the journal: each step reads what has come since the one before. */
final class ScheduledTailer extends ScheduledParticipant {

    private final Engine engine;
    private final JournalReader reader;
    private final JournalModel.Follower follower;
    private int left;

    ScheduledTailer(final Engine engine, final SimulatedStorage process, final JournalModel model, final int steps) {
        this.engine = engine;
        this.reader = JournalReader.open(process);
        this.follower = model.follower();
        this.left = steps;
    }

    @Override
    boolean isReady() {
        return left > 0;
    }

    @Override
    void step() {
        left--;
        readOn();
    }

    /** Reads to the end: all that was written before must be there, and nothing that was not written after. */
    void readOn() {
        final long writtenBefore = engine.written().getAcquire();
        final long next;
        try {
            next = reader.replay(follower.next(), follower);
        } catch (final OvertakenException e) {
            follower.overtaken(e);
            return;
        }
        follower.readUpTo(next, writtenBefore, engine.written().getAcquire());
    }
}

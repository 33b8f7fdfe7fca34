// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.QueueSpecification.Claimed;
import io.tidemark.journal.QueueSpecification.Closed;
import io.tidemark.journal.QueueSpecification.Done;
import io.tidemark.journal.QueueSpecification.Entry;
import io.tidemark.journal.QueueSpecification.FoundEnd;
import io.tidemark.journal.QueueSpecification.LastSequence;
import io.tidemark.journal.QueueSpecification.Refused;
import io.tidemark.journal.QueueSpecification.Taken;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.interleaving.History;
import io.tidemark.journal.interleaving.Interleaving;
import io.tidemark.journal.interleaving.Scenario;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/**
 * What scenarios of the append queue have in common. Claims are far smaller than frames: the first word holds length and
 * number of sequences, and if there is another word, it holds the sequence. So a claim is the smallest that can go wrong,
 * and the consumer can tell whether it sees all of it.
 */
abstract class QueueScenario implements Scenario {

    private static final int UNIT = Long.BYTES;

    /** The smallest ring that there is: one cache line. */
    private static final int CAPACITY = 8;

    final AppendQueue queue;
    final History<QueueSpecification> history = new History<>();
    private final QueueSpecification initial;
    private long nextToTake;
    private boolean foundEnd;

    QueueScenario(final long firstSequence, final long usedUnits) {
        queue = new AppendQueue(CAPACITY * UNIT, firstSequence);
        initial = QueueSpecification.used(CAPACITY, firstSequence, usedUnits);
        nextToTake = firstSequence;
        age(queue, firstSequence, usedUnits);
    }

    /** Puts a queue into the state in which it is when so many units have gone through it. */
    static void age(final AppendQueue queue, final long firstSequence, final long usedUnits) {
        counter(queue, "consumedUnits").setRelease(usedUnits);
        counter(queue, "knownUnits").setRelease(usedUnits);
        counter(queue, "tail").setRelease((firstSequence << Integer.SIZE) | (usedUnits & 0xFFFF_FFFFL));
    }

    static PaddedSequence counter(final AppendQueue queue, final String name) {
        try {
            final Field field = AppendQueue.class.getDeclaredField(name);
            field.setAccessible(true);
            return (PaddedSequence) field.get(queue);
        } catch (final ReflectiveOperationException e) {
            throw new LinkageError("the queue has no such counter", e);
        }
    }

    /** Claims, until there is room, and commits. */
    void append(final QueueClaim claim, final int units, final int count) {
        while (!tryAppend(claim, units, count)) {
            Interleaving.yieldToOthers();
        }
    }

    boolean tryAppend(final QueueClaim claim, final int units, final int count) {
        final Done done = history.call(() -> queue.tryClaim(claim, units * UNIT, count)
                ? new Claimed(units, count, claim.offset / UNIT, claim.sequence)
                : new Refused(units));
        if (!(done instanceof Claimed claimed)) {
            Interleaving.happened("refused");
            return false;
        }
        final ByteBuffer ring = queue.ring();
        if (units > 1) {
            FrameLayout.word(ring, claim.offset + UNIT, claimed.sequence());
        }
        FrameLayout.wordRelease(ring, claim.offset, FrameLayout.word(units * UNIT, count));
        return true;
    }

    /** Takes what is committed at the head: a claim or a gap, or finds the end. */
    boolean tryTake() {
        final ByteBuffer ring = queue.ring();
        final int head = queue.headOffset();
        final long word = FrameLayout.wordAcquire(ring, head);
        if (word == 0) {
            return false;
        }
        if (AppendQueue.isClosed(word)) {
            history.call(FoundEnd::new);
            foundEnd = true;
            return true;
        }
        if (AppendQueue.isGap(word)) {
            Interleaving.happened("gap");
            final int length = AppendQueue.gapLength(word);
            history.call(() -> {
                queue.consumeGap(length, nextToTake);
                return new Taken(new Entry(length / UNIT, 0, 0));
            });
            return true;
        }
        final int length = FrameLayout.lengthOf(word);
        final int count = FrameLayout.checksumOf(word);
        final long sequence = nextToTake;
        if (length > UNIT && FrameLayout.word(ring, head + UNIT) != sequence) {
            throw new AssertionError("the claim was not seen whole: sequence=" + sequence);
        }
        nextToTake += count;
        history.call(() -> {
            queue.consume(length, nextToTake);
            return new Taken(new Entry(length / UNIT, sequence, count));
        });
        return true;
    }

    /** Takes claims, and the gaps between them, up to a sequence. */
    void takeUpTo(final long sequence) {
        while (nextToTake <= sequence) {
            if (!tryTake()) {
                Interleaving.yieldToOthers();
            }
        }
    }

    /** Takes all that was claimed before the end. */
    void takeUpToEnd() {
        while (!foundEnd) {
            if (!tryTake()) {
                Interleaving.yieldToOthers();
            }
        }
    }

    void close() {
        while (!history.call(() -> new Closed(queue.tryClose())).done()) {
            Interleaving.happened("refused");
            Interleaving.yieldToOthers();
        }
    }

    void askForLastSequence() {
        history.call(() -> new LastSequence(queue.lastClaimedSequence()));
    }

    long firstSequence() {
        return initial.nextSequence();
    }

    @Override
    public void check() {
        final QueueSpecification last = history.requireLinearizable(initial);
        if (!last.entries().isEmpty()) {
            throw new AssertionError("claims were not taken: " + last + history);
        }
        final ByteBuffer ring = queue.ring();
        final int mark = last.closed() ? queue.headOffset() : -1;
        for (int offset = 0; offset < CAPACITY * UNIT; offset += UNIT) {
            if (offset != mark && FrameLayout.word(ring, offset) != 0) {
                throw new AssertionError("the ring is not zero where nothing is claimed: offset=" + offset + history);
            }
        }
    }
}

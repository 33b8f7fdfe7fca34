// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * One of many tailers of a journal that rolls and is truncated all the time: reads with pauses of any length, until the record that
 * says that it is the last. Every record must be the next one, byte for byte, or the tailer was overtaken, and goes on at the head.
 *
 * <p>Also a program of its own: a tailer in another process.
 */
public final class CrowdTailer {

    /** Type of the last record. */
    static final int LAST_TYPE = 99;

    static final int MAX_LENGTH = 400;

    private static final int MAX_LIMIT = 300;
    private static final int MAX_PAUSE_NS = 3_000_000;
    private static final int MAX_LONG_PAUSE_NS = 150_000_000;

    private final Tailer tailer;
    private final SplittableRandom random;
    private long next;
    private long givenCount;
    private int overtakenCount;
    private boolean sawLast;

    CrowdTailer(final Tailer tailer, final long seed) {
        this.tailer = tailer;
        this.random = new SplittableRandom(seed);
        this.next = tailer.nextSequence();
    }

    /** The payload is told by the sequence, so that whoever reads can tell whether it is the right one. */
    static int fill(final long sequence, final ByteBuffer payload) {
        final int length = length(sequence);
        payload.putLong(0, sequence);
        for (int i = Long.BYTES; i < length; i++) {
            payload.put(i, (byte) (sequence + i));
        }
        return length;
    }

    private static int length(final long sequence) {
        return (int) (8 + sequence * 31 % 300);
    }

    /** Reads until the last record, or until somebody else has failed. */
    void run(final Crowd crowd) {
        while (!sawLast && crowd.isGoing()) {
            try {
                tailer.poll(this::take, 1 + random.nextInt(MAX_LIMIT));
                require(tailer.nextSequence() == next, "the tailer stands at " + tailer.nextSequence());
            } catch (final OvertakenException e) {
                require(e.sequence() == next && e.headSequence() > next, "not overtaken: " + e.getMessage());
                tailer.seek(Start.atHead());
                require(tailer.nextSequence() >= e.headSequence(), "the head went back");
                next = tailer.nextSequence();
                overtakenCount++;
            }
            pause();
        }
    }

    /** Whether to go on. */
    interface Crowd {
        boolean isGoing();
    }

    private void pause() {
        if (random.nextInt(1_000) == 0) {
            LockSupport.parkNanos(random.nextInt(MAX_LONG_PAUSE_NS));
        } else if (random.nextInt(6) == 0) {
            LockSupport.parkNanos(random.nextInt(MAX_PAUSE_NS));
        }
    }

    private void take(
            final long sequence,
            final long timestampNs,
            final int type,
            final ByteBuffer buffer,
            final int offset,
            final int length) {
        require(sequence == next, "given " + sequence);
        require(length == length(sequence) && buffer.getLong(offset) == sequence, "not the record " + sequence);
        for (int i = Long.BYTES; i < length; i++) {
            if (buffer.get(offset + i) != (byte) (sequence + i)) {
                throw new AssertionError("byte " + i + " of " + sequence);
            }
        }
        sawLast = type == LAST_TYPE;
        next++;
        givenCount++;
    }

    private void require(final boolean condition, final String what) {
        if (!condition) {
            throw new AssertionError(what + ", next is " + next);
        }
    }

    long givenCount() {
        return givenCount;
    }

    int overtakenCount() {
        return overtakenCount;
    }

    /** The record that would have come next. */
    long next() {
        return next;
    }

    /** Follows the journal in a directory, and says what came of it. */
    public static void main(final String[] arguments) {
        final Visibility visibility = Visibility.valueOf(arguments[1]);
        try (Tailer tailer = JournalReader.open(Path.of(arguments[0])).tailer(Start.atHead(), visibility)) {
            final CrowdTailer crowdTailer = new CrowdTailer(tailer, Long.parseLong(arguments[2]));
            System.out.println("ready");
            crowdTailer.run(() -> true);
            System.out.println(crowdTailer.next + " " + crowdTailer.givenCount + " " + crowdTailer.overtakenCount);
        }
    }
}

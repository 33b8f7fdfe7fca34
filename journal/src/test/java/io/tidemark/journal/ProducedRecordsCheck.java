// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads a journal from its first record on and holds every record against the {@link ProducedOperation} that it claims to
 * come from: bytes and type, no batch cut in two, for each producer nothing left out or repeated, and no sequence without
 * a record but where a claim was aborted.
 */
final class ProducedRecordsCheck implements RecordHandler {

    private final int producerCount;
    private final Map<Long, ProducedOperation> told;
    private final Set<Long> lives = new HashSet<>();
    private final Set<Long> begunLives = new HashSet<>();

    /** By producer, what it must have done next in the present life. */
    private final ProducedOperation[] expected;

    private long nextSequence = 1;
    private long missing;
    private long aborted;
    private long maybeAborted;
    private long recordCount;
    private int openPart = -1;
    private ProducedOperation open;

    /**
     * Prepares the check.
     *
     * @param producerCount number of producers in each life
     * @param told which operation a sequence was given to, as far as anybody said; the last sequence for a batch
     */
    ProducedRecordsCheck(final int producerCount, final Map<Long, ProducedOperation> told) {
        this.producerCount = producerCount;
        this.told = told;
        this.expected = new ProducedOperation[producerCount];
    }

    /** Tells of a life that may have begun: it may have left nothing but sequences of aborted claims. */
    void mayHaveBegun(final long life) {
        begunLives.add(life);
    }

    @Override
    public void onRecord(
            final long sequence,
            final long timestampNs,
            final int type,
            final ByteBuffer buffer,
            final int offset,
            final int length) {
        require(sequence >= nextSequence, "record " + sequence + " follows " + (nextSequence - 1));
        skipTo(sequence);
        final ProducedOperation operation = ProducedOperation.of(buffer, offset, length);
        final int part = ProducedOperation.partOf(buffer, offset);
        if (open == null) {
            require(part == 0, "batch without its beginning at " + sequence);
            begin(sequence, operation);
        } else {
            require(operation.equals(open) && part == openPart + 1, "batch cut in two before " + sequence);
        }
        require(type == operation.type(part), "type of record " + sequence + " is " + type);
        final byte[] found = new byte[length];
        buffer.get(offset, found);
        require(Arrays.equals(operation.payload(part), found), "payload of record " + sequence + " differs");
        final boolean isLast = part == operation.partCount() - 1;
        final ProducedOperation given = told.get(sequence);
        require(
                given == null || (isLast && given.equals(operation)),
                "record " + sequence + " is " + operation + ", told was " + given);
        open = isLast ? null : operation;
        openPart = part;
        nextSequence = sequence + 1;
        recordCount++;
    }

    /** Passes over sequences of aborted claims. */
    private void skipTo(final long sequence) {
        require(open == null || sequence == nextSequence, "batch cut in two at " + nextSequence);
        for (long skipped = nextSequence; skipped < sequence; skipped++) {
            final ProducedOperation given = told.get(skipped);
            require(given == null || given.partCount() == 0, "record " + skipped + " is missing, told was " + given);
        }
        missing += sequence - nextSequence;
        nextSequence = sequence;
    }

    private void begin(final long sequence, final ProducedOperation operation) {
        final int producer = operation.producer();
        require(producer >= 0 && producer < producerCount, "record " + sequence + " is of producer " + producer);
        if (expected[0] == null || operation.life() != expected[0].life()) {
            endLife();
            require(lives.add(operation.life()), "a life goes on after it ended: record " + sequence);
            Arrays.setAll(expected, i -> new ProducedOperation(operation.life(), i, 0));
        }
        ProducedOperation next = expected[producer];
        while (next.partCount() == 0) {
            aborted++;
            next = next.next();
        }
        require(operation.equals(next), "record " + sequence + " is " + operation + ", expected was " + next);
        expected[producer] = next.next();
    }

    /** What a producer aborted behind its last record may have taken a sequence or not: a crash may have come before. */
    private void endLife() {
        if (expected[0] != null) {
            for (final ProducedOperation next : expected) {
                countAborted(next);
            }
        }
    }

    private void countAborted(final ProducedOperation first) {
        ProducedOperation next = first;
        while (next.partCount() == 0) {
            maybeAborted++;
            next = next.next();
        }
    }

    /**
     * Ends the check.
     *
     * @param last sequence of the journal
     * @return number of records that were read
     */
    long finish(final long last) {
        require(open == null, "records end within a batch, before " + (last + 1));
        skipTo(last + 1);
        endLife();
        begunLives.removeAll(lives);
        for (final long life : begunLives) {
            for (int producer = 0; producer < producerCount; producer++) {
                countAborted(new ProducedOperation(life, producer, 0));
            }
        }
        require(
                missing >= aborted && missing <= aborted + maybeAborted,
                missing + " sequences without a record, aborted were " + aborted + " and perhaps " + maybeAborted);
        return recordCount;
    }

    /**
     * Fails if something is missing that a producer did before the given operation, all in one life.
     *
     * @param next operation, not done yet
     */
    void requireNothingBehind(final ProducedOperation next) {
        ProducedOperation found = expected[next.producer()];
        while (found != null && found.partCount() == 0 && found.counter() < next.counter()) {
            found = found.next();
        }
        require(next.equals(found), "records end before " + found + ", done was everything before " + next);
    }

    private static void require(final boolean condition, final String problem) {
        if (!condition) {
            throw new AssertionError(problem);
        }
    }
}

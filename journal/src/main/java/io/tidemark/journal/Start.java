// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Where a {@link Tailer} begins to read. A value: immutable, and equal to one of the same meaning. */
public final class Start {

    private static final Start HEAD = new Start(Kind.HEAD, 0);
    private static final Start END = new Start(Kind.END, 0);
    private static final Start CHECKPOINT = new Start(Kind.CHECKPOINT, 0);

    /** What the place is told by. */
    enum Kind {
        SEQUENCE,
        HEAD,
        END,
        TIME,
        CHECKPOINT,
        LAST
    }

    private final Kind kind;

    /** The sequence, the time in nanoseconds since the beginning of 1970, or the number of records; else 0. */
    private final long value;

    private Start(final Kind kind, final long value) {
        this.kind = kind;
        this.value = value;
    }

    /**
     * At a record. If there is none with this sequence yet, the tailer waits for it.
     *
     * @param sequence of the first record wanted, from 1
     * @return the place
     * @throws IllegalArgumentException if the sequence is below 1
     */
    public static Start atSequence(final long sequence) {
        if (sequence < 1) {
            throw new IllegalArgumentException("sequence must be at least 1: sequence=" + sequence);
        }
        return new Start(Kind.SEQUENCE, sequence);
    }

    /**
     * At the head: the first record that may be read.
     *
     * @return the place
     */
    public static Start atHead() {
        return HEAD;
    }

    /**
     * At the end: behind the last record that the tailer could give when it is made, be that written or durable.
     *
     * @return the place
     */
    public static Start atEnd() {
        return END;
    }

    /**
     * Some records before the end: so that those records come which are the last when the place is looked for, be they written or
     * durable. What it costs to find it depends on their number, not on the length of the journal.
     *
     * @param count number of records, from 0; if there are not so many, the head
     * @return the place
     * @throws IllegalArgumentException if the count is negative
     */
    public static Start atLast(final long count) {
        if (count < 0) {
            throw new IllegalArgumentException("count must be 0 or more: count=" + count);
        }
        return new Start(Kind.LAST, count);
    }

    /**
     * At a time: at the first record that was written then or later, as the timestamps of the records tell. If there is none
     * yet, the tailer passes over what comes until there is one. Timestamps never go back within one opening of the journal;
     * where a clock was set back between two openings, one of the places that fit is found.
     *
     * @param time of the first record wanted
     * @return the place
     */
    public static Start atTime(final Instant time) {
        return new Start(Kind.TIME, toNs(Objects.requireNonNull(time, "time")));
    }

    /**
     * Behind the last completed checkpoint: at the first record that the data of whoever made it may lack. Without a checkpoint,
     * at the head.
     *
     * @return the place
     */
    public static Start behindCheckpoint() {
        return CHECKPOINT;
    }

    /** Times beyond what a timestamp can tell, some 292 years before and after 1970, are before or after all of them. */
    private static long toNs(final Instant time) {
        final long second = TimeUnit.SECONDS.toNanos(1);
        try {
            return Math.addExact(Math.multiplyExact(time.getEpochSecond(), second), time.getNano());
        } catch (final ArithmeticException e) {
            return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    Kind kind() {
        return kind;
    }

    long sequence() {
        return value;
    }

    long count() {
        return value;
    }

    long timeNs() {
        return value;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Start start && start.kind == kind && start.value == value;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, value);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case SEQUENCE -> "sequence " + value;
            case HEAD -> "head";
            case END -> "end";
            case TIME -> "time " + value + " ns";
            case CHECKPOINT -> "behind the last checkpoint";
            case LAST -> "the last " + value;
        };
    }
}

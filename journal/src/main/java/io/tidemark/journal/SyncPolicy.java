// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * When the journal forces what was written. Whatever the policy, {@link Journal#durableSequence()} tells at any moment
 * what is safe, and {@link Journal#flush()}, the end of a segment and {@link Journal#close()} force.
 */
public final class SyncPolicy {

    private enum Kind {
        ALWAYS,
        BATCH,
        NEVER;

        private final String word = name().toLowerCase(Locale.ROOT);
    }

    private static final SyncPolicy ALWAYS = new SyncPolicy(Kind.ALWAYS, 1, 1, 0);
    private static final SyncPolicy NEVER = new SyncPolicy(Kind.NEVER, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    private final Kind kind;
    private final long maxRecords;
    private final long maxBytes;
    private final long maxDelayNs;

    private SyncPolicy(final Kind kind, final long maxRecords, final long maxBytes, final long maxDelayNs) {
        this.kind = kind;
        this.maxRecords = maxRecords;
        this.maxBytes = maxBytes;
        this.maxDelayNs = maxDelayNs;
    }

    /**
     * An append returns when its record is durable; appends of several threads share forces. Neither a crash of the
     * process nor a power cut takes a record whose append has returned.
     *
     * @return the policy
     */
    public static SyncPolicy always() {
        return ALWAYS;
    }

    /**
     * An append returns at once; a force comes when one of three limits is reached. A power cut can take what was appended
     * within them; a crash of the process takes only what was not written yet.
     *
     * @param maxRecords number of records written since the last force, at least 1
     * @param maxBytes bytes written since the last force, at least 1
     * @param maxDelay since the first record not forced was noticed, 0 or more; more than 292 years is never
     * @return the policy
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public static SyncPolicy batch(final long maxRecords, final long maxBytes, final Duration maxDelay) {
        if (maxRecords < 1) {
            throw new IllegalArgumentException("maxRecords must be at least 1: maxRecords=" + maxRecords);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1: maxBytes=" + maxBytes);
        }
        Objects.requireNonNull(maxDelay, "maxDelay");
        if (maxDelay.isNegative()) {
            throw new IllegalArgumentException("maxDelay must not be negative: maxDelay=" + maxDelay);
        }
        return new SyncPolicy(Kind.BATCH, maxRecords, maxBytes, TimeUnit.NANOSECONDS.convert(maxDelay));
    }

    /**
     * An append returns at once, and the operating system decides when bytes go to the disk. A power cut can take all
     * that was not forced by a flush, by the end of a segment or by closing.
     *
     * @return the policy
     */
    public static SyncPolicy never() {
        return NEVER;
    }

    boolean isAlways() {
        return kind == Kind.ALWAYS;
    }

    boolean isNever() {
        return kind == Kind.NEVER;
    }

    /** Whether the writer may write to files beside their mappings. Where forces are rare, storing in the mapping costs less. */
    boolean writesToFile() {
        return kind != Kind.NEVER;
    }

    long maxRecords() {
        return maxRecords;
    }

    long maxBytes() {
        return maxBytes;
    }

    long maxDelayNs() {
        return maxDelayNs;
    }

    /** Whether this is the same policy, with the same limits. */
    @Override
    public boolean equals(final Object other) {
        return other instanceof SyncPolicy policy
                && kind == policy.kind
                && maxRecords == policy.maxRecords
                && maxBytes == policy.maxBytes
                && maxDelayNs == policy.maxDelayNs;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, maxRecords, maxBytes, maxDelayNs);
    }

    /** Names the policy and its limits. */
    @Override
    public String toString() {
        return isAlways() || isNever()
                ? kind.word
                : kind.word + "(" + maxRecords + " records, " + maxBytes + " bytes, " + maxDelayNs + " ns)";
    }
}

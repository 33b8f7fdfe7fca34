// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * What a journal gives up by itself: an immutable value. Each {@code with} method checks what it is given and returns a
 * changed copy.
 *
 * <pre>{@code
 * RetentionPolicy policy = RetentionPolicy.keepAll()
 *         .withMaxAge(Duration.ofDays(7))
 *         .withMaxBytes(100L << 30)
 *         .withRequiredReaders("billing", "audit");
 * JournalConfig config = JournalConfig.defaults().withRetention(policy);
 * }</pre>
 *
 * <p>Segments go whole, the oldest first. One goes when <b>any limit</b> wants it gone, and <b>nothing holds</b> it:
 *
 * <ul>
 *   <li>Limits are age, bytes and records. Without one, nothing is given up.
 *   <li>It is held by what it lacks: it must be full, durable to its end, and lie before the segment in which recovery begins.
 *   <li>It is held by each {@link Pin}, and by each {@link NamedReader} that has not passed it, whether that is at work or not.
 *       A position that can't be read holds everything, and so does the name of a required reader that is not there yet.
 *   <li>It is held by the last checkpoint, if so {@linkplain #withCheckpointHeld() configured}.
 *   <li>It is held by the {@linkplain JournalConfig#withArchive archive}, until that has confirmed it.
 * </ul>
 *
 * <p>The head moves durably to the first record of the first segment that is kept, and then the files go, as with {@link
 * Journal#truncate}. What keeps it from going is told to {@link JournalListener#onRetentionProblem}; it is tried again.
 */
public final class RetentionPolicy {

    private static final long NONE = Long.MAX_VALUE;
    private static final RetentionPolicy KEEP_ALL =
            new RetentionPolicy(NONE, NONE, NONE, false, List.of(), TimeUnit.SECONDS.toNanos(1));

    private final long maxAgeNs;
    private final long maxBytes;
    private final long maxRecords;
    private final boolean checkpointHeld;
    private final List<String> requiredReaders;
    private final long checkIntervalNs;

    private RetentionPolicy(
            final long maxAgeNs,
            final long maxBytes,
            final long maxRecords,
            final boolean checkpointHeld,
            final List<String> requiredReaders,
            final long checkIntervalNs) {
        this.maxAgeNs = maxAgeNs;
        this.maxBytes = maxBytes;
        this.maxRecords = maxRecords;
        this.checkpointHeld = checkpointHeld;
        this.requiredReaders = requiredReaders;
        this.checkIntervalNs = checkIntervalNs;
    }

    /**
     * No limit: nothing is given up but what is truncated.
     *
     * @return the policy
     */
    public static RetentionPolicy keepAll() {
        return KEEP_ALL;
    }

    /**
     * Gives up segments of which every record is older than this, by the timestamps of the records and the {@linkplain
     * JournalConfig#withClock clock} of the journal. Where the clock was set back, a segment counts as no older than one before
     * it; a clock that is set forward makes records old.
     *
     * @param maxAge more than 0; more than 292 years is no limit
     * @return the changed policy
     * @throws IllegalArgumentException if the time is not more than 0
     */
    public RetentionPolicy withMaxAge(final Duration maxAge) {
        final long ageNs = TimeUnit.NANOSECONDS.convert(Objects.requireNonNull(maxAge, "maxAge"));
        require(ageNs > 0, "maxAge must be more than 0", maxAge);
        return new RetentionPolicy(ageNs, maxBytes, maxRecords, checkpointHeld, requiredReaders, checkIntervalNs);
    }

    /**
     * Gives up the oldest segments while all that hold records are longer together than this. The present segment counts with its
     * whole length, and always stays; standbys do not count.
     *
     * @param bytes 0 or more
     * @return the changed policy
     * @throws IllegalArgumentException if the length is negative
     */
    public RetentionPolicy withMaxBytes(final long bytes) {
        require(bytes >= 0, "maxBytes must be 0 or more", bytes);
        return new RetentionPolicy(maxAgeNs, bytes, maxRecords, checkpointHeld, requiredReaders, checkIntervalNs);
    }

    /**
     * Gives up segments that hold none of the last durable records. With 0, whatever nothing holds goes as soon as its segment
     * is full: for who keeps records by named readers, pins or checkpoints alone.
     *
     * @param records number of the last durable records to keep, 0 or more
     * @return the changed policy
     * @throws IllegalArgumentException if the number is negative
     */
    public RetentionPolicy withMaxRecords(final long records) {
        require(records >= 0, "maxRecords must be 0 or more", records);
        return new RetentionPolicy(maxAgeNs, maxBytes, records, checkpointHeld, requiredReaders, checkIntervalNs);
    }

    /**
     * Holds what lies behind the last completed checkpoint; everything, if there was none.
     *
     * @return the changed policy
     */
    public RetentionPolicy withCheckpointHeld() {
        return new RetentionPolicy(maxAgeNs, maxBytes, maxRecords, true, requiredReaders, checkIntervalNs);
    }

    /**
     * Names readers that must be there: while one of them has no position yet, everything is held.
     *
     * @param names of readers, as for {@link JournalReader#named(String)}; they take the place of those named before
     * @return the changed policy
     * @throws IllegalArgumentException if one is no name
     */
    public RetentionPolicy withRequiredReaders(final String... names) {
        final TreeSet<String> sorted = new TreeSet<>();
        for (final String name : Objects.requireNonNull(names, "names")) {
            require(name != null, "names must hold no null", "null at index " + sorted.size());
            sorted.add(ReaderNames.require(name));
        }
        return new RetentionPolicy(
                maxAgeNs, maxBytes, maxRecords, checkpointHeld, List.copyOf(new ArrayList<>(sorted)), checkIntervalNs);
    }

    /**
     * Sets how often to look. By default that is once a second, and whenever a segment is full.
     *
     * @param checkInterval more than 0; more than 292 years is never, but when a segment is full
     * @return the changed policy
     * @throws IllegalArgumentException if the time is not more than 0
     */
    public RetentionPolicy withCheckInterval(final Duration checkInterval) {
        final long intervalNs = TimeUnit.NANOSECONDS.convert(Objects.requireNonNull(checkInterval, "checkInterval"));
        require(intervalNs > 0, "checkInterval must be more than 0", checkInterval);
        return new RetentionPolicy(maxAgeNs, maxBytes, maxRecords, checkpointHeld, requiredReaders, intervalNs);
    }

    private static void require(final boolean condition, final String rule, final Object found) {
        if (!condition) {
            throw new IllegalArgumentException(rule + ": found " + found);
        }
    }

    boolean hasLimit() {
        return hasMaxAge() || maxBytes != NONE || maxRecords != NONE;
    }

    boolean hasMaxAge() {
        return maxAgeNs != NONE;
    }

    /** Whether a limit wants a segment gone. */
    boolean wantsGone(final long ageNs, final long bytesFromHere, final long recordsBehind) {
        return (hasMaxAge() && ageNs > maxAgeNs)
                || (maxBytes != NONE && bytesFromHere > maxBytes)
                || (maxRecords != NONE && recordsBehind >= maxRecords);
    }

    boolean checkpointHeld() {
        return checkpointHeld;
    }

    List<String> requiredReaders() {
        return requiredReaders;
    }

    long checkIntervalNs() {
        return checkIntervalNs;
    }

    /** Whether this is a policy of the same limits and holds. */
    @Override
    public boolean equals(final Object other) {
        return other instanceof RetentionPolicy policy
                && maxAgeNs == policy.maxAgeNs
                && maxBytes == policy.maxBytes
                && maxRecords == policy.maxRecords
                && checkpointHeld == policy.checkpointHeld
                && requiredReaders.equals(policy.requiredReaders)
                && checkIntervalNs == policy.checkIntervalNs;
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxAgeNs, maxBytes, maxRecords, checkpointHeld, requiredReaders, checkIntervalNs);
    }

    /** Names what gives segments up, what holds them, and how often that is looked at. */
    @Override
    public String toString() {
        final List<String> parts = new ArrayList<>();
        addLimit(parts, maxAgeNs, "ns of age");
        addLimit(parts, maxBytes, "bytes");
        addLimit(parts, maxRecords, "records");
        if (checkpointHeld) {
            parts.add("checkpoint held");
        }
        if (!requiredReaders.isEmpty()) {
            parts.add("required readers " + requiredReaders);
        }
        parts.add(
                checkIntervalNs == NONE
                        ? "checked when a segment is full"
                        : "checked every " + checkIntervalNs + " ns");
        return (hasLimit() ? "keep(" : "keep all(") + String.join(", ", parts) + ")";
    }

    private static void addLimit(final List<String> parts, final long limit, final String unit) {
        if (limit != NONE) {
            parts.add(limit + " " + unit);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.spi.JournalProbe;
import io.tidemark.journal.spi.StorageSync;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * How a journal is to be run: an immutable value. Each {@code with} method checks what it is given and returns a changed
 * copy; nothing is read from system properties or the environment.
 *
 * <pre>{@code
 * JournalConfig config = JournalConfig.defaults()
 *         .withSyncPolicy(SyncPolicy.always())
 *         .withSegmentLength(256 << 20);
 * }</pre>
 */
public final class JournalConfig {

    private static final int MIN_QUEUE_LENGTH = 64 << 10;
    private static final int MAX_QUEUE_LENGTH = 1 << 30;
    private static final int MAX_STANDBY_COUNT = 1024;

    /** Spares are kept, but not where they are worth nothing. */
    static final int SPARES_WHERE_THEY_HELP = -1;

    static final int DEFAULT_SPARE_COUNT = 8;

    private static final int MAX_SPARE_COUNT = 1 << 20;

    /** As much as a segment takes. */
    static final long RESERVE_OF_A_SEGMENT = -1;

    private static final JournalConfig DEFAULTS = new JournalConfig(new JournalConfigFields());

    private final JournalConfigFields fields;

    private JournalConfig(final JournalConfigFields fields) {
        this.fields = fields;
    }

    /**
     * The defaults: segments of 64 MiB, an append queue of 16 MiB, one standby, and a force after 16,384 records, 1 MiB
     * or 1 ms, whichever comes first; slow is a force of more than 100 ms, and closing waits up to 10 s. No listener, no archive.
     *
     * @return the configuration
     */
    public static JournalConfig defaults() {
        return DEFAULTS;
    }

    /**
     * Sets the length of segments made from now on; those that exist keep theirs.
     *
     * @param segmentLength in bytes, a multiple of 4096 from 64 KiB to 1 GiB; a record can't be longer than a segment
     * @return the changed configuration
     * @throws IllegalArgumentException if the length is out of its range
     */
    public JournalConfig withSegmentLength(final int segmentLength) {
        require(
                SegmentLayout.isSegmentLength(segmentLength),
                "segmentLength must be a multiple of 4096 from 65536 to 1073741824",
                segmentLength);
        final JournalConfigFields copy = fields.copy();
        copy.segmentLength = segmentLength;
        return new JournalConfig(copy);
    }

    /**
     * Sets the length of the append queue, the memory in which records wait for the writer.
     *
     * @param queueLength in bytes, a power of two from 64 KiB to 1 GiB; a record or batch takes at most half of it
     * @return the changed configuration
     * @throws IllegalArgumentException if the length is out of its range
     */
    public JournalConfig withQueueLength(final int queueLength) {
        require(
                queueLength >= MIN_QUEUE_LENGTH
                        && queueLength <= MAX_QUEUE_LENGTH
                        && Integer.bitCount(queueLength) == 1,
                "queueLength must be a power of two from 65536 to 1073741824",
                queueLength);
        final JournalConfigFields copy = fields.copy();
        copy.queueLength = queueLength;
        return new JournalConfig(copy);
    }

    /**
     * Sets how many segments are kept ready ahead of the writer.
     *
     * @param standbyCount from 1 to 1024
     * @return the changed configuration
     * @throws IllegalArgumentException if the count is out of its range
     */
    public JournalConfig withStandbyCount(final int standbyCount) {
        require(
                standbyCount >= 1 && standbyCount <= MAX_STANDBY_COUNT,
                "standbyCount must be from 1 to 1024",
                standbyCount);
        final JournalConfigFields copy = fields.copy();
        copy.standbyCount = standbyCount;
        return new JournalConfig(copy);
    }

    /**
     * Sets how many files of truncated segments are kept to be used again. A segment that is made of one is not filled with
     * zeros first: so each byte is written once, and no block is allocated. They take room as if their segments were still
     * there, and give it up when room is short. A segment that a {@link Tailer} has mapped is never used again, but deleted.
     *
     * <p>By default up to 8 are kept; none on file systems that copy on write, which write nothing in place anyway. What is
     * set here holds on every file system. Where more segments are truncated at a time than are kept, so many must be made
     * anew.
     *
     * @param spareCount from 0, to delete what is truncated at once, to 1048576
     * @return the changed configuration
     * @throws IllegalArgumentException if the count is out of its range
     */
    public JournalConfig withRecycling(final int spareCount) {
        require(spareCount >= 0 && spareCount <= MAX_SPARE_COUNT, "spareCount must be from 0 to 1048576", spareCount);
        final JournalConfigFields copy = fields.copy();
        copy.spareCount = spareCount;
        return new JournalConfig(copy);
    }

    /**
     * Sets how much is to stay free on the file system. With less, new records are refused as if it were full: {@code append}
     * throws a {@link StorageFullException}, {@code tryAppend} returns {@link Appender#STORAGE_FULL}. What was accepted is
     * still written, into the room that stayed free if need be, and checkpoints can still be completed. When there is an
     * eighth more than this, new records are let in again, without anybody's help.
     *
     * <p>It is looked at when a segment is to be made and when one was made, not at each append; so it is no promise to
     * others on the same file system. By default it is the length of one segment: so what was accepted finds
     * room when new records are refused.
     *
     * @param bytes from 0, to go on until the file system itself says that it is full
     * @return the changed configuration
     * @throws IllegalArgumentException if the number is negative
     */
    public JournalConfig withReservedSpace(final long bytes) {
        require(bytes >= 0, "reservedSpace must be 0 or more", bytes);
        final JournalConfigFields copy = fields.copy();
        copy.reservedSpace = bytes;
        return new JournalConfig(copy);
    }

    /**
     * Sets when to force.
     *
     * @param syncPolicy one of the three
     * @return the changed configuration
     */
    public JournalConfig withSyncPolicy(final SyncPolicy syncPolicy) {
        final JournalConfigFields copy = fields.copy();
        copy.syncPolicy = Objects.requireNonNull(syncPolicy, "syncPolicy");
        return new JournalConfig(copy);
    }

    /**
     * Sets how long {@link Journal#close()} waits for claims that were never committed, or for room on a full file
     * system, before it gives up what could not be written, and says so.
     *
     * @param closeTimeout 0 or more; more than 292 years is for ever
     * @return the changed configuration
     * @throws IllegalArgumentException if the time is negative
     */
    public JournalConfig withCloseTimeout(final Duration closeTimeout) {
        Objects.requireNonNull(closeTimeout, "closeTimeout");
        require(!closeTimeout.isNegative(), "closeTimeout must not be negative", closeTimeout);
        final JournalConfigFields copy = fields.copy();
        copy.closeTimeoutNs = TimeUnit.NANOSECONDS.convert(closeTimeout);
        return new JournalConfig(copy);
    }

    /**
     * Sets from when on a force is told to {@link JournalListener#onSlowForce}.
     *
     * @param slowForce 0 or more; more than 292 years is never
     * @return the changed configuration
     * @throws IllegalArgumentException if the time is negative
     */
    public JournalConfig withSlowForceThreshold(final Duration slowForce) {
        Objects.requireNonNull(slowForce, "slowForce");
        require(!slowForce.isNegative(), "slowForce must not be negative", slowForce);
        final JournalConfigFields copy = fields.copy();
        copy.slowForceNs = TimeUnit.NANOSECONDS.convert(slowForce);
        return new JournalConfig(copy);
    }

    /**
     * Sets the clock that stamps records. From one opening to the next, timestamps never go back: where the clock does, the
     * last one is repeated. What the clock throws ends the journal.
     *
     * @param clock nanoseconds since the beginning of 1970, UTC; called by the journal's threads, by the writer once for a
     *     run of records
     * @return the changed configuration
     */
    public JournalConfig withClock(final EpochNanoClock clock) {
        final JournalConfigFields copy = fields.copy();
        copy.clock = Objects.requireNonNull(clock, "clock");
        return new JournalConfig(copy);
    }

    /**
     * Sets how the journal's threads wait. By default they spin for a fraction of a millisecond, then park until they are
     * woken, so that an idle journal uses no processor time; a busy-spinning strategy takes one core for each of writer
     * and sync thread.
     *
     * @param idleStrategy makes one strategy for each thread; where it makes none, the journal is not opened
     * @return the changed configuration
     */
    public JournalConfig withIdleStrategy(final Supplier<IdleStrategy> idleStrategy) {
        final JournalConfigFields copy = fields.copy();
        copy.idleStrategy = Objects.requireNonNull(idleStrategy, "idleStrategy");
        return new JournalConfig(copy);
    }

    /**
     * Sets what makes the journal's threads. They must not be interrupted: the journal takes that for a failure, and ends.
     *
     * @param threadFactory makes threads that are not started yet; where it makes none, the journal is not opened
     * @return the changed configuration
     */
    public JournalConfig withThreadFactory(final ThreadFactory threadFactory) {
        final JournalConfigFields copy = fields.copy();
        copy.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
        return new JournalConfig(copy);
    }

    /**
     * Runs the writer where the user calls {@link Journal#invoke()}, as a rule behind appends; sync agent and keeper have threads of
     * their own. What was appended before a call is written and visible behind it, with no hand-over to another thread, and no core
     * is taken by one that waits for records. A record that nobody invokes the writer for is written when somebody waits for
     * it, or the journal is closed: a thread that has to wait for the journal, for whatever it is, invokes the writer meanwhile.
     *
     * <p>Any thread may invoke, and several may: one waits for the other. Under {@link SyncPolicy#always()} {@code append} does it by
     * itself, because it waits.
     *
     * @return the changed configuration
     */
    public JournalConfig withInvokedWriter() {
        return withInvocation(Invocation.WRITER);
    }

    /**
     * Runs the journal without threads of its own: the user calls {@link Journal#invoke()} again and again from one thread, which
     * must not be interrupted while it does; with an archive, {@link Journal#invokeArchive()} too. Others may wait, these not.
     *
     * @return the changed configuration
     */
    public JournalConfig withInvokedAgents() {
        return withInvocation(Invocation.ALL);
    }

    private JournalConfig withInvocation(final Invocation invocation) {
        final JournalConfigFields copy = fields.copy();
        copy.invocation = invocation;
        return new JournalConfig(copy);
    }

    /**
     * Sets who is told of recovery, rolls, slow forces, back-pressure and failure.
     *
     * @param listener to be told
     * @return the changed configuration
     */
    public JournalConfig withListener(final JournalListener listener) {
        final JournalConfigFields copy = fields.copy();
        copy.listener = Objects.requireNonNull(listener, "listener");
        return new JournalConfig(copy);
    }

    /**
     * Sets who is told when the durable sequence moves.
     *
     * @param durabilityListener to be told
     * @return the changed configuration
     */
    public JournalConfig withDurabilityListener(final DurabilityListener durabilityListener) {
        final JournalConfigFields copy = fields.copy();
        copy.durabilityListener = Objects.requireNonNull(durabilityListener, "durabilityListener");
        return new JournalConfig(copy);
    }

    /**
     * Sets what makes things durable, in the place of Java's own calls. The module {@code native-sync} has one:
     * {@code withStorageSync(NativeSync.load())}.
     *
     * @param storageSync used by the threads of this journal, and for files of its {@link GuardedChannel}s; may be shared by
     *     any number of journals
     * @return the changed configuration
     */
    public JournalConfig withStorageSync(final StorageSync storageSync) {
        final JournalConfigFields copy = fields.copy();
        copy.storageSync = Objects.requireNonNull(storageSync, "storageSync");
        return new JournalConfig(copy);
    }

    /**
     * Sets how many tailers of this journal may be open at a time in the writing process. Each has at most two segments mapped, so
     * this bounds what all of them hold, however slowly they read: twice this number of segments.
     *
     * @param maxTailers at least 1; 1024 by default
     * @return the changed configuration
     * @throws IllegalArgumentException if the number is below 1
     */
    public JournalConfig withMaxTailers(final int maxTailers) {
        final JournalConfigFields copy = fields.copy();
        copy.maxTailers = TailerLimit.require(maxTailers);
        return new JournalConfig(copy);
    }

    /**
     * Sets what the journal gives up by itself. By default that is nothing.
     *
     * @param retention the policy
     * @return the changed configuration
     */
    public JournalConfig withRetention(final RetentionPolicy retention) {
        final JournalConfigFields copy = fields.copy();
        copy.retention = Objects.requireNonNull(retention, "retention");
        return new JournalConfig(copy);
    }

    /**
     * Sets who takes copies of segments. From then on no file of a segment is deleted that the archive has not confirmed,
     * be it for the policy, a truncation or a checkpoint: the head moves, and the file goes when it is confirmed. What
     * it has confirmed is kept in the directory. Where the journal is opened without an archive, files go without one.
     *
     * @param archive is given the segments, on a thread of its own
     * @return the changed configuration
     */
    public JournalConfig withArchive(final SegmentArchive archive) {
        final JournalConfigFields copy = fields.copy();
        copy.archive = Objects.requireNonNull(archive, "archive");
        return new JournalConfig(copy);
    }

    /**
     * Sets who is told how long appends, forces and rolls take, on the threads where they happen.
     *
     * @param probe to be told; of one open journal at a time, unless it says otherwise
     * @return the changed configuration
     */
    public JournalConfig withProbe(final JournalProbe probe) {
        final JournalConfigFields copy = fields.copy();
        copy.probe = Objects.requireNonNull(probe, "probe");
        return new JournalConfig(copy);
    }

    /** Measures time between events; replaced by tests that own time. */
    JournalConfig withTicker(final NanoClock ticker) {
        final JournalConfigFields copy = fields.copy();
        copy.ticker = ticker;
        return new JournalConfig(copy);
    }

    /** Gives the two halves of a new journal's id; replaced by tests that must repeat themselves. */
    JournalConfig withIdSource(final LongSupplier idSource) {
        final JournalConfigFields copy = fields.copy();
        copy.idSource = idSource;
        return new JournalConfig(copy);
    }

    /** Lets a thread that has to wait invoke the agents meanwhile; for tests that have one thread and must repeat themselves. */
    JournalConfig withInvokingWaits() {
        final JournalConfigFields copy = fields.copy();
        copy.invocation = Invocation.ALL;
        copy.invokingWaits = true;
        return new JournalConfig(copy);
    }

    private static void require(final boolean condition, final String rule, final Object found) {
        if (!condition) {
            throw new IllegalArgumentException(rule + ": found " + found);
        }
    }

    int segmentLength() {
        return fields.segmentLength;
    }

    int queueLength() {
        return fields.queueLength;
    }

    int standbyCount() {
        return fields.standbyCount;
    }

    /** How many spares are kept at most, or {@link #SPARES_WHERE_THEY_HELP}. */
    int spareCount() {
        return fields.spareCount;
    }

    long reservedSpace() {
        return fields.reservedSpace == RESERVE_OF_A_SEGMENT ? fields.segmentLength : fields.reservedSpace;
    }

    SyncPolicy syncPolicy() {
        return fields.syncPolicy;
    }

    int maxTailers() {
        return fields.maxTailers;
    }

    long closeTimeoutNs() {
        return fields.closeTimeoutNs;
    }

    long slowForceNs() {
        return fields.slowForceNs;
    }

    EpochNanoClock clock() {
        return fields.clock;
    }

    NanoClock ticker() {
        return fields.ticker;
    }

    LongSupplier idSource() {
        return fields.idSource;
    }

    @Nullable
    Supplier<IdleStrategy> idleStrategy() {
        return fields.idleStrategy;
    }

    @Nullable
    ThreadFactory threadFactory() {
        return fields.threadFactory;
    }

    Invocation invocation() {
        return fields.invocation;
    }

    boolean invokingWaits() {
        return fields.invokingWaits;
    }

    JournalListener listener() {
        return fields.listener;
    }

    RetentionPolicy retention() {
        return fields.retention;
    }

    @Nullable
    SegmentArchive archive() {
        return fields.archive;
    }

    @Nullable
    DurabilityListener durabilityListener() {
        return fields.durabilityListener;
    }

    @Nullable
    JournalProbe probe() {
        return fields.probe;
    }

    @Nullable
    StorageSync storageSync() {
        return fields.storageSync;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.spi.JournalProbe;

/**
 * Times at which appends began, on their way through the journal. They exist only if a probe wants to know how long appends take.
 *
 * <p>An appender puts a stamp where the frame in the append queue has its timestamp, which is zero there until the writer fills
 * it in. The writer takes the stamps out, tells how long it took until they were written, and hands them to the sync agent by a
 * ring, which tells how long it took until they were durable.
 *
 * <p><b>Samples.</b> Looking at the clock costs more than all the rest of an append, so at high rates one append of 2<sup>n</sup> is
 * stamped, chosen by a hash of its sequence, and stands for that many; the stamp tells <i>n</i>. The writer raises and lowers
 * <i>n</i> so that some ten thousand appends a second are measured, and fewer while a long force keeps them in the ring: it would
 * be wrong to drop just those that wait for it.
 */
final class AppendTimes {

    /** Stamps in the ring at most; a power of two. */
    static final int CAPACITY = 1 << 16;

    private static final int MAX_SHIFT = 14;

    /** The low bits of a stamp are the number of the shift and 1; so a stamp is never zero. */
    private static final long CODE_MASK = 15;

    private static final long HASH = 0x9E37_79B9_7F4A_7C15L;
    private static final int HASH_SHIFT = 48;

    /** So many stamps are to take from {@link #SHORT_WINDOW_NS} to {@link #LONG_WINDOW_NS}: 16,000 to 64,000 a second. */
    private static final int WINDOW_COUNT = 1_024;

    private static final long SHORT_WINDOW_NS = 16_000_000;
    private static final long LONG_WINDOW_NS = 64_000_000;

    /** Of a crowded ring, the shift is looked at after so many. */
    private static final int CROWDED_COUNT = 256;

    /** So many runs without a stamp are as good as one with a stamp. */
    private static final int UNSTAMPED_RUNS = 64;

    /** Frames of a run at most, and one batch. */
    private static final int RUN_CAPACITY = RunStore.LONGEST_RUN_LENGTH / FrameLayout.HEADER_LENGTH + 1;

    private final Engine engine;
    private final JournalProbe probe;

    /** Sequence and stamp in turn. Written by the writer in front of the tail, read by the sync agent in front of the head. */
    private final long[] ring = new long[2 * CAPACITY];

    private final PaddedSequence tail = new PaddedSequence(0);
    private final PaddedSequence head = new PaddedSequence(0);

    /** The same for the run under way. Owned by the writer, as all that follows. */
    private final long[] run = new long[2 * RUN_CAPACITY];

    private int runCount;
    private int unstampedRuns;
    private int windowCount;
    private long windowStartNs;

    /** One append of 2 to the power of this is stamped. Read by appenders, of which some may see it late. */
    private volatile int shift;

    AppendTimes(final Engine engine, final JournalProbe probe) {
        this.engine = engine;
        this.probe = probe;
        this.windowStartNs = engine.nowNs();
    }

    /** Whether an append is to be stamped: the shift and 1, or 0 if not. Any thread. */
    int codeOf(final long sequence) {
        final int present = shift;
        return (((sequence * HASH) >>> HASH_SHIFT) & ((1L << present) - 1)) == 0 ? present + 1 : 0;
    }

    /** The stamp of an append. Any thread. */
    static long stamp(final long startNs, final int code) {
        return (startNs & ~CODE_MASK) | code;
    }

    /** How many appends a stamp stands for. */
    private static long weight(final long stamp) {
        return 1L << ((stamp & CODE_MASK) - 1);
    }

    /** Notes a stamp that was found in a frame. Writer only. */
    void note(final long stamp, final long sequence) {
        if (runCount < RUN_CAPACITY) {
            run[2 * runCount] = sequence;
            run[2 * runCount + 1] = stamp;
            runCount++;
        }
    }

    /** What was noted can be read now, but is not told to be written yet. Writer only. */
    void written() {
        if (runCount == 0) {
            runWithoutStamp();
            return;
        }
        final long nowNs = engine.nowNs();
        long end = tail.getPlain();
        final long limit = head.getAcquire() + CAPACITY;
        for (int i = 0; i < runCount; i++) {
            final long stamp = run[2 * i + 1];
            tellWritten(nowNs, stamp);
            if (end < limit) {
                final int index = 2 * (int) (end & (CAPACITY - 1));
                ring[index] = run[2 * i];
                ring[index + 1] = stamp;
                end++;
            }
        }
        tail.setRelease(end);
        adapt(nowNs, CAPACITY - (limit - end) > CAPACITY / 2);
        runCount = 0;
    }

    /** After many appends few may come, of which the stamps are rare: they must not be all that brings the shift down again. */
    private void runWithoutStamp() {
        if (shift > 0 && ++unstampedRuns >= UNSTAMPED_RUNS) {
            unstampedRuns = 0;
            adapt(engine.nowNs(), tail.getPlain() - head.getAcquire() > CAPACITY / 2);
        }
    }

    private void tellWritten(final long nowNs, final long stamp) {
        try {
            probe.onWritten(nowNs - (stamp & ~CODE_MASK), weight(stamp));
        } catch (final Throwable e) {
            engine.counters().listenerFailed();
        }
    }

    private void adapt(final long nowNs, final boolean isCrowded) {
        windowCount += runCount;
        final long elapsedNs = nowNs - windowStartNs;
        if (isCrowded) {
            if (windowCount < CROWDED_COUNT) {
                return;
            }
            shift = Math.min(MAX_SHIFT, shift + 1);
        } else if (elapsedNs > LONG_WINDOW_NS) {
            shift = Math.max(0, shift - 1);
        } else if (windowCount >= WINDOW_COUNT && elapsedNs < SHORT_WINDOW_NS) {
            shift = Math.min(MAX_SHIFT, shift + 1);
        } else if (windowCount < WINDOW_COUNT) {
            return;
        }
        windowCount = 0;
        windowStartNs = nowNs;
    }

    /** Everything up to a sequence is durable. Sync agent only. */
    void durable(final long sequence) {
        final long end = tail.getAcquire();
        long next = head.getPlain();
        if (next == end) {
            return;
        }
        final long nowNs = engine.nowNs();
        while (next < end) {
            final int index = 2 * (int) (next & (CAPACITY - 1));
            if (ring[index] > sequence) {
                break;
            }
            tellDurable(nowNs, ring[index + 1]);
            next++;
        }
        head.setRelease(next);
    }

    private void tellDurable(final long nowNs, final long stamp) {
        try {
            probe.onDurable(nowNs - (stamp & ~CODE_MASK), weight(stamp));
        } catch (final Throwable e) {
            engine.counters().listenerFailed();
        }
    }

    /** A force has succeeded. Sync agent only. */
    void forced(final long durationNs, final int length) {
        try {
            probe.onForced(durationNs, length);
        } catch (final Throwable e) {
            engine.counters().listenerFailed();
        }
    }

    /** The writer went on to another segment. Writer only. */
    void rolled(final long durationNs) {
        try {
            probe.onRolled(durationNs);
        } catch (final Throwable e) {
            engine.counters().listenerFailed();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A limit, and nobody's journal: the least that handing records to a thread that stores them can cost. Producers copy records into slots
 * of a ring; one thread copies runs of slots into mappings that were touched at the beginning, and makes them visible. No time, no
 * sequence in the file, no end of a segment; a checksum where it is asked for. The policy {@code batch} forces on another thread.
 *
 * <p>A slot is taken by one addition and published by a word with the lap in it, so nothing is cleaned behind the copy.
 */
final class HandOverSubject implements Subject {

    private static final int RUN_LENGTH = 32 << 10;
    private static final int SPINS = 100;
    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final PreparedMappings mappings;
    private final int frameLength;
    private final int slots;
    private final boolean checksum;
    private final ByteBuffer ring;

    /** Owned by the thread that stores, as is the next. */
    private final CRC32C crc = new CRC32C();

    private final ByteBuffer ringForChecksum;
    private final AtomicLong claimed = new AtomicLong();

    /** Records whose slots are free again, and which are visible. Written by the thread that stores. */
    private final AtomicLong stored = new AtomicLong();

    /** Behind the last frame. Written by the thread that stores. */
    private volatile long position;

    private final SharedForce shared = new SharedForce(this::force);
    private final Thread thread;
    private final BatchForce batchForce;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    HandOverSubject(final SubjectPlan plan, final boolean checksum) throws IOException {
        if (plan.durability() == SubjectPlan.Durability.ALWAYS) {
            throw new IllegalArgumentException(
                    "handing over is a limit of what does not wait for a force: found policy always");
        }
        this.mappings = new PreparedMappings(plan);
        this.frameLength = PreparedMappings.frameLength(plan.recordLength());
        this.slots = Math.max(4, Integer.highestOneBit(plan.queueLength() / frameLength));
        final int cacheLine = 64;
        this.ring = ByteBuffer.allocateDirect(slots * frameLength + cacheLine)
                .alignedSlice(cacheLine)
                .order(ByteOrder.LITTLE_ENDIAN);
        this.ringForChecksum = ring.duplicate();
        this.checksum = checksum;
        this.thread = new Thread(this::storeUntilClosed, "hand-over");
        thread.setDaemon(true);
        thread.start();
        this.batchForce = new BatchForce(plan.durability(), () -> shared.await(position));
    }

    private int offsetOf(final long record) {
        return (int) (record & (slots - 1)) * frameLength;
    }

    /** The word of a slot once it holds the record. */
    private static long wordOf(final long record) {
        return ((record + 1) << Integer.SIZE) | 1;
    }

    @Override
    public Producer producer() {
        return new Producer() {

            private long knownStored;

            @Override
            public long append(final ByteBuffer record) {
                final long number = claimed.getAndIncrement();
                int spins = 0;
                while (number - knownStored >= slots) {
                    knownStored = stored.getAcquire();
                    spins = waitALittle(spins);
                }
                final int offset = offsetOf(number);
                ring.put(offset + PreparedMappings.HEADER_LENGTH, record, 0, record.limit());
                WORD.setRelease(ring, offset, wordOf(number));
                return number + 1;
            }
        };
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private int waitALittle(final int spins) {
        if (spins < SPINS) {
            Thread.onSpinWait();
            return spins + 1;
        }
        final Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("the thread that stores failed", thrown);
        }
        Thread.yield();
        return spins;
    }

    private void storeUntilClosed() {
        try {
            int spins = 0;
            while (!closed) {
                spins = storeRun() ? 0 : waitALittle(spins);
            }
        } catch (final RuntimeException | Error e) {
            failure = e;
        }
    }

    private boolean storeRun() {
        final long first = stored.getPlain();
        final int offset = offsetOf(first);
        final long firstWord = wordOf(first);
        if ((long) WORD.getAcquire(ring, offset) != firstWord) {
            return false;
        }
        final long start = mappings.startOf(position);
        final int limit = Math.min(mappings.roomAt(start), Math.min(RUN_LENGTH, slots * frameLength - offset));
        final long publishedWord = checksum ? checked(offset, firstWord) : firstWord;
        int length = frameLength;
        long next = first + 1;
        while (length + frameLength <= limit && (long) WORD.getAcquire(ring, offset + length) == wordOf(next)) {
            if (checksum) {
                WORD.set(ring, offset + length, checked(offset + length, wordOf(next)));
            }
            length += frameLength;
            next++;
        }
        // The first word last: who follows stands at it, and sees all of the run behind it.
        mappings.fileOf(start)
                .put(
                        mappings.offsetOf(start) + PreparedMappings.HEADER_LENGTH,
                        ring,
                        offset + PreparedMappings.HEADER_LENGTH,
                        length - PreparedMappings.HEADER_LENGTH);
        mappings.publish(start, publishedWord);
        position = start + length;
        stored.setRelease(next);
        return true;
    }

    /** A word with the checksum of its record in place of the low half. */
    private long checked(final int offset, final long word) {
        ringForChecksum.limit(offset + frameLength).position(offset + PreparedMappings.HEADER_LENGTH);
        crc.reset();
        crc.update(ringForChecksum);
        return (word & -1L << Integer.SIZE) | crc.getValue();
    }

    @Override
    public Follower follower() {
        final Follower follower = mappings.follower();
        return new Follower() {

            private long count;

            @Override
            public int poll(final RecordSink sink, final int limit) {
                return follower.poll(
                        (ticket, buffer, offset, length) -> sink.onRecord(++count, buffer, offset, length), limit);
            }

            @Override
            public void close() {
                follower.close();
            }
        };
    }

    @Override
    public void awaitWritten(final long ticket) {
        int spins = 0;
        while (stored.getAcquire() < ticket) {
            spins = waitALittle(spins);
        }
    }

    @Override
    public void awaitDurable(final long ticket) {
        awaitWritten(ticket);
        shared.await(position);
    }

    private long force(final long durable) {
        final long target = position;
        mappings.force(durable, target);
        return target;
    }

    @Override
    public void flush(final long ticket) {
        awaitDurable(ticket);
    }

    @Override
    public void close() {
        batchForce.close();
        closed = true;
        ThreadEnd.await(thread);
    }
}

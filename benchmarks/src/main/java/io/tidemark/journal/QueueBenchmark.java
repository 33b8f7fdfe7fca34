// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Control;

/**
 * The append queue and the rivals that it was chosen over, each with one producer and one consumer on a thread of its own.
 * The consumer copies each record out. Agrona's ring needs a flag for the JVM, which the journal must not.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Group)
public class QueueBenchmark {

    private static final int CAPACITY = 16 << 20;
    private static final int SLOTS = 16 << 10;
    private static final int MESSAGE_TYPE = 1;
    private static final int LIMIT = 64;
    private static final int SINK_LENGTH = 1 << 20;

    /** Bytes of a record. */
    @Param({"32", "128", "1024"})
    public int recordLength;

    private AppendQueue queue = new AppendQueue(64 << 10, 1);
    private final QueueClaim claim = new QueueClaim();
    private long nextSequence = 1;
    private ManyToOneRingBuffer agrona =
            new ManyToOneRingBuffer(new UnsafeBuffer(new byte[1024 + RingBufferDescriptor.TRAILER_LENGTH]));
    private final MpscVarHandleArrayQueue<ByteBuffer> full = new MpscVarHandleArrayQueue<>(SLOTS);
    private final SpscVarHandleArrayQueue<ByteBuffer> free = new SpscVarHandleArrayQueue<>(SLOTS);
    private ByteBuffer record = ByteBuffer.allocateDirect(0);
    private UnsafeBuffer agronaRecord = new UnsafeBuffer(record);
    private final ByteBuffer sink = ByteBuffer.allocateDirect(SINK_LENGTH);
    private final UnsafeBuffer agronaSink = new UnsafeBuffer(sink);
    private final MessageHandler agronaHandler =
            (type, buffer, index, length) -> agronaSink.putBytes(0, buffer, index, length);

    /** Creates the state. */
    public QueueBenchmark() {}

    /** Makes the queues. */
    @Setup
    public void setUp() {
        record = ByteBuffer.allocateDirect(recordLength).order(ByteOrder.LITTLE_ENDIAN);
        agronaRecord = new UnsafeBuffer(record);
        queue = new AppendQueue(CAPACITY, 1);
        agrona = new ManyToOneRingBuffer(
                new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));
        for (int i = 0; i < SLOTS; i++) {
            free.offer(ByteBuffer.allocateDirect(recordLength));
        }
    }

    /** Claims, copies, commits. */
    @Benchmark
    @Group("journalRing")
    public void journalProduce(final Control control) {
        final int frameLength = FrameLayout.align(FrameLayout.HEADER_LENGTH + recordLength);
        while (!queue.tryClaim(claim, frameLength, 1)) {
            if (control.stopMeasurement) {
                return;
            }
            Thread.onSpinWait();
        }
        FrameLayout.sequenceAndFlags(queue.ring(), claim.offset, claim.sequence, 0);
        queue.ring().put(claim.offset + FrameLayout.HEADER_LENGTH, record, 0, recordLength);
        FrameLayout.wordRelease(queue.ring(), claim.offset, FrameLayout.word(frameLength, 0));
    }

    /** Takes what is there, at most some. */
    @Benchmark
    @Group("journalRing")
    public void journalConsume() {
        final int start = queue.headOffset();
        final int bytesToEnd = queue.bytesToEnd(start);
        int length = 0;
        for (int i = 0; i < LIMIT && length < bytesToEnd; i++) {
            final long word = FrameLayout.wordAcquire(queue.ring(), start + length);
            if (word == 0) {
                break;
            }
            if (AppendQueue.isGap(word)) {
                if (length == 0) {
                    queue.consumeGap(AppendQueue.gapLength(word), nextSequence);
                    return;
                }
                break;
            }
            sink.put(0, queue.ring(), start + length, FrameLayout.lengthOf(word));
            length += FrameLayout.lengthOf(word);
            nextSequence++;
        }
        if (length > 0) {
            queue.consume(length, nextSequence);
        } else {
            Thread.onSpinWait();
        }
    }

    /** Writes a message. */
    @Benchmark
    @Group("agronaRing")
    public void agronaProduce(final Control control) {
        while (!agrona.write(MESSAGE_TYPE, agronaRecord, 0, recordLength)) {
            if (control.stopMeasurement) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Takes what is there, at most some. */
    @Benchmark
    @Group("agronaRing")
    public void agronaConsume() {
        if (agrona.read(agronaHandler, LIMIT) == 0) {
            Thread.onSpinWait();
        }
    }

    /** Takes a free slot, fills it, hands it over. */
    @Benchmark
    @Group("jctoolsSlots")
    public void jctoolsProduce(final Control control) {
        ByteBuffer slot = free.poll();
        while (slot == null) {
            if (control.stopMeasurement) {
                return;
            }
            Thread.onSpinWait();
            slot = free.poll();
        }
        slot.put(0, record, 0, recordLength);
        full.offer(slot);
    }

    /** Takes what is there, at most some, and gives the slots back. */
    @Benchmark
    @Group("jctoolsSlots")
    public void jctoolsConsume() {
        for (int i = 0; i < LIMIT; i++) {
            final ByteBuffer slot = full.poll();
            if (slot == null) {
                Thread.onSpinWait();
                return;
            }
            sink.put(0, slot, 0, recordLength);
            free.offer(slot);
        }
    }
}

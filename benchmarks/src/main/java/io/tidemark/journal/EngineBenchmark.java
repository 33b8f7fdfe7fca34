// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameCheck;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentHeader;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the parts of an append cost, one by one, on one thread and in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineBenchmark {

    private static final int BATCH = 64;

    /** Bytes of a record. */
    @Param({"32", "128", "1024"})
    public int recordLength;

    private final MemoryJournal journal = new MemoryJournal();
    private final SeededChecksum checksum = new SeededChecksum();
    private final FrameCheck check = new FrameCheck();
    private final DurableMark mark = new DurableMark(1);
    private ByteBuffer record = ByteBuffer.allocateDirect(0);
    private ByteBuffer frame = ByteBuffer.allocateDirect(0);
    private ByteBuffer window = frame;
    private int frameLength;

    /** Creates the state. */
    public EngineBenchmark() {}

    /** Makes a record and a whole frame. */
    @Setup
    public void setUp() {
        record = ByteBuffer.allocateDirect(recordLength);
        frameLength = FrameLayout.HEADER_LENGTH + recordLength;
        frame = ByteBuffer.allocateDirect(2 * frameLength + Long.BYTES).alignedSlice(Long.BYTES);
        window = frame.duplicate();
        final SegmentHeader header = new SegmentHeader(1, 2, 3, 64 << 10, 1, 0);
        checksum.seed(1, 2, 3);
        check.segment(header);
        frame();
    }

    /** An append and its part of the drain: header, checksum, copy into the segment, and zeroing of the ring. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void appendAndDrain() {
        final Appender appender = journal.appender();
        for (int i = 0; i < BATCH; i++) {
            appender.tryAppend(0, record, 0, recordLength);
        }
        journal.drain();
    }

    /** The same, encoded in place. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void claimAndDrain() {
        final Appender appender = journal.appender();
        for (int i = 0; i < BATCH; i++) {
            try (BufferClaim claim = appender.claim(recordLength)) {
                claim.buffer().putLong(claim.offset(), i);
                claim.commit();
            }
        }
        journal.drain();
    }

    /** The header of a frame with its checksum. */
    @Benchmark
    public int frame() {
        FrameLayout.sequenceAndFlags(frame, 0, 1, 0);
        FrameLayout.timestampNs(frame, 0, 1);
        FrameLayout.epochTypeAndLag(frame, 0, 1, 0, 0);
        FrameLayout.word(frame, 0, FrameLayout.word(frameLength, 0));
        final int value = checksum.ofFrame(window, 0, frameLength);
        FrameLayout.wordRelease(frame, 0, FrameLayout.word(frameLength, value));
        return value;
    }

    /** The checksum alone. */
    @Benchmark
    public int checksum() {
        return checksum.ofFrame(window, 0, frameLength);
    }

    /** What a reader does with a frame: every check of it. */
    @Benchmark
    public FrameVerdict judge() {
        return check.check(window, 0, frame.capacity(), frame.capacity(), 1, 1);
    }

    /** Waiting for what is durable already. */
    @Benchmark
    public boolean await() {
        return mark.await(1, Long.MAX_VALUE, true, 0);
    }
}

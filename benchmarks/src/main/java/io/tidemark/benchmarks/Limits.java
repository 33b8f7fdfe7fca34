// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.BlockFile;
import io.tidemark.benchmarks.subject.PreparedFile;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;

/** What the machine itself can do, in the place of what is measured. Nothing that a journal does can be faster. */
final class Limits {

    private static final int PAGE_LENGTH = 4096;
    private static final int MIN_FILE_LENGTH = 4 << 20;
    private static final int MAX_FILE_LENGTH = 64 << 20;
    private static final long LONG_LOOK_NS = 500_000_000;
    private static final int HEADER_LENGTH = 8;
    private static final int NEW_MEMORY_LENGTH = 16 << 20;
    private static final int STREAM_WRITE_LENGTH = 1 << 20;
    private static final double NS_PER_SECOND = 1e9;
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;

    private Limits() {}

    /** Preparing a file takes time, too: who looks for milliseconds only gets a short one. */
    private static int fileLength(final long durationNs) {
        return durationNs >= LONG_LOOK_NS ? MAX_FILE_LENGTH : MIN_FILE_LENGTH;
    }

    /**
     * Copies records with length and CRC-32C into a mapping of prepared, touched pages, again and again over 64 MiB.
     *
     * @return records in a second, the best of several passes
     */
    static double copyWithChecksum(final Path directory, final int recordLength, final long durationNs)
            throws IOException {
        final Path path = directory.resolve("limit-mapped");
        final int fileLength = fileLength(durationNs);
        try (FileChannel file = PreparedFile.create(path, fileLength)) {
            final MappedByteBuffer mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, fileLength);
            mapped.order(ByteOrder.LITTLE_ENDIAN);
            PreparedFile.touch(mapped);
            final ByteBuffer record = ByteBuffer.allocateDirect(recordLength);
            final int stride = (HEADER_LENGTH + recordLength + 7) & -8;
            final int count = fileLength / stride;
            double best = 0;
            final long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < durationNs) {
                final long passNs = System.nanoTime();
                copyPass(mapped, record, stride, count);
                best = Math.max(best, count * NS_PER_SECOND / (System.nanoTime() - passNs));
            }
            return best;
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static void copyPass(
            final MappedByteBuffer mapped, final ByteBuffer record, final int stride, final int count) {
        final CRC32C crc = new CRC32C();
        final int length = record.capacity();
        for (int i = 0; i < count; i++) {
            final int offset = i * stride;
            crc.reset();
            crc.update(record.position(0));
            mapped.put(offset + HEADER_LENGTH, record, 0, length);
            mapped.putInt(offset, (int) crc.getValue());
            mapped.putInt(offset + Integer.BYTES, length);
        }
    }

    /**
     * Memory that is stored to for the first time: nanoseconds for each page. A virtual machine may have to get the page from its
     * host, which takes many times as long as to hand out one that it has, and whatever fills new files waits for that.
     */
    static Histogram newPages(final long length) {
        final Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
        histogram.setTag("store to a page of new memory");
        final List<ByteBuffer> held = new ArrayList<>();
        try {
            for (long done = 0; done < length; done += NEW_MEMORY_LENGTH) {
                final long startNs = System.nanoTime();
                // Java stores zeros to all of it.
                held.add(ByteBuffer.allocateDirect(NEW_MEMORY_LENGTH));
                histogram.recordValue((System.nanoTime() - startNs) / (NEW_MEMORY_LENGTH / PAGE_LENGTH));
            }
        } finally {
            Reference.reachabilityFence(held);
        }
        return histogram;
    }

    /** A number that goes from one core to another and back, both spinning: nanoseconds of the whole way. */
    static Histogram handOver(final int count) throws InterruptedException {
        final AtomicLong there = new AtomicLong();
        // So far apart that the two never share a line.
        final AtomicLong[] back = new AtomicLong[64];
        for (int i = 0; i < back.length; i++) {
            back[i] = new AtomicLong();
        }
        final AtomicLong answer = back[back.length / 2];
        final Thread echo = new Thread(() -> {
            for (long i = 1; i <= count; i++) {
                while (there.getAcquire() != i) {
                    Thread.onSpinWait();
                }
                answer.setRelease(i);
            }
        });
        echo.setDaemon(true);
        echo.start();
        final Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
        histogram.setTag("hand-over and back");
        for (long i = 1; i <= count; i++) {
            final long startNs = System.nanoTime();
            there.setRelease(i);
            while (answer.getAcquire() != i) {
                Thread.onSpinWait();
            }
            if (i > count / 4) {
                histogram.recordValue(System.nanoTime() - startNs);
            }
        }
        echo.join();
        return histogram;
    }

    /** One block at a time, written at its position and forced with {@code fdatasync}, into a prepared file. */
    static Histogram blockThenForce(final Path directory, final long durationNs) throws IOException {
        return blocks(directory, durationNs, "pwrite and fdatasync of a block", true);
    }

    /** One block at a time, written past the page cache and durable when the call returns, into a prepared file. */
    static Histogram directBlock(final Path directory, final long durationNs) throws IOException {
        return blocks(
                directory,
                durationNs,
                "direct write of a block with data sync",
                false,
                direct(),
                StandardOpenOption.DSYNC);
    }

    /** By its name, because the compiler of JDK 25 warns of it wherever it stands. */
    private static OpenOption direct() throws IOException {
        try {
            return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption")
                    .getField("DIRECT")
                    .get(null);
        } catch (final ReflectiveOperationException e) {
            throw new IOException("this JDK can't open files for direct writes", e);
        }
    }

    private static Histogram blocks(
            final Path directory,
            final long durationNs,
            final String tag,
            final boolean forces,
            final OpenOption... options)
            throws IOException {
        final Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
        histogram.setTag(tag);
        try (BlockFile file = new BlockFile(directory.resolve("limit-blocks"), fileLength(durationNs), options)) {
            final long startNs = System.nanoTime();
            // At least one, however long the first of all takes that only warms up.
            for (long nowNs = startNs; nowNs - startNs < durationNs || histogram.getTotalCount() == 0; ) {
                if (forces) {
                    file.writeAndForce();
                } else {
                    file.write();
                }
                final long endNs = System.nanoTime();
                if (nowNs - startNs > durationNs / 4) {
                    histogram.recordValue(endNs - nowNs);
                }
                nowNs = endNs;
            }
        }
        return histogram;
    }

    /**
     * Writes a file in one go, and forces it in the end.
     *
     * @return bytes in a second, of the first writing and of the second over it
     */
    static double[] stream(final Path directory, final long length) throws IOException {
        final Path path = directory.resolve("limit-stream");
        final double[] rates = new double[2];
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            final ByteBuffer part = ByteBuffer.allocateDirect(STREAM_WRITE_LENGTH);
            for (int round = 0; round < rates.length; round++) {
                final long startNs = System.nanoTime();
                for (long position = 0; position < length; position += STREAM_WRITE_LENGTH) {
                    part.clear();
                    part.put(0, (byte) (round + 1));
                    file.write(part, position);
                }
                file.force(false);
                rates[round] = length * NS_PER_SECOND / (System.nanoTime() - startNs);
            }
        } finally {
            Files.deleteIfExists(path);
        }
        return rates;
    }
}

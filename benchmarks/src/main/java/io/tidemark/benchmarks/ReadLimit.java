// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * What nothing can beat that reads files by calls: threads take pieces of them in turns, read each into memory of their own and
 * compute its CRC-32C, and look at no record. A reader that maps files needs no copy, but ends with the process when a file is
 * cut short under it.
 */
final class ReadLimit {

    private static final int PIECE_LENGTH = 256 << 10;

    private final List<Path> files;

    /** The same of each file but the last. */
    private final long begin;

    private final long end;
    private final long lastEnd;

    /** Of everything that was read, so that none of it is computed for nobody. */
    private final AtomicLong checksums = new AtomicLong();

    /**
     * Plans it.
     *
     * @param files to be read, in their order
     * @param begin offset in each of them
     * @param end offset in each but the last
     * @param lastEnd offset in the last one
     */
    ReadLimit(final List<Path> files, final long begin, final long end, final long lastEnd) {
        this.files = files;
        this.begin = begin;
        this.end = end;
        this.lastEnd = lastEnd;
    }

    /**
     * Reads everything once.
     *
     * @param threadCount that share the work
     * @return number of bytes
     */
    long read(final int threadCount) throws IOException {
        final AtomicLong pieces = new AtomicLong();
        final List<FileChannel> channels = new ArrayList<>();
        final ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        try {
            for (final Path file : files) {
                channels.add(FileChannel.open(file, StandardOpenOption.READ));
            }
            final List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                results.add(threads.submit(() -> readPieces(channels, pieces)));
            }
            long length = 0;
            for (final Future<Long> result : results) {
                length += result.get();
            }
            return length;
        } catch (final ExecutionException e) {
            throw new IOException("a reading thread failed", e.getCause());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading", e);
        } finally {
            threads.shutdownNow();
            for (final FileChannel channel : channels) {
                channel.close();
            }
        }
    }

    private long readPieces(final List<FileChannel> channels, final AtomicLong pieces) throws IOException {
        final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_LENGTH);
        final CRC32C crc = new CRC32C();
        final long piecesPerFile = (end - begin + PIECE_LENGTH - 1) / PIECE_LENGTH;
        long length = 0;
        for (long index = pieces.getAndIncrement();
                index < piecesPerFile * channels.size();
                index = pieces.getAndIncrement()) {
            final int file = (int) (index / piecesPerFile);
            final long offset = begin + index % piecesPerFile * PIECE_LENGTH;
            final long left = (file == channels.size() - 1 ? lastEnd : end) - offset;
            if (left > 0) {
                piece.clear().limit((int) Math.min(PIECE_LENGTH, left));
                length += readFully(channels.get(file), piece, offset);
                crc.update(piece.flip());
            }
        }
        checksums.addAndGet(crc.getValue());
        return length;
    }

    private static int readFully(final FileChannel channel, final ByteBuffer piece, final long offset)
            throws IOException {
        while (piece.hasRemaining()) {
            if (channel.read(piece, offset + piece.position()) < 0) {
                throw new IOException("a file is shorter than it was when it was filled");
            }
        }
        return piece.position();
    }
}

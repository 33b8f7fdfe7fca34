// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/**
 * A prepared file into which one block after the other is written at its position, again from the beginning behind the end: the least
 * that makes something durable. Owned by one thread; deleted when it is closed.
 */
public final class BlockFile implements AutoCloseable {

    private static final int BLOCK_LENGTH = 4096;

    private final Path path;
    private final int length;
    private final FileChannel file;

    /** Aligned, because direct writes must be. */
    private final ByteBuffer block = ByteBuffer.allocateDirect(2 * BLOCK_LENGTH)
            .alignedSlice(BLOCK_LENGTH)
            .limit(BLOCK_LENGTH);

    private long position;

    /**
     * Prepares a file.
     *
     * @param path of the file, which does not exist
     * @param length in bytes, a multiple of 4096
     * @param options to open it with, besides those for reading and writing
     * @throws IOException if that fails
     */
    public BlockFile(final Path path, final int length, final OpenOption... options) throws IOException {
        this.path = path;
        this.length = length;
        this.file = PreparedFile.create(path, length, options);
    }

    /**
     * Writes the next block.
     *
     * @throws IOException if that fails
     */
    public void write() throws IOException {
        block.position(0).put(0, (byte) (position >> 12 | 1));
        file.write(block, position);
        position = (position + BLOCK_LENGTH) % length;
    }

    /**
     * Writes the next block and makes it durable with {@code fdatasync}.
     *
     * @throws IOException if that fails
     */
    public void writeAndForce() throws IOException {
        write();
        file.force(false);
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            Files.deleteIfExists(path);
        }
    }
}

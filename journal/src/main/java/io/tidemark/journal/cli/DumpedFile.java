// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.zip.CRC32C;

/** A file as {@code dump} reads it: by small pieces, and with whatever is in it. Owned by one thread. */
final class DumpedFile implements Closeable {

    private static final int CHUNK_LENGTH = 1 << 16;

    private final FileChannel channel;
    private final Path path;
    private final long length;
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    /** Where in the file the chunk begins; -1 if it holds nothing. */
    private long chunkOffset = -1;

    private DumpedFile(final FileChannel channel, final Path path) throws IOException {
        this.channel = channel;
        this.path = path;
        this.length = channel.size();
    }

    static DumpedFile open(final Path path) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            // A pipe would be waited for, for ever.
            throw new FileSystemException(path.toString(), null, "not a regular file");
        }
        final FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            return new DumpedFile(channel, path);
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
    }

    String name() {
        return String.valueOf(path.getFileName());
    }

    long length() {
        return length;
    }

    /** Reads a piece; what lies behind the end of the file reads as zeros. */
    ByteBuffer piece(final long offset, final int pieceLength) throws IOException {
        final ByteBuffer piece = ByteBuffer.allocateDirect(pieceLength).order(ByteOrder.LITTLE_ENDIAN);
        read(piece, offset);
        return piece.clear();
    }

    private void read(final ByteBuffer target, final long offset) throws IOException {
        int count = 0;
        while (target.hasRemaining() && count >= 0) {
            count = channel.read(target, offset + target.position());
        }
    }

    /** A word of eight bytes at a multiple of eight, read ahead of. */
    long word(final long offset) throws IOException {
        if (chunkOffset < 0 || offset < chunkOffset || offset + Long.BYTES > chunkOffset + chunk.limit()) {
            read(chunk.clear(), offset);
            chunk.flip();
            chunkOffset = offset;
        }
        final int index = (int) (offset - chunkOffset);
        return index + Long.BYTES <= chunk.limit() ? chunk.getLong(index) : 0;
    }

    /** The CRC-32C of a range, however long, in pieces. */
    int checksum(final long offset, final long rangeLength) throws IOException {
        final CRC32C crc = new CRC32C();
        final ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(CHUNK_LENGTH, Math.max(1, rangeLength)));
        long done = 0;
        while (done < rangeLength) {
            piece.clear().limit((int) Math.min(piece.capacity(), rangeLength - done));
            read(piece, offset + done);
            if (piece.position() == 0) {
                break;
            }
            done += piece.position();
            crc.update(piece.flip());
        }
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

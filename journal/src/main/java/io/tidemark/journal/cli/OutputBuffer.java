// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Gathers bytes for standard output in direct memory, so that many records cost one copy each and one call together.
 * A failed write is an {@link UncheckedIOException}, to pass through a record handler. Owned by one thread.
 */
final class OutputBuffer {

    private static final int LENGTH = 256 << 10;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LENGTH);
    private final WritableByteChannel channel;

    OutputBuffer(final OutputStream out) {
        // Of a file stream this is the file's own channel, which takes direct memory as it is.
        this.channel = Channels.newChannel(out);
    }

    void put(final byte value) {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put(value);
    }

    /** Puts bytes, whatever the position of the source. */
    void put(final ByteBuffer source, final int offset, final int length) {
        int done = 0;
        while (done < length) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            final int part = Math.min(length - done, buffer.remaining());
            buffer.put(buffer.position(), source, offset + done, part);
            buffer.position(buffer.position() + part);
            done += part;
        }
    }

    void put(final CharSequence ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            put((byte) ascii.charAt(i));
        }
    }

    void put(final byte[] bytes) {
        for (final byte value : bytes) {
            put(value);
        }
    }

    void putUtf8(final String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    void flush() {
        try {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            // What could not be written will not be tried again.
            buffer.clear();
        }
    }
}

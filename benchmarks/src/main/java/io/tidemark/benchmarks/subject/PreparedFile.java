// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Files that were filled with zeros in writes of 4 KiB and forced, before anything is measured: the preparation that makes
 * later stores and forces as cheap as this file system can, for rivals as for the journal.
 */
public final class PreparedFile {

    /** What is written at a time; larger writes make larger folios, and a force then writes those. */
    public static final int FILL_LENGTH = 4096;

    private PreparedFile() {}

    /**
     * Makes such a file.
     *
     * @param path of the file, which does not exist
     * @param length in bytes, rounded up to whole pages
     * @param options to open it with, besides those for reading and writing
     * @return the file, open
     * @throws IOException if that fails
     */
    public static FileChannel create(final Path path, final long length, final java.nio.file.OpenOption... options)
            throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            final ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_LENGTH);
            for (long position = 0; position < length; position += FILL_LENGTH) {
                zeros.clear();
                channel.write(zeros, position);
            }
            channel.force(true);
        }
        final java.util.Set<java.nio.file.OpenOption> all = new java.util.HashSet<>(java.util.List.of(options));
        all.add(StandardOpenOption.READ);
        all.add(StandardOpenOption.WRITE);
        return FileChannel.open(path, all);
    }

    /**
     * Faults every page of a mapping in for writing.
     *
     * @param mapped the mapping, which holds zeros
     */
    public static void touch(final MappedByteBuffer mapped) {
        for (int offset = 0; offset < mapped.capacity(); offset += FILL_LENGTH) {
            mapped.put(offset, (byte) 0);
        }
    }
}

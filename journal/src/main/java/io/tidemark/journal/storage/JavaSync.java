// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.spi.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The calls that Java has: the default, and complete.
 *
 * <p>{@code MappedByteBuffer.force} is {@code msync(MS_SYNC)} on every Unix; on Linux that is a data sync of the range with a
 * flush of the device, on macOS it does not reach the platter, so the channel is forced behind it, which is
 * {@code F_FULLFSYNC} there (OpenJDK, {@code MappedMemoryUtils.c} and {@code FileDispatcherImpl.c}).
 */
final class JavaSync implements StorageSync {

    private static final String MAPPED = "force of a mapped range";
    private static final String FILE = "force of a file";
    private static final String DIRECTORY = "force of a directory";

    private final String system;

    JavaSync() {
        this(System.getProperty("os.name", "").toLowerCase(Locale.ROOT));
    }

    JavaSync(final String system) {
        this.system = system;
    }

    @Override
    public String name() {
        return "Java";
    }

    @Override
    public List<SystemCall> calls() {
        if (system.startsWith("windows")) {
            return List.of(
                    new SystemCall(
                            MAPPED, "FlushViewOfFile, FlushFileBuffers", "the file is on the disk, caches flushed"),
                    new SystemCall(FILE, "FlushFileBuffers", "the file is on the disk, caches flushed"),
                    new SystemCall(DIRECTORY, "none", "names are as durable as NTFS makes them by itself"));
        }
        if (needsFileToForceMapping()) {
            return List.of(
                    new SystemCall(
                            MAPPED, "msync(MS_SYNC), fcntl(F_FULLFSYNC)", "the range is on the disk, caches flushed"),
                    new SystemCall(
                            FILE,
                            "fcntl(F_FULLFSYNC)",
                            "the file is on the disk, caches flushed; on a file system that is not local, fsync"),
                    new SystemCall(DIRECTORY, "fcntl(F_FULLFSYNC)", "names are on the disk, caches flushed"));
        }
        return List.of(
                new SystemCall(
                        MAPPED,
                        "msync(MS_SYNC)",
                        "the range is on the disk, with what is needed to find it; the disk's cache is flushed"),
                new SystemCall(
                        FILE, "fdatasync, or fsync", "data, or data and metadata, are on the disk, cache flushed"),
                new SystemCall(DIRECTORY, "fsync", "names are on the disk, cache flushed"));
    }

    @Override
    public boolean needsFileToForceMapping() {
        return system.startsWith("mac");
    }

    @Override
    public void force(final FileChannel file, final boolean withMetadata) throws IOException {
        file.force(withMetadata);
    }

    @Override
    public void forceMapping(
            final ByteBuffer mapping, final int offset, final int length, final @Nullable FileChannel file)
            throws IOException {
        try {
            ((MappedByteBuffer) mapping).force(offset, length);
        } catch (final UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
        if (file != null) {
            file.force(false);
        }
    }
}

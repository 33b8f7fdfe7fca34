// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.spi.StorageSync;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of the real file system, through a channel.
 *
 * <p>An interrupt of the thread that is in a call closes the channel (JDK-6608965). Files that are written are only used
 * by the journal's own threads, which nobody interrupts. Files that are only read may be used by a caller's thread: there
 * the channel is opened again, the call repeated, and the thread's interrupt status kept.
 */
final class ChannelFile implements StorageFile {

    /**
     * After so many bytes written in a row, the system is told to begin writing them to the device, so that a force finds
     * most of a new segment there. Large enough for the device, and small beside a segment.
     */
    private static final int BEGIN_WRITING_LENGTH = 1 << 20;

    private final StorageSync sync;
    private final Path path;
    private final Set<OpenOption> options;
    private FileChannel channel;

    /** Where the run of writes began that the system was not told of yet, and where it ends. Owned by who writes. */
    private long runBegin;

    private long runEnd;

    /** With what the mappings made here are forced; null before the first, or if the system does not need it. */
    private @Nullable FlushedChannel flushed;

    private ChannelFile(
            final StorageSync sync, final Path path, final Set<OpenOption> options, final FileChannel channel) {
        this.sync = sync;
        this.path = path;
        this.options = options;
        this.channel = channel;
    }

    static ChannelFile open(
            final StorageSync sync,
            final Path path,
            final Set<OpenOption> options,
            final FileAttribute<?>... attributes)
            throws IOException {
        try {
            final FileChannel channel = FileChannel.open(path, options, attributes);
            if (!options.contains(StandardOpenOption.WRITE)) {
                adviseSequential(sync, channel);
            }
            return new ChannelFile(sync, path, options, channel);
        } catch (final IOException e) {
            throw FailedCall.named("open", path, e);
        }
    }

    private static void adviseSequential(final StorageSync sync, final FileChannel channel) throws IOException {
        try {
            sync.adviseSequential(channel);
        } catch (final IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long length() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return channel.size();
                } catch (final ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    channel = FileChannel.open(path, reopeningOptions());
                }
            }
        } catch (final IOException e) {
            throw FailedCall.named("ask for the length", path, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public int read(final ByteBuffer target, final long offset) throws IOException {
        final int begin = target.position();
        boolean interrupted = false;
        try {
            while (target.hasRemaining()) {
                try {
                    if (channel.read(target, offset + target.position() - begin) < 0) {
                        break;
                    }
                } catch (final ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    channel = FileChannel.open(path, reopeningOptions());
                }
            }
            return target.position() - begin;
        } catch (final IOException e) {
            throw FailedCall.named("read at offset " + (offset + target.position() - begin), path, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Set<OpenOption> reopeningOptions() {
        final Set<OpenOption> reopening = new HashSet<>(options);
        reopening.remove(StandardOpenOption.CREATE_NEW);
        return reopening;
    }

    @Override
    public void write(final ByteBuffer source, final long offset) throws IOException {
        final int begin = source.position();
        boolean interrupted = false;
        try {
            while (source.hasRemaining()) {
                try {
                    channel.write(source, offset + source.position() - begin);
                } catch (final ClosedByInterruptException e) {
                    // What was written is counted by the buffer; should it not be, the same bytes go to the same place.
                    interrupted |= Thread.interrupted();
                    channel = FileChannel.open(path, reopeningOptions());
                }
            }
            beginWriting(offset, offset + source.position() - begin);
        } catch (final IOException e) {
            throw FailedCall.named("write at offset " + (offset + source.position() - begin), path, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void beginWriting(final long begin, final long end) throws IOException {
        if (begin != runEnd) {
            runBegin = begin;
        }
        runEnd = end;
        if (runEnd - runBegin >= BEGIN_WRITING_LENGTH) {
            sync.beginWriting(channel, runBegin, runEnd - runBegin);
            runBegin = runEnd;
        }
    }

    @Override
    public void reserve(final long length) throws IOException {
        try {
            sync.reserve(channel, length);
        } catch (final IOException e) {
            throw FailedCall.named("reserve " + length + " bytes", path, e);
        }
    }

    @Override
    public void force(final boolean withMetadata) throws IOException {
        try {
            sync.force(channel, withMetadata);
        } catch (final IOException e) {
            throw FailedCall.named("force", path, e);
        }
    }

    @Override
    public MappedFile map(final int offset, final int length) throws IOException {
        final Mapper.Mapping mapping;
        try {
            mapping = Mapper.instance().map(channel, offset, length);
        } catch (final IOException e) {
            throw FailedCall.named("map " + length + " bytes at " + offset, path, e);
        }
        if (!sync.needsFileToForceMapping()) {
            return new MappedChannelFile(sync, path, offset, mapping, null);
        }
        try {
            if (flushed == null || flushed.mappingCount == 0) {
                flushed = new FlushedChannel(FileChannel.open(path, reopeningOptions()));
            }
            flushed.mappingCount++;
            return new MappedChannelFile(sync, path, offset, mapping, flushed);
        } catch (final IOException e) {
            mapping.unmap();
            throw e;
        }
    }

    /** Tailers map on their user's thread, so an interrupt is to do no harm here. */
    @Override
    public MappedFile mapForReading(final int offset, final int length) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return new MappedChannelFile(
                            sync, path, offset, Mapper.instance().mapForReading(channel, offset, length), null);
                } catch (final ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    channel = FileChannel.open(path, reopeningOptions());
                }
            }
        } catch (final IOException e) {
            throw FailedCall.named("map " + length + " bytes at " + offset + " for reading", path, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The file, open for all mappings that were made of it at once. Owned by whoever maps and unmaps them. */
    private static final class FlushedChannel {
        private final FileChannel channel;
        private int mappingCount;

        FlushedChannel(final FileChannel channel) {
            this.channel = channel;
        }

        void letGo() throws IOException {
            mappingCount--;
            if (mappingCount == 0) {
                channel.close();
            }
        }
    }

    /** A mapping, with the file where the system needs that to force it. */
    private static final class MappedChannelFile implements MappedFile {
        private final StorageSync sync;
        private final Path path;

        /** Where the mapping begins in the file. */
        private final int begin;

        private final Mapper.Mapping mapping;
        private final ByteBuffer buffer;
        private final @Nullable FlushedChannel flushed;

        /** Whether pages were faulted in ahead, which are to stay. Owned by who makes the segment ready. */
        private boolean isFaultedIn;

        /**
         * Whether pages may be let go before a force: nobody has refused it, and this is Linux, where it was tried. Owned by who
         * forces.
         */
        private boolean letsGo = DirectoryStorage.IS_LINUX;

        MappedChannelFile(
                final StorageSync sync,
                final Path path,
                final int begin,
                final Mapper.Mapping mapping,
                final @Nullable FlushedChannel flushed) {
            this.sync = sync;
            this.path = path;
            this.begin = begin;
            this.mapping = mapping;
            this.buffer = mapping.buffer();
            this.flushed = flushed;
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void faultIn(final int offset, final int length) throws IOException {
            if (length == 0) {
                return;
            }
            isFaultedIn = true;
            try {
                if (sync.faultIn(buffer, offset, length)) {
                    return;
                }
            } catch (final IOException e) {
                throw FailedCall.named("fault in " + length + " bytes at offset " + (begin + offset), path, e);
            }
            SegmentPreparation.faultIn(buffer, offset, offset + length);
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            try {
                if (length > SegmentPreparation.FILL_LENGTH) {
                    // With a page alone there is nothing to gain: it costs as much here as there.
                    letGoOfPages(offset, length);
                }
                sync.forceMapping(buffer, offset, length, flushed == null ? null : flushed.channel);
            } catch (final IOException e) {
                throw FailedCall.named("force " + length + " bytes at offset " + (begin + offset), path, e);
            }
        }

        /** By {@code sync}, or by what Java has: it takes a whole mapping, unless pages in it wait for their first store. */
        private void letGoOfPages(final int offset, final int length) throws IOException {
            if (sync.letGoOfPages(buffer, offset, length) || !letsGo) {
                return;
            }
            letsGo = isFaultedIn ? mapping.letGoOfPages(offset, length) : mapping.letGoOfPages(0, buffer.capacity());
        }

        @Override
        public void unmap() throws IOException {
            try {
                mapping.unmap();
            } finally {
                if (flushed != null) {
                    flushed.letGo();
                }
            }
        }
    }
}

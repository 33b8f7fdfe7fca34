// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leases that are locks of the kernel on a file: of segment <i>n</i>, the byte at offset <i>n</i>, which need not exist. A
 * shared lock needs only the right to read, and all locks end with the process.
 *
 * <p>On Unix these locks ({@code fcntl(F_SETLK)}) belong to the process and the file: closing <i>any</i> descriptor of the file
 * drops all of them. So in one JVM all who use the file share one object of this class, which counts them, keeps each channel
 * that it ever opened until the last of them is gone, and counts who holds which segment, as the kernel does not tell holders
 * within one process apart. Class loaders have a registry each. If two of them use the same file, and one lets go, the other's
 * locks are lost: its mappings may be used again then, which checksums tell.
 *
 * <p>Only calls are made that do not block, which no interrupt turns into a closed channel. Should one be closed all the
 * same, it is opened again and everything that is held is locked once more.
 *
 * <p>All fields are guarded by this object's monitor, but for the registry and the count of uses, which that of the registry
 * guards.
 */
final class FileLeases {

    private static final Map<Object, FileLeases> SHARED = new HashMap<>();

    /** Nothing is held twice in the kernel: the first holder locks, the last one unlocks. */
    private static final class Holding {
        private int count;

        /** Null if another class loader of this JVM has the lock. */
        private @Nullable FileLock lock;
    }

    private final Object key;
    private final Path path;
    private final Map<Long, Holding> holdings = new HashMap<>();
    private final Map<Long, FileLock> claims = new HashMap<>();

    private @Nullable FileChannel reading;
    private @Nullable FileChannel writing;
    private int useCount;

    private FileLeases(final Object key, final Path path) {
        this.key = key;
        this.path = path;
    }

    /**
     * Opens the leases of a file.
     *
     * @param path of the file
     * @param writable whether segments are to be claimed; the file is created then if it is missing
     * @param creation attributes of a file that is created
     * @return the leases, for one user of them
     * @throws IOException if the file is missing, can't be opened, or is no regular file
     */
    static SegmentLeases open(final Path path, final boolean writable, final FileAttribute<?>... creation)
            throws IOException {
        synchronized (SHARED) {
            if (writable && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                // Not opened: that would be one more descriptor to close.
                Files.createFile(path, creation);
            }
            final Object key = keyOf(path);
            final FileLeases known = SHARED.get(key);
            final FileLeases leases = known == null ? new FileLeases(key, path) : known;
            leases.requireOpen(writable);
            leases.useCount++;
            SHARED.put(key, leases);
            return leases.new Use();
        }
    }

    private static Object keyOf(final Path path) throws IOException {
        DirectoryStorage.requireRegular(path);
        final Object fileKey = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return fileKey == null ? path.toRealPath() : fileKey;
    }

    private synchronized void requireOpen(final boolean writable) throws IOException {
        if (writable && writing == null) {
            writing = channel(StandardOpenOption.READ, StandardOpenOption.WRITE);
        } else if (!writable && reading == null && writing == null) {
            reading = channel(StandardOpenOption.READ);
        }
    }

    private FileChannel channel(final OpenOption... options) throws IOException {
        try {
            final Set<OpenOption> all = new HashSet<>(Set.of(options));
            all.add(LinkOption.NOFOLLOW_LINKS);
            return FileChannel.open(path, all);
        } catch (final IOException e) {
            throw FailedCall.named("open", path, e);
        }
    }

    /** The channel to lock with; one that somebody has closed took all locks along, and they are taken again. */
    private FileChannel openChannel() throws IOException {
        final boolean lost = (reading != null && !reading.isOpen()) || (writing != null && !writing.isOpen());
        if (lost) {
            reading = reading == null || reading.isOpen() ? reading : channel(StandardOpenOption.READ);
            writing = writing == null || writing.isOpen()
                    ? writing
                    : channel(StandardOpenOption.READ, StandardOpenOption.WRITE);
            final FileChannel channel = channel();
            for (final Map.Entry<Long, Holding> held : holdings.entrySet()) {
                held.getValue().lock = lock(channel, held.getKey(), true);
            }
        }
        return channel();
    }

    private FileChannel channel() {
        return Objects.requireNonNull(writing == null ? reading : writing);
    }

    private static @Nullable FileLock lock(final FileChannel channel, final long segment, final boolean shared)
            throws IOException {
        try {
            return channel.tryLock(segment, 1, shared);
        } catch (final OverlappingFileLockException e) {
            return null;
        }
    }

    private synchronized boolean tryHold(final long segment) throws IOException {
        final Holding known = holdings.get(segment);
        if (known != null) {
            openChannel();
            known.count++;
            return true;
        }
        if (claims.containsKey(segment)) {
            return false;
        }
        final Holding holding = new Holding();
        try {
            holding.lock = openChannel().tryLock(segment, 1, true);
            if (holding.lock == null) {
                return false;
            }
        } catch (final OverlappingFileLockException e) {
            // Another class loader of this JVM holds it, or claims it for a moment: then it is not there when it is
            // opened.
            holding.lock = null;
        } catch (final IOException e) {
            throw FailedCall.named("lock at offset " + segment, path, e);
        }
        holding.count = 1;
        holdings.put(segment, holding);
        return true;
    }

    private synchronized void letGo(final long segment) throws IOException {
        final Holding holding = Objects.requireNonNull(holdings.get(segment));
        holding.count--;
        if (holding.count == 0) {
            holdings.remove(segment);
            release(holding.lock);
        }
    }

    private synchronized boolean tryClaim(final long segment) throws IOException {
        if (holdings.containsKey(segment) || claims.containsKey(segment)) {
            return false;
        }
        openChannel();
        final FileLock lock;
        try {
            lock = lock(Objects.requireNonNull(writing), segment, false);
        } catch (final IOException e) {
            throw FailedCall.named("lock at offset " + segment, path, e);
        }
        if (lock != null) {
            claims.put(segment, lock);
        }
        return lock != null;
    }

    private synchronized void unclaim(final long segment) throws IOException {
        release(claims.remove(segment));
    }

    private void release(final @Nullable FileLock lock) throws IOException {
        if (lock == null || !lock.acquiredBy().isOpen()) {
            return;
        }
        try {
            lock.release();
        } catch (final IOException e) {
            throw FailedCall.named("unlock at offset " + lock.position(), path, e);
        }
    }

    private void endUse() throws IOException {
        synchronized (SHARED) {
            useCount--;
            if (useCount == 0) {
                SHARED.remove(key);
                closeChannels();
            }
        }
    }

    private synchronized void closeChannels() throws IOException {
        final FileChannel first = reading;
        final FileChannel second = writing;
        try {
            if (first != null) {
                first.close();
            }
        } finally {
            if (second != null) {
                second.close();
            }
        }
    }

    /** What one user of the leases has of them. */
    private final class Use implements SegmentLeases {
        private boolean closed;

        @Override
        public boolean tryHold(final long segment) throws IOException {
            return FileLeases.this.tryHold(segment);
        }

        @Override
        public void letGo(final long segment) throws IOException {
            FileLeases.this.letGo(segment);
        }

        @Override
        public boolean tryClaim(final long segment) throws IOException {
            return FileLeases.this.tryClaim(segment);
        }

        @Override
        public void unclaim(final long segment) throws IOException {
            FileLeases.this.unclaim(segment);
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                endUse();
            }
        }
    }
}

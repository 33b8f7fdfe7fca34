// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Locks on single bytes of files, against others in this process and in other processes.
 *
 * <p>As soon as a process closes any descriptor of a file, all locks that it holds on it are gone. So the process has each such
 * file open once, and closes it when it holds no lock on it any more.
 *
 * <p>All state is guarded by the class.
 */
final class RegionLocks {

    /** The files on which locks are held, by what identifies them. */
    private static final Map<Object, RegionLocks> OPEN = new HashMap<>();

    private final Object key;
    private final FileChannel channel;
    private final Set<Long> regions = new HashSet<>();

    private RegionLocks(final Object key, final FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /**
     * Locks one byte, if nobody has.
     *
     * @param path of a regular file
     * @param region offset of the byte, which need not exist
     * @return the lock; null if somebody has it
     * @throws IOException if the file can't be opened or locked
     */
    static @Nullable StorageLock tryLock(final Path path, final long region) throws IOException {
        synchronized (RegionLocks.class) {
            final Object key = keyOf(path);
            RegionLocks locks = OPEN.get(key);
            if (locks == null) {
                locks = new RegionLocks(
                        key, FileChannel.open(path, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)));
                OPEN.put(key, locks);
            }
            try {
                return locks.tryLock(region);
            } finally {
                locks.closeIfUnused();
            }
        }
    }

    /** Where the file system has no identity for files, the path has to do. */
    private static Object keyOf(final Path path) throws IOException {
        final Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return key == null ? path.toRealPath() : key;
    }

    /** Not to be interrupted: only those calls of a channel are that may wait. */
    private @Nullable StorageLock tryLock(final long region) throws IOException {
        if (regions.contains(region)) {
            return null;
        }
        final FileLock lock;
        try {
            lock = channel.tryLock(region, 1, false);
        } catch (final OverlappingFileLockException e) {
            // Another class loader of this process holds it.
            return null;
        }
        if (lock == null) {
            return null;
        }
        regions.add(region);
        return () -> release(lock);
    }

    private void release(final FileLock lock) throws IOException {
        synchronized (RegionLocks.class) {
            if (!regions.remove(lock.position())) {
                return;
            }
            try {
                lock.release();
            } finally {
                closeIfUnused();
            }
        }
    }

    private void closeIfUnused() throws IOException {
        if (regions.isEmpty()) {
            OPEN.remove(key);
            channel.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.spi.StorageSync;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the real file system.
 *
 * <p>Files are created readable and writable by their owner alone. A lock is taken twice: in a registry of this class,
 * which says who holds it within the JVM, and with the operating system, whose locks of this kind
 * ({@code fcntl(F_SETLK)} on Unix) hold between processes only, and are lost as soon as any descriptor of the file is
 * closed by the process; therefore the lock file is never opened for anything else.
 */
public final class DirectoryStorage implements Storage {

    /** Directories locked by this class in this JVM. Class loaders have one each; the file lock is the JVM's. */
    private static final Set<Object> LOCKED = ConcurrentHashMap.newKeySet();

    /** Types of file systems, as their drivers call themselves, that write nothing in place. */
    private static final Set<String> COPYING_FILE_SYSTEMS =
            Set.of("btrfs", "zfs", "bcachefs", "apfs", "refs", "nilfs2", "f2fs");

    private static final String OS_NAME = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    private static final boolean IS_WINDOWS = OS_NAME.startsWith("windows");
    static final boolean IS_LINUX = OS_NAME.startsWith("linux");

    /** What makes things durable unless the user brings something else. */
    private static final StorageSync JAVA = new JavaSync();

    private final StorageSync sync;
    private final Path directory;

    /** Written by any thread; all find the same. */
    private volatile @Nullable FileStore fileStore;

    private @Nullable Object lockedKey;
    private @Nullable FileChannel lockChannel;

    private DirectoryStorage(final StorageSync sync, final Path directory) {
        this.sync = sync;
        this.directory = directory;
    }

    /**
     * Opens a directory, and creates it and its parents where they are missing. What was created is made durable.
     *
     * @param directory to open
     * @return the directory
     * @throws IOException if it can't be created, or is not a directory
     */
    public static DirectoryStorage openOrCreate(final Path directory) throws IOException {
        return openOrCreate(directory, null);
    }

    /**
     * Opens a directory, and creates it and its parents where they are missing. What was created is made durable.
     *
     * @param directory to open
     * @param sync makes things durable; null for what Java has
     * @return the directory
     * @throws IOException if it can't be created, or is not a directory
     */
    public static DirectoryStorage openOrCreate(final Path directory, final @Nullable StorageSync sync)
            throws IOException {
        final DirectoryStorage opened = new DirectoryStorage(
                sync == null ? JAVA : sync, directory.toAbsolutePath().normalize());
        if (Files.isDirectory(opened.directory)) {
            opened.forceParent(opened.directory);
        } else {
            opened.createDurably(opened.directory);
        }
        return opened;
    }

    /**
     * Opens a directory as it is.
     *
     * @param directory to open
     * @return the directory, whether it exists or not
     */
    public static DirectoryStorage open(final Path directory) {
        return open(directory, null);
    }

    /**
     * Opens a directory as it is.
     *
     * @param directory to open
     * @param sync makes things durable; null for what Java has
     * @return the directory, whether it exists or not
     */
    public static DirectoryStorage open(final Path directory, final @Nullable StorageSync sync) {
        return new DirectoryStorage(
                sync == null ? JAVA : sync, directory.toAbsolutePath().normalize());
    }

    /**
     * What makes things durable here.
     *
     * @return the calls
     */
    public StorageSync sync() {
        return sync;
    }

    /**
     * The type of the file system that this directory lies on: by what the system says of the directory itself, or else by its
     * list of mounts.
     *
     * @return its name, such as "ext4"
     * @throws IOException if it can't be told
     */
    public String fileSystemType() throws IOException {
        if (!IS_WINDOWS) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                final String told = sync.fileSystemType(channel);
                if (told != null) {
                    return told;
                }
            }
        }
        return Files.getFileStore(directory).type();
    }

    private void createDurably(final Path missing) throws IOException {
        final Path parent = missing.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            createDurably(parent);
        }
        try {
            Files.createDirectory(missing, ownerOnly("rwx------"));
        } catch (final FileAlreadyExistsException e) {
            requireDirectory(missing, e);
        }
        if (parent != null) {
            forceDirectory(parent);
        }
    }

    /** A disk that is gone can't tell what is there, and then that is what went wrong. */
    private static void requireDirectory(final Path path, final FileAlreadyExistsException problem) throws IOException {
        try {
            if (Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
                return;
            }
        } catch (final NoSuchFileException e) {
            problem.addSuppressed(e);
        }
        throw problem;
    }

    /** Whoever made the directory may not have forced its name. */
    private void forceParent(final Path child) throws IOException {
        final Path parent = child.getParent();
        if (parent == null) {
            return;
        }
        try {
            forceDirectory(parent);
        } catch (final AccessDeniedException e) {
            // Not ours to read, so not ours to force: an administrator made the directory for us.
            return;
        }
    }

    private static FileAttribute<?>[] ownerOnly(final String permissions) {
        return IS_WINDOWS
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                };
    }

    @Override
    public String pathOf(final String name) {
        return directory.resolve(name).toString();
    }

    @Override
    public List<String> list() throws IOException {
        final List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (final Path path : stream) {
                names.add(String.valueOf(path.getFileName()));
            }
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public boolean tryLock(final String name) throws IOException {
        final Path path = directory.resolve(name);
        final Object key = directory.toRealPath();
        if (!LOCKED.add(key)) {
            return false;
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                requireRegular(path);
            }
            channel = FileChannel.open(
                    path, EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly("rw-------"));
            lock = channel.tryLock();
            if (lock != null) {
                lockChannel = channel;
                lockedKey = key;
            }
            return lock != null;
        } catch (final OverlappingFileLockException e) {
            // Another class loader of this JVM holds it. Closing our channel now drops that lock in the kernel, which
            // Java offers no way around; the JVM's own table still keeps writers of this process apart.
            return false;
        } finally {
            if (lock == null) {
                LOCKED.remove(key);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    @Override
    public @Nullable StorageLock tryLock(final String name, final long region) throws IOException {
        final Path path = directory.resolve(name);
        try {
            Files.createFile(path, ownerOnly("rw-------"));
        } catch (final FileAlreadyExistsException e) {
            requireRegular(path);
        }
        return RegionLocks.tryLock(path, region);
    }

    @Override
    public StorageFile create(final String name) throws IOException {
        final Path path = directory.resolve(name);
        final Set<OpenOption> options =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return ChannelFile.open(sync, path, options, ownerOnly("rw-------"));
    }

    @Override
    public StorageFile open(final String name, final boolean writable) throws IOException {
        final Path path = directory.resolve(name);
        requireRegular(path);
        final Set<OpenOption> options = writable
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
                : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return ChannelFile.open(sync, path, options);
    }

    /**
     * Refuses what no journal made: a link, a directory, a device, or a pipe, on which opening would wait for ever. The
     * look comes before the opening, which follows no link either; who changes files in between can make us wait.
     */
    static void requireRegular(final Path path) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "not a regular file");
        }
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        final Path target = directory.resolve(to);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        try {
            Files.move(directory.resolve(from), target, StandardCopyOption.ATOMIC_MOVE);
        } catch (final AtomicMoveNotSupportedException e) {
            throw new IOException("this file system can't rename a file in one step: " + target, e);
        } catch (final IOException e) {
            throw FailedCall.named("rename", target, e);
        }
    }

    @Override
    public void delete(final String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void forceDirectory() throws IOException {
        forceDirectory(directory);
    }

    /**
     * Forces the names of a directory through a channel opened on it. Windows does not open directories so, and keeps
     * names durable by its own means as far as it does; see {@code docs/durability.md}.
     */
    private void forceDirectory(final Path named) throws IOException {
        if (IS_WINDOWS) {
            return;
        }
        try (FileChannel channel = FileChannel.open(named, StandardOpenOption.READ)) {
            sync.force(channel, true);
        } catch (final IOException e) {
            throw FailedCall.named("force the directory", named, e);
        }
    }

    @Override
    public long usableSpace() throws IOException {
        try {
            return fileStore().getUsableSpace();
        } catch (final IOException e) {
            throw FailedCall.named("ask for the usable space", directory, e);
        }
    }

    @Override
    public boolean copiesOnWrite() throws IOException {
        return COPYING_FILE_SYSTEMS.contains(fileStore().type().toLowerCase(Locale.ROOT));
    }

    /** Looked up once: on Linux that reads the list of all that is mounted. */
    private FileStore fileStore() throws IOException {
        final FileStore known = fileStore;
        if (known != null) {
            return known;
        }
        final FileStore found = Files.getFileStore(directory);
        fileStore = found;
        return found;
    }

    @Override
    public SegmentLeases leases(final String name, final boolean writable) throws IOException {
        return FileLeases.open(directory.resolve(name), writable, ownerOnly("rw-------"));
    }

    /** Linux keeps one copy of a page for both; Windows promises no such thing, and elsewhere it was never tried. */
    @Override
    public boolean showsWritesInMappings() {
        return IS_LINUX;
    }

    @Override
    public void close() throws IOException {
        final FileChannel channel = lockChannel;
        final Object key = lockedKey;
        lockChannel = null;
        lockedKey = null;
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            if (key != null) {
                LOCKED.remove(key);
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.spi.SystemCall;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.MappedFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a directory is worth to a journal: the kind of its file system, what a force of it takes, and which calls are made. A
 * force that returns sooner than any device can flush, or a file system in memory, keeps nothing over a power cut, whatever
 * is promised; nobody can tell so from inside a journal, so look before.
 *
 * <pre>{@code
 * StorageCheck check = StorageCheck.run(directory, config);
 * if (!check.isSuitable()) {
 *     throw new IllegalStateException("no place for a journal: " + check.warnings());
 * }
 * }</pre>
 *
 * <p>Measuring takes a second or less, on a file of the check's own beside whatever lies there. It is gone afterwards, also when
 * the process is ended by a signal that can be caught; what a killed process left is removed by the next check. A journal in the
 * directory may be open meanwhile, but shares the disk with the check. The result is immutable.
 */
public final class StorageCheck {

    /** What file systems have in common that a journal must know. */
    public enum Kind {
        /** Overwrites in place, on a device of this machine. */
        DISK,
        /** Copies on write: a store can need room, and so can fail on a full file system. */
        COPYING,
        /** Held in memory: gone with the machine. */
        MEMORY,
        /** A layer of a container: gone with it. */
        OVERLAY,
        /** Another machine's: neither locks nor mapped files are reliable there. */
        NETWORK,
        /** Not known to this version. */
        UNKNOWN;

        /**
         * The kind of a file system.
         *
         * @param type of the file system, as the system calls it, such as "ext4"
         * @return the kind; {@link #UNKNOWN} if this version does not know it
         */
        public static Kind of(final String type) {
            return kindOf(type);
        }
    }

    private static final Map<Kind, List<String>> TYPES = Map.of(
            Kind.DISK,
            List.of("ext2", "ext3", "ext4", "xfs", "jfs", "reiserfs", "ufs", "hfs", "ntfs", "ntfs3", "exfat", "vfat"),
            Kind.COPYING,
            List.of("btrfs", "zfs", "bcachefs", "apfs", "refs", "nilfs2", "f2fs"),
            Kind.MEMORY,
            List.of("tmpfs", "ramfs"),
            Kind.OVERLAY,
            List.of("overlay", "overlayfs", "aufs"),
            Kind.NETWORK,
            List.of(
                    "nfs",
                    "nfs4",
                    "cifs",
                    "smb2",
                    "smb3",
                    "smbfs",
                    "ceph",
                    "gpfs",
                    "lustre",
                    "9p",
                    "virtiofs",
                    "afs",
                    "fuse.sshfs",
                    "fuse.glusterfs",
                    "webdav"));

    private static final String PREFIX = "tidemark-check-";
    private static final int BLOCK_LENGTH = 4096;
    private static final int RECORD_LENGTH = 64;
    private static final int FORCE_COUNT = 512;
    private static final long TIME_LIMIT_NS = 500_000_000;

    /** No device that was ever told to flush was quicker; a call that only copies takes one or two microseconds. */
    private static final long FASTEST_FLUSH_NS = 8_000;

    private final String fileSystem;
    private final Kind kind;
    private final String syncName;
    private final List<SystemCall> calls;
    private final long[] mappedForcesNs;
    private final long[] fileForcesNs;

    private StorageCheck(
            final String fileSystem, final StorageSync sync, final long[] mappedForcesNs, final long[] fileForcesNs) {
        this.fileSystem = fileSystem;
        this.kind = kindOf(fileSystem);
        this.syncName = sync.name();
        this.calls = List.copyOf(sync.calls());
        this.mappedForcesNs = mappedForcesNs;
        this.fileForcesNs = fileForcesNs;
    }

    /**
     * Looks, and measures. An interrupt of the calling thread does not end it, and is kept.
     *
     * @param directory that exists and can be written; nothing that lies there is changed
     * @param config of the journal that is to live there; what makes it durable is used here
     * @return what was found
     * @throws StorageFullException if there is no room for 2 MiB
     * @throws StorageException if there is no such directory, or the file system refuses in another way
     */
    public static StorageCheck run(final Path directory, final JournalConfig config) {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(config, "config");
        final String path = directory.toAbsolutePath().normalize().toString();
        final DirectoryStorage storage = DirectoryStorage.open(directory, config.storageSync());
        // An interrupt of the caller would close the file under work.
        return OpeningThread.call(
                "tidemark-check",
                () -> StorageCall.run(path, () -> run(storage, typeOf(storage, path), storage.sync(), FORCE_COUNT)));
    }

    private static String typeOf(final DirectoryStorage storage, final String path) throws IOException {
        try {
            return storage.fileSystemType();
        } catch (final NoSuchFileException e) {
            throw new StorageException("there is no such directory: directory=" + path + "; name one that exists", e);
        }
    }

    static StorageCheck run(
            final Storage storage, final String fileSystem, final StorageSync sync, final int forceCount)
            throws IOException {
        removeLeftovers(storage);
        final String name = PREFIX + ProcessHandle.current().pid() + "-" + System.nanoTime();
        final Thread hook = new Thread(() -> removeQuietly(storage, name), "tidemark-check-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        IOException failure = null;
        try (StorageFile file = storage.create(name)) {
            return measured(file, fileSystem, sync, forceCount);
        } catch (final IOException e) {
            failure = e;
            throw e;
        } finally {
            remove(storage, name, hook, failure);
        }
    }

    private static StorageCheck measured(
            final StorageFile file, final String fileSystem, final StorageSync sync, final int forceCount)
            throws IOException {
        final int length = forceCount * BLOCK_LENGTH;
        final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_LENGTH);
        file.reserve(length);
        for (int offset = 0; offset < length; offset += BLOCK_LENGTH) {
            file.write(block.clear(), offset);
        }
        file.force(true);
        final MappedFile mapped = file.map(0, length);
        try {
            mapped.faultIn(0, length);
            mapped.force(0, length);
            final long[] mappedNs = forces(forceCount, offset -> {
                mapped.buffer().putLong(offset, offset + 1L);
                mapped.force(offset, RECORD_LENGTH);
            });
            final long[] fileNs = forces(forceCount, offset -> {
                file.write(block.clear(), offset);
                file.force(false);
            });
            return new StorageCheck(fileSystem, sync, mappedNs, fileNs);
        } finally {
            mapped.unmap();
        }
    }

    private interface Force {
        void at(int offset) throws IOException;
    }

    private static long[] forces(final int limit, final Force force) throws IOException {
        final long[] timesNs = new long[limit];
        final long beginNs = System.nanoTime();
        int count = 0;
        long nowNs = beginNs;
        while (count < limit && (count == 0 || nowNs - beginNs < TIME_LIMIT_NS)) {
            final int offset = count * BLOCK_LENGTH;
            force.at(offset);
            final long endNs = System.nanoTime();
            timesNs[count] = endNs - nowNs;
            nowNs = endNs;
            count++;
        }
        return Arrays.copyOf(timesNs, count);
    }

    private static void removeLeftovers(final Storage storage) throws IOException {
        for (final String name : storage.list()) {
            final int end = name.lastIndexOf('-');
            if (name.startsWith(PREFIX) && end > PREFIX.length() && isDead(name.substring(PREFIX.length(), end))) {
                storage.delete(name);
            }
        }
    }

    private static boolean isDead(final String process) {
        try {
            return ProcessHandle.of(Long.parseLong(process)).isEmpty();
        } catch (final NumberFormatException e) {
            // Not a name of ours.
            return false;
        }
    }

    private static void remove(
            final Storage storage, final String name, final Thread hook, final @Nullable IOException failure)
            throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending, and the hook is at work.
            return;
        }
        try {
            if (storage.list().contains(name)) {
                storage.delete(name);
            }
        } catch (final IOException e) {
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        }
    }

    private static void removeQuietly(final Storage storage, final String name) {
        try {
            storage.delete(name);
        } catch (final IOException e) {
            // The process is ending, and nobody is left to be told; the next check removes it.
            return;
        }
    }

    static Kind kindOf(final String type) {
        final String lower = type.toLowerCase(Locale.ROOT);
        for (final Map.Entry<Kind, List<String>> entry : TYPES.entrySet()) {
            if (entry.getValue().contains(lower)) {
                return entry.getKey();
            }
        }
        return Kind.UNKNOWN;
    }

    /**
     * The type of the file system.
     *
     * @return its name, as the system gives it, such as "ext4"
     */
    public String fileSystem() {
        return fileSystem;
    }

    /**
     * What kind of file system that is.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * What makes things durable, as {@link StorageSync#name()} tells.
     *
     * @return a few words, for people to read
     */
    public String syncName() {
        return syncName;
    }

    /**
     * What is called, and what each call guarantees.
     *
     * @return one entry for each purpose
     */
    public List<SystemCall> calls() {
        return calls;
    }

    /**
     * What it took to store some bytes through a mapping and force them: what a commit of the journal costs.
     *
     * @return times in nanoseconds, in the order in which they were measured; at least one
     */
    public long[] mappedForcesNs() {
        return mappedForcesNs.clone();
    }

    /**
     * What it took to write a block of 4096 bytes and force the file.
     *
     * @return times in nanoseconds, in the order in which they were measured; at least one
     */
    public long[] fileForcesNs() {
        return fileForcesNs.clone();
    }

    /**
     * Whether the forces took as long as a device that flushes must take. A device that takes long may lie all the same.
     *
     * @return false if the median is shorter than any device needs
     */
    public boolean isPlausible() {
        return median(mappedForcesNs) >= FASTEST_FLUSH_NS && median(fileForcesNs) >= FASTEST_FLUSH_NS;
    }

    private static long median(final long[] timesNs) {
        final long[] sorted = timesNs.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /**
     * Whether nothing was found that speaks against a journal here.
     *
     * @return whether forces are plausible, on a disk of this machine
     */
    public boolean isSuitable() {
        return isPlausible() && kind != Kind.MEMORY && kind != Kind.OVERLAY && kind != Kind.NETWORK;
    }

    /**
     * What to be warned of.
     *
     * @return sentences, for people to read; none if there is nothing to say
     */
    public List<String> warnings() {
        final List<String> warnings = new ArrayList<>();
        switch (kind) {
            case DISK -> {
                // As it should be.
            }
            case COPYING ->
                warnings.add(
                        fileSystem + " copies on write: a store can need room, and a full one ends the journal with an"
                                + " error; what was durable is there when it is opened again");
            case MEMORY ->
                warnings.add(fileSystem + " is held in memory: a power cut takes everything, whatever a force says");
            case OVERLAY ->
                warnings.add(fileSystem + " is a layer of a container, and goes with it: put the journal on a volume");
            case NETWORK ->
                warnings.add(fileSystem + " is not a disk of this machine: neither locks nor mapped files are reliable"
                        + " there, and it is not supported");
            case UNKNOWN ->
                warnings.add(fileSystem + " is not known: find out whether it is a disk of this machine, and whether it"
                        + " overwrites in place");
        }
        if (!isPlausible()) {
            warnings.add("a force takes " + Math.min(median(mappedForcesNs), median(fileForcesNs))
                    + " ns, less than any device needs to flush its cache: a power cut may take what was forced");
        }
        return List.copyOf(warnings);
    }
}

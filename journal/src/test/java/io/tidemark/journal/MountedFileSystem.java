// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real file system, mounted for one test: in memory, or on a loop device whose image lies in memory, so that it is quick
 * and harms no disk. It can be filled, broken and repaired. Where it can't be made, for want of rights, of a tool or of
 * the file system in the kernel, the test is skipped and says so.
 *
 * <p>All mounts are below one directory that carries the id of this process. What a process left behind that was killed is
 * taken down by the next.
 */
public final class MountedFileSystem implements AutoCloseable {

    private static final String PREFIX = "tidemark-mounts-";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int DELETE_ATTEMPTS = 20;
    private static final int BLOCK_LENGTH = 4096;
    private static final long DISK_LENGTH = 1L << 30;

    /** The file systems that are tried. */
    public enum Kind {
        /** Memory; nothing is ever durable there, but nobody asks. */
        TMPFS(16 << 20),
        /** Overwrites in place, with a journal for its metadata. */
        EXT4(16 << 20),
        /** Overwrites in place; no shorter one can be made. */
        XFS(300 << 20),
        /** Copies on write: overwriting takes new room. */
        BTRFS(128 << 20);

        private final long length;

        Kind(final long length) {
            this.length = length;
        }
    }

    private final Kind kind;
    private final Path base;
    private final Path disk;
    private final Path image;
    private final Path root;

    private MountedFileSystem(final Kind kind, final Path base) {
        this.kind = kind;
        this.base = base;
        this.disk = base.resolve("disk");
        this.image = disk.resolve("image");
        this.root = base.resolve("root");
    }

    /**
     * Mounts a new file system of a length that is small for its kind.
     *
     * @param kind of file system
     * @return the file system
     * @throws IOException if the directory for it can't be made
     */
    public static MountedFileSystem mount(final Kind kind) throws IOException {
        return mount(kind, kind.length);
    }

    /**
     * Mounts a new file system in memory.
     *
     * @param length in bytes
     * @return the file system
     * @throws IOException if the directory for it can't be made
     */
    public static MountedFileSystem memory(final long length) throws IOException {
        return mount(Kind.TMPFS, length);
    }

    private static MountedFileSystem mount(final Kind kind, final long length) throws IOException {
        final Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        sweep(parent);
        final Path base = parent.resolve(PREFIX + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
        Files.createDirectory(base);
        final MountedFileSystem made = new MountedFileSystem(kind, base);
        final String answer = made.make(length);
        if (!answer.isEmpty()) {
            made.takeDown();
        }
        assumeTrue(answer.isEmpty(), () -> kind + " can't be mounted here, which root could do: " + answer);
        return made;
    }

    private String make(final long length) throws IOException {
        Files.createDirectory(root);
        if (kind == Kind.TMPFS) {
            return run("mount", "-t", "tmpfs", "-o", "size=" + length, "tidemark-test", root.toString());
        }
        Files.createDirectory(disk);
        final String answer =
                run("mount", "-t", "tmpfs", "-o", "size=" + DISK_LENGTH, "tidemark-test", disk.toString());
        if (!answer.isEmpty()) {
            return answer;
        }
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(length);
        }
        final String making = makeOn(image.toString());
        return making.isEmpty() ? mountImage() : making;
    }

    private String makeOn(final String file) throws IOException {
        return switch (kind) {
            case EXT4 -> run("mkfs.ext4", "-q", "-m", "0", file);
            case XFS -> run("mkfs.xfs", "-q", file);
            case BTRFS -> run("mkfs.btrfs", "-q", "--mixed", file);
            case TMPFS -> throw new IllegalArgumentException("memory needs no image");
        };
    }

    private String mountImage() throws IOException {
        final String options = kind == Kind.EXT4 ? "loop,errors=remount-ro" : "loop";
        return run("mount", "-o", options, image.toString(), root.toString());
    }

    /**
     * Where it is mounted.
     *
     * @return the directory
     */
    public Path root() {
        return root;
    }

    /**
     * Makes it read-only. No file on it may be open for writing, or mapped.
     *
     * @throws IOException if it can't be
     */
    public void makeReadOnly() throws IOException {
        require(run("mount", "-o", "remount,ro", root.toString()));
    }

    /** Gives room to a file that is not the journal's, so that about this much is left, or less. */
    void leaveRoom(final long length) throws IOException {
        // What a file system says is usable is seldom usable to the last byte, least of all in one piece.
        long slack = 0;
        while (left() - slack > length && !allocate(left() - length - slack)) {
            slack = slack == 0 ? 64 << 10 : 2 * slack;
        }
        final ByteBuffer block = ByteBuffer.allocate(BLOCK_LENGTH);
        try (FileChannel rest =
                FileChannel.open(root.resolve("rest"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (left() > length) {
                rest.write(block.clear());
                if (kind != Kind.TMPFS) {
                    rest.force(false);
                }
            }
        } catch (final IOException e) {
            // It is full before it says so.
            return;
        }
    }

    private boolean allocate(final long length) throws IOException {
        return run(
                        "fallocate",
                        "-l",
                        String.valueOf(length),
                        root.resolve("ballast").toString())
                .isEmpty();
    }

    private long left() throws IOException {
        return Files.getFileStore(root).getUsableSpace();
    }

    void makeRoom() throws IOException {
        deleteOnFull(root.resolve("ballast"));
        deleteOnFull(root.resolve("rest"));
        // Room that btrfs is about to free is no room yet.
        require(run("sync", "-f", root.toString()));
    }

    /** A full btrfs may have no room to delete a file until what is on its way to the disk has come there. */
    private void deleteOnFull(final Path file) throws IOException {
        for (int attempt = 0; attempt < DELETE_ATTEMPTS; attempt++) {
            try {
                Files.deleteIfExists(file);
                return;
            } catch (final FileSystemException e) {
                final String answer = run("sync", "-f", root.toString());
                if (attempt == DELETE_ATTEMPTS - 1) {
                    e.addSuppressed(new IOException(answer));
                    throw e;
                }
            }
        }
    }

    /** Makes a range of a file a hole: what lies there reads as zeros, and to store there takes new room. */
    void punchHole(final Path file, final long offset, final long length) throws IOException {
        require(run("fallocate", "-p", "-o", String.valueOf(offset), "-l", String.valueOf(length), file.toString()));
    }

    /**
     * Takes the disk away under files that are open and mapped: ext4 and XFS have a call for that, with which they answer
     * every other call by an error from then on. btrfs has none. Without the tool that makes the call the test is skipped.
     */
    void breakDown() throws IOException {
        final String answer = run("xfs_io", "-V");
        assumeTrue(answer.isEmpty(), () -> "no disk can be lost here without xfs_io: " + answer);
        switch (kind) {
            case EXT4, XFS -> require(run("xfs_io", "-x", "-c", "shutdown -f", root.toString()));
            case BTRFS, TMPFS -> throw new IllegalArgumentException("can't be broken: " + kind);
        }
    }

    /**
     * Lets ext4 meet an error, for which it makes itself read-only under files that are open and mapped. Nobody can ask for
     * that while a file is open for writing: {@code mount} refuses as busy.
     */
    void turnReadOnly() throws IOException {
        for (final String mount : Files.readAllLines(Path.of("/proc/self/mounts"))) {
            final List<String> words = List.of(mount.split(" ", 3));
            if (words.get(1).equals(root.toString())) {
                final Path device = Path.of(words.get(0)).getFileName();
                Files.writeString(Path.of("/sys/fs/ext4", String.valueOf(device), "trigger_fs_error"), "test");
                return;
            }
        }
        throw new IOException("not mounted: " + root);
    }

    /** Takes the cause away, and mounts the file system again. No file on it may be open, or mapped. */
    void repair() throws IOException {
        final String answer = run("umount", root.toString());
        require(answer.isEmpty() ? mountImage() : answer + "; held by " + holders());
    }

    @Override
    public void close() throws IOException {
        final String answer = takeDown();
        require(answer);
    }

    private String takeDown() throws IOException {
        return takeDown(base);
    }

    /** Unmounts everything below a directory, and deletes it. What is busy is let go when it no longer is. */
    private static String takeDown(final Path base) throws IOException {
        String answer = "";
        final List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts"));
        for (int i = mounts.size() - 1; i >= 0; i--) {
            final String path = List.of(mounts.get(i).split(" ", 3)).get(1);
            if (path.startsWith(base + "/")) {
                final String unmounting = run("umount", path);
                if (!unmounting.isEmpty()) {
                    answer = unmounting;
                    require(run("umount", "-l", path));
                }
            }
        }
        try (Stream<Path> paths = Files.walk(base)) {
            for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        return answer;
    }

    /** Takes down what processes left behind that are no more. */
    private static void sweep(final Path parent) throws IOException {
        try (Stream<Path> paths = Files.list(parent)) {
            paths.filter(MountedFileSystem::isLeftBehind).forEach(path -> {
                try {
                    takeDown(path);
                } catch (final IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static boolean isLeftBehind(final Path path) {
        final String name = String.valueOf(path.getFileName());
        if (!name.startsWith(PREFIX)) {
            return false;
        }
        final String process = name.substring(PREFIX.length(), name.indexOf('-', PREFIX.length()));
        final Optional<ProcessHandle> owner = ProcessHandle.of(Long.parseLong(process));
        return owner.isEmpty();
    }

    /** Every open file and mapping below the root, of any process: what keeps it from being unmounted. */
    private List<String> holders() throws IOException {
        final List<String> holders = new ArrayList<>();
        for (final ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            final Path directory = Path.of("/proc", String.valueOf(process.pid()));
            try {
                addHolders(process.pid(), directory, holders);
            } catch (final FileSystemException e) {
                // It ended while it was looked at, or belongs to nobody here: said, as it may be the one.
                holders.add(process.pid() + " unknown");
            }
        }
        return holders;
    }

    private void addHolders(final long pid, final Path directory, final List<String> holders) throws IOException {
        try (Stream<Path> descriptors = Files.list(directory.resolve("fd"))) {
            for (final Path descriptor : descriptors.toList()) {
                final String target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith(root + "/")) {
                    holders.add(pid + " open " + target);
                }
            }
        }
        for (final String mapping : Files.readAllLines(directory.resolve("maps"))) {
            if (mapping.contains(root + "/")) {
                holders.add(pid + " mapped " + mapping);
            }
        }
    }

    private static void require(final String answer) throws IOException {
        if (!answer.isEmpty()) {
            throw new IOException(answer);
        }
    }

    /** Runs a command and gives what it says when it fails; empty if it does not. */
    private static String run(final String... words) throws IOException {
        final Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (final IOException e) {
            return words[0] + " can't be run: " + e.getMessage();
        }
        process.getOutputStream().close();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            final int exitCode = process.waitFor();
            return exitCode == 0 ? "" : words[0] + " ended with " + exitCode + ": " + output.strip();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + words[0] + " was running", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.spi.StorageSyncProvider;
import io.tidemark.journal.spi.SystemCall;
import io.tidemark.journal.spi.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the operating system that Java can't make, for a journal.
 *
 * <pre>{@code
 * JournalConfig config = JournalConfig.defaults().withStorageSync(NativeSync.load());
 * }</pre>
 *
 * <p>Java 24 and newer want the flag {@code --enable-native-access=ALL-UNNAMED}, or the name of the module in the place of
 * the last word. Without it {@link #load()} loads nothing, the JVM warns of nothing, and an exception says so.
 *
 * <p>Thread-safe; one instance serves any number of journals. No call is ended by an interrupt, and none closes a channel.
 */
public final class NativeSync implements StorageSync {

    /** How far a force goes, where the system knows more than one way: on macOS. */
    public enum Level {
        /** To the platter: what was forced survives a power cut. */
        PLATTER,

        /**
         * Order alone: after a power cut nothing forced later is there without what was forced before. The last of it may be
         * missing, so that {@code durableSequence()} then says how far the order goes, not what survives. Elsewhere than on
         * macOS this is the same as {@link #PLATTER}.
         */
        BARRIER
    }

    /** Why the library can't be had. */
    public enum Reason {
        /** There is none for this system. */
        UNKNOWN_SYSTEM,
        /** Java was not started with {@code --enable-native-access}. */
        ACCESS_DENIED,
        /** It could not be taken out of the jar. */
        NOT_EXTRACTED,
        /** The system, or the JVM, would not load it. */
        LIBRARY_REFUSED,
        /** This Java version is not known to it. */
        UNKNOWN_JAVA
    }

    /** The library can't be had. The message says why, and what to do; the journal works without it. */
    public static final class UnavailableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        /** Why the library can't be had. */
        private final Reason reason;

        UnavailableException(final Reason reason, final String message, final @Nullable Throwable cause) {
            super(message, cause);
            this.reason = reason;
        }

        /**
         * Why it can't be had.
         *
         * @return the reason
         */
        public Reason reason() {
            return reason;
        }
    }

    /** What can be chosen: an immutable value. Each {@code with} method returns a changed copy. */
    public static final class Options {

        private static final Options DEFAULTS = new Options(null, null, Level.PLATTER, null, false);

        private final @Nullable Path library;
        private final @Nullable Path extractionDirectory;
        private final Level level;
        private final @Nullable Consumer<String> fallBackListener;
        private final boolean memoryLocked;

        private Options(
                final @Nullable Path library,
                final @Nullable Path extractionDirectory,
                final Level level,
                final @Nullable Consumer<String> fallBackListener,
                final boolean memoryLocked) {
            this.library = library;
            this.extractionDirectory = extractionDirectory;
            this.level = level;
            this.fallBackListener = fallBackListener;
            this.memoryLocked = memoryLocked;
        }

        /**
         * The library of the jar, forces to the platter, failure where the file system refuses that, and memory that is not
         * locked.
         *
         * @return the options
         */
        public static Options defaults() {
            return DEFAULTS;
        }

        /**
         * Names the library. Nothing is extracted then.
         *
         * @param file the library, as it came out of the jar or of a build
         * @return the changed options
         */
        public Options withLibrary(final Path file) {
            return new Options(
                    Objects.requireNonNull(file, "file"), extractionDirectory, level, fallBackListener, memoryLocked);
        }

        /**
         * Names the directory in which the library gets a directory of its own while it is loaded.
         *
         * @param directory that exists, on a file system that is not mounted {@code noexec}
         * @return the changed options
         */
        public Options withExtractionDirectory(final Path directory) {
            return new Options(
                    library, Objects.requireNonNull(directory, "directory"), level, fallBackListener, memoryLocked);
        }

        /**
         * Sets how far a force goes.
         *
         * @param forceLevel of all forces
         * @return the changed options
         */
        public Options withLevel(final Level forceLevel) {
            return new Options(
                    library,
                    extractionDirectory,
                    Objects.requireNonNull(forceLevel, "forceLevel"),
                    fallBackListener,
                    memoryLocked);
        }

        /**
         * Lets a force that the file system refuses fall back to the next one that it does, in the place of failing. For a
         * force to the platter that is {@code fsync}, which may stay in the cache of the disk.
         *
         * @param listener told at the first force that falls back, before that is done, by the thread that forces; what it throws
         *     ends the journal, as a force that failed
         * @return the changed options
         */
        public Options withFallBack(final Consumer<String> listener) {
            return new Options(
                    library, extractionDirectory, level, Objects.requireNonNull(listener, "listener"), memoryLocked);
        }

        /**
         * Locks the pages of segments in memory as they are faulted in, so that none is ever taken away under memory pressure.
         * Needs a limit of locked memory ({@code ulimit -l}) that all segments in use fit in. Linux and macOS.
         *
         * @return the changed options
         */
        public Options withMemoryLock() {
            return new Options(library, extractionDirectory, level, fallBackListener, true);
        }
    }

    /** For tools that look for natives on the class path. */
    public static final class Provider implements StorageSyncProvider {

        /** Does nothing. */
        public Provider() {}

        @Override
        public StorageSync load() {
            return NativeSync.load();
        }
    }

    private final SystemCalls calls;
    private final TargetSystem system;
    private final Options options;
    private final String loadedFrom;
    private final AtomicBoolean fallBackTold = new AtomicBoolean();

    NativeSync(final SystemCalls calls, final TargetSystem system, final Options options, final String loadedFrom) {
        this.calls = calls;
        this.system = system;
        this.options = options;
        this.loadedFrom = loadedFrom;
    }

    /**
     * Loads the library of the jar.
     *
     * @return the calls
     * @throws UnavailableException if it can't be had; the message says why, and what to do
     */
    public static NativeSync load() {
        return load(Options.defaults());
    }

    /**
     * Loads the library.
     *
     * @param options what was chosen
     * @return the calls
     * @throws UnavailableException if it can't be had; the message says why, and what to do
     */
    public static NativeSync load(final Options options) {
        Objects.requireNonNull(options, "options");
        final TargetSystem system =
                NativeLibrary.system(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        final String loadedFrom = NativeLibrary.load(system, options.library, options.extractionDirectory);
        return new NativeSync(new NativeCalls(), system, options, loadedFrom);
    }

    @Override
    public String name() {
        return "native-sync, " + system.directory();
    }

    /**
     * Where the library was loaded from.
     *
     * @return a path, or words for the jar
     */
    public String loadedFrom() {
        return loadedFrom;
    }

    @Override
    public List<SystemCall> calls() {
        return switch (system.kind()) {
            case LINUX -> linuxCalls();
            case DARWIN -> darwinCalls();
            case WINDOWS ->
                List.of(
                        new SystemCall(
                                "force of a mapped range",
                                "FlushViewOfFile, FlushFileBuffers",
                                "the file is on the disk, caches flushed"),
                        new SystemCall(
                                "force of a file", "FlushFileBuffers", "the file is on the disk, caches flushed"),
                        new SystemCall(
                                "force of a directory", "none", "names are as durable as NTFS makes them by itself"));
        };
    }

    private List<SystemCall> linuxCalls() {
        final List<SystemCall> list = new ArrayList<>(List.of(
                new SystemCall(
                        "force of a mapped range",
                        "msync(MS_SYNC)",
                        "the range is on the disk, with what is needed to find it; the disk's cache is flushed"),
                new SystemCall(
                        "force of a file",
                        "fdatasync, or fsync",
                        "data, or data and metadata, are on the disk, cache flushed"),
                new SystemCall("force of a directory", "fsync", "names are on the disk, cache flushed"),
                new SystemCall("room for a segment", "fallocate", "a full disk says so before anything is written"),
                new SystemCall(
                        "filling a segment",
                        "sync_file_range(WRITE)",
                        "none: the device begins before the force comes"),
                new SystemCall(
                        "faulting in",
                        "madvise(MADV_POPULATE_WRITE)",
                        "stores find their pages; one that can't be reached is an error, not a signal"),
                new SystemCall(
                        "a mapped range, before it is forced",
                        "madvise(MADV_DONTNEED)",
                        "none: cores are told of the force once, not page by page"),
                new SystemCall(
                        "reading a segment", "posix_fadvise(SEQUENTIAL)", "none: the system reads further ahead")));
        addMemoryLock(list);
        return List.copyOf(list);
    }

    private List<SystemCall> darwinCalls() {
        final boolean barrier = options.level == Level.BARRIER;
        final String call = barrier ? "fcntl(F_BARRIERFSYNC)" : "fcntl(F_FULLFSYNC)";
        final String guarantee = (barrier
                        ? "nothing forced later is there without it; the last may be lost"
                        : "on the disk, caches flushed")
                + (options.fallBackListener == null
                        ? "; where the file system refuses, it fails"
                        : "; where the file system refuses, fsync, and that is told");
        final List<SystemCall> list = new ArrayList<>(List.of(
                new SystemCall("force of a mapped range", "msync(MS_SYNC), " + call, guarantee),
                new SystemCall("force of a file", call, guarantee),
                new SystemCall("force of a directory", call, guarantee),
                new SystemCall(
                        "room for a segment",
                        "fcntl(F_PREALLOCATE)",
                        "a full disk says so before anything is written")));
        addMemoryLock(list);
        return List.copyOf(list);
    }

    private void addMemoryLock(final List<SystemCall> list) {
        if (options.memoryLocked) {
            list.add(new SystemCall("keeping pages", "mlock", "no page of a segment is taken away"));
        }
    }

    @Override
    public boolean needsFileToForceMapping() {
        return system.kind() != TargetSystem.Kind.LINUX;
    }

    @Override
    public void force(final FileChannel file, final boolean withMetadata) throws IOException {
        switch (system.kind()) {
            case LINUX ->
                require(
                        withMetadata ? "fsync" : "fdatasync",
                        calls.force(file, withMetadata ? SystemCalls.FORCE_FILE : SystemCalls.FORCE_DATA));
            case DARWIN -> forceDarwin(file);
            case WINDOWS -> require("FlushFileBuffers", calls.force(file, SystemCalls.FORCE_FILE));
        }
    }

    /**
     * Both ways cover data and metadata. One that is refused has done nothing, so the next is not the repetition of a force
     * that failed.
     */
    private void forceDarwin(final FileChannel file) throws IOException {
        if (options.level == Level.BARRIER) {
            final int barrier = calls.force(file, SystemCalls.FORCE_BARRIER);
            if (!SystemNumbers.isRefused(system.kind(), barrier)) {
                require("fcntl(F_BARRIERFSYNC)", barrier);
                return;
            }
            fallBack("fcntl(F_BARRIERFSYNC)", barrier, "fcntl(F_FULLFSYNC), or fsync where that is refused, too");
        }
        final int platter = calls.force(file, SystemCalls.FORCE_PLATTER);
        if (!SystemNumbers.isRefused(system.kind(), platter)) {
            require("fcntl(F_FULLFSYNC)", platter);
            return;
        }
        fallBack("fcntl(F_FULLFSYNC)", platter, "fsync, which may leave it in the cache of the disk");
        require("fsync", calls.force(file, SystemCalls.FORCE_FILE));
    }

    private void fallBack(final String refused, final int error, final String next) throws IOException {
        final Consumer<String> listener = options.fallBackListener;
        if (listener == null) {
            throw new SystemCallException(
                    refused + " is refused: " + SystemNumbers.words(system.kind(), error)
                            + "; use another file system, or accept less by Options.withFallBack",
                    error,
                    false);
        }
        if (!fallBackTold.getAndSet(true)) {
            listener.accept(
                    refused + " is refused: " + SystemNumbers.words(system.kind(), error) + "; in its place: " + next);
        }
    }

    @Override
    public void forceMapping(
            final ByteBuffer mapping, final int offset, final int length, final @Nullable FileChannel file)
            throws IOException {
        require(
                system.kind() == TargetSystem.Kind.WINDOWS ? "FlushViewOfFile" : "msync",
                calls.forceMapping(mapping, offset, length));
        if (needsFileToForceMapping()) {
            force(Objects.requireNonNull(file, "file"), false);
        }
    }

    @Override
    public boolean reserve(final FileChannel file, final long length) throws IOException {
        return requireUnlessRefused(
                system.kind() == TargetSystem.Kind.LINUX ? "fallocate" : "fcntl(F_PREALLOCATE)",
                calls.reserve(file, length));
    }

    @Override
    public boolean beginWriting(final FileChannel file, final long offset, final long length) throws IOException {
        return requireUnlessRefused("sync_file_range", calls.beginWriting(file, offset, length));
    }

    @Override
    public boolean faultIn(final ByteBuffer mapping, final int offset, final int length) throws IOException {
        final boolean done =
                requireUnlessRefused("madvise(MADV_POPULATE_WRITE)", calls.faultIn(mapping, offset, length));
        if (options.memoryLocked) {
            final int locked = calls.lockMemory(mapping, offset, length);
            if (locked > 0) {
                throw new SystemCallException(
                        "mlock failed: " + SystemNumbers.words(system.kind(), locked)
                                + "; raise the limit of locked memory (ulimit -l, LimitMEMLOCK), or leave out withMemoryLock",
                        locked,
                        false);
            }
            requireUnlessRefused("mlock", locked);
        }
        return done;
    }

    /** Pages that are locked are to stay, and the system refuses. */
    @Override
    public boolean letGoOfPages(final ByteBuffer mapping, final int offset, final int length) throws IOException {
        return !options.memoryLocked
                && requireUnlessRefused("madvise(MADV_DONTNEED)", calls.letGoOfPages(mapping, offset, length));
    }

    @Override
    public boolean adviseSequential(final FileChannel file) throws IOException {
        return requireUnlessRefused("posix_fadvise", calls.adviseSequential(file));
    }

    @Override
    public @Nullable String fileSystemType(final FileChannel file) throws IOException {
        final long number = calls.fileSystemNumber(file);
        if (number >= 0) {
            return SystemNumbers.fileSystem(number);
        }
        requireUnlessRefused("fstatfs", number < -1000 ? (int) (-1000 - number) : (int) number);
        return null;
    }

    private boolean requireUnlessRefused(final String call, final int outcome) throws IOException {
        if (outcome == SystemCalls.UNSUPPORTED || SystemNumbers.isRefused(system.kind(), outcome)) {
            return false;
        }
        require(call, outcome);
        return true;
    }

    private void require(final String call, final int outcome) throws IOException {
        switch (outcome) {
            case 0 -> {
                return;
            }
            case SystemCalls.NOT_A_FILE ->
                throw new IOException(call + " was not called: the channel is closed, or not one of a file of the JDK");
            case SystemCalls.OUT_OF_RANGE ->
                throw new IllegalArgumentException(
                        call + " was not called: the buffer is not direct, or the range is not inside of it");
            case SystemCalls.UNSUPPORTED ->
                throw new IOException(call + " was not called: there is no such call on " + system.directory());
            default ->
                throw new SystemCallException(
                        call + " failed: " + SystemNumbers.words(system.kind(), outcome),
                        outcome,
                        SystemNumbers.isNoSpace(system.kind(), outcome));
        }
    }
}

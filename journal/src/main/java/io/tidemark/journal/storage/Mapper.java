// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maps files so that they can be unmapped at a moment of our choice, and their pages let go, with no JVM flag and no warning on
 * any version.
 *
 * <p>From Java 22 on a mapping belongs to an {@code Arena} (JEP 454), and touching it after it was unmapped throws. Before,
 * {@code sun.misc.Unsafe.invokeCleaner} is the only way; it warns from Java 24 on (JEP 498), where it is not used. Both
 * are reached through method handles, because the class files are those of Java 17.
 *
 * <p>Pages are let go by {@code MemorySegment.unload} from Java 22 on, which is {@code madvise(MADV_DONTNEED)} on Linux. Versions before
 * have the same native method behind {@code java.nio.MappedMemoryUtils}, and it is taken from there; where it is not found, nothing is let go.
 */
abstract class Mapper {

    private static final int FIRST_FEATURE_WITH_ARENA = 22;

    private static final Mapper INSTANCE = create();

    /** A mapping and what lets it go. */
    interface Mapping {
        MappedByteBuffer buffer();

        /** Unmaps, and then throws what a fault in some mapping has left to be thrown in this thread. */
        void unmap();

        /**
         * Takes the pages of a range out of the mapping, all at once. What was stored stays in the page cache, where the next
         * load or store finds it. Allocates nothing once compiled. Only for a file that is mapped shared.
         *
         * @param offset of the first byte
         * @param length of the range, in bytes
         * @return false if it was refused, because the pages are locked, or there is no such call; nothing was done then
         */
        boolean letGoOfPages(int offset, int length);
    }

    static Mapper instance() {
        return INSTANCE;
    }

    abstract Mapping map(FileChannel channel, FileChannel.MapMode mode, int offset, int length) throws IOException;

    Mapping map(final FileChannel channel, final int offset, final int length) throws IOException {
        return map(channel, FileChannel.MapMode.READ_WRITE, offset, length);
    }

    Mapping mapForReading(final FileChannel channel, final int offset, final int length) throws IOException {
        return map(channel, FileChannel.MapMode.READ_ONLY, offset, length);
    }

    private static Mapper create() {
        try {
            return Runtime.version().feature() >= FIRST_FEATURE_WITH_ARENA ? new ArenaMapper() : new CleanerMapper();
        } catch (final ReflectiveOperationException e) {
            throw new LinkageError("this Java version offers no way to unmap a file", e);
        }
    }

    private static RuntimeException unexpected(final Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
    }

    /** What the call throws that lets pages go is an {@code IOException} which it does not declare. */
    private static boolean refused(final Throwable thrown) {
        if (thrown instanceof IOException) {
            return false;
        }
        throw unexpected(thrown);
    }

    /** Constants, so that the compiler sees through the calls: then no object is made for a range. */
    private static final class Unloading {
        private static final MethodHandle AS_SLICE;
        private static final MethodHandle UNLOAD;

        static {
            try {
                final MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                final Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                AS_SLICE = lookup.findVirtual(
                                segment, "asSlice", MethodType.methodType(segment, long.class, long.class))
                        .asType(MethodType.methodType(Object.class, Object.class, long.class, long.class));
                UNLOAD = lookup.findVirtual(segment, "unload", MethodType.methodType(void.class))
                        .asType(MethodType.methodType(void.class, Object.class));
            } catch (final ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private Unloading() {}
    }

    private static final class ArenaMapper extends Mapper {
        private final MethodHandle ofShared;
        private final MethodHandle map;
        private final MethodHandle asByteBuffer;
        private final MethodHandle close;

        ArenaMapper() throws ReflectiveOperationException {
            final MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            final Class<?> arena = Class.forName("java.lang.foreign.Arena");
            final Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            ofShared = lookup.findStatic(arena, "ofShared", MethodType.methodType(arena))
                    .asType(MethodType.methodType(Object.class));
            map = lookup.findVirtual(
                            FileChannel.class,
                            "map",
                            MethodType.methodType(segment, FileChannel.MapMode.class, long.class, long.class, arena))
                    .asType(MethodType.methodType(
                            Object.class,
                            FileChannel.class,
                            FileChannel.MapMode.class,
                            long.class,
                            long.class,
                            Object.class));
            asByteBuffer = lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class))
                    .asType(MethodType.methodType(ByteBuffer.class, Object.class));
            close = lookup.findVirtual(arena, "close", MethodType.methodType(void.class))
                    .asType(MethodType.methodType(void.class, Object.class));
        }

        @Override
        Mapping map(final FileChannel channel, final FileChannel.MapMode mode, final int offset, final int length)
                throws IOException {
            try {
                final Object arena = ofShared.invokeExact();
                final Object segment = map.invokeExact(channel, mode, (long) offset, (long) length, arena);
                final MappedByteBuffer buffer = (MappedByteBuffer) (ByteBuffer) asByteBuffer.invokeExact(segment);
                return new ArenaMapping(buffer, segment, arena);
            } catch (final IOException e) {
                throw e;
            } catch (final Throwable e) {
                throw unexpected(e);
            }
        }

        private final class ArenaMapping implements Mapping {
            private final MappedByteBuffer buffer;
            private final Object segment;
            private final Object arena;

            ArenaMapping(final MappedByteBuffer buffer, final Object segment, final Object arena) {
                this.buffer = buffer;
                this.segment = segment;
                this.arena = arena;
            }

            @Override
            public MappedByteBuffer buffer() {
                return buffer;
            }

            @Override
            public void unmap() {
                try {
                    close.invokeExact(arena);
                } catch (final Throwable e) {
                    throw unexpected(e);
                }
            }

            @Override
            public boolean letGoOfPages(final int offset, final int length) {
                try {
                    final Object range = offset == 0 && length == buffer.capacity()
                            ? segment
                            : Unloading.AS_SLICE.invokeExact(segment, (long) offset, (long) length);
                    Unloading.UNLOAD.invokeExact(range);
                    return true;
                } catch (final Throwable e) {
                    return refused(e);
                }
            }
        }
    }

    private static final class CleanerMapper extends Mapper {
        private final MethodHandle invokeCleaner;

        /** Null where it was not found. */
        private final @Nullable PageRelease pageRelease;

        CleanerMapper() throws ReflectiveOperationException {
            final Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            final Field instanceField = unsafe.getDeclaredField("theUnsafe");
            instanceField.setAccessible(true);
            final Object instance = Objects.requireNonNull(instanceField.get(null));
            invokeCleaner = MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance);
            pageRelease = PageRelease.find(unsafe, instance);
        }

        @Override
        Mapping map(final FileChannel channel, final FileChannel.MapMode mode, final int offset, final int length)
                throws IOException {
            return new CleanerMapping(channel.map(mode, offset, length));
        }

        private final class CleanerMapping implements Mapping {
            private final MappedByteBuffer buffer;

            CleanerMapping(final MappedByteBuffer buffer) {
                this.buffer = buffer;
            }

            @Override
            public MappedByteBuffer buffer() {
                return buffer;
            }

            @Override
            public void unmap() {
                InternalError fault = null;
                try {
                    MappedFault.throwPending();
                } catch (final InternalError e) {
                    fault = e;
                }
                try {
                    invokeCleaner.invokeExact((ByteBuffer) buffer);
                } catch (final Throwable e) {
                    throw unexpected(e);
                }
                if (fault != null) {
                    throw fault;
                }
            }

            @Override
            public boolean letGoOfPages(final int offset, final int length) {
                return pageRelease != null && pageRelease.letGo(buffer, offset, length);
            }
        }
    }

    /**
     * What Java has before version 22 to let pages go.
     *
     * @param address gives the address of a direct buffer
     * @param unload lets the pages go from an address on
     */
    private record PageRelease(MethodHandle address, MethodHandle unload) {

        /** Letting go of pages is a help, and a force does all that it must without: so what is not found is left out. */
        static @Nullable PageRelease find(final Class<?> unsafe, final Object instance) {
            try {
                final MethodHandles.Lookup within = lookupWithin(unsafe, instance);
                return new PageRelease(
                        within.findGetter(Buffer.class, "address", long.class)
                                .asType(MethodType.methodType(long.class, MappedByteBuffer.class)),
                        within.findStatic(
                                Class.forName("java.nio.MappedMemoryUtils"),
                                "unload",
                                MethodType.methodType(void.class, long.class, boolean.class, long.class)));
            } catch (final ReflectiveOperationException | RuntimeException e) {
                return null;
            }
        }

        /** A lookup that finds what a package keeps to itself. */
        private static MethodHandles.Lookup lookupWithin(final Class<?> unsafe, final Object instance)
                throws ReflectiveOperationException {
            final Field field = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
            final Object base = unsafe.getMethod("staticFieldBase", Field.class).invoke(instance, field);
            final Object offset =
                    unsafe.getMethod("staticFieldOffset", Field.class).invoke(instance, field);
            return (MethodHandles.Lookup) Objects.requireNonNull(
                    unsafe.getMethod("getObject", Object.class, long.class).invoke(instance, base, offset));
        }

        boolean letGo(final MappedByteBuffer buffer, final int offset, final int length) {
            Objects.checkFromIndexSize(offset, length, buffer.capacity());
            try {
                final long begin = (long) address.invokeExact(buffer) + offset;
                unload.invokeExact(begin, false, (long) length);
                return true;
            } catch (final Throwable e) {
                return refused(e);
            }
        }
    }
}

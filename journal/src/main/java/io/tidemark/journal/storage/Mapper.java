// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * Maps files so that they can be unmapped at a moment of our choice, with no JVM flag and no warning on any version.
 *
 * <p>From Java 22 on a mapping belongs to an {@code Arena} (JEP 454), and touching it after it was unmapped throws. Before,
 * {@code sun.misc.Unsafe.invokeCleaner} is the only way; it warns from Java 24 on (JEP 498), where it is not used. Both
 * are reached through method handles, because the class files are those of Java 17.
 */
abstract class Mapper {

    private static final int FIRST_FEATURE_WITH_ARENA = 22;

    private static final Mapper INSTANCE = create();

    /** A mapping and what lets it go. */
    interface Mapping {
        MappedByteBuffer buffer();

        /** Unmaps, and then throws what a fault in some mapping has left to be thrown in this thread. */
        void unmap();
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
                return new ArenaMapping(buffer, arena);
            } catch (final IOException e) {
                throw e;
            } catch (final Throwable e) {
                throw unexpected(e);
            }
        }

        private final class ArenaMapping implements Mapping {
            private final MappedByteBuffer buffer;
            private final Object arena;

            ArenaMapping(final MappedByteBuffer buffer, final Object arena) {
                this.buffer = buffer;
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
        }
    }

    private static final class CleanerMapper extends Mapper {
        private final MethodHandle invokeCleaner;

        CleanerMapper() throws ReflectiveOperationException {
            final Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            final Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            invokeCleaner = MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(Objects.requireNonNull(instance.get(null)));
        }

        @Override
        Mapping map(final FileChannel channel, final FileChannel.MapMode mode, final int offset, final int length)
                throws IOException {
            final MappedByteBuffer buffer = channel.map(mode, offset, length);
            return new Mapping() {
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
            };
        }
    }
}

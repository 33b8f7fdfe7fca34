// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.spi.JournalProbe;
import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The values that go wrong, for each type that a public method takes. A type that is not known here is a failure: a new
 * parameter type needs hostile values of its own.
 */
final class HostileValues {

    /** Length of all sources of payloads. */
    static final int SOURCE_LENGTH = 16;

    private HostileValues() {}

    /**
     * All that can be passed for a type, null among them where the type has it.
     *
     * @param type of the parameter
     * @param directory in which files may be made
     * @return the values
     */
    static List<@Nullable Object> of(final Class<?> type, final Path directory) {
        if (type == int.class) {
            return Arrays.asList(
                    Integer.MIN_VALUE, -1, 0, SOURCE_LENGTH / 2, SOURCE_LENGTH + 1, 32_768, Integer.MAX_VALUE);
        }
        if (type == long.class) {
            return Arrays.asList(Long.MIN_VALUE, -1L, 0L, 1L, 2L, 1L << 56, Long.MAX_VALUE);
        }
        if (type == byte[].class) {
            return Arrays.asList(null, new byte[0], bytes());
        }
        if (type == ByteBuffer.class) {
            return byteBuffers();
        }
        if (type == DirectBuffer.class) {
            return directBuffers();
        }
        if (type == Duration.class) {
            return Arrays.asList(
                    null,
                    Duration.ZERO,
                    Duration.ofNanos(-1),
                    Duration.ofNanos(1),
                    Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                    Duration.ofSeconds(Long.MIN_VALUE));
        }
        if (type == Instant.class) {
            return Arrays.asList(null, Instant.MIN, Instant.EPOCH, Instant.MAX);
        }
        if (type == Start.class) {
            return Arrays.asList(
                    null,
                    Start.atSequence(1),
                    Start.atSequence(Long.MAX_VALUE),
                    Start.atHead(),
                    Start.atEnd(),
                    Start.atTime(Instant.MAX));
        }
        if (type == String.class) {
            return names();
        }
        if (type == String[].class) {
            return Arrays.asList(null, new String[0], new String[] {"a", null}, new String[] {"a", "../b"});
        }
        if (type == double.class) {
            return Arrays.asList(-1.0, -0.0, 0.0, 50.0, 100.0, 100.1, Double.NaN, Double.POSITIVE_INFINITY);
        }
        if (type == Visibility.class) {
            return Arrays.asList(null, Visibility.WRITTEN, Visibility.DURABLE);
        }
        if (type == Object.class) {
            return Arrays.asList("something else", Start.atHead());
        }
        if (type == Path.class) {
            return paths(directory);
        }
        return collaborators(type);
    }

    private static List<@Nullable Object> names() {
        return Arrays.asList(
                null,
                "",
                "a",
                ".",
                "..",
                "../a",
                "a/b",
                "A",
                "a b",
                "-a",
                "a\0",
                "é",
                "%s{0}\n",
                "a".repeat(64),
                "a".repeat(65),
                "x".repeat(100_000));
    }

    private static List<@Nullable Object> collaborators(final Class<?> type) {
        if (type == Batch.class) {
            return batches();
        }
        if (type == RecordHandler.class) {
            final RecordHandler idle = (sequence, timestampNs, recordType, buffer, offset, length) -> {};
            final RecordHandler throwing = (sequence, timestampNs, recordType, buffer, offset, length) -> {
                throw new HostileException("from the handler");
            };
            return Arrays.asList(null, idle, throwing);
        }
        if (type == LongConsumer.class) {
            final LongConsumer throwing = count -> {
                throw new HostileException("from the one who is told");
            };
            return Arrays.asList(null, (LongConsumer) count -> {}, throwing);
        }
        if (type == JournalConfig.class) {
            return Arrays.asList(null, JournalConfig.defaults().withSegmentLength(64 << 10));
        }
        if (type == RetentionPolicy.class) {
            return Arrays.asList(null, RetentionPolicy.keepAll().withMaxBytes(0));
        }
        if (type == SegmentArchive.class) {
            return Arrays.asList(null, (SegmentArchive) segment -> false);
        }
        if (type == SyncPolicy.class) {
            return Arrays.asList(null, SyncPolicy.always());
        }
        if (type == JournalCounters.class) {
            return Arrays.asList(null, closedJournal().counters());
        }
        if (type == Journal.class) {
            return Arrays.asList(null, closedJournal());
        }
        if (type == EpochNanoClock.class) {
            return Arrays.asList(null, (EpochNanoClock) () -> Long.MIN_VALUE);
        }
        if (type == ThreadFactory.class) {
            return Arrays.asList(null, (ThreadFactory) Thread::new);
        }
        if (type == Supplier.class) {
            return Arrays.asList(null, (Supplier<?>) BusySpinIdleStrategy::new);
        }
        if (type == StorageSync.class) {
            return Arrays.asList(null, new RecordingSync());
        }
        if (type == JournalProbe.class) {
            return Arrays.asList(null, new JournalProbe() {});
        }
        if (type == JournalListener.class) {
            return Arrays.asList(null, new JournalListener() {});
        }
        if (type == DurabilityListener.class) {
            return Arrays.asList(null, (DurabilityListener) sequence -> {});
        }
        throw new AssertionError("no hostile values for parameters of type " + type.getName() + ": add some");
    }

    private static Journal closedJournal() {
        try {
            final Journal journal = SimulatedJournal.open(new SimulatedStorage());
            journal.close();
            return journal;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Letters, so that a payload can be told from others. */
    static byte[] bytes() {
        final byte[] bytes = new byte[SOURCE_LENGTH];
        for (int i = 0; i < SOURCE_LENGTH; i++) {
            bytes[i] = (byte) ('a' + i);
        }
        return bytes;
    }

    private static List<@Nullable Object> byteBuffers() {
        final ByteBuffer direct = ByteBuffer.allocateDirect(SOURCE_LENGTH).put(0, bytes());
        final ByteBuffer moved = ByteBuffer.wrap(bytes()).position(3);
        final ByteBuffer slice = ByteBuffer.allocate(SOURCE_LENGTH + 5)
                .put(3, bytes())
                .slice(3, SOURCE_LENGTH)
                .order(ByteOrder.BIG_ENDIAN);
        return Arrays.asList(
                null,
                ByteBuffer.allocate(0),
                ByteBuffer.wrap(bytes()),
                ByteBuffer.wrap(bytes()).asReadOnlyBuffer(),
                direct.duplicate().order(ByteOrder.LITTLE_ENDIAN),
                direct.asReadOnlyBuffer().limit(SOURCE_LENGTH / 2),
                moved,
                slice);
    }

    private static List<@Nullable Object> directBuffers() {
        return Arrays.asList(
                null,
                ArrayDirectBuffer.over(new byte[0]),
                ArrayDirectBuffer.over(bytes()),
                directBuffer(target -> target.limit(0)),
                directBuffer(target -> {
                    throw new HostileException("from the buffer");
                }),
                directBuffer(target -> {
                    target.limit(0);
                    throw new HostileException("from the buffer");
                }));
    }

    /** What a buffer does behind the copying that it was asked for. */
    interface Mischief {
        void behind(ByteBuffer target);
    }

    /** A buffer of Agrona's interface that does what none should. */
    static DirectBuffer directBuffer(final Mischief mischief) {
        return (DirectBuffer) Proxy.newProxyInstance(
                HostileValues.class.getClassLoader(),
                new Class<?>[] {DirectBuffer.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("capacity")) {
                        return SOURCE_LENGTH;
                    }
                    final ByteBuffer target = (ByteBuffer) arguments[1];
                    target.put((int) arguments[2], bytes(), (int) arguments[0], (int) arguments[3]);
                    mischief.behind(target);
                    return null;
                });
    }

    private static List<@Nullable Object> batches() {
        final Batch tooLong = new Batch();
        for (int i = 0; i < 40; i++) {
            tooLong.add(new byte[1_000], 0, 1_000);
        }
        final Batch usedTwice = new Batch().add(3, bytes(), 0, 5).add(bytes(), 5, 0);
        return Arrays.asList(
                null,
                new Batch(),
                usedTwice,
                tooLong,
                usedTwice,
                new Batch().add(bytes(), 0, 1).add(bytes(), 0, 1));
    }

    private static List<@Nullable Object> paths(final Path directory) {
        try {
            final Path file = directory.resolve("file");
            if (!Files.exists(file)) {
                Files.writeString(file, "a file");
            }
            final Path foreign = Files.createDirectories(directory.resolve("foreign"));
            if (!Files.exists(foreign.resolve("notes.txt"))) {
                Files.writeString(foreign.resolve("notes.txt"), "somebody's");
            }
            final Path dangling = directory.resolve("dangling");
            final Path link = directory.resolve("link");
            final Path loop = directory.resolve("loop");
            if (!Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(dangling, directory.resolve("nowhere"));
                Files.createSymbolicLink(link, Files.createDirectory(directory.resolve("linked")));
                Files.createSymbolicLink(loop, loop);
            }
            final List<@Nullable Object> paths = new ArrayList<>(List.of(
                    file,
                    file.resolve("below"),
                    foreign,
                    dangling,
                    link,
                    loop,
                    directory.resolve("missing").resolve("deep"),
                    directory.resolve("x".repeat(256)),
                    directory.resolve(("y".repeat(200) + "/").repeat(25)),
                    directory.resolve("odd \n\t%s {0} $HOME 'q' \\ é 日本 .segment")));
            paths.add(null);
            return paths;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

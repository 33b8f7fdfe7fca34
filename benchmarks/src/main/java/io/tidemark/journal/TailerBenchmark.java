// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a poll costs, with a record there and with none. The journal lies in files that the page cache holds. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TailerBenchmark {

    private static final long FILE_LENGTH = 64 << 20;

    /** Bytes of a record. */
    @Param({"32", "128", "1024"})
    public int recordLength;

    private long recordCount;
    private long consumed;
    private Path directory = Path.of("");
    private List<AutoCloseable> open = List.of();
    private Tailer moving;
    private Tailer waiting;
    private final RecordHandler handler =
            (sequence, timestampNs, type, buffer, offset, length) -> consumed += buffer.get(offset);

    /** Creates the state. */
    public TailerBenchmark() {}

    /**
     * Fills a journal.
     *
     * @throws IOException if there is no place for it
     */
    @Setup
    public void setUp() throws IOException {
        directory = Files.createTempDirectory(Path.of("").toAbsolutePath(), "tailer-benchmark");
        recordCount = FILE_LENGTH / recordLength / 2;
        final Journal journal = Journal.open(directory, JournalConfig.defaults().withSyncPolicy(SyncPolicy.never()));
        final Appender appender = journal.appender();
        final byte[] record = new byte[recordLength];
        for (long i = 0; i < recordCount; i++) {
            appender.append(record, 0, recordLength);
        }
        journal.flush();
        moving = journal.tailer(1, Visibility.WRITTEN);
        waiting = journal.tailer(Start.atEnd(), Visibility.WRITTEN);
        open = List.of(moving, waiting, journal);
    }

    /**
     * Lets everything go.
     *
     * @throws Exception if that fails
     */
    @TearDown
    public void tearDown() throws Exception {
        for (final AutoCloseable closeable : open) {
            closeable.close();
        }
        final List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (final Path path : paths) {
            Files.delete(path);
        }
    }

    /** One record of a poll that gives many. */
    @Benchmark
    public int pollOne() {
        final int count = moving.poll(handler, 1);
        if (count == 0) {
            moving.seek(1);
        }
        return count;
    }

    /** A poll that finds nothing. */
    @Benchmark
    public int pollNothing() {
        return waiting.poll(handler, 1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.spi.SystemCall;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.MappedPieces;
import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a standby segment costs with and without native calls, and what commits to it cost afterwards: the table of
 * {@code docs/native-sync.md}. On an idle machine:
 *
 * <pre>java --enable-native-access=ALL-UNNAMED -cp … io.tidemark.nativesync.PreparationCost DIRECTORY BLOCK_DEVICE</pre>
 */
final class PreparationCost {

    private static final int LENGTH = 64 << 20;
    private static final int ROUNDS = 7;
    private static final int COMMIT_COUNT = 200;
    private static final int SECTOR_LENGTH = 512;
    private static final int FIRST_COMMIT = 16 << 20;
    private static final String NAME = "00000000000000000007.segment";

    private final Path directory;
    private final Path statistics;

    private PreparationCost(final Path directory, final String device) {
        this.directory = directory;
        this.statistics = Path.of("/sys/block", device, "stat");
    }

    /** Makes a segment in its own way. */
    private interface Way {
        MappedPieces prepare() throws IOException;
    }

    /**
     * Measures.
     *
     * @param arguments a directory, and the name of the block device below it
     * @throws IOException if a call fails
     */
    public static void main(final String[] arguments) throws IOException {
        final PreparationCost cost = new PreparationCost(Path.of(arguments[0]), arguments[1]);
        final NativeSync nativeSync = NativeSync.load();
        System.out.println("| Way | Time | Written by the device | Commit of 256 B | of 4 KiB | of 64 KiB |");
        System.out.println("|---|---|---|---|---|---|");
        cost.measure("Java: zeros by 4 KiB, force, stores", () -> cost.prepared(null));
        cost.measure(
                "native: reserve, zeros by 4 KiB, force, populate", () -> cost.prepared(new WithoutBegin(nativeSync)));
        cost.measure("the same, and the device begins at once (default)", () -> cost.prepared(nativeSync));
        cost.measure("native: reserve, populate, force, no zeros", () -> cost.reserved(nativeSync, true));
        cost.measure("native: reserve, force, populate", () -> cost.reserved(nativeSync, false));
    }

    private MappedPieces prepared(final @Nullable StorageSync sync) throws IOException {
        final SegmentPreparation preparation = new SegmentPreparation(
                DirectoryStorage.open(directory, sync), new SegmentHeader(1, 2, 7, LENGTH, 1, 1), LENGTH, false);
        while (!preparation.step()) {
            // Each step does a part.
        }
        return preparation.result();
    }

    private MappedPieces reserved(final NativeSync sync, final boolean populateFirst) throws IOException {
        final Storage storage = DirectoryStorage.open(directory, sync);
        try (StorageFile file = storage.create(NAME)) {
            file.reserve(LENGTH);
            if (!populateFirst) {
                file.force(true);
            }
            final MappedPieces mapped = MappedPieces.map(storage, file, LENGTH);
            mapped.faultIn(0, LENGTH);
            if (populateFirst) {
                file.force(true);
            }
            storage.forceDirectory();
            return mapped;
        }
    }

    private void measure(final String name, final Way way) throws IOException {
        final double[] times = new double[ROUNDS];
        final double[] written = new double[ROUNDS];
        final int[] lengths = {256, 4096, 65536};
        final double[] commitTimes = new double[lengths.length];
        final double[] commitWritten = new double[lengths.length];
        for (int round = 0; round < ROUNDS; round++) {
            Files.deleteIfExists(directory.resolve(NAME));
            settle();
            final double before = writtenKib();
            final long beginNs = System.nanoTime();
            final MappedPieces mapped = way.prepare();
            times[round] = (System.nanoTime() - beginNs) / 1e6;
            written[round] = writtenKib() - before;
            if (round < lengths.length) {
                mapped.force(0, LENGTH);
                commit(mapped, lengths[round], round, commitTimes, commitWritten);
            }
            mapped.unmap();
        }
        Files.deleteIfExists(directory.resolve(NAME));
        Arrays.sort(times);
        Arrays.sort(written);
        final StringBuilder row = new StringBuilder("| " + name + " | ");
        row.append(String.format(Locale.ROOT, "%.0f ms | %.1f MiB |", times[ROUNDS / 2], written[ROUNDS / 2] / 1024));
        for (int i = 0; i < lengths.length; i++) {
            row.append(String.format(Locale.ROOT, " %.0f µs, %.0f KiB |", commitTimes[i], commitWritten[i]));
        }
        System.out.println(row);
    }

    private void commit(
            final MappedPieces mapped, final int length, final int index, final double[] times, final double[] written)
            throws IOException {
        final double[] took = new double[COMMIT_COUNT];
        final ByteBuffer payload = ByteBuffer.allocateDirect(length);
        final double before = writtenKib();
        for (int i = 0; i < COMMIT_COUNT; i++) {
            final int offset = FIRST_COMMIT + i * length;
            payload.putLong(0, i + 1L);
            final long beginNs = System.nanoTime();
            mapped.put(offset, payload, 0, length);
            mapped.force(offset, length);
            took[i] = (System.nanoTime() - beginNs) / 1e3;
        }
        written[index] = (writtenKib() - before) / COMMIT_COUNT;
        Arrays.sort(took);
        times[index] = took[COMMIT_COUNT / 2];
    }

    private static void settle() throws IOException {
        try {
            new ProcessBuilder("sync").start().waitFor();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private double writtenKib() throws IOException {
        final String[] fields = Files.readString(statistics).strip().split(" +", -1);
        return Double.parseDouble(fields[6]) * SECTOR_LENGTH / 1024;
    }

    /** Leaves one call out. */
    private record WithoutBegin(StorageSync sync) implements StorageSync {

        @Override
        public String name() {
            return sync.name();
        }

        @Override
        public List<SystemCall> calls() {
            return sync.calls();
        }

        @Override
        public boolean needsFileToForceMapping() {
            return sync.needsFileToForceMapping();
        }

        @Override
        public void force(final FileChannel file, final boolean withMetadata) throws IOException {
            sync.force(file, withMetadata);
        }

        @Override
        public void forceMapping(
                final ByteBuffer mapping, final int offset, final int length, final @Nullable FileChannel file)
                throws IOException {
            sync.forceMapping(mapping, offset, length, file);
        }

        @Override
        public boolean reserve(final FileChannel file, final long length) throws IOException {
            return sync.reserve(file, length);
        }

        @Override
        public boolean faultIn(final ByteBuffer mapping, final int offset, final int length) throws IOException {
            return sync.faultIn(mapping, offset, length);
        }
    }
}

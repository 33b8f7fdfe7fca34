// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    @TempDir
    private Path directory;

    private static Results.Figure figure(final String subject, final int repetition, final double value) {
        return new Results.Figure("latency", subject, "1/s, 16 B", "append p50", "ns", repetition, value);
    }

    @Test
    void readShouldGiveWhatWasAddedWhenTwoProcessesAdded() throws IOException {
        Results.create(directory, directory).add(List.of(figure("journal", 1, 10), figure("journal", 2, 30)));
        Results.create(directory, directory).add(List.of(figure("journal", 3, 20.5)));

        final List<Results.Figure> figures = Results.existing(directory).read();

        assertEquals(3, figures.size());
        final Tables.Sample sample =
                Tables.byMetric(figures).get("append p50\tns").get("journal");
        assertEquals(20.5, sample.median());
        assertEquals("20.5 ns (10 ns–30 ns)", sample.text("ns"));
        assertTrue(Files.readAllLines(directory.resolve(Results.MACHINE)).stream()
                .anyMatch(line -> line.startsWith("cores: ")));
    }

    @Test
    void existingShouldSayWhatIsMissingWhenThereAreNoResults() {
        final IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> Results.existing(directory.resolve("none")));

        assertTrue(thrown.getMessage().contains(Results.FILE), thrown.getMessage());
    }

    @Test
    void countsShouldGrowByWhatIsForcedWhenTheDeviceCounts() throws IOException {
        final BlockDevice device = BlockDevice.of(directory);
        Assumptions.assumeTrue(device != null, "the system does not tell the device of a directory");
        final int length = 1 << 20;
        final BlockDevice.Counts before = device.counts();

        try (FileChannel channel =
                FileChannel.open(directory.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(length), 0);
            channel.force(true);
        }

        final long written = device.counts().since(before).bytesWritten();
        assertTrue(written >= length, () -> "bytes written: " + written);
    }
}

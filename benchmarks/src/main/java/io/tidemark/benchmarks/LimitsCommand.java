// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The limits of the machine by themselves. */
@Command(
        name = "limits",
        mixinStandardHelpOptions = true,
        description = {
            "Measures what nothing can beat here: copying with CRC-32C into a mapping, handing over between two cores,",
            "memory that is stored to for the first time, a durable write of one block, the disk's streaming rate, and how",
            "often all processors stand still at once while they are all in use."
        })
final class LimitsCommand implements Callable<Integer> {

    static final String INSTRUMENT = "limits";

    private static final List<Integer> LENGTHS = List.of(32, 128, 1024, 4096, 65_536);
    private static final double MEBI = 1 << 20;

    @Option(
            names = "--directory",
            defaultValue = "target/bench/data",
            description = "for files; deleted behind the run")
    private Path directory = Path.of("");

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory to add results to")
    private Path resultDirectory = Path.of("");

    @Option(names = "--ms", defaultValue = "2000", description = "milliseconds for each")
    private int milliseconds;

    @Option(names = "--stream-mib", defaultValue = "1024", description = "MiB of the file that is streamed")
    private int streamMebibytes;

    @Option(names = "--memory-mib", defaultValue = "2048", description = "MiB of memory that is stored to")
    private int memoryMebibytes;

    @Option(names = "--hand-overs", defaultValue = "1000000", description = "number of hand-overs")
    private int handOvers;

    LimitsCommand() {}

    @Override
    public Integer call() throws Exception {
        final Path data = directory.toAbsolutePath();
        Directories.deleteAll(data);
        Files.createDirectories(data);
        final Results results = Results.create(resultDirectory.toAbsolutePath(), data);
        final long durationNs = TimeUnit.MILLISECONDS.toNanos(milliseconds);
        final List<Results.Figure> figures = new ArrayList<>();
        try {
            for (final int length : LENGTHS) {
                figures.add(figure(
                        "copy with CRC-32C of " + length + " B into a mapping",
                        "records/s",
                        Limits.copyWithChecksum(data, length, durationNs)));
            }
            addAll(figures, Limits.handOver(handOvers));
            addAll(figures, Limits.newPages((long) (memoryMebibytes * MEBI)));
            addAll(figures, Limits.blockThenForce(data, durationNs));
            addAll(figures, Limits.directBlock(data, durationNs));
            addAll(figures, "spinning", ProcessorStops.ofSpinning(durationNs));
            addAll(figures, "spinning beside forces", ProcessorStops.ofSpinningBesideForces(data, durationNs));
            final double[] rates = Limits.stream(data, (long) (streamMebibytes * MEBI));
            figures.add(figure("streaming into a new file, forced", "MB/s", rates[0] / 1e6));
            figures.add(figure("streaming over a file, forced", "MB/s", rates[1] / 1e6));
        } finally {
            Directories.deleteAll(data);
        }
        results.add(figures);
        Tables.print(results, INSTRUMENT, "");
        return 0;
    }

    private static void addAll(final List<Results.Figure> figures, final Histogram histogram) {
        figures.addAll(Results.percentiles(INSTRUMENT, "machine", "", 1, histogram));
    }

    private static void addAll(final List<Results.Figure> figures, final String what, final ProcessorStops stops) {
        final String metric = what + ", all processors stopped: ";
        figures.add(figure(metric + "part of the time", "", stops.part()));
        figures.add(figure(metric + "times", "/s", stops.perSecond()));
        figures.add(figure(metric + "longest", "ns", (double) stops.longestNs()));
        figures.add(figure(metric + "wait p99", "ns", (double) stops.waitNs(99)));
    }

    private static Results.Figure figure(final String metric, final String unit, final double value) {
        return new Results.Figure(INSTRUMENT, "machine", "", metric, unit, 1, value);
    }
}

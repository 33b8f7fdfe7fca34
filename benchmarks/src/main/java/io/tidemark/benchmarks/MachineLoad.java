// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How busy the processors were with anything but this process while something was measured. A figure of latency that was
 * measured while others took a tenth of the machine says more about them than about what was measured.
 */
final class MachineLoad {

    private static final Path STAT = Path.of("/proc/stat");
    private static final double TICKS_PER_SECOND = 100;
    private static final double NS_PER_SECOND = 1e9;
    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    private static final int STEAL = 7;

    private final double[] before;
    private final long cpuBeforeNs;
    private final long startNs;

    private MachineLoad(final double[] before) {
        this.before = before;
        this.cpuBeforeNs = ProcessTime.cpuNs();
        this.startNs = System.nanoTime();
    }

    /** Begins to look; null where the system does not tell. */
    static @Nullable MachineLoad begin() throws IOException {
        return Files.isReadable(STAT) ? new MachineLoad(read()) : null;
    }

    /** Seconds of all processors together: user, nice, system, idle, waiting for a disk, interrupts, soft ones, steal. */
    private static double[] read() throws IOException {
        final String[] fields = Files.readAllLines(STAT).get(0).split("\\s+", -1);
        final double[] seconds = new double[8];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = Long.parseLong(fields[i + 1]) / TICKS_PER_SECOND;
        }
        return seconds;
    }

    /** What was seen since, in parts of one processor. Of other processes, those that this one has started count, too. */
    List<Results.Figure> figures(
            final String instrument, final String subject, final String conditions, final int repetition)
            throws IOException {
        final double[] after = read();
        double busy = 0;
        for (int i = 0; i < after.length; i++) {
            if (i != IDLE && i != IO_WAIT && i != STEAL) {
                busy += after[i] - before[i];
            }
        }
        final double duration = (System.nanoTime() - startNs) / NS_PER_SECOND;
        final double own = (ProcessTime.cpuNs() - cpuBeforeNs) / NS_PER_SECOND;
        final double stolen = after[STEAL] - before[STEAL];
        final List<Results.Figure> figures = new ArrayList<>();
        figures.add(new Results.Figure(
                instrument, subject, conditions, "processors for this process", "", repetition, own / duration));
        figures.add(new Results.Figure(
                instrument,
                subject,
                conditions,
                "processors for others and the kernel",
                "",
                repetition,
                Math.max(0, busy - own) / duration));
        figures.add(new Results.Figure(
                instrument, subject, conditions, "processors stolen by the host", "", repetition, stolen / duration));
        return figures;
    }

    /** The same in words. */
    static String words(final List<Results.Figure> figures) {
        final StringBuilder words = new StringBuilder();
        for (final Results.Figure figure : figures) {
            words.append(words.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "%s %.2f", figure.metric(), figure.value()));
        }
        return words.toString();
    }
}

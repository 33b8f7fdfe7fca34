// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.HdrHistogram.HistogramLogWriter;

/** Files of histograms in HdrHistogram's own format: a line for each second and kind, the kind as tag, in nanoseconds. */
final class HistogramLog {

    private static final double NS_PER_US = 1_000;

    private HistogramLog() {}

    static void write(final Path file, final String comment, final Collection<LatencySeries> series)
            throws IOException {
        try (OutputStream stream = Files.newOutputStream(file);
                PrintStream printer = new PrintStream(stream, false, StandardCharsets.UTF_8)) {
            final HistogramLogWriter writer = new HistogramLogWriter(printer);
            writer.outputLogFormatVersion();
            writer.outputComment("[" + comment + "; values in ns, column of maxima in us]");
            writer.outputLegend();
            for (final LatencySeries one : series) {
                for (int second = 0; second < one.slices().size(); second++) {
                    final Histogram slice = one.slices().get(second);
                    if (slice.getTotalCount() > 0) {
                        slice.setTag(one.name());
                        writer.outputIntervalHistogram(second, second + 1.0, slice, NS_PER_US);
                    }
                }
            }
            printer.flush();
        }
    }

    /** Adds up what a file holds, for each kind. */
    static Map<String, Histogram> totals(final Path file) throws IOException {
        final Map<String, Histogram> totals = new LinkedHashMap<>();
        try (InputStream stream = Files.newInputStream(file)) {
            final HistogramLogReader reader = new HistogramLogReader(stream);
            EncodableHistogram next = reader.nextIntervalHistogram();
            while (next != null) {
                if (next instanceof Histogram slice) {
                    final Histogram total = totals.get(slice.getTag());
                    if (total == null) {
                        totals.put(slice.getTag(), slice.copy());
                        totals.get(slice.getTag()).setTag(slice.getTag());
                    } else {
                        total.add(slice);
                    }
                }
                next = reader.nextIntervalHistogram();
            }
            reader.close();
        }
        return totals;
    }
}

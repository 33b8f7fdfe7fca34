// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * A directory of results: {@code results.tsv} with a line for each figure, and a log for each set of histograms. Several
 * processes, one after the other, add to it.
 */
final class Results {

    static final String FILE = "results.tsv";
    static final String MACHINE = "machine.txt";
    static final String LOG_SUFFIX = ".hlog";

    private static final String NOTE = "# ";

    private final Path directory;

    /**
     * One figure.
     *
     * @param instrument that measured it
     * @param subject that was measured
     * @param conditions under which
     * @param metric that it is a figure of
     * @param unit of the value
     * @param repetition from 1
     * @param value the figure
     */
    record Figure(
            String instrument,
            String subject,
            String conditions,
            String metric,
            String unit,
            int repetition,
            double value) {

        private String line() {
            return String.join("\t", instrument, subject, conditions, metric, unit, Integer.toString(repetition))
                    + "\t"
                    + String.format(Locale.ROOT, "%.6g", value);
        }

        private static Figure parse(final String line) {
            final List<String> fields = List.of(line.split("\t", -1));
            if (fields.size() != 7) {
                throw new IllegalArgumentException(
                        "a line of results has 7 fields: found " + fields.size() + ": " + line);
            }
            return new Figure(
                    fields.get(0),
                    fields.get(1),
                    fields.get(2),
                    fields.get(3),
                    fields.get(4),
                    Integer.parseInt(fields.get(5)),
                    Double.parseDouble(fields.get(6)));
        }
    }

    private Results(final Path directory) {
        this.directory = directory;
    }

    /** Makes the directory if it is not there, and writes down the machine. */
    static Results create(final Path directory, final Path measuredDirectory) throws IOException {
        Files.createDirectories(directory);
        final Path machine = directory.resolve(MACHINE);
        if (!Files.exists(machine)) {
            Files.write(machine, Machine.describe(measuredDirectory));
        }
        return new Results(directory);
    }

    static Results existing(final Path directory) {
        if (!Files.isReadable(directory.resolve(FILE))) {
            throw new IllegalArgumentException("no results: found no " + FILE + " in " + directory);
        }
        return new Results(directory);
    }

    Path directory() {
        return directory;
    }

    void add(final List<Figure> figures) throws IOException {
        Files.write(
                directory.resolve(FILE),
                figures.stream().map(Figure::line).toList(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** Keeps what is to stand beside the figures of a subject. */
    void note(final String subject, final String text) throws IOException {
        final String line = NOTE + subject + ": " + text;
        final Path file = directory.resolve(FILE);
        if (!Files.exists(file) || !Files.readAllLines(file).contains(line)) {
            Files.write(file, List.of(line), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    /** What was noted, line by line. */
    List<String> notes() throws IOException {
        return Files.readAllLines(directory.resolve(FILE)).stream()
                .filter(line -> line.startsWith(NOTE))
                .map(line -> line.substring(NOTE.length()))
                .toList();
    }

    List<Figure> read() throws IOException {
        final List<Figure> figures = new ArrayList<>();
        for (final String line : Files.readAllLines(directory.resolve(FILE))) {
            if (!line.isEmpty() && !line.startsWith(NOTE)) {
                figures.add(Figure.parse(line));
            }
        }
        return figures;
    }

    /** The percentiles that are told of every histogram, in nanoseconds. */
    static List<Figure> percentiles(
            final String instrument,
            final String subject,
            final String conditions,
            final int repetition,
            final Histogram histogram) {
        final List<Figure> figures = new ArrayList<>();
        if (histogram.getTotalCount() == 0) {
            return figures;
        }
        final String kind = histogram.getTag();
        for (final String percentile : List.of("50", "90", "99", "99.9", "99.99")) {
            figures.add(new Figure(
                    instrument,
                    subject,
                    conditions,
                    kind + " p" + percentile,
                    "ns",
                    repetition,
                    histogram.getValueAtPercentile(Double.parseDouble(percentile))));
        }
        figures.add(
                new Figure(instrument, subject, conditions, kind + " max", "ns", repetition, histogram.getMaxValue()));
        figures.add(new Figure(
                instrument, subject, conditions, kind + " count", "", repetition, histogram.getTotalCount()));
        return figures;
    }

    /** A name for a file that says what is in it. */
    static String fileName(final String... parts) {
        return String.join("_", parts).replaceAll("[^A-Za-z0-9_.]+", "-");
    }
}

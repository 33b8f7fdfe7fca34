// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Medians and spreads of results, in rows and columns. */
final class Tables {

    private Tables() {}

    /**
     * Values of one metric under the same conditions.
     *
     * @param sorted the values, in their order
     */
    record Sample(List<Double> sorted) {

        static Sample of(final List<Double> values) {
            return new Sample(values.stream().sorted().toList());
        }

        double median() {
            final int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        }

        double lowest() {
            return sorted.get(0);
        }

        double highest() {
            return sorted.get(sorted.size() - 1);
        }

        /** Median, and the lowest and highest behind it if there are several. */
        String text(final String unit) {
            final String median = number(median(), unit);
            return sorted.size() == 1
                    ? median
                    : median + " (" + number(lowest(), unit) + "–" + number(highest(), unit) + ")";
        }
    }

    /** A number with three digits that matter, with the unit that suits it. */
    static String number(final double value, final String unit) {
        if (unit.equals("ns")) {
            return value < 1_000
                    ? digits(value) + " ns"
                    : value < 1_000_000 ? digits(value / 1_000) + " µs" : digits(value / 1_000_000) + " ms";
        }
        if (unit.endsWith("/s") || unit.isEmpty()) {
            final String suffix = unit.isEmpty() ? "" : " " + unit;
            return value >= 1_000_000
                    ? digits(value / 1_000_000) + " M" + suffix
                    : value >= 10_000 ? digits(value / 1_000) + " k" + suffix : digits(value) + suffix;
        }
        return digits(value) + " " + unit;
    }

    private static String digits(final double value) {
        final double size = Math.abs(value);
        final int decimals = size >= 100 || size == Math.rint(size) ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Values by metric and subject, both in the order of their first appearance. */
    static Map<String, Map<String, Sample>> byMetric(final List<Results.Figure> figures) {
        final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();
        for (final Results.Figure figure : figures) {
            values.computeIfAbsent(figure.metric() + "\t" + figure.unit(), key -> new LinkedHashMap<>())
                    .computeIfAbsent(figure.subject(), key -> new ArrayList<>())
                    .add(figure.value());
        }
        final Map<String, Map<String, Sample>> samples = new LinkedHashMap<>();
        values.forEach((metric, bySubject) -> {
            final Map<String, Sample> row = new LinkedHashMap<>();
            bySubject.forEach((subject, all) -> row.put(subject, Sample.of(all)));
            samples.put(metric, row);
        });
        return samples;
    }

    /** Prints a table of everything that one instrument measured under some conditions. */
    static void print(final Results results, final String instrument, final String conditions) throws IOException {
        final List<Results.Figure> figures = results.read().stream()
                .filter(figure -> figure.instrument().equals(instrument)
                        && figure.conditions().equals(conditions))
                .toList();
        System.out.println();
        System.out.println(instrument + ", " + conditions);
        print(System.out, figures);
    }

    private static void print(final PrintStream out, final List<Results.Figure> figures) {
        final Set<String> subjects = new LinkedHashSet<>();
        figures.forEach(figure -> subjects.add(figure.subject()));
        final StringBuilder head = new StringBuilder(String.format("%-30s", ""));
        subjects.forEach(subject -> head.append(String.format(" %32s", subject)));
        out.println(head);
        byMetric(figures).forEach((metric, row) -> {
            final String[] nameAndUnit = metric.split("\t", -1);
            final StringBuilder line = new StringBuilder(String.format("%-30s", nameAndUnit[0]));
            for (final String subject : subjects) {
                final Sample sample = row.get(subject);
                line.append(String.format(" %32s", sample == null ? "" : sample.text(nameAndUnit[1])));
            }
            out.println(line);
        });
    }
}

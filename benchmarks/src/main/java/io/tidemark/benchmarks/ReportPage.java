// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** One page that holds all results of a directory: it opens without a network and without the directory. */
final class ReportPage {

    private static final List<String> PLOTTED = List.of("append", "visible", "durable");
    private static final String STYLE = """
            body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#1c2733}
            h1{font-size:1.7em}h2{margin-top:2.2em;border-bottom:1px solid #cfd8dc;padding-bottom:.2em}h3{margin-top:1.8em}
            table{border-collapse:collapse;margin:.8em 0;font-variant-numeric:tabular-nums}
            th,td{padding:.22em .8em;text-align:right;border-bottom:1px solid #e3e8eb}
            th:first-child,td:first-child{text-align:left}thead th{background:#f2f5f7}
            svg{display:block;max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#43525e}
            .grid{stroke:#e0e6ea;stroke-width:1}.note{color:#5b6770}figcaption{font-weight:600;margin:.8em 0 .2em}
            figure{margin:0}
            """;

    private final Results results;
    private final StringBuilder html = new StringBuilder();

    /** By conditions, kind and subject. */
    private final Map<String, Map<String, Map<String, Histogram>>> histograms = new TreeMap<>();

    ReportPage(final Results results) {
        this.results = results;
    }

    static String escaped(final String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** The files of histograms in a directory, in their order. */
    static List<Path> logs(final Path directory) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(path -> path.toString().endsWith(Results.LOG_SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    String build() throws IOException {
        readHistograms();
        html.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tidemark: measured</title><style>")
                .append(STYLE)
                .append("</style><h1>Tidemark: measured</h1>");
        html.append(
                        "<p class=\"note\">Medians of repetitions, each in a JVM of its own, with the lowest and the highest")
                .append(
                        " behind them. Compare columns of one table, which were measured in turns; not tables, not runs.")
                .append(" Latencies count from the time at which an append was meant to begin.</p>");
        machine();
        notes();
        tables();
        raw();
        return html.append("</html>\n").toString();
    }

    private void readHistograms() throws IOException {
        for (final Path log : logs(results.directory())) {
            final String name = log.getFileName().toString();
            final String[] parts = name.substring(0, name.length() - Results.LOG_SUFFIX.length())
                    .split("_", -1);
            if (parts.length < 4) {
                continue;
            }
            HistogramLog.totals(log)
                    .forEach((kind, histogram) -> histograms
                            .computeIfAbsent(parts[2], key -> new TreeMap<>())
                            .computeIfAbsent(kind, key -> new LinkedHashMap<>())
                            .merge(parts[1], histogram, (first, second) -> {
                                first.add(second);
                                return first;
                            }));
        }
    }

    private void machine() throws IOException {
        html.append("<h2>The machine</h2><table><tbody>");
        for (final String line : Files.readAllLines(results.directory().resolve(Results.MACHINE))) {
            final int colon = line.indexOf(": ");
            html.append("<tr><td>")
                    .append(escaped(line.substring(0, colon)))
                    .append("</td><td style=\"text-align:left\">")
                    .append(escaped(line.substring(colon + 2)))
                    .append("</td></tr>");
        }
        html.append("</tbody></table>");
    }

    private void notes() throws IOException {
        if (!results.notes().isEmpty()) {
            html.append("<h2>What was measured, and what it promises</h2><ul>");
            for (final String note : results.notes()) {
                html.append("<li>").append(escaped(note)).append("</li>");
            }
            html.append("</ul>");
        }
    }

    private void tables() throws IOException {
        final Map<String, Map<String, List<Results.Figure>>> groups = new LinkedHashMap<>();
        for (final Results.Figure figure : results.read()) {
            groups.computeIfAbsent(figure.instrument(), key -> new LinkedHashMap<>())
                    .computeIfAbsent(figure.conditions(), key -> new ArrayList<>())
                    .add(figure);
        }
        groups.forEach((instrument, byConditions) -> {
            html.append("<h2>").append(escaped(instrument)).append("</h2>");
            byConditions.forEach((conditions, figures) -> {
                if (!conditions.isEmpty()) {
                    html.append("<h3>").append(escaped(conditions)).append("</h3>");
                }
                plots(conditions);
                table(figures);
            });
        });
    }

    private void plots(final String conditions) {
        final Map<String, Map<String, Histogram>> kinds = histograms.get(Results.fileName(conditions));
        if (kinds == null) {
            return;
        }
        for (final String kind : PLOTTED) {
            final List<PercentileCurve> curves = curves(kinds, kind);
            if (!curves.isEmpty()) {
                html.append("<figure><figcaption>")
                        .append(kind)
                        .append("</figcaption>")
                        .append(PercentileSvg.draw(curves))
                        .append("</figure>");
            }
        }
    }

    private static List<PercentileCurve> curves(final Map<String, Map<String, Histogram>> kinds, final String kind) {
        final List<PercentileCurve> curves = new ArrayList<>();
        kinds.getOrDefault(kind, Map.of()).forEach((subject, histogram) -> {
            final PercentileCurve curve = PercentileCurve.of(subject, histogram);
            if (!curve.isEmpty()) {
                curves.add(curve);
            }
        });
        return curves;
    }

    /** Every plot of the page as a file. */
    List<Path> writePictures() throws IOException {
        final List<Path> files = new ArrayList<>();
        for (final Map.Entry<String, Map<String, Map<String, Histogram>>> entry : histograms.entrySet()) {
            for (final String kind : PLOTTED) {
                final List<PercentileCurve> curves = curves(entry.getValue(), kind);
                if (!curves.isEmpty()) {
                    final Path file = results.directory().resolve(entry.getKey() + "_" + kind + ".png");
                    PercentilePng.write(file, kind + ": " + entry.getKey(), curves);
                    files.add(file);
                }
            }
        }
        return files;
    }

    private void table(final List<Results.Figure> figures) {
        final Set<String> subjects = new LinkedHashSet<>();
        figures.forEach(figure -> subjects.add(figure.subject()));
        html.append("<table><thead><tr><th></th>");
        subjects.forEach(subject -> html.append("<th>").append(escaped(subject)).append("</th>"));
        html.append("</tr></thead><tbody>");
        Tables.byMetric(figures).forEach((metric, row) -> {
            final String[] nameAndUnit = metric.split("\t", -1);
            html.append("<tr><td>").append(escaped(nameAndUnit[0])).append("</td>");
            for (final String subject : subjects) {
                final Tables.Sample sample = row.get(subject);
                html.append("<td>")
                        .append(sample == null ? "" : escaped(sample.text(nameAndUnit[1])))
                        .append("</td>");
            }
            html.append("</tr>");
        });
        html.append("</tbody></table>");
    }

    private void raw() throws IOException {
        html.append("<h2>Everything that was measured</h2><ul>");
        link(results.directory().resolve(Results.FILE));
        for (final Path log : logs(results.directory())) {
            link(log);
        }
        html.append("</ul><p class=\"note\">The logs of histograms are in the format of HdrHistogram.</p>");
    }

    private void link(final Path file) throws IOException {
        final String name = file.getFileName().toString();
        html.append("<li><a download=\"")
                .append(escaped(name))
                .append("\" href=\"data:text/plain;base64,")
                .append(Base64.getEncoder()
                        .encodeToString(Files.readString(file).getBytes(StandardCharsets.UTF_8)))
                .append("\">")
                .append(escaped(name))
                .append("</a></li>");
    }
}

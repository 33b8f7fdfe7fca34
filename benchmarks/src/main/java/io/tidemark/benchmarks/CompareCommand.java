// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds results against those that were kept. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = {
            "Compares results with a kept baseline: the ratio of medians, and whether the repetitions of the two lie apart.",
            "On another machine than the baseline's, or on a busy one, this says little."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "3:with --fail-above, a figure that lies apart has changed by more than that"})
final class CompareCommand implements Callable<Integer> {

    private static final int CHANGED = 3;

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "benchmarks/baseline",
            description = "directory of the baseline")
    private Path baseline = Path.of("");

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory of results")
    private Path resultDirectory = Path.of("");

    @Option(names = "--fail-above", defaultValue = "0", description = "percent; 0 never fails")
    private double failAbovePercent;

    CompareCommand() {}

    @Override
    public Integer call() throws Exception {
        final Map<String, Tables.Sample> before = samples(baseline);
        final Map<String, Tables.Sample> now = samples(resultDirectory);
        boolean changed = false;
        int common = 0;
        for (final Map.Entry<String, Tables.Sample> entry : now.entrySet()) {
            final Tables.Sample old = before.get(entry.getKey());
            if (old == null || old.median() == 0) {
                continue;
            }
            common++;
            final Tables.Sample sample = entry.getValue();
            final double ratio = sample.median() / old.median();
            final boolean apart = sample.lowest() > old.highest() || sample.highest() < old.lowest();
            final String[] fields = entry.getKey().split("\t", -1);
            System.out.printf(
                    Locale.ROOT,
                    "%s %6.2f  %-26s %-26s  %s%n",
                    apart ? "*" : " ",
                    ratio,
                    old.text(fields[4]),
                    sample.text(fields[4]),
                    String.join(", ", fields[0], fields[1], fields[2], fields[3]));
            changed |= apart && failAbovePercent > 0 && Math.abs(ratio - 1) * 100 > failAbovePercent;
        }
        if (common == 0) {
            throw new IllegalArgumentException(
                    "nothing to compare: no figure is in both " + baseline + " and " + resultDirectory);
        }
        System.out.println("* the repetitions of the two do not overlap");
        return changed ? CHANGED : 0;
    }

    private static Map<String, Tables.Sample> samples(final Path directory) throws IOException {
        final Map<String, List<Double>> values = new LinkedHashMap<>();
        for (final Results.Figure figure :
                Results.existing(directory.toAbsolutePath()).read()) {
            values.computeIfAbsent(
                            String.join(
                                    "\t",
                                    figure.instrument(),
                                    figure.subject(),
                                    figure.conditions(),
                                    figure.metric(),
                                    figure.unit()),
                            key -> new ArrayList<>())
                    .add(figure.value());
        }
        final Map<String, Tables.Sample> samples = new LinkedHashMap<>();
        values.forEach((key, all) -> samples.put(key, Tables.Sample.of(all)));
        return samples;
    }
}

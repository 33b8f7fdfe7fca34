// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The small parts, one by one, with JMH. */
@Command(
        name = "jmh",
        mixinStandardHelpOptions = true,
        description = "Runs the JMH benchmarks whose names a regular expression finds, with allocation per operation.")
final class JmhCommand implements Callable<Integer> {

    static final String INSTRUMENT = "jmh";

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    @Parameters(arity = "0..1", defaultValue = ".*", description = "regular expression; all without")
    private String include = ".*";

    @Option(names = "--forks", defaultValue = "3", description = "JVMs for each")
    private int forks;

    @Option(names = "--iterations", defaultValue = "5", description = "in each JVM, behind as many to warm up")
    private int iterations;

    @Option(names = "--ms", defaultValue = "500", description = "milliseconds of each iteration")
    private int milliseconds;

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory to add results to")
    private Path resultDirectory = Path.of("");

    JmhCommand() {}

    @Override
    public Integer call() throws Exception {
        final Path directory = resultDirectory.toAbsolutePath();
        final Results results = Results.create(directory, directory);
        Files.createDirectories(directory);
        final TimeValue time = TimeValue.milliseconds(milliseconds);
        final Collection<RunResult> runs = new Runner(new OptionsBuilder()
                        .include(include)
                        .forks(forks)
                        .warmupIterations(iterations)
                        .warmupTime(time)
                        .measurementIterations(iterations)
                        .measurementTime(time)
                        .addProfiler(GCProfiler.class)
                        .jvmArgs(ForkedJvm.flags().toArray(new String[0]))
                        .shouldFailOnError(true)
                        .resultFormat(ResultFormatType.JSON)
                        .result(directory.resolve("jmh.json").toString())
                        .build())
                .run();
        for (final RunResult run : runs) {
            results.add(figures(run));
        }
        return 0;
    }

    private static List<Results.Figure> figures(final RunResult run) {
        final String name = run.getParams().getBenchmark();
        final String conditions = run.getParams().getParamsKeys().stream()
                .map(key -> key + " " + run.getParams().getParam(key))
                .collect(Collectors.joining(", "));
        final List<Results.Figure> figures = new ArrayList<>();
        final Result<?> primary = run.getPrimaryResult();
        add(figures, name, conditions, "score", primary);
        run.getSecondaryResults().forEach((label, result) -> {
            if (label.endsWith(ALLOCATION)) {
                add(figures, name, conditions, "allocated per operation", result);
            } else if (label.toLowerCase(Locale.ROOT).endsWith("produce")) {
                add(figures, name, conditions, "records handed over", result);
            }
        });
        return figures;
    }

    private static void add(
            final List<Results.Figure> figures,
            final String name,
            final String conditions,
            final String metric,
            final Result<?> result) {
        final String subject = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
        figures.add(new Results.Figure(
                INSTRUMENT, subject, conditions, metric, result.getScoreUnit(), 1, result.getScore()));
        if (!Double.isNaN(result.getScoreError())) {
            figures.add(new Results.Figure(
                    INSTRUMENT,
                    subject,
                    conditions,
                    metric + ", error",
                    result.getScoreUnit(),
                    1,
                    result.getScoreError()));
        }
    }
}

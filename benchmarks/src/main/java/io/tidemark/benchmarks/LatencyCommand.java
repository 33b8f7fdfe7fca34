// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Latency at a fixed rate. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description = {
            "Measures latency at a fixed rate, from the times at which appends were meant to begin: of the append, until",
            "the record was seen by a reader, and until it was durable. The subject \"empty\" is the floor of the harness."
        })
final class LatencyCommand implements Callable<Integer> {

    static final String INSTRUMENT = "latency";

    @Mixin
    private LatencyPlan plan = new LatencyPlan();

    @Mixin
    private Repetitions repetitions = new Repetitions();

    LatencyCommand() {}

    @Override
    public Integer call() throws Exception {
        plan.check();
        plan.checkSubjects(repetitions.subjects());
        if (repetitions.repetition() == 0) {
            repetitions.forkAll("latency", plan.arguments());
            Tables.print(Results.existing(repetitions.results()), INSTRUMENT, plan.label());
        } else {
            runHere(repetitions.subjects().get(0));
        }
        return 0;
    }

    private void runHere(final String subject) throws Exception {
        final Path directory = repetitions.directory();
        Directories.deleteAll(directory);
        Files.createDirectories(directory.getParent());
        final LatencyRun run = new LatencyRun(subject, plan, directory);
        final List<Results.Figure> figures = new ArrayList<>();
        String words = "";
        try {
            final MachineLoad load = MachineLoad.begin();
            run.run();
            if (load != null) {
                figures.addAll(load.figures(INSTRUMENT, subject, plan.label(), repetitions.repetition()));
                words = MachineLoad.words(figures);
            }
        } finally {
            Directories.deleteAll(directory);
        }
        final Results results = Results.create(repetitions.results(), directory);
        final String file =
                Results.fileName(INSTRUMENT, subject, plan.label(), Integer.toString(repetitions.repetition()));
        HistogramLog.write(
                results.directory().resolve(file + Results.LOG_SUFFIX), subject + ", " + plan.label(), run.series());
        final Path outside = run.outsideLog();
        if (outside != null) {
            Files.move(outside, results.directory().resolve(file + "_outside" + Results.LOG_SUFFIX));
        }
        for (final Histogram total : run.totals().values()) {
            figures.addAll(Results.percentiles(INSTRUMENT, subject, plan.label(), repetitions.repetition(), total));
        }
        results.add(figures);
        System.out.println(subject + ", " + plan.label() + ": " + run.remarks() + "; " + words);
    }
}

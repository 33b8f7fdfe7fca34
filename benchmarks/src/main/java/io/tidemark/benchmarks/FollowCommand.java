// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.Subjects;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The other process of a latency run. */
@Command(name = "follow", hidden = true, description = "Follows a journal that another process writes, and measures.")
final class FollowCommand implements Callable<Integer> {

    @Mixin
    private LatencyPlan plan = new LatencyPlan();

    @Option(names = "--directory", required = true, description = "of the journal")
    private Path directory = Path.of("");

    @Option(names = "--log", required = true, description = "file for the histograms")
    private Path log = Path.of("");

    FollowCommand() {}

    @Override
    public Integer call() throws Exception {
        try (Subject.Follower follower = Subjects.outside(directory)) {
            final FollowLoop loop = new FollowLoop(follower, plan);
            System.out.println(OutsideReader.READY);
            loop.run();
            HistogramLog.write(log, plan.label(), loop.series());
        }
        return 0;
    }
}

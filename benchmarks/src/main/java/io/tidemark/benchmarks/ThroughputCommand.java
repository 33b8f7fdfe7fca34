// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.SubjectPlan;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many records a second can be appended, until they are written and until they are durable. */
@Command(
        name = "throughput",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how fast producers append until all is written, and until all is durable, in bursts that fit into what",
            "was prepared before; beside copying with CRC-32C into a mapping, in the same JVM, before and after."
        })
final class ThroughputCommand implements Callable<Integer> {

    static final String INSTRUMENT = "throughput";

    @Option(
            names = "--lengths",
            split = ",",
            defaultValue = "32,128,1024,4096,65536",
            description = "bytes of each record")
    private List<Integer> recordLengths = List.of();

    @Option(names = "--producers", split = ",", defaultValue = "1", description = "numbers of threads that append")
    private List<Integer> producerCounts = List.of();

    @Option(
            names = "--policy",
            defaultValue = "NEVER",
            description = "when it is forced, but for the end of a round: one of ${COMPLETION-CANDIDATES}")
    private SubjectPlan.Durability policy = SubjectPlan.Durability.NEVER;

    @Option(names = "--mib", defaultValue = "512", description = "MiB of payload in each round, at most")
    private int mebibytes;

    @Option(names = "--records", defaultValue = "8000000", description = "records in each round, at most")
    private long maxRecords;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "in each JVM, behind one that warms up; the median counts")
    private int roundCount;

    @Option(names = "--limit-ms", defaultValue = "1500", description = "milliseconds for the limit, before and after")
    private int limitMilliseconds;

    @Option(names = "--queue-length", defaultValue = "16777216", description = "bytes of the journal's append queue")
    private int queueLength;

    @Mixin
    private Repetitions repetitions = new Repetitions();

    ThroughputCommand() {}

    @Override
    public Integer call() throws Exception {
        if (repetitions.repetition() > 0) {
            new ThroughputRun(
                            repetitions,
                            policy,
                            recordLengths.get(0),
                            producerCounts.get(0),
                            recordCount(recordLengths.get(0)),
                            roundCount,
                            limitMilliseconds,
                            queueLength)
                    .run();
            return 0;
        }
        for (final int recordLength : recordLengths) {
            for (final int producerCount : producerCounts) {
                repetitions.forkAll(
                        "throughput",
                        List.of(
                                "--policy=" + policy,
                                "--lengths=" + recordLength,
                                "--producers=" + producerCount,
                                "--mib=" + mebibytes,
                                "--records=" + maxRecords,
                                "--rounds=" + roundCount,
                                "--limit-ms=" + limitMilliseconds,
                                "--queue-length=" + queueLength));
                Tables.print(
                        Results.existing(repetitions.results()),
                        INSTRUMENT,
                        ThroughputRun.conditions(policy, recordLength, producerCount));
            }
        }
        return 0;
    }

    private long recordCount(final int recordLength) {
        return Math.max(1, Math.min(maxRecords, ((long) mebibytes << 20) / recordLength));
    }
}

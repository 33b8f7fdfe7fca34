// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subjects;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of every instrument that measures subjects, each in JVMs of its own, in turns. */
final class Repetitions {

    @Option(
            names = "--subjects",
            split = ",",
            defaultValue = "journal",
            description =
                    "what is measured, in turns: journal, native (with native-sync), invoked and invoked-native (the writer by the threads that append), empty, handover and handover-checksum (the least that a thread that stores can cost), disruptor, mapped; of bench-peers also chronicle, rocksdb, aeron, aeron-checksum, artemis")
    private List<String> subjects = List.of();

    @Option(names = "--repetitions", defaultValue = "1", description = "of each subject, in turns with the others")
    private int repetitions;

    @Option(
            names = "--directory",
            defaultValue = "target/bench/data",
            description = "for the files of subjects; deleted after each run")
    private Path directory = Path.of("");

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory to add results to")
    private Path results = Path.of("");

    @Option(names = "--repetition", hidden = true, defaultValue = "0", description = "runs one, in this JVM")
    private int repetition;

    Repetitions() {}

    List<String> subjects() {
        return subjects;
    }

    Path directory() {
        return directory.toAbsolutePath();
    }

    Path results() {
        return results.toAbsolutePath();
    }

    /** The number of the one that is to be run here; 0 if this process is the one that starts the others. */
    int repetition() {
        return repetition;
    }

    /** Starts a JVM for each repetition of each subject, in turns. */
    void forkAll(final String command, final List<String> arguments) throws Exception {
        final Results all = Results.create(results(), directory());
        for (final String subject : subjects) {
            all.note(subject, Subjects.promise(subject));
        }
        for (int turn = 1; turn <= repetitions; turn++) {
            for (final String subject : subjects) {
                final List<String> one = new ArrayList<>();
                one.add(command);
                one.addAll(arguments);
                one.add("--subjects=" + subject);
                one.add("--directory=" + directory());
                one.add("--results=" + results());
                one.add("--repetition=" + turn);
                ForkedJvm.run(Subjects.jvmFlags(subject), one);
            }
        }
    }
}

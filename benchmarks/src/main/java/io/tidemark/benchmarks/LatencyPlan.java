// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.SubjectPlan;
import io.tidemark.benchmarks.subject.Subjects;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What a run of open-loop latency is to be; also the options of the command. Never changed once it was parsed. */
final class LatencyPlan {

    /** Where the reader is that follows the records. */
    enum Reader {
        /** There is none. */
        NONE,
        /** On the thread that appends, which reads while it waits for its time. */
        PRODUCER,
        /** On a thread of its own. */
        THREAD,
        /** In another process. */
        PROCESS
    }

    /** Whether the journal is truncated meanwhile. */
    enum Truncation {
        OFF,
        ON,
        /** For two seconds on, for two off, and so on, measured apart. */
        INTERLEAVED
    }

    @Option(names = "--rate", defaultValue = "100000", description = "appends per second, all producers together")
    private long rate;

    @Option(names = "--length", defaultValue = "128", description = "bytes of each record, from 16")
    private int recordLength;

    @Option(names = "--producers", defaultValue = "1", description = "number of threads that append")
    private int producerCount;

    @Option(names = "--policy", defaultValue = "BATCH", description = "one of ${COMPLETION-CANDIDATES}")
    private SubjectPlan.Durability policy = SubjectPlan.Durability.BATCH;

    @Option(names = "--reader", defaultValue = "NONE", description = "who follows: ${COMPLETION-CANDIDATES}")
    private Reader reader = Reader.NONE;

    @Option(names = "--truncation", defaultValue = "OFF", description = "one of ${COMPLETION-CANDIDATES}")
    private Truncation truncation = Truncation.OFF;

    @Option(
            names = "--pacing",
            defaultValue = "SPIN",
            description = "how producers and readers wait: ${COMPLETION-CANDIDATES}")
    private Pacing pacing = Pacing.SPIN;

    @Option(names = "--spinning", description = "threads of the subject spin, too, instead of parking")
    private boolean spinning;

    @Option(names = "--segment-length", defaultValue = "67108864", description = "bytes")
    private int segmentLength;

    @Option(names = "--standbys", defaultValue = "1", description = "segments prepared ahead")
    private int standbyCount;

    @Option(names = "--seconds", defaultValue = "10", description = "that are measured")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "5", description = "seconds before that")
    private int warmUpSeconds;

    LatencyPlan() {}

    /** The options that say the same to another process. */
    List<String> arguments() {
        final List<String> arguments = new java.util.ArrayList<>(List.of(
                "--rate=" + rate,
                "--length=" + recordLength,
                "--producers=" + producerCount,
                "--policy=" + policy,
                "--reader=" + reader,
                "--truncation=" + truncation,
                "--pacing=" + pacing,
                "--segment-length=" + segmentLength,
                "--standbys=" + standbyCount,
                "--seconds=" + seconds,
                "--warm-up=" + warmUpSeconds));
        if (spinning) {
            arguments.add("--spinning");
        }
        return arguments;
    }

    /** One line that names what matters for the figures. */
    String label() {
        final String label = String.format(
                Locale.ROOT,
                "%d/s, %d B, %d producer%s, %s, reader %s",
                rate,
                recordLength,
                producerCount,
                producerCount == 1 ? "" : "s",
                policy,
                reader);
        return label.toLowerCase(Locale.ROOT).replace(" b,", " B,")
                + (truncation == Truncation.OFF
                        ? ""
                        : ", truncation " + truncation.name().toLowerCase(Locale.ROOT))
                + (segmentLength == 64 << 20 ? "" : ", segments of " + segmentLength)
                + (pacing == Pacing.SPIN ? "" : ", yielding")
                + (spinning ? ", subject spins" : "");
    }

    void check() {
        require(rate >= 1 && rate <= 100_000_000, "--rate must be from 1 to 100000000", rate);
        require(recordLength >= 16, "--length must be at least 16", recordLength);
        require(producerCount >= 1 && producerCount <= 256, "--producers must be from 1 to 256", producerCount);
        require(seconds >= 1 && seconds <= 600, "--seconds must be from 1 to 600", seconds);
        require(warmUpSeconds >= 0 && warmUpSeconds <= 60, "--warm-up must be from 0 to 60", warmUpSeconds);
        require(
                reader != Reader.PRODUCER || producerCount == 1,
                "--reader=PRODUCER goes with one producer only",
                producerCount);
    }

    /** Refuses subjects that can't be followed as the plan says, before any of them was run. */
    void checkSubjects(final List<String> subjects) {
        for (final String subject : subjects) {
            require(
                    reader != Reader.PROCESS || Subjects.isJournal(subject),
                    "--reader=PROCESS follows journals only",
                    subject);
        }
    }

    private static void require(final boolean condition, final String rule, final Object found) {
        if (!condition) {
            throw new IllegalArgumentException(rule + ": found " + found);
        }
    }

    /** A roll may delay what comes within a millisecond. */
    RollWindows windows() {
        return new RollWindows(segmentLength, recordLength, Math.max(16, rate / 1_000));
    }

    long periodNs() {
        return Math.max(1, producerCount * 1_000_000_000L / rate);
    }

    long recordCount() {
        return rate * (seconds + warmUpSeconds + 1L);
    }

    int recordLength() {
        return recordLength;
    }

    int producerCount() {
        return producerCount;
    }

    SubjectPlan.Durability policy() {
        return policy;
    }

    Reader reader() {
        return reader;
    }

    Truncation truncation() {
        return truncation;
    }

    Pacing pacing() {
        return pacing;
    }

    boolean spinning() {
        return spinning;
    }

    int segmentLength() {
        return segmentLength;
    }

    int standbyCount() {
        return standbyCount;
    }

    int seconds() {
        return seconds;
    }

    int warmUpSeconds() {
        return warmUpSeconds;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.RecoveryReport;
import io.tidemark.journal.SyncPolicy;
import io.tidemark.journal.VerifyReport;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Runs the demo and tells what it does and finds, in words for somebody who sees a journal for the first time. */
final class Demo {

    private static final double MILLION = 1_000_000;
    private static final double NANOS_PER_MICRO = 1_000;

    private final Streams streams;
    private final DemoScale scale;
    private final DemoDirectory place;
    private final ProgressLine progress;

    Demo(final Streams streams, final DemoScale scale, final DemoDirectory place) {
        this.streams = streams;
        this.scale = scale;
        this.place = place;
        this.progress = new ProgressLine(streams);
    }

    /** Shows everything; a signal takes the line of progress away, and ends all. */
    void run() {
        final Thread hook = new Thread(progress::finishAtSignal, "tidemark-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            show();
        } finally {
            removeHook(hook);
        }
    }

    private static void removeHook(final Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending already, and the hook is at work.
            return;
        }
    }

    private void show() {
        final long startNs = System.nanoTime();
        say(
                "Journal in %s (%s); %d processors, Java %s.",
                place.journal(), place.fileSystem(), Runtime.getRuntime().availableProcessors(), Runtime.version());
        final EventCapture capture = capture();
        replay(capture.eventCount());
        measureThroughput();
        measureDurableAppends();
        say("");
        if (place.isKept()) {
            say("The journal is kept: look at it with 'tidemark stat %s', or cat, or verify.", place.journal());
        }
        say(
                "demo passed: %,d events journaled, replayed and verified, every byte compared, in %.1f s altogether",
                capture.eventCount(), seconds(System.nanoTime() - startNs));
    }

    private EventCapture capture() {
        say("");
        say(
                "1. Journal the events of a made-up order book (seed %d): bursts of %d each millisecond,",
                scale.seed(), scale.groupsPerBurst());
        say("   encoded in place; what belongs to one trade goes as an atomic batch. A force makes them");
        say("   durable after 16,384 records, 1 MiB or 1 ms, whichever comes first.");
        final EventCapture capture = new EventCapture(scale, progress);
        capture.run(place.journal());
        progress.clear();
        say(
                "   events                   %,d in %.2f s, %.1f MB of payload, %,d atomic batches",
                capture.eventCount(), capture.seconds(), capture.payloadBytes() / MILLION, capture.batchCount());
        say("   append call              %s", percentiles(capture.appendNs()));
        say("   from append to durable   %s", percentiles(capture.durableNs()));
        return capture;
    }

    private void replay(final long expected) {
        say("");
        say("2. Close, open again, replay, and compare with the same events made once more.");
        progress.show(() -> "replaying");
        final EventComparison comparison = new EventComparison(scale.seed());
        final long startNs;
        final long replayedNs;
        final RecoveryReport recovery;
        try (Journal journal = Journal.open(place.journal(), JournalConfig.defaults())) {
            recovery = journal.recoveryReport();
            startNs = System.nanoTime();
            final long next = journal.replay(1, comparison);
            replayedNs = System.nanoTime() - startNs;
            if (comparison.count() != expected || next != expected + 1) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        "replay differs: expected " + expected + " events, found " + comparison.count()
                                + ", next sequence " + next);
            }
        }
        final VerifyReport report = JournalReader.open(place.journal()).verify();
        progress.clear();
        if (report.verdict() != VerifyReport.Verdict.INTACT || report.lastSequence() != expected) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    "verify differs: expected an intact journal up to sequence " + expected + ", found " + report);
        }
        say(
                "   recovery                 %.1f ms, closed cleanly before: %s",
                recovery.durationNs() / MILLION, recovery.closedCleanly() ? "yes" : "no");
        say(
                "   replay                   %,d events, every byte as expected, sequences without a gap,",
                comparison.count());
        say("                            in %.0f ms", replayedNs / MILLION);
        say(
                "   verify                   intact, %,d records, %d to %,d",
                report.recordCount(), report.firstSequence(), report.lastSequence());
    }

    private void measureThroughput() {
        say("");
        say("3. How fast one thread can append records of 64 bytes: policy 'never', until written, which means");
        say(
                "   safe from a crash of the process, not from a power cut. %d rounds of %,d records after a warm-up,",
                scale.roundCount(), scale.roundRecordCount());
        say(
                "   in segments of %d MiB prepared beforehand: preparing takes longer than filling, and is not counted.",
                scale.segmentLength() >> 20);
        final ThroughputRun run = new ThroughputRun(scale, progress);
        run.run(place.measurement("throughput"));
        place.removeMeasurement("throughput");
        progress.clear();
        say(
                "   throughput               median %.2f million records/s, best %.2f million records/s",
                run.medianRecordsPerSecond() / MILLION, run.bestRecordsPerSecond() / MILLION);
        say(
                "   allocation, producer     %.3f bytes per append (mean of %,d appends)",
                run.producerBytesPerRecord(), scale.warmUpCount());
        say(
                "   allocation, journal      %.3f bytes per append (its own threads, in the same time)",
                run.journalBytesPerRecord());
    }

    private void measureDurableAppends() {
        say("");
        say(
                "4. How long a durable append takes: policy '%s', one thread, records of 64 bytes; in turns with the least",
                SyncPolicy.always());
        say("   that the disk takes for that: pwrite and fdatasync of one block of 4 KiB in a file filled by such.");
        final DurableAppendRun run = new DurableAppendRun(scale, progress);
        try {
            run.run(place.measurement("durable"));
        } catch (final IOException e) {
            throw new CommandException(
                    ExitCode.REFUSED, "measuring the disk failed: " + CommandException.messageOf(e), e);
        }
        place.removeMeasurement("durable");
        progress.clear();
        say("   durable append           %s", percentiles(run.appendNs()));
        say("   pwrite + fdatasync       %s", percentiles(run.baselineNs()));
        say(
                "   ratio of the medians     %.2f (durable append / pwrite + fdatasync; %,d of each)",
                (double) run.appendNs().getValueAtPercentile(50)
                        / run.baselineNs().getValueAtPercentile(50),
                run.appendNs().getTotalCount());
    }

    private static String percentiles(final Histogram nanos) {
        return String.format(
                Locale.ROOT,
                "p50 %s  p90 %s  p99 %s  p99.9 %s  max %s µs",
                micros(nanos.getValueAtPercentile(50)),
                micros(nanos.getValueAtPercentile(90)),
                micros(nanos.getValueAtPercentile(99)),
                micros(nanos.getValueAtPercentile(99.9)),
                micros(nanos.getMaxValue()));
    }

    private static String micros(final long nanos) {
        return String.format(Locale.ROOT, nanos < 10_000 ? "%.2f" : "%,.0f", nanos / NANOS_PER_MICRO);
    }

    private static double seconds(final long nanos) {
        return (double) nanos / TimeUnit.SECONDS.toNanos(1);
    }

    private void say(final String format, final Object... values) {
        if (!streams.printAmounts(String.format(Locale.ROOT, format, values))) {
            throw new CommandException(ExitCode.REFUSED, "standard output failed: nobody reads it any more");
        }
    }
}

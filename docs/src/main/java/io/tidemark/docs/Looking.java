// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalCounters;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.histogram.IntervalLog;
import io.tidemark.journal.histogram.JournalHistograms;
import io.tidemark.journal.jmx.JournalBean;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Seeing inside of a running journal, as {@code docs/operating.md} and the Javadoc show it. */
final class Looking {

    private Looking() {}

    static String happenedIn(final JournalReader reader, final Duration interval, final CountDownLatch stop)
            throws InterruptedException {
        final JournalCounters before = reader.counters();
        stop.await(interval.toMillis(), TimeUnit.MILLISECONDS);
        final JournalCounters after = reader.counters();
        if (before == null || after == null) {
            return "no counters";
        }
        final JournalCounters between = after.minus(before);
        return between.durableCount() + " records durable, longest force " + between.longestForceNs() + " ns";
    }

    static void measure(final Path directory, final Path log, final Consumer<Journal> appends) throws IOException {
        final JournalHistograms histograms = new JournalHistograms();
        try (OutputStream file = Files.newOutputStream(log);
                IntervalLog intervals = IntervalLog.start(histograms, file, Duration.ofSeconds(1));
                Journal journal =
                        Journal.open(directory, JournalConfig.defaults().withProbe(histograms))) {
            appends.accept(journal);
            journal.flush();
            intervals.write(); // once more, before it is time
        }
    }

    static double rate(final Journal journal, final Runnable appends) {
        final JournalCounters before = journal.counters();
        appends.run(); // or time goes by
        final JournalCounters interval = journal.counters().minus(before);
        final double recordsPerSecond = interval.durableCount() * 1e9 / interval.elapsedNs();
        final long worstForceNs = interval.longestForceNs();
        return worstForceNs == 0 ? 0 : recordsPerSecond;
    }

    @SuppressWarnings("try")
    static void log(final Path directory, final JournalConfig config, final Path hlog, final Consumer<Journal> appends)
            throws IOException {
        final JournalHistograms histograms = new JournalHistograms();
        try (OutputStream file = Files.newOutputStream(hlog);
                IntervalLog log = IntervalLog.start(histograms, file, Duration.ofSeconds(1));
                Journal journal = Journal.open(directory, config.withProbe(histograms))) {
            appends.accept(journal);
        }
    }

    @SuppressWarnings("try")
    static void show(final Path directory, final Consumer<Journal> appends) {
        try (Journal journal = Journal.open(directory);
                JournalBean bean = JournalBean.register(journal, "orders")) {
            appends.accept(journal);
        }
    }
}

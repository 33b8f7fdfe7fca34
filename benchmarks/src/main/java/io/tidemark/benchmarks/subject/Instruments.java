// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import io.tidemark.journal.histogram.IntervalLog;
import io.tidemark.journal.histogram.JournalHistograms;
import io.tidemark.journal.spi.JournalProbe;
import java.io.IOException;
import java.io.OutputStream;
import java.text.ParseException;
import java.time.Duration;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/** Everything by which one sees inside of a journal, at once: histograms with a log each second, and a recording of the JDK's events. */
final class Instruments implements AutoCloseable {

    private final JournalHistograms histograms = new JournalHistograms();
    private final IntervalLog log;
    private final Recording recording;

    Instruments() {
        try {
            recording = new Recording(Configuration.getConfiguration("default"));
        } catch (final IOException | ParseException e) {
            throw new IllegalStateException("the JDK has no settings for a recording", e);
        }
        recording.setToDisk(true);
        recording.start();
        log = IntervalLog.start(histograms, OutputStream.nullOutputStream(), Duration.ofSeconds(1));
    }

    JournalProbe probe() {
        return histograms;
    }

    @Override
    public void close() {
        log.close();
        recording.close();
    }
}

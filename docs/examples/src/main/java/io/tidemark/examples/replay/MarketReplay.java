// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.replay;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Replays a captured feed into a journal, at its own pace or a multiple of it, bursts and silences and all: a load as it comes
 * from a market, and not from a loop.
 *
 * <p>Each line of the feed begins with the time at which it was captured, in milliseconds since the beginning of 1970, and
 * becomes a record as it is, without its line feed.
 */
public final class MarketReplay {

    private final InputStream feed;
    private final double speed;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long lineCount;

    private MarketReplay(final InputStream feed, final double speed) {
        this.feed = feed;
        this.speed = speed;
    }

    /**
     * Runs the replay.
     *
     * @param arguments the file, the directory of the journal, and how many times as fast as the market
     * @throws IOException if the file can't be read, or a line of it has no time
     */
    public static void main(final String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("arguments must be FILE DIRECTORY SPEED: found " + arguments.length);
        }
        try (Journal journal = Journal.open(Path.of(arguments[1]))) {
            replay(Path.of(arguments[0]), journal, Double.parseDouble(arguments[2]));
        }
    }

    /**
     * Replays a feed.
     *
     * @param file of the feed
     * @param journal that takes the lines
     * @param speed how many times as fast as the market, more than 0
     * @return the number of lines
     * @throws IOException if the file can't be read, or a line of it has no time
     */
    public static long replay(final Path file, final Journal journal, final double speed) throws IOException {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("speed must be more than 0: speed=" + speed);
        }
        try (InputStream feed = new BufferedInputStream(Files.newInputStream(file))) {
            return new MarketReplay(feed, speed).run(journal.appender());
        }
    }

    private long run(final Appender appender) throws IOException {
        final long startNs = System.nanoTime();
        long firstMs = 0;
        while (readLine()) {
            final byte[] record = line.toByteArray();
            final long capturedMs = capturedMs(record);
            if (lineCount == 0) {
                firstMs = capturedMs;
            }
            // From the beginning, not from the line before: what is late now is not late for ever.
            final double sinceFirstNs = TimeUnit.MILLISECONDS.toNanos(capturedMs - firstMs) / speed;
            parkUntil(startNs + (long) sinceFirstNs);
            appender.append(record, 0, record.length);
            lineCount++;
        }
        return lineCount;
    }

    /** Bytes, not text: whatever the feed was, the records are the same. */
    private boolean readLine() throws IOException {
        line.reset();
        int next = feed.read();
        if (next == -1) {
            return false;
        }
        while (next != '\n' && next != -1) {
            line.write(next);
            next = feed.read();
        }
        return true;
    }

    private long capturedMs(final byte[] record) throws IOException {
        long capturedMs = 0;
        int digits = 0;
        while (digits < record.length && record[digits] >= '0' && record[digits] <= '9' && digits < 18) {
            capturedMs = 10 * capturedMs + record[digits] - '0';
            digits++;
        }
        if (digits == 0) {
            throw new IOException("line must begin with its time in milliseconds: line=" + (lineCount + 1));
        }
        return capturedMs;
    }

    private static void parkUntil(final long dueNs) {
        for (long leftNs = dueNs - System.nanoTime(); leftNs > 0; leftNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }
}

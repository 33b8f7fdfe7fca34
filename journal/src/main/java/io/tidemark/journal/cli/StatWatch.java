// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalCounters;
import io.tidemark.journal.JournalReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at the counters of a journal again and again: on a terminal always in the same place, elsewhere block by block. */
final class StatWatch {

    private static final String CLEAR = "\033[2J";
    private static final String HOME = "\033[H";
    private static final String CLEAR_TO_END_OF_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";

    private final Streams streams;
    private final JournalReader reader;
    private final WatchScreen screen;
    private final long intervalNs;
    private final long count;
    private final boolean isTerminal;
    private final EndingSignal signal = new EndingSignal();

    /**
     * Prepares to look.
     *
     * @param streams to draw on
     * @param reader of the journal
     * @param directory of it
     * @param intervalNs from one look to the next
     * @param count how often to draw; 0 for ever
     */
    StatWatch(
            final Streams streams,
            final JournalReader reader,
            final String directory,
            final long intervalNs,
            final long count) {
        this.streams = streams;
        this.reader = reader;
        this.intervalNs = intervalNs;
        this.count = count;
        this.isTerminal = streams.isOutTerminal();
        this.screen = new WatchScreen(directory, isTerminal && Streams.hasColors(), Streams.hasBlocks());
    }

    /** Draws until it has drawn often enough, or a signal comes, or nobody reads any more. */
    void run() {
        signal.listen();
        try {
            if (isTerminal) {
                print(HIDE_CURSOR + CLEAR);
            }
            watch();
        } catch (final IOException e) {
            if (!streams.isReaderGone(e)) {
                throw Streams.outputFailed(e);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            showCursor();
            signal.close();
        }
    }

    private void watch() throws IOException, InterruptedException {
        JournalCounters before = reader.counters();
        long beforeNs = System.nanoTime();
        for (long drawn = 0; count == 0 || drawn < count; drawn++) {
            if (signal.await(intervalNs)) {
                return;
            }
            final JournalCounters now = reader.counters();
            final long nowNs = System.nanoTime();
            draw(sample(before, now, (nowNs - beforeNs) / 1e9));
            before = now;
            beforeNs = nowNs;
        }
    }

    private static @Nullable WatchSample sample(
            final @Nullable JournalCounters before, final @Nullable JournalCounters now, final double seconds) {
        if (now == null) {
            return null;
        }
        return WatchSample.between(before == null ? now : before, now, seconds);
    }

    private void draw(final @Nullable WatchSample sample) throws IOException {
        final List<String> lines;
        if (sample == null) {
            lines = List.of("no counters: no writer has opened the journal, or there was no room for journal.counters");
        } else {
            screen.add(sample);
            lines = screen.lines(streams.columns());
        }
        final StringBuilder text = new StringBuilder(isTerminal ? HOME : "");
        for (final String line : lines) {
            text.append(line).append(isTerminal ? CLEAR_TO_END_OF_LINE : "").append('\n');
        }
        print(text.append(isTerminal ? CLEAR_BELOW : "\n").toString());
    }

    private void print(final String text) throws IOException {
        final OutputStream out = streams.out();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void showCursor() {
        if (isTerminal) {
            try {
                print(SHOW_CURSOR);
            } catch (final IOException e) {
                // The terminal is gone, and its cursor with it.
                return;
            }
        }
    }
}

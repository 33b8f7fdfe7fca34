// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalCounters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What {@code stat --watch} shows: lines for a terminal of any width, out of the samples taken so far. Owned by one thread. */
final class WatchScreen {

    static final int MIN_WIDTH = 40;

    private static final int MAX_WIDTH = 200;
    private static final int MAX_SAMPLES = 200;
    private static final int LABEL_WIDTH = 10;
    private static final int VALUE_WIDTH = 14;
    private static final String RESET = "\033[0m";
    private static final String BOLD = "\033[1m";
    private static final String DIM = "\033[2m";
    private static final String GREEN = "\033[32m";
    private static final String YELLOW = "\033[33m";
    private static final String RED = "\033[31m";
    private static final double CROWDED = 0.5;
    private static final double NEARLY_FULL = 0.9;

    private final String directory;
    private final boolean colors;
    private final String steps;
    private final boolean blocks;
    private final char full;
    private final char empty;
    private final Deque<WatchSample> samples = new ArrayDeque<>();

    /**
     * Makes an empty screen.
     *
     * @param directory to be shown
     * @param colors whether the terminal understands them
     * @param blocks whether it has more characters than those of ASCII
     */
    WatchScreen(final String directory, final boolean colors, final boolean blocks) {
        this.directory = directory;
        this.colors = colors;
        this.blocks = blocks;
        this.steps = blocks ? " ▁▂▃▄▅▆▇█" : " .:-=+*%#";
        this.full = blocks ? '█' : '#';
        this.empty = blocks ? '░' : '.';
    }

    void add(final WatchSample sample) {
        samples.addLast(sample);
        if (samples.size() > MAX_SAMPLES) {
            samples.removeFirst();
        }
    }

    /** The lines, none longer than the width. */
    List<String> lines(final int terminalWidth) {
        final int width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, terminalWidth));
        final WatchSample last = samples.getLast();
        final List<String> lines = new ArrayList<>();
        lines.add(title(last.now(), width));
        lines.add("");
        final JournalCounters now = last.now();
        final JournalCounters interval = last.interval();
        lines.add(graph(
                "appended",
                rate(last, interval.appendedCount()),
                width,
                each -> each.rate(each.interval().appendedCount())));
        lines.add(graph(
                "durable",
                rate(last, interval.durableCount()),
                width,
                each -> each.rate(each.interval().durableCount())));
        lines.add(graph(
                "bytes",
                Amounts.bytes(last.rate(interval.writtenBytes())) + "/s",
                width,
                each -> each.rate(each.interval().writtenBytes())));
        lines.add(graph(
                "forces",
                rate(last, interval.forceCount()),
                width,
                each -> each.rate(each.interval().forceCount())));
        lines.add("");
        lines.add(graph(
                "force max",
                Amounts.time(interval.longestForceNs()),
                width,
                each -> each.interval().longestForceNs()));
        addForces(lines, last, width);
        lines.add("");
        lines.add(bar("queue", now.queueUsed(), now.queueLength(), width));
        lines.add(row(
                "behind",
                width,
                Amounts.count(now.appendedSequence() - now.writtenSequence()) + " not written",
                Amounts.count(now.writtenSequence() - now.durableSequence()) + " not durable"));
        addWaits(lines, last, width);
        lines.add("");
        addHoldings(lines, last, width);
        if (!blocks) {
            lines.replaceAll(Amounts::inAscii);
        }
        return lines;
    }

    private static String rate(final WatchSample sample, final long count) {
        return Amounts.count(sample.rate(count)) + "/s";
    }

    private String title(final JournalCounters now, final int width) {
        final String state = switch (now.state()) {
            case OPEN -> "open";
            case CLOSED -> "closed";
            case FAILED -> "failed";
            case DIED -> "writer died";
        };
        final String about = "  process " + now.processId() + "  " + Amounts.duration(now.elapsedNs() / 1_000_000_000)
                + "  epoch " + now.epoch();
        final int room = width - state.length() - about.length() - 2;
        final String color = switch (now.state()) {
            case OPEN -> GREEN;
            case CLOSED -> YELLOW;
            case FAILED, DIED -> RED;
        };
        if (room < 8) {
            return paint(BOLD, shortened(directory, width - state.length() - 2)) + "  " + paint(color, state);
        }
        final String name = shortened(directory, room);
        return paint(BOLD, name) + " ".repeat(room - name.length() + 2) + paint(color, state) + about;
    }

    /** The end of a path tells more than its begin. */
    private static String shortened(final String path, final int room) {
        return path.length() <= room ? path : "..." + path.substring(path.length() - Math.max(1, room - 3));
    }

    private String graph(
            final String label, final String value, final int width, final ToDoubleFunction<WatchSample> figure) {
        final int room = width - LABEL_WIDTH - VALUE_WIDTH - 2;
        double most = 0;
        for (final WatchSample sample : samples) {
            most = Math.max(most, figure.applyAsDouble(sample));
        }
        final StringBuilder line = new StringBuilder();
        final Iterator<WatchSample> newest = samples.descendingIterator();
        while (newest.hasNext() && line.length() < room) {
            final double height = figure.applyAsDouble(newest.next());
            final double part = most == 0 ? 0 : height / most;
            line.append(steps.charAt((int) Math.ceil(part * (steps.length() - 1))));
        }
        return label(label)
                + String.format(Locale.ROOT, "%" + VALUE_WIDTH + "s  ", value)
                + paint(GREEN, line.reverse().toString().stripTrailing());
    }

    private void addForces(final List<String> lines, final WatchSample last, final int width) {
        final JournalCounters interval = last.interval();
        final double records =
                interval.forceCount() == 0 ? 0 : (double) interval.durableCount() / interval.forceCount();
        lines.add(row(
                "",
                width,
                "mean " + Amounts.time(last.meanForceNs()),
                "p50 " + Amounts.time(interval.forceNsAtPercentile(50)),
                "p99 " + Amounts.time(interval.forceNsAtPercentile(99)),
                Amounts.count(records) + " records each",
                interval.slowForceCount() == 0 ? "" : paint(YELLOW, interval.slowForceCount() + " slow")));
    }

    private String bar(final String label, final long used, final long length, final int width) {
        final String words = "  " + Amounts.bytes(used) + " of " + Amounts.bytes(length);
        final int room = Math.max(1, width - LABEL_WIDTH - 24);
        final double part = length == 0 ? 0 : (double) used / length;
        final int filled = (int) Math.ceil(part * room);
        final String color = part >= NEARLY_FULL ? RED : part >= CROWDED ? YELLOW : GREEN;
        return label(label)
                + paint(color, String.valueOf(full).repeat(filled))
                + paint(DIM, String.valueOf(empty).repeat(room - filled))
                + words;
    }

    private void addWaits(final List<String> lines, final WatchSample last, final int width) {
        final JournalCounters interval = last.interval();
        final String pressure = "back-pressure " + rate(last, interval.backPressureCount())
                + (interval.backPressureNs() == 0 ? "" : ", " + Amounts.time(interval.backPressureNs()));
        final String standby = "no standby " + interval.standbyWaitCount()
                + (interval.standbyWaitNs() == 0 ? "" : ", " + Amounts.time(interval.standbyWaitNs()));
        lines.add(row(
                "waits",
                width,
                interval.backPressureNs() == 0 ? pressure : paint(YELLOW, pressure),
                interval.standbyWaitCount() == 0 ? standby : paint(YELLOW, standby)));
    }

    private void addHoldings(final List<String> lines, final WatchSample last, final int width) {
        final JournalCounters now = last.now();
        lines.add(row(
                "segments",
                width,
                now.segmentCount() + " (" + now.standbyCount() + " standby)",
                now.spareCount() + " spare",
                Amounts.bytes(now.mappedBytes()) + " mapped",
                Amounts.count(last.interval().rollCount()) + " rolls"));
        lines.add(row(
                "held",
                width,
                "head " + Amounts.count(now.headSequence()),
                "pins " + now.pinCount(),
                "tailers " + now.tailerCount()));
        lines.add(row(
                "sequence",
                width,
                "durable " + Amounts.count(now.durableSequence()),
                "checkpoint " + Amounts.count(now.checkpointSequence())));
        final long problems = now.problemCount() + now.listenerFailureCount();
        if (problems > 0) {
            lines.add(row(
                    "problems",
                    width,
                    paint(RED, now.problemCount() + " told"),
                    now.listenerFailureCount() + " thrown by listeners"));
        }
    }

    private String label(final String label) {
        return paint(DIM, String.format(Locale.ROOT, "%-" + LABEL_WIDTH + "s", label));
    }

    /** As many of the parts as have room, the first ones first. */
    private String row(final String label, final int width, final String... parts) {
        final StringBuilder line = new StringBuilder();
        int used = LABEL_WIDTH;
        for (final String part : parts) {
            final int length = part.replaceAll("\033\\[[0-9]*m", "").length();
            if (length == 0 || used + length > width) {
                continue;
            }
            line.append(part).append("   ");
            used += length + 3;
        }
        return label(label) + line.toString().stripTrailing();
    }

    private String paint(final String color, final String text) {
        return colors && !text.isEmpty() ? color + text + RESET : text;
    }
}

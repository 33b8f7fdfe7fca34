// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.util.Locale;

/** Amounts as people read them, in few characters. */
final class Amounts {

    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final double BINARY_STEP = 1024;
    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private Amounts() {}

    static String count(final long count) {
        return count((double) count);
    }

    static String count(final double count) {
        return String.format(Locale.ROOT, count < 10 && count != Math.rint(count) ? "%.1f" : "%,.0f", count);
    }

    static String bytes(final long bytes) {
        return bytes((double) bytes);
    }

    static String bytes(final double bytes) {
        final int unit = binaryUnit(bytes);
        final double left = bytes / Math.pow(BINARY_STEP, unit);
        return String.format(Locale.ROOT, left < 100 && unit > 0 ? "%.1f %s" : "%.0f %s", left, BINARY[unit]);
    }

    /** A length in a sentence. */
    static String length(final long bytes) {
        final int unit = binaryUnit((double) bytes);
        return unit == 0
                ? bytes + " bytes"
                : String.format(Locale.ROOT, "%.1f %s", bytes / Math.pow(BINARY_STEP, unit), BINARY[unit]);
    }

    private static int binaryUnit(final double bytes) {
        int unit = 0;
        for (double left = bytes; left >= BINARY_STEP && unit < BINARY.length - 1; left /= BINARY_STEP) {
            unit++;
        }
        return unit;
    }

    static String time(final long timeNs) {
        return time((double) timeNs);
    }

    static String time(final double timeNs) {
        if (timeNs < NS_PER_US) {
            return String.format(Locale.ROOT, "%.0f ns", timeNs);
        }
        if (timeNs < NS_PER_MS) {
            return scaled(timeNs / NS_PER_US, "µs");
        }
        return timeNs < NS_PER_SECOND ? scaled(timeNs / NS_PER_MS, "ms") : scaled(timeNs / NS_PER_SECOND, "s");
    }

    private static String scaled(final double value, final String unit) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
    }

    /** Text with amounts in it, for terminals that have no other characters than those of ASCII. */
    static String inAscii(final String text) {
        return text.replace(" µs", " us");
    }

    /** The number of a percentile: 99, 99.9. */
    static String percentile(final double percentile) {
        return percentile == Math.rint(percentile) ? Long.toString((long) percentile) : Double.toString(percentile);
    }

    /** A duration of seconds to years. */
    static String duration(final long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return String.format(Locale.ROOT, "%dm %02ds", seconds / 60, seconds % 60);
        }
        return seconds < 86_400
                ? String.format(Locale.ROOT, "%dh %02dm", seconds / 3_600, seconds / 60 % 60)
                : String.format(Locale.ROOT, "%dd %02dh", seconds / 86_400, seconds / 3_600 % 24);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;

/** Bytes beside their meaning, a line for each field. Owned by one thread. */
final class DumpLines {

    private static final int BYTES_PER_LINE = 16;

    private final OutputBuffer out;

    DumpLines(final OutputBuffer out) {
        this.out = out;
    }

    void line(final String text) {
        out.putUtf8(text + "\n");
    }

    /** Offset in the file, bytes, name and meaning of a field. */
    void field(
            final ByteBuffer bytes,
            final int offset,
            final int length,
            final long base,
            final String name,
            final String meaning) {
        final StringBuilder hex = new StringBuilder();
        for (int i = offset; i < offset + length; i++) {
            hex.append(String.format(Locale.ROOT, "%02x ", bytes.get(i) & 0xff));
        }
        line(String.format(Locale.ROOT, "  %08x  %-24s %-18s %s", base + offset, hex, name, meaning));
    }

    void longField(final ByteBuffer bytes, final int offset, final long base, final String name) {
        field(bytes, offset, Long.BYTES, base, name, Long.toString(longAt(bytes, offset)));
    }

    void intField(final ByteBuffer bytes, final int offset, final long base, final String name) {
        field(bytes, offset, Integer.BYTES, base, name, Integer.toString(intAt(bytes, offset)));
    }

    void timeField(final ByteBuffer bytes, final int offset, final long base, final String name) {
        field(bytes, offset, Long.BYTES, base, name, time(longAt(bytes, offset)));
    }

    /** Bytes that have no meaning to us, with the letters among them. */
    void bytes(final ByteBuffer bytes, final int offset, final int length, final long base) {
        for (int begin = offset; begin < offset + length; begin += BYTES_PER_LINE) {
            final StringBuilder hex = new StringBuilder();
            final StringBuilder letters = new StringBuilder();
            for (int i = begin; i < Math.min(begin + BYTES_PER_LINE, offset + length); i++) {
                final int value = bytes.get(i) & 0xff;
                hex.append(String.format(Locale.ROOT, "%02x ", value));
                letters.append(value >= ' ' && value < 0x7f ? (char) value : '.');
            }
            line(String.format(Locale.ROOT, "  %08x  %-49s|%s|", base + begin, hex, letters));
        }
    }

    static long longAt(final ByteBuffer bytes, final int offset) {
        return bytes.order(ByteOrder.LITTLE_ENDIAN).getLong(offset);
    }

    static int intAt(final ByteBuffer bytes, final int offset) {
        return bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
    }

    static String time(final long timestampNs) {
        try {
            return Instant.ofEpochSecond(0, timestampNs) + " (" + timestampNs + " ns)";
        } catch (final DateTimeException e) {
            return timestampNs + " ns";
        }
    }

    /** What a checksum says, and what it should say. */
    static String verdict(final int stored, final int computed) {
        return stored == computed
                ? "ok"
                : String.format(Locale.ROOT, "WRONG: stored %08x, computed %08x", stored, computed);
    }
}

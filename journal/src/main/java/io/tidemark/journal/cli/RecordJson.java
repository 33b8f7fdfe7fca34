// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;

/** Writes records as JSON, one object a line. Owned by one thread. */
final class RecordJson {

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final OutputBuffer out;
    private final CharBuffer decoded = CharBuffer.allocate(4096);
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    RecordJson(final OutputBuffer out) {
        this.out = out;
    }

    void write(
            final long sequence,
            final long timestampNs,
            final int type,
            final ByteBuffer buffer,
            final int offset,
            final int length) {
        out.put("{\"sequence\":");
        out.put(Long.toString(sequence));
        out.put(",\"timestamp\":\"");
        out.put(timestamp(timestampNs));
        out.put("\",\"timestampNs\":");
        out.put(Long.toString(timestampNs));
        out.put(",\"type\":");
        out.put(Integer.toString(type));
        final ByteBuffer payload = buffer.duplicate().limit(offset + length).position(offset);
        if (isUtf8(payload)) {
            out.put(",\"payload\":\"");
            writeEscaped(buffer, offset, length);
        } else {
            out.put(",\"payloadBase64\":\"");
            out.put(Base64.getEncoder().encode(payload).array());
        }
        out.put("\"}\n");
    }

    static String timestamp(final long timestampNs) {
        return TIMESTAMP.format(Instant.ofEpochSecond(
                Math.floorDiv(timestampNs, NANOS_PER_SECOND), Math.floorMod(timestampNs, NANOS_PER_SECOND)));
    }

    private boolean isUtf8(final ByteBuffer payload) {
        final int start = payload.position();
        decoder.reset();
        CoderResult result;
        do {
            decoded.clear();
            result = decoder.decode(payload, decoded, true);
        } while (result.isOverflow());
        payload.position(start);
        return !result.isError();
    }

    /** What must be escaped is ASCII, and ASCII bytes stand for nothing else in UTF-8; all others go as they are. */
    private void writeEscaped(final ByteBuffer buffer, final int offset, final int length) {
        for (int i = offset; i < offset + length; i++) {
            final byte value = buffer.get(i);
            switch (value) {
                case '"', '\\' -> escape(value);
                case '\n' -> escape((byte) 'n');
                case '\r' -> escape((byte) 'r');
                case '\t' -> escape((byte) 't');
                default -> {
                    if (value >= 0 && value < ' ') {
                        out.put("\\u00");
                        out.put(HEX[value >> 4]);
                        out.put(HEX[value & 0xf]);
                    } else {
                        out.put(value);
                    }
                }
            }
        }
    }

    private void escape(final byte value) {
        out.put((byte) '\\');
        out.put(value);
    }
}

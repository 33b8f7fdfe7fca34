// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** A payload that is recognized wherever it shows up, in any way in which bytes are usually printed. */
public final class PayloadMarker {

    private static final String TEXT = "Quartz8Vow";

    /** The beginning of it in each of the ways, in lower case. */
    private static final List<String> TRACES = traces();

    private static List<String> traces() {
        final byte[] some = Arrays.copyOf(TEXT.getBytes(StandardCharsets.US_ASCII), 6);
        final String list = Arrays.toString(some);
        return List.of(
                        TEXT.substring(0, 4),
                        HexFormat.of().formatHex(some, 0, 4),
                        HexFormat.ofDelimiter(" ").formatHex(some, 0, 4),
                        list.substring(1, list.length() - 1),
                        Base64.getEncoder().encodeToString(some).substring(0, 6))
                .stream()
                .map(trace -> trace.toLowerCase(Locale.ROOT))
                .toList();
    }

    private PayloadMarker() {}

    /**
     * The payload as text: the marker, over and over.
     *
     * @param length in bytes
     * @return that many letters
     */
    public static String text(final int length) {
        return TEXT.repeat(length / TEXT.length() + 1).substring(0, length);
    }

    /**
     * The payload.
     *
     * @param length in bytes
     * @return that many bytes
     */
    public static byte[] bytes(final int length) {
        return text(length).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Fails if a text shows any of the payload.
     *
     * @param shown to a user, an operator or a log
     */
    public static void requireAbsent(final String shown) {
        final String lower = shown.toLowerCase(Locale.ROOT);
        for (final String trace : TRACES) {
            assertFalse(lower.contains(trace), () -> "payload in: " + shown);
        }
    }

    /**
     * Fails if an exception shows any of the payload, in its message or that of a cause.
     *
     * @param thrown by the journal
     */
    public static void requireAbsent(final Throwable thrown) {
        final StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        requireAbsent(text.toString());
    }
}

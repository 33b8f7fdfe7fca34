// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordJsonTest {

    private static final int OFFSET = 3;

    private static String json(final byte[] payload) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(payload.length + 2 * OFFSET);
        buffer.put(OFFSET, payload);
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final OutputBuffer out = new OutputBuffer(bytes);
        new RecordJson(out).write(7, 1_500_000_000_000_000_042L, 9, buffer, OFFSET, payload.length);
        out.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String expected(final String payload) {
        return "{\"sequence\":7,\"timestamp\":\"2017-07-14T02:40:00.000000042Z\",\"timestampNs\":1500000000000000042,"
                + "\"type\":9," + payload + "}\n";
    }

    @Test
    void writeShouldGiveAllFieldsWhenThePayloadIsText() {
        assertEquals(expected("\"payload\":\"buy 7\""), json("buy 7".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void writeShouldGiveAnEmptyStringWhenThePayloadIsEmpty() {
        assertEquals(expected("\"payload\":\"\""), json(new byte[0]));
    }

    @Test
    void writeShouldEscapeWhenThePayloadHoldsWhatJsonDoesNot() {
        assertEquals(
                expected("\"payload\":\"\\\"\\\\\\n\\r\\t\\u0000\\u001f/\""),
                json("\"\\\n\r\t\0\u001f/".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void writeShouldLeaveUtf8AsItIsWhenThePayloadIsNotAscii() {
        final String text = "ä€😀".repeat(5000);
        assertEquals(expected("\"payload\":\"" + text + "\""), json(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gA==", "Yf8=", "w4Q/wyg=", "7aCA", "8J+Y", "wIA="})
    void writeShouldGiveBase64WhenThePayloadIsNotUtf8(final String base64) {
        assertEquals(
                expected("\"payloadBase64\":\"" + base64 + "\""),
                json(Base64.getDecoder().decode(base64)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1970-01-01T00:00:00.000000000Z",
        "-1, 1969-12-31T23:59:59.999999999Z",
        "1795176701806606246, 2026-11-20T12:11:41.806606246Z"
    })
    void timestampShouldKeepEveryNanosecond(final long timestampNs, final String expected) {
        assertEquals(expected, RecordJson.timestamp(timestampNs));
    }
}

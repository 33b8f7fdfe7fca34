// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Makes up lines as a capture of an order book writes them, {@code EPOCH_MS EVENT JSON}, of 66 to 1,100 bytes. */
final class MarketFeed {

    static final int MIN_LINE_LENGTH = 66;
    static final int MAX_LINE_LENGTH = 1100;

    private static final String[] EVENTS = {"order_created", "order_changed", "order_deleted", "trade"};

    private MarketFeed() {}

    static byte[] lines(final long seed, final int count) {
        final SplittableRandom random = new SplittableRandom(seed);
        final ByteArrayOutputStream lines = new ByteArrayOutputStream();
        long epochMs = 1_430_438_404_518L;
        for (int i = 0; i < count; i++) {
            epochMs += random.nextInt(5) == 0 ? random.nextInt(1000) : 0;
            final String event = EVENTS[random.nextInt(EVENTS.length)];
            final StringBuilder line = new StringBuilder();
            line.append(epochMs).append(' ').append(event);
            line.append(" {\"price\": \"").append(20_000 + random.nextInt(5_000));
            line.append("\", \"id\": ").append(65_000_000 + i);
            // Most lines are short, a few are long.
            final int wanted = random.nextInt(20) == 0
                    ? MIN_LINE_LENGTH + random.nextInt(MAX_LINE_LENGTH - MIN_LINE_LENGTH + 1)
                    : MIN_LINE_LENGTH + random.nextInt(150);
            line.append(", \"note\": \"");
            while (line.length() < wanted - 2) {
                line.append((char) ('a' + random.nextInt(26)));
            }
            line.append("\"}\n");
            lines.writeBytes(line.toString().getBytes(StandardCharsets.US_ASCII));
        }
        return lines.toByteArray();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.JournalReader;
import io.tidemark.journal.VerifyReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills {@code append --ack} again and again on the same journal, at any moment from its start on, and holds it to what it
 * has said: everything up to the last sequence that was printed as durable is there, in order, and nothing that was never
 * given.
 */
class KilledAppendTest {

    private static final String PREFIX = "durable ";
    private static final int MAX_ACKNOWLEDGEMENTS = 60;
    private static final int ROUNDS_PER_JOURNAL = 8;
    private static final int MAX_OPENING_MS = 600;
    private static final String[] POLICIES = {"always", "batch", "never"};
    private static final int[] SEGMENT_LENGTHS = {65536, 131072, 1 << 20};

    @TempDir
    private Path root;

    @Test
    void appendShouldKeepItsWordWhenItIsKilled() throws Exception {
        rounds(20_261_120, 8);
    }

    /** To be run with {@code ./mvnw -pl journal test -Plong -Dtest=KilledAppendTest}. */
    @Test
    @Tag("long")
    void appendShouldKeepItsWordWhenItIsKilledTwoHundredTimes() throws Exception {
        rounds(System.nanoTime(), 200);
    }

    private void rounds(final long seed, final int count) throws Exception {
        System.out.println("seed=" + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        long last = 0;
        for (int round = 0; round < count; round++) {
            if (round % ROUNDS_PER_JOURNAL == 0) {
                // All of it is read in each round.
                last = 0;
            }
            final Path directory = root.resolve("journal" + round / ROUNDS_PER_JOURNAL);
            final long durable = killOnce(directory, last, seed, random.split());
            if (Files.exists(directory.resolve("journal.meta"))) {
                last = requireWordKept(directory, Math.max(durable, last), seed);
            } else {
                assertEquals(0, durable, "killed before there was a journal");
            }
            if ((round + 1) % ROUNDS_PER_JOURNAL == 0) {
                requireGoesOn(directory, last, seed);
            }
        }
    }

    /** The line that becomes the record of a sequence. */
    private static String line(final long seed, final long sequence) {
        final SplittableRandom random = new SplittableRandom(seed ^ sequence);
        return sequence + " " + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 5000 : 120));
    }

    /** Starts, feeds and kills; gives the last sequence that was printed as durable. */
    private long killOnce(final Path directory, final long last, final long seed, final SplittableRandom random)
            throws Exception {
        final String policy = POLICIES[random.nextInt(POLICIES.length)];
        final int segmentLength = SEGMENT_LENGTHS[random.nextInt(SEGMENT_LENGTHS.length)];
        final Path errorFile = root.resolve("err");
        try (ToolProcess process = ToolProcess.start(
                errorFile, "append", directory, "--ack", "--sync", policy, "--segment-length", segmentLength)) {
            final CompletableFuture<Void> feeding =
                    CompletableFuture.runAsync(() -> feed(process.input(), last + 1, seed));
            long durable = 0;
            if (random.nextInt(4) == 0) {
                // A moment, not a condition: nothing tells from outside how far the opening is.
                final long delayMs = random.nextInt(MAX_OPENING_MS);
                CompletableFuture.delayedExecutor(delayMs, TimeUnit.MILLISECONDS)
                        .execute(process::kill);
            } else {
                final int wanted = 1 + random.nextInt(MAX_ACKNOWLEDGEMENTS);
                for (int i = 0; i < wanted; i++) {
                    durable = acknowledged(process.readLine(), durable);
                }
                process.kill();
            }
            // What was printed before the end was said, whether or not it had been read then.
            for (final String line : process.readRest()) {
                durable = acknowledged(line, durable);
            }
            process.awaitExit();
            feeding.join();
            assertEquals("", process.err());
            return durable;
        }
    }

    private static long acknowledged(final String line, final long before) {
        assertTrue(line != null && line.startsWith(PREFIX), line);
        final String number = line.substring(PREFIX.length());
        if (!number.matches("\\d+")) {
            return before;
        }
        final long sequence = Long.parseLong(number);
        assertTrue(sequence > before, () -> "durable went from " + before + " to " + sequence);
        return sequence;
    }

    private static void feed(final OutputStream input, final long from, final long seed) {
        try {
            final StringBuilder lines = new StringBuilder();
            for (long sequence = from; ; sequence++) {
                lines.append(line(seed, sequence)).append('\n');
                if (sequence % 50 == 0) {
                    input.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
                    input.flush();
                    lines.setLength(0);
                }
            }
        } catch (final IOException e) {
            // The process was killed.
        }
    }

    /** Checks all that is there, and gives the last sequence. */
    private static long requireWordKept(final Path directory, final long durable, final long seed) {
        final JournalReader reader = JournalReader.open(directory);
        final VerifyReport report = reader.verify();
        assertNotEquals(VerifyReport.Verdict.CORRUPT, report.verdict(), report::toString);
        final long[] last = {0};
        final long next = reader.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            assertEquals(last[0] + 1, sequence);
            final byte[] payload = new byte[length];
            buffer.get(offset, payload);
            assertEquals(line(seed, sequence), new String(payload, StandardCharsets.US_ASCII));
            last[0] = sequence;
        });
        assertEquals(last[0] + 1, next);
        assertEquals(last[0], report.lastSequence());
        assertTrue(last[0] >= durable, () -> "told durable up to " + durable + ", found " + last[0]);
        return last[0];
    }

    private static void requireGoesOn(final Path directory, final long last, final long seed) {
        final byte[] lines =
                (line(seed, last + 1) + "\n" + line(seed, last + 2) + "\n").getBytes(StandardCharsets.US_ASCII);
        final CommandResult result = CommandResult.ofInput(lines, "append", directory);
        assertEquals(
                "appended 2 first=" + (last + 1) + " last=" + (last + 2) + " durable=" + (last + 2),
                result.requireOk().lastLine());
        assertEquals(last + 2, requireWordKept(directory, last + 2, seed));
        CommandResult.of("verify", directory).requireOk();
    }
}

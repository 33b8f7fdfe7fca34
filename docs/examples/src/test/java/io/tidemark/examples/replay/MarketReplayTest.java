// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.JavaProcess;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.cli.Tidemark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MarketReplayTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20261126L);
    private static final int LINES = 3_000;

    /** A market of a minute and a half, in bursts. */
    private static final int SPEED = 100;

    @TempDir
    private Path root;

    /** Lines as a capture writes them, with silences between bursts. */
    private static List<String> feed() {
        final SplittableRandom random = new SplittableRandom(SEED);
        final List<String> lines = new ArrayList<>();
        long epochMs = 1_430_438_404_518L;
        for (int i = 0; i < LINES; i++) {
            epochMs += random.nextInt(20) == 0 ? random.nextInt(1_200) : 0;
            lines.add(epochMs + " order_created {\"price\": \"" + random.nextInt(30_000) + "\", \"id\": " + i
                    + ", \"note\": \"" + "x".repeat(random.nextInt(300)) + "\"}");
        }
        return lines;
    }

    private Path file(final List<String> lines) throws IOException {
        return Files.writeString(root.resolve("feed"), String.join("\n", lines) + "\n");
    }

    /** What the command has to say; empty if it did what it should. */
    private static String run(final String... words) throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder(words).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : String.join(" ", words) + ": " + output;
    }

    @Test
    @Timeout(120)
    void tailShouldPrintEachLineOnceWhenItFollowsThroughAReadOnlyMount() throws Exception {
        final List<String> lines = feed();
        final Path file = file(lines);
        final Path directory = root.resolve("journal");
        try (Journal journal = Journal.open(directory)) {
            final Path mount = Files.createDirectory(root.resolve("mount"));
            final String answer = run("mount", "--bind", directory.toString(), mount.toString());
            assumeTrue(answer.isEmpty(), () -> "a bind mount can't be made here, which root could do: " + answer);
            try {
                assertEquals("", run("mount", "-o", "remount,bind,ro", mount.toString()));
                assertThrows(FileSystemException.class, () -> Files.createFile(mount.resolve("anything")));
                follow(lines, mount, () -> MarketReplay.replay(file, journal, SPEED));
            } finally {
                assertEquals("", run("umount", "--lazy", mount.toString()));
            }
        }
    }

    private interface Work {
        long run() throws IOException;
    }

    private void follow(final List<String> lines, final Path mount, final Work replay) throws Exception {
        try (JavaProcess tail =
                new JavaProcess(root.resolve("errors"), Tidemark.class, "tail", "-f", "--from", "1", mount)) {
            assertEquals(LINES, replay.run());
            final List<String> printed = new ArrayList<>();
            while (printed.size() < LINES) {
                final String line = tail.readLine();
                if (line == null) {
                    throw new AssertionError("ended after " + printed.size() + " lines with exit status "
                            + tail.awaitExit() + " and the words: " + tail.err());
                }
                printed.add(line);
            }
            tail.terminate();
            printed.addAll(tail.readRest());
            assertEquals(lines, printed, () -> "seed " + SEED);
            assertEquals("", tail.err());
        }
    }

    @Test
    void replayShouldKeepThePaceOfTheMarketWhenItIsSpedUp() throws IOException {
        final List<String> lines = List.of("1000 a", "1500 b", "1400 c", "21000 d");
        final Path file = file(lines);
        final long startNs = System.nanoTime();
        final List<String> found = new ArrayList<>();
        try (Journal journal = Journal.open(root.resolve("journal"))) {
            assertEquals(4, MarketReplay.replay(file, journal, SPEED));
        }
        final long tookNs = System.nanoTime() - startNs;
        JournalReader.open(root.resolve("journal")).replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {
            final byte[] bytes = new byte[length];
            buffer.get(offset, bytes);
            found.add(new String(bytes, StandardCharsets.UTF_8));
        });
        assertEquals(lines, found);
        assertTrue(tookNs >= TimeUnit.MILLISECONDS.toNanos(200), () -> "took " + tookNs + " ns");
    }

    @Test
    void replayShouldThrowWhenALineHasNoTime() throws IOException {
        final Path file = file(List.of("1000 a", "order_created"));
        try (Journal journal = Journal.open(root.resolve("journal"))) {
            final IOException thrown = assertThrows(IOException.class, () -> MarketReplay.replay(file, journal, SPEED));
            assertTrue(thrown.getMessage().contains("line=2"), thrown::getMessage);
            assertThrows(IllegalArgumentException.class, () -> MarketReplay.replay(file, journal, 0));
        }
    }
}

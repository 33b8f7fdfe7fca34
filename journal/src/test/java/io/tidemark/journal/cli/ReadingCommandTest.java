// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that read leave no trace, and don't mind a writer beside them. */
class ReadingCommandTest {

    private static final List<String> COMMANDS = List.of("cat", "tail", "verify", "stat");

    /** A multiple of 16. */
    private static final int NUMBERS_PER_ROUND = 8000;

    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("journal");
    }

    private void requireNothingChangedByReading() throws IOException {
        final Map<Path, Object> before = DirectoryContent.of(root);
        for (final String command : COMMANDS) {
            CommandResult.of(command, directory()).requireOk();
        }
        CommandResult.of("cat", directory(), "--json", "--from", 2).requireOk();
        CommandResult.of("stat", directory(), "--json").requireOk();
        assertEquals(before, DirectoryContent.of(root));
    }

    @Test
    void readingShouldChangeNothingWhenTheJournalIsClosed() throws IOException {
        final byte[] feed = MarketFeed.lines(1, 2000);
        CommandResult.ofInput(feed, "append", directory(), "--segment-length", 65536)
                .requireOk();
        requireNothingChangedByReading();
    }

    @Test
    void readingShouldChangeNothingWhenTheWriterWasKilled() throws IOException {
        try (ToolProcess process = ToolProcess.start(
                root.resolve("err"), "append", directory(), "--ack", "--sync", "always", "--segment-length", 65536)) {
            final byte[] feed = MarketFeed.lines(2, 2000);
            process.input().write(feed);
            process.input().flush();
            // All of them: were it killed while it writes, verify would rightly tell of a torn tail.
            final long count =
                    new String(feed, StandardCharsets.ISO_8859_1).lines().count();
            String ack = process.readLine();
            while (!ack.equals("durable " + count)) {
                assertTrue(ack.startsWith("durable "), ack);
                ack = process.readLine();
            }
            process.kill();
            process.awaitExit();
        }
        requireNothingChangedByReading();
    }

    @Test
    void readingShouldChangeNothingWhenThereIsNoJournal() throws IOException {
        final Map<Path, Object> before = DirectoryContent.of(root);
        for (final String command : COMMANDS) {
            assertFalse(CommandResult.of(command, root).err().isEmpty());
            assertFalse(CommandResult.of(command, directory()).err().isEmpty());
        }
        assertEquals(before, DirectoryContent.of(root));
    }

    @Test
    void readingShouldSeeAWholePrefixWhenAWriterIsAtWork() throws Exception {
        try (ToolProcess process =
                ToolProcess.start(root.resolve("err"), "append", directory(), "--ack", "--segment-length", 1 << 20)) {
            final Semaphore wanted = new Semaphore(0);
            final CompletableFuture<Void> feeding = CompletableFuture.runAsync(
                    () -> feedNumbers(process.input(), wanted), task -> new Thread(task).start());
            long seen = 0;
            for (int round = 0; round < 20; round++) {
                // The writer is at work on these while the commands read.
                wanted.release(NUMBERS_PER_ROUND);
                final String line = process.readLine();
                assertTrue(line.startsWith("durable "), line);
                final long durable = Long.parseLong(line.substring("durable ".length()));
                final List<String> numbers =
                        CommandResult.of("cat", directory()).requireOk().lines();
                assertTrue(numbers.size() >= Math.max(seen, durable), () -> numbers.size() + " after " + durable);
                seen = numbers.size();
                for (int i = 0; i < numbers.size(); i++) {
                    assertEquals(Integer.toString(i + 1), numbers.get(i));
                }
                final CommandResult verified = CommandResult.of("verify", directory());
                assertEquals("", verified.err());
                assertTrue(verified.exitCode() <= ExitCode.TORN, verified.text());
                CommandResult.of("stat", directory()).requireOk();
            }
            process.kill();
            process.awaitExit();
            wanted.release(NUMBERS_PER_ROUND);
            feeding.join();
        }
    }

    private static void feedNumbers(final OutputStream input, final Semaphore wanted) {
        try {
            for (int number = 1; ; number++) {
                wanted.acquireUninterruptibly();
                input.write((number + "\n").getBytes(StandardCharsets.US_ASCII));
                if (number % 16 == 0) {
                    input.flush();
                }
            }
        } catch (final IOException e) {
            // The process was killed.
        }
    }

    @Test
    void catShouldEndQuietlyWhenTheReaderOfItsPipeHasGone() throws IOException {
        CommandResult.ofInput(MarketFeed.lines(3, 20_000), "append", directory())
                .requireOk();
        try (ToolProcess process = ToolProcess.start(root.resolve("err"), "cat", directory())) {
            assertTrue(process.readLine().contains(" {\"price\": "));
            process.closeOutput();
            assertEquals(ExitCode.OK, process.awaitExit());
            assertEquals("", process.err());
        }
    }
}

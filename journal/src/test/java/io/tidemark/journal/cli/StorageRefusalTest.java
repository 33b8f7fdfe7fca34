// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.MountedFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** File systems that say no. Permissions are no obstacle for root, so these are real file systems, which only root mounts. */
class StorageRefusalTest {

    private static final int MIB = 1 << 20;
    private static final Pattern CLOSING_LINE =
            Pattern.compile("appended (\\d+) first=(\\d+) last=(\\d+) durable=(\\d+)");

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void commandsShouldReadAndNotAppendWhenTheFileSystemIsReadOnly() throws IOException {
        try (MountedFileSystem fileSystem = MountedFileSystem.memory(8 * MIB)) {
            final Path directory = fileSystem.root().resolve("journal");
            CommandResult.ofInput(ascii("1\n2\n"), "append", directory, "--segment-length", MIB)
                    .requireOk();
            fileSystem.makeReadOnly();
            CommandResult.ofInput(ascii("3\n"), "append", directory)
                    .requireFailure(ExitCode.REFUSED, "Read-only file system", directory.toString());
            CommandResult.ofInput(ascii("3\n"), "append", fileSystem.root().resolve("new"))
                    .requireFailure(ExitCode.REFUSED, "Read-only file system");
            assertEquals(
                    "1\n2\n", CommandResult.of("cat", directory).requireOk().text());
            CommandResult.of("verify", directory).requireOk();
            CommandResult.of("stat", directory).requireOk();
        }
    }

    @Test
    void appendShouldBeRefusedWhenThereIsNoRoomForTheFirstSegment() throws IOException {
        try (MountedFileSystem fileSystem = MountedFileSystem.memory(MIB)) {
            final Path directory = fileSystem.root().resolve("journal");
            CommandResult.ofInput(ascii("1\n"), "append", directory, "--segment-length", 2 * MIB)
                    .requireFailure(ExitCode.REFUSED, "full", directory.toString());
            CommandResult.ofInput(ascii("1\n"), "append", directory, "--segment-length", 65536)
                    .requireOk();
            assertEquals("1\n", CommandResult.of("cat", directory).requireOk().text());
        }
    }

    @Test
    void appendShouldLoseNothingDurableAndGoOnLaterWhenTheDiskIsFull() throws IOException {
        final long seed = 77;
        System.out.println("seed=" + seed);
        try (MountedFileSystem fileSystem = MountedFileSystem.memory(8 * MIB)) {
            final Path directory = fileSystem.root().resolve("journal");
            final Path filler = fileSystem.root().resolve("filler");
            Files.write(filler, new byte[4 * MIB]);
            // More than the disk and the queue together can take.
            final byte[] feed = MarketFeed.lines(seed, 200_000);
            final long durable = requireFull(feed, directory);
            final long later = requireFull(ascii("x".repeat(100) + "\n".repeat(500_000)), directory, durable);
            Files.delete(filler);
            final CommandResult result =
                    CommandResult.ofInput(ascii("last\n"), "append", directory, "--segment-length", 65536);
            final long last = later + 1;
            assertEquals(
                    "appended 1 first=" + last + " last=" + last + " durable=" + last,
                    result.requireOk().lastLine());
            final byte[] found = CommandResult.of("cat", directory, "--to", durable)
                    .requireOk()
                    .out();
            assertArrayEquals(Arrays.copyOf(feed, found.length), found);
            assertEquals(durable, found.length == 0 ? 0 : countLines(found));
            CommandResult.of("verify", directory).requireOk();
        }
    }

    private static long countLines(final byte[] bytes) {
        long count = 0;
        for (final byte value : bytes) {
            count += value == '\n' ? 1 : 0;
        }
        return count;
    }

    private static long requireFull(final byte[] feed, final Path directory) {
        return requireFull(feed, directory, 0);
    }

    /** Appends to a journal on a full disk, and gives the last sequence that is durable. */
    private static long requireFull(final byte[] feed, final Path directory, final long before) {
        final CommandResult result = CommandResult.ofInput(feed, "append", directory, "--segment-length", MIB);
        result.requireFailure(ExitCode.REFUSED, "full", "lines durable: ", "lines accepted but not durable: ");
        final Matcher closing = CLOSING_LINE.matcher(result.lastLine());
        assertTrue(closing.matches(), result.lastLine());
        final long count = Long.parseLong(closing.group(1));
        final long last = Long.parseLong(closing.group(3));
        assertEquals(before + count, last);
        assertEquals(last, Long.parseLong(closing.group(4)));
        final CommandResult verified = CommandResult.of("verify", directory).requireOk();
        assertEquals("intact count=" + last + " first=1 last=" + last, verified.lastLine());
        return last;
    }
}

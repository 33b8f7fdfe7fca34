// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.MountedFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageCheckCommandTest {

    @TempDir
    private Path directory;

    private static List<Path> names(final Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.toList();
        }
    }

    @Test
    void commandShouldTellTimesAndCallsAndLeaveNothingBehind() throws IOException {
        final CommandResult result = CommandResult.of("storage-check", directory);
        assertTrue(List.of(ExitCode.OK, ExitCode.NOT_SUITABLE).contains(result.exitCode()), result.err());
        for (final String word : List.of(
                "file system",
                "calls by",
                "mapped force",
                "p99.9",
                "file force",
                "plausible",
                "force of a directory")) {
            assertTrue(result.text().contains(word), () -> word + " is missing: " + result.text());
        }
        assertEquals(List.of(), names(directory));
    }

    @Test
    void commandShouldEndWith3AndWarnWhenTheFileSystemIsInMemory() throws IOException {
        try (MountedFileSystem memory = MountedFileSystem.memory(16 << 20)) {
            final CommandResult text = CommandResult.of("storage-check", memory.root());
            assertEquals(ExitCode.NOT_SUITABLE, text.exitCode(), text.err());
            assertTrue(text.text().contains("tmpfs is held in memory"), text::text);
            final CommandResult json = CommandResult.of("storage-check", memory.root(), "--json", "--java");
            assertEquals(ExitCode.NOT_SUITABLE, json.exitCode(), json.err());
            assertEquals(1, json.lines().size());
            assertTrue(
                    json.text()
                            .startsWith("{\"fileSystem\":\"tmpfs\",\"kind\":\"memory\",\"sync\":\"Java\","
                                    + "\"whyJava\":null,\"mappedForceNs\":{\"count\":"),
                    json::text);
            assertTrue(json.text().contains("\"suitable\":false"), json::text);
            assertEquals(List.of(), names(memory.root()));
        }
    }

    @Test
    void commandShouldEndWith1WhenTheDirectoryIsMissing() {
        CommandResult.of("storage-check", directory.resolve("missing"))
                .requireFailure(ExitCode.REFUSED, directory.resolve("missing").toString());
    }

    @Test
    void commandShouldLeaveNothingBehindWhenItIsEndedByASignal(@TempDir final Path elsewhere) throws IOException {
        try (ToolProcess tool = ToolProcess.start(elsewhere.resolve("err"), "storage-check", directory)) {
            while (names(directory).isEmpty() && tool.isAlive()) {
                Thread.onSpinWait();
            }
            tool.terminate();
            tool.awaitExit();
        }
        assertEquals(List.of(), names(directory));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system in memory, and eight producers that fill it, watched by {@code strace} if it is there. */
class FullMemoryTest {

    private static final int SEGMENT_LENGTH = 1 << 20;
    private static final Path STRACE = Path.of("/usr/bin/strace");

    @TempDir
    private Path elsewhere;

    /** Only signals are looked for: what the process calls goes at full speed. */
    private static List<String> watching(final Path signals) {
        return Files.isExecutable(STRACE)
                ? List.of(
                        STRACE.toString(),
                        "-f",
                        "--seccomp-bpf",
                        "-qq",
                        "-e",
                        "trace=exit_group",
                        "-e",
                        "signal=SIGBUS",
                        "-o",
                        signals.toString())
                : List.of();
    }

    @Test
    void appendShouldBeRefusedByTypeAndWithoutASignalWhenMemoryIsFull() throws IOException {
        fill(8);
    }

    @Tag("long")
    @Test
    void appendShouldBeRefusedByTypeAndWithoutASignalWhenMuchMemoryIsFull() throws IOException {
        fill(64);
    }

    private void fill(final int segments) throws IOException {
        final Path signals = Files.createFile(elsewhere.resolve("signals"));
        try (MountedFileSystem fileSystem = MountedFileSystem.memory((long) segments * SEGMENT_LENGTH);
                LoadProcess load = LoadProcess.start(elsewhere, watching(signals))) {
            final Path directory = fileSystem.root().resolve("journal");
            load.requireOk("open", directory, "batch", SEGMENT_LENGTH);
            final String full = load.ask("append", 1_000_000_000);
            assertTrue(full.startsWith("ok {StorageFullException=8} "), full);
            load.requireTyped("close");
            try (Stream<Path> files = Files.list(directory)) {
                assertTrue(files.count() > segments - 3, "segments of the journal have taken the room");
            }
            load.requireOk("open", directory, "batch", SEGMENT_LENGTH);
            load.requireOk("verify");
            load.requireTyped("close");
            load.requireUnharmed();
        }
        final List<String> seen = Files.readAllLines(signals).stream()
                .filter(line -> line.contains("SIGBUS"))
                .toList();
        assertEquals(List.of(), seen);
    }
}

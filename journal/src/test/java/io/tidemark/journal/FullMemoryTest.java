// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sixty-four mebibytes of memory for a file system, and eight producers that fill it, watched by {@code strace} if it is there. */
class FullMemoryTest {

    private static final long LENGTH = 64 << 20;
    private static final int SEGMENT_LENGTH = 4 << 20;
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
        final Path signals = Files.createFile(elsewhere.resolve("signals"));
        try (MountedFileSystem fileSystem = MountedFileSystem.memory(LENGTH);
                LoadProcess load = LoadProcess.start(elsewhere, watching(signals))) {
            final Path directory = fileSystem.root().resolve("journal");
            load.requireOk("open", directory, "batch", SEGMENT_LENGTH);
            final String full = load.ask("append", 1_000_000_000);
            assertTrue(full.startsWith("ok {StorageFullException=8} "), full);
            load.requireTyped("close");
            try (Stream<Path> files = Files.list(directory)) {
                assertTrue(files.count() > 12, "segments of the journal have taken the room");
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

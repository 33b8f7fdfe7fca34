// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.StorageInUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that the operating system sees are those that {@code docs/durability.md} tells, in that order. */
class StorageTraceTest {

    private static final Path STRACE = Path.of("/usr/bin/strace");

    /** What only helps, and is not in the lists. */
    private static final Set<String> HELP = Set.of("reserve", "begin", "fault");

    private static SystemTrace trace(final Path directory) throws IOException, InterruptedException {
        final Path root = Files.createDirectory(directory.resolve("root"));
        final Path written = directory.resolve("trace");
        final List<String> words = new ArrayList<>(List.of(
                STRACE.toString(),
                "-f",
                "-y",
                "--seccomp-bpf",
                "-qq",
                "-s",
                "0",
                "-e",
                "trace=" + SystemTrace.CALLS,
                "-e",
                "signal=none",
                "-o",
                written.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(StorageInUse.flags());
        words.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TracedJournal.class.getName(),
                root.toString()));
        final Path said = directory.resolve("said");
        final Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> {
            try {
                return Files.readString(said);
            } catch (final IOException e) {
                return e.toString();
            }
        });
        return new SystemTrace(root, Files.readAllLines(written));
    }

    private static List<String> durable(final List<String> calls) {
        return calls.stream()
                .filter(call -> !HELP.contains(call.substring(0, call.indexOf(' '))))
                // Made when it is first locked; empty, and missed by nobody if it is gone.
                .filter(call -> !call.equals("create " + FileNames.NAMES))
                .toList();
    }

    @Test
    void callsShouldBeTheDocumentedOnesWhenTheSystemIsAsked(@TempDir final Path directory) throws Exception {
        assumeTrue(Files.isExecutable(STRACE), "what the system is asked is seen by " + STRACE);
        final SystemTrace trace = trace(directory.toRealPath());
        assertEquals(List.of(), trace.part("append"), "an append asks the system for nothing");
        for (final String part : List.of("create", "force", "roll", "close", "truncate", "always")) {
            assertEquals(DurabilityDocTest.documented(part), durable(trace.part(part)), part);
        }
        final List<String> roll = trace.part("roll");
        if (StorageInUse.sync() == null) {
            assertEquals(roll, durable(roll), "Java asks for nothing else");
        } else {
            assertTrue(
                    roll.indexOf("reserve segment 3.preparing") < roll.indexOf("write segment 3.preparing"),
                    roll::toString);
            assertTrue(
                    roll.indexOf("fault in segment 3.preparing") > roll.indexOf("force segment 3.preparing"),
                    roll::toString);
            assertTrue(
                    roll.indexOf("fault in segment 3.preparing")
                            < roll.indexOf("rename segment 3.preparing -> segment 3"),
                    roll::toString);
        }
    }
}

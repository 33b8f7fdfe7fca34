// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs tools of the system that tests need: compilers and an emulator. */
final class CommandProcess {

    private CommandProcess() {}

    /** Whether the command can be found on the path. */
    static boolean isThere(final String command) {
        for (final String directory : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, command))) {
                return true;
            }
        }
        return false;
    }

    /** Runs a command that must succeed, and gives what it said. */
    static String run(final List<String> words) throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder(words).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> words + ": " + said);
        return said;
    }
}

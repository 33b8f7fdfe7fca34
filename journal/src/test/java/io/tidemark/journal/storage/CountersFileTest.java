// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.journal.JavaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountersFileTest {

    @Test
    void storeShouldHarmNobodyWhenThePageCanNotBeReached(@TempDir final Path directory) throws Exception {
        final Path root = Files.createDirectory(directory.resolve("root"));
        try (JavaProcess process = new JavaProcess(directory.resolve("err"), CountersFaultInProcess.class, root)) {
            assertEquals(CountersFaultInProcess.UNHARMED, process.readLine(), process::toString);
            assertEquals(0, process.awaitExit());
        }
    }
}

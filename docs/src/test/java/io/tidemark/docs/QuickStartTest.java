// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartTest {

    @Test
    void exampleShouldPrintWhatItReadsBack(@TempDir final Path directory) throws InterruptedException {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        QuickStart.run(directory.resolve("orders"), new PrintStream(output, true, StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "durable up to 4",
                        "record 1 has 5 bytes",
                        "record 2 has 16 bytes",
                        "record 3 has 5 bytes",
                        "record 4 has 5 bytes",
                        "next is 5",
                        "the journal is INTACT",
                        "opening 2 found records up to 4"),
                output.toString(StandardCharsets.UTF_8).lines().toList());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher finds the jars that hold classes, whatever else a build has left beside them. */
class LauncherTest {

    private static final String NATIVE_JAR = "/native-sync/target/tidemark-native-sync-0.1.0-SNAPSHOT";

    @Test
    void launcherShouldTakeTheClassesWhenNewerJarsOfSourcesLieBesideThem(@TempDir final Path root)
            throws IOException, InterruptedException {
        final Checkout checkout = Checkout.make(root);
        for (final String kind : new String[] {"-sources.jar", "-javadoc.jar"}) {
            final Path beside = Path.of(root + NATIVE_JAR + kind);
            Files.createFile(beside);
            Files.setLastModifiedTime(beside, FileTime.from(Instant.now().plusSeconds(60)));
        }
        try (Terminal terminal = new Terminal(checkout)) {
            final Terminal.Result result = terminal.run("sh -x bin/tidemark storage-check --help\n");
            assertEquals(0, result.status(), result::output);
            assertTrue(result.output().contains(NATIVE_JAR + ".jar io.tidemark."), result::output);
        }
    }
}

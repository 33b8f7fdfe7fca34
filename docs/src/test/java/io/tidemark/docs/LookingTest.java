// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookingTest {

    @TempDir
    private Path root;

    @Test
    void lookingShouldTellWhatHappenedAndLogHowLongItTook() throws Exception {
        final Path directory = root.resolve("journal");
        final Path log = root.resolve("journal.hlog");
        Looking.measure(directory, log, journal -> journal.appender().append(new byte[10], 0, 10));
        assertTrue(Files.readString(log).contains("Tag=durable,"), () -> log.toString());
        assertEquals(
                "0 records durable, longest force 0 ns",
                Looking.happenedIn(JournalReader.open(directory), Duration.ZERO, new CountDownLatch(1)));
    }

    @Test
    void examplesOfTheJavadocShouldMeasureAndShow() throws Exception {
        final Path directory = root.resolve("journal");
        final Path log = root.resolve("journal.hlog");
        Looking.log(
                directory,
                JournalConfig.defaults(),
                log,
                journal -> journal.appender().append(new byte[10], 0, 10));
        assertTrue(Files.readString(log).contains("Tag=durable,"), () -> log.toString());
        final ObjectName name = new ObjectName("io.tidemark:type=Journal,name=orders");
        final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        Looking.show(directory, journal -> assertTrue(server.isRegistered(name)));
        assertFalse(server.isRegistered(name));
        try (Journal journal = Journal.open(directory)) {
            final double recordsPerSecond = Looking.rate(journal, () -> {
                journal.appender().append(new byte[10], 0, 10);
                journal.flush();
            });
            assertTrue(recordsPerSecond > 0, () -> "records a second: " + recordsPerSecond);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Expected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tailers beside a writer in a process of its own, which is killed, and on files that are cut short. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TailerProcessTest {

    private static final int ROUNDS = 6;
    private static final int RECORDS_PER_ROUND = 3_000;

    @TempDir
    private Path root;

    /** What the process says would fill the pipe, and then it would wait. */
    private static Thread drain(final JavaProcess process) {
        final Thread thread = new Thread(() -> {
            try {
                process.readRest();
            } catch (final IOException | java.io.UncheckedIOException e) {
                // It was killed.
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void tailersShouldGiveWhatStaysWhenTheWriterIsKilledAgainAndAgain() throws Exception {
        final Path directory = root.resolve("journal");
        final TailedRecords durable = new TailedRecords();
        final TailedRecords written = new TailedRecords();
        try (Journal journal = Journal.open(directory, JournalConfig.defaults().withSegmentLength(64 << 10))) {
            assertEquals(0, journal.lastSequence());
        }
        final JournalReader reader = JournalReader.open(directory);
        try (Tailer careful = reader.tailer(1, Visibility.DURABLE);
                Tailer eager = reader.tailer(1, Visibility.WRITTEN)) {
            for (int round = 1; round <= ROUNDS; round++) {
                try (JavaProcess writer = new JavaProcess(
                        root.resolve("err" + round), KilledJournal.class, directory, round, "ANY,1,1,false,false,0")) {
                    final Thread drain = drain(writer);
                    final int enough = durable.records().size() + RECORDS_PER_ROUND;
                    while (durable.records().size() < enough) {
                        careful.poll(durable, 100);
                        eager.poll(written, 100);
                    }
                    writer.kill();
                    writer.awaitExit();
                    drain.join();
                }
                careful.poll(durable, Integer.MAX_VALUE);
                written.pollAll(eager);
                final List<Expected> found = recovered(directory);
                assertTrue(found.size() >= durable.records().size(), "durable records are gone: round=" + round);
                assertEquals(found.subList(0, durable.records().size()), durable.records(), "round=" + round);
                assertEquals(found, written.pollAll(eager).records(), "a process that dies takes nothing written");
            }
        }
    }

    private static List<Expected> recovered(final Path directory) {
        final TailedRecords found = new TailedRecords();
        try (Journal journal = Journal.open(directory, JournalConfig.defaults().withSegmentLength(64 << 10))) {
            journal.replay(1, found);
        }
        return new ArrayList<>(found.records());
    }

    @Test
    void pollShouldTellWhenAFileIsCutShortUnderItsMapping() throws IOException {
        final Path directory = Files.createDirectory(root.resolve("work"));
        try (JavaProcess process = new JavaProcess(root.resolve("err"), TailedFileCut.class, directory)) {
            assertEquals(List.of("ok"), process.readRest(), process::toString);
            assertEquals(0, process.awaitExit());
            assertEquals("", process.err());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizingTest {

    @Test
    void journalsShouldRunWhenTheyAreConfiguredAsOnThePage(@TempDir final Path directory) {
        final List<JournalConfig> configs =
                List.of(Sizing.capture(), Sizing.log(), Sizing.small(), Sizing.keeping(segment -> true));
        for (int i = 0; i < configs.size(); i++) {
            // Short ones, as nobody waits for a gibibyte of zeros here.
            final JournalConfig config = configs.get(i).withSegmentLength(1 << 20);
            try (Journal journal = Journal.open(directory.resolve("journal-" + i), config)) {
                journal.appender().append(new byte[] {1}, 0, 1);
                assertEquals(1, journal.flush());
            }
        }
    }

    @Test
    void recordsShouldBeAsLongAsThePageSays(@TempDir final Path directory) {
        try (Journal journal = Journal.open(directory.resolve("journal"), Sizing.small())) {
            assertEquals((128 << 10) - 32, journal.maxRecordLength());
        }
    }
}

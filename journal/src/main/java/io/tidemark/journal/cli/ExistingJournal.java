// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import java.nio.file.Path;

/** Opens a journal for a command that changes it, and must not create one. */
final class ExistingJournal {

    private static final int SHORTEST_LENGTH = 64 << 10;

    private ExistingJournal() {}

    static Journal open(final Path directory) {
        // Throws if there is none.
        JournalReader.open(directory);
        // As short as can be: hardly anything is appended.
        return Journal.open(
                directory,
                JournalConfig.defaults().withSegmentLength(SHORTEST_LENGTH).withQueueLength(SHORTEST_LENGTH));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.SegmentPreparation;
import java.io.IOException;
import java.nio.file.Path;

/** Fills a journal over several segments and ends in the middle of preparing another, in a process with an umask of its own. */
final class OwnerOnlyProcess {

    private OwnerOnlyProcess() {}

    /** The only argument is the directory. */
    public static void main(final String[] arguments) throws IOException {
        final Path directory = Path.of(arguments[0]);
        try (Journal journal = Journal.open(directory, JournalConfig.defaults().withSegmentLength(64 << 10))) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 200; i++) {
                appender.append(new byte[1_000], 0, 1_000);
            }
            journal.flush();
        }
        final SegmentPreparation unfinished = new SegmentPreparation(
                DirectoryStorage.open(directory), new SegmentHeader(1, 2, 1_000, 64 << 10, 1, 1), 0, false);
        unfinished.step();
        if (!FileNames.isPreparing(FileNames.segment(1_000) + FileNames.PREPARING_SUFFIX)) {
            throw new IllegalStateException("that is not how preparations are named");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Batch;
import io.tidemark.journal.Journal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what the Javadoc shows of writing. */
class WritingTest {

    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    private Path root;

    @Test
    void examplesShouldAppendInEachOfTheWays() throws InterruptedException {
        final Path directory = root.resolve("journal");
        Writing.open(directory, BYTES);
        final Writing writing = new Writing();
        final List<String> found = new ArrayList<>();
        try (Journal journal = Journal.open(directory, Writing.waking(Thread.currentThread()))) {
            final Appender appender = journal.appender();
            assertEquals(2, writing.append(appender, BYTES, BYTES));
            assertEquals(0, writing.quotesLeftOut());
            Writing.encode(appender, 101, 7);
            final Batch batch = new Batch();
            assertEquals(6, Writing.transfer(appender, batch, BYTES, BYTES));
            assertEquals(8, Writing.transfer(appender, batch, BYTES, BYTES));
            journal.flush();
            journal.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> found.add(type + ":" + length));
        }
        assertEquals(List.of("0:3", "0:3", "1:3", "0:16", "2:3", "3:3", "2:3", "3:3"), found);
    }

    @Test
    void pageShouldBeWrittenWhenItsRecordIsDurable() throws Exception {
        final Path dataFile = root.resolve("data/accounts");
        try (Journal journal =
                Journal.open(root.resolve("journal"), Writing.config().withSegmentLength(1 << 20))) {
            Writing.write(journal, journal.appender(), dataFile, BYTES, ByteBuffer.wrap(BYTES), 1);
            assertEquals(1, journal.durableSequence());
        }
        assertEquals(Writing.PAGE_LENGTH + BYTES.length, Files.size(dataFile));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovingTest {

    private static Moving.OldQueue queueOf(final long count) {
        final Iterator<Long> messages = LongStream.rangeClosed(1, count).boxed().iterator();
        return target -> {
            if (!messages.hasNext()) {
                return false;
            }
            target.putInt(0).putLong(messages.next()).flip().position(Integer.BYTES); // behind a header of its own
            return true;
        };
    }

    @Test
    void copyShouldGoOnWhereItWasBrokenOff(@TempDir final Path directory) {
        final JournalConfig config = JournalConfig.defaults().withSegmentLength(1 << 20);
        try (Journal journal = Journal.open(directory, config)) {
            assertEquals(3, Moving.copy(queueOf(3), journal));
        }
        try (Journal journal = Journal.open(directory, config)) {
            assertEquals(1_000, Moving.copy(queueOf(1_000), journal));
        }
        final List<Long> found = new ArrayList<>();
        JournalReader.open(directory)
                .replay(
                        1,
                        (sequence, timestampNs, type, buffer, offset, length) -> found.add(
                                buffer.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(offset)));
        assertEquals(LongStream.rangeClosed(1, 1_000).boxed().toList(), found);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Expected;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a tailer gives, and says what it was. */
final class TailedRecords implements RecordHandler {

    private final List<Expected> records = new ArrayList<>();
    private final List<Long> timestamps = new ArrayList<>();

    @Override
    public void onRecord(
            final long sequence,
            final long timestampNs,
            final int type,
            final ByteBuffer buffer,
            final int offset,
            final int length) {
        assertTrue(buffer.isReadOnly() && buffer.isDirect());
        assertEquals(ByteOrder.LITTLE_ENDIAN, buffer.order());
        records.add(new Expected(sequence, type, GoldenJournal.boxed(buffer, offset, length)));
        timestamps.add(timestampNs);
        // A handler may leave the buffer as it likes.
        buffer.position(offset).limit(offset).order(ByteOrder.BIG_ENDIAN);
    }

    /** Polls until there is nothing for now. */
    TailedRecords pollAll(final Tailer tailer) {
        while (tailer.poll(this, 7) > 0) {
            // All that is there.
        }
        return this;
    }

    List<Expected> records() {
        return records;
    }

    List<Long> sequences() {
        return records.stream().map(Expected::sequence).toList();
    }

    List<Long> timestamps() {
        return timestamps;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.storage.IndexFile;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A journal of many segments, made by hand: each has a few frames and a seal, and is a hole behind that. The last one is not
 * sealed.
 */
final class LongJournal {

    static final int RECORDS_PER_SEGMENT = 5;
    static final int LENGTH = 1 << 20;

    private static final int CONTENT_LENGTH = 8 << 10;
    private static final int PAYLOAD_LENGTH = 40;

    private final long first;
    private final long last;

    /** Segments from one number to another, which is the mark's. */
    LongJournal(final long first, final long last) {
        this.first = first;
        this.last = last;
    }

    static long firstSequence(final long segment) {
        return (segment - 1) * RECORDS_PER_SEGMENT + 1;
    }

    static long timestampNs(final long sequence) {
        return sequence * 1_000;
    }

    long lastSequence() {
        return firstSequence(last + 1) - 1;
    }

    Meta meta() {
        final long head = firstSequence(first);
        return HandmadeSegment.META
                .marked(lastSequence(), last, firstSequence(last))
                .truncated(head, 0)
                .again();
    }

    SparseStorage storage() {
        final SparseStorage storage = new SparseStorage();
        final Meta meta = meta();
        final ByteBuffer slots = ByteBuffer.allocateDirect(MetaLayout.FILE_LENGTH);
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            final ByteBuffer bytes = ByteBuffer.allocateDirect(MetaLayout.SLOT_DISTANCE);
            MetaLayout.write(bytes, meta);
            slots.put(slot * MetaLayout.SLOT_DISTANCE, bytes, 0, MetaLayout.SLOT_LENGTH);
        }
        storage.add(FileNames.META, bytesOf(slots, MetaLayout.FILE_LENGTH));
        for (long number = first; number <= last; number++) {
            storage.add(FileNames.segment(number), segment(number)).length(LENGTH);
        }
        return storage;
    }

    private byte[] segment(final long number) {
        final HandmadeSegment segment = new HandmadeSegment(number, LENGTH, CONTENT_LENGTH).lag(1);
        long sequence = firstSequence(number);
        for (int i = 0; i < RECORDS_PER_SEGMENT; i++) {
            segment.timestampNs(timestampNs(sequence)).frame(sequence, PAYLOAD_LENGTH);
            sequence++;
        }
        if (number < last) {
            segment.type(RecordType.SEAL).frame(sequence);
        }
        return segment.bytes(0, CONTENT_LENGTH);
    }

    /** The index, as the writer of these segments has left it. */
    byte[] index() throws IOException {
        final Storage storage = new SimulatedStorage();
        try (IndexFile file = IndexFile.openOrCreate(storage, meta(), LENGTH)) {
            for (long number = 1; number < last; number++) {
                SegmentPositions.ofFirst(number, firstSequence(number), timestampNs(firstSequence(number)))
                        .write(file, Math.max(1, number - (last - first)));
            }
        }
        return ((SimulatedStorage) storage).contents(FileNames.INDEX);
    }

    private static byte[] bytesOf(final ByteBuffer buffer, final int length) {
        final byte[] bytes = new byte[length];
        buffer.clear().get(bytes);
        return bytes;
    }
}

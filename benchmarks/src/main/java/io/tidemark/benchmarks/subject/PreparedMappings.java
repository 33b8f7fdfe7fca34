// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;

/**
 * Room for all records of a plan in mapped files that were filled and touched at the beginning. A frame is a word that is not 0
 * and is stored last, and the record; a position counts frames' bytes over all files, of which no frame crosses an end.
 *
 * <p>Owned by whoever stores; followers and whoever forces only read.
 */
final class PreparedMappings {

    static final int HEADER_LENGTH = 8;

    private static final int MAX_FILE_LENGTH = 256 << 20;
    private static final int PAGE_LENGTH = 4096;
    private static final int ALIGNMENT = 8;
    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MappedByteBuffer[] files;
    private final int recordLength;
    private final int frameLength;
    private final int fileLength;

    PreparedMappings(final SubjectPlan plan) throws IOException {
        this.recordLength = plan.recordLength();
        this.frameLength = frameLength(recordLength);
        Files.createDirectories(plan.directory());
        final long neededLength = (plan.recordCount() + 16) * frameLength;
        this.fileLength = (int) Math.min(MAX_FILE_LENGTH, (neededLength + PAGE_LENGTH - 1) / PAGE_LENGTH * PAGE_LENGTH);
        final int perFile = fileLength / frameLength;
        final int count = (int) ((plan.recordCount() + 16) / perFile) + 1;
        this.files = new MappedByteBuffer[count];
        for (int i = 0; i < count; i++) {
            try (FileChannel file = PreparedFile.create(plan.directory().resolve("segment-" + i), fileLength)) {
                files[i] = file.map(FileChannel.MapMode.READ_WRITE, 0, fileLength);
                files[i].order(ByteOrder.LITTLE_ENDIAN);
                PreparedFile.touch(files[i]);
            }
        }
    }

    static int frameLength(final int recordLength) {
        return (HEADER_LENGTH + recordLength + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Where a frame that was to begin at a position begins. */
    long startOf(final long position) {
        final long offset = position % fileLength;
        return offset + frameLength > fileLength ? position - offset + fileLength : position;
    }

    /** How many bytes of frames fit behind a start. */
    int roomAt(final long start) {
        return fileLength - offsetOf(start);
    }

    MappedByteBuffer fileOf(final long start) {
        return files[(int) (start / fileLength)];
    }

    int offsetOf(final long start) {
        return (int) (start % fileLength);
    }

    /** Lets followers see a frame, and what was stored behind it. */
    void publish(final long start, final long word) {
        WORD.setRelease(fileOf(start), offsetOf(start), word);
    }

    /** Forces what lies between two positions. */
    void force(final long durable, final long target) {
        long from = durable;
        while (from < target) {
            final long fileEnd = (from / fileLength + 1) * fileLength;
            final long to = Math.min(target, fileEnd);
            fileOf(from).force(offsetOf(from), (int) (to - from));
            from = to;
        }
    }

    /** Reads frames from the first one on; a ticket is the position behind one. */
    Subject.Follower follower() {
        return new Subject.Follower() {

            private long position;

            @Override
            public int poll(final Subject.RecordSink sink, final int limit) {
                int count = 0;
                while (count < limit) {
                    final long start = startOf(position);
                    final ByteBuffer file = fileOf(start);
                    final int offset = offsetOf(start);
                    if ((long) WORD.getAcquire(file, offset) == 0) {
                        return count;
                    }
                    position = start + frameLength;
                    sink.onRecord(position, file, offset + HEADER_LENGTH, recordLength);
                    count++;
                }
                return count;
            }

            @Override
            public void close() {}
        };
    }
}

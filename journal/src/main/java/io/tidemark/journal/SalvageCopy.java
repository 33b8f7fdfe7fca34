// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MappedPieces;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes salvaged records into a new journal. It has an id of its own, so that nothing of the damaged one can ever be taken
 * for a part of it; records keep sequence, batch, time, epoch, type and payload.
 *
 * <p>The meta file comes last, when everything else is forced: without it there is no journal, so a copy that was not
 * finished is never taken for one. That is also why each frame may say that all up to itself was durable. Owned by one
 * thread.
 */
final class SalvageCopy implements Closeable {

    private final Storage storage;
    private final long journalIdHigh;
    private final long journalIdLow;
    private final int segmentLength;
    private final long createdNs;
    private final SeededChecksum checksum = new SeededChecksum();

    /** A frame without a payload, to be stored in a segment. */
    private final ByteBuffer bareFrame =
            ByteBuffer.allocateDirect(2 * FrameLayout.HEADER_LENGTH).alignedSlice(FrameLayout.ALIGNMENT);

    /** Null before the first record, and when the copy is finished. */
    private @Nullable MappedPieces mapped;

    private long segment;
    private long segmentFirstSequence;
    private int offset;
    private long nextSequence;
    private int epoch = 1;
    private long timestampNs;

    SalvageCopy(
            final Storage storage,
            final long journalIdHigh,
            final long journalIdLow,
            final int segmentLength,
            final long createdNs) {
        this.storage = storage;
        this.journalIdHigh = journalIdHigh;
        this.journalIdLow = journalIdLow;
        this.segmentLength = segmentLength;
        this.createdNs = createdNs;
    }

    /** Whether no record was written since the copy was begun, or begun anew. */
    boolean isEmpty() {
        return mapped == null;
    }

    long nextSequence() {
        return nextSequence;
    }

    /** Makes the first segment; what was written before is deleted, the newest first. */
    void begin(final long firstSequence) throws IOException {
        close();
        for (long number = segment; number > 0; number--) {
            storage.delete(FileNames.segment(number));
            storage.forceDirectory();
        }
        segment = 0;
        nextSequence = firstSequence;
        openSegment();
    }

    private void openSegment() throws IOException {
        segment++;
        final SegmentPreparation preparation = new SegmentPreparation(
                storage,
                new SegmentHeader(journalIdHigh, journalIdLow, segment, segmentLength, epoch, createdNs),
                0,
                false);
        while (!preparation.step()) {
            // Each step does a part.
        }
        mapped = preparation.result();
        checksum.seed(journalIdHigh, journalIdLow, segment);
        offset = SegmentLayout.HEADER_PAGE_LENGTH;
        segmentFirstSequence = nextSequence;
    }

    /**
     * Writes a record, or all records of a batch, into one segment.
     *
     * @param frames one behind the other, whole, from offset 0 on, with sequences in a row from the next one on; their
     *     checksums and lags are changed
     * @param length of all of them, padding included
     * @throws IOException if a call failed
     */
    void append(final ByteBuffer frames, final int length) throws IOException {
        if (length > segmentLength - offset) {
            roll();
        }
        int at = 0;
        while (at < length) {
            frames.clear();
            epoch = FrameLayout.epoch(frames, at);
            timestampNs = FrameLayout.timestampNs(frames, at);
            final int frameLength = FrameLayout.lengthOf(FrameLayout.word(frames, at));
            FrameLayout.epochTypeAndLag(frames, at, epoch, FrameLayout.type(frames, at), DurableLag.encode(0));
            final int sum = checksum.ofFrame(frames, at, frameLength);
            FrameLayout.word(frames.clear(), at, FrameLayout.word(frameLength, sum));
            at += FrameLayout.align(frameLength);
            nextSequence++;
        }
        pieces().put(offset, frames.clear(), 0, length);
        offset += length;
    }

    /** Lets records that no reader is given take the sequences up to one, that included. */
    void fill(final long toSequence) throws IOException {
        while (nextSequence <= toSequence) {
            if (FrameLayout.HEADER_LENGTH > segmentLength - offset) {
                roll();
            }
            storeBareFrame(RecordType.ABORTED);
            nextSequence++;
        }
    }

    private void roll() throws IOException {
        if (segmentLength - offset >= FrameLayout.HEADER_LENGTH) {
            storeBareFrame(RecordType.SEAL);
        }
        close();
        openSegment();
    }

    private void storeBareFrame(final int type) {
        final int length = FrameLayout.HEADER_LENGTH;
        FrameLayout.word(bareFrame.clear(), 0, FrameLayout.word(length, 0));
        FrameLayout.sequenceAndFlags(bareFrame, 0, nextSequence, 0);
        FrameLayout.timestampNs(bareFrame, 0, timestampNs);
        // A seal takes no sequence, so one more record was durable than it would say with a lag of 0.
        final int lag = type == RecordType.SEAL ? 1 : 0;
        FrameLayout.epochTypeAndLag(bareFrame, 0, epoch, type, DurableLag.encode(lag));
        final int sum = checksum.ofFrame(bareFrame, 0, length);
        FrameLayout.word(bareFrame.clear(), 0, FrameLayout.word(length, sum));
        pieces().put(offset, bareFrame, 0, length);
        offset += length;
    }

    private MappedPieces pieces() {
        final MappedPieces present = mapped;
        if (present == null) {
            throw new IllegalStateException("copy was not begun");
        }
        return present;
    }

    /**
     * Makes a journal of what was written.
     *
     * @param head first sequence that may be read
     * @param lowestEpoch that the journal may say it was opened with last
     * @param checkpointSequence of the last checkpoint; 0 if there was none, or nothing tells of it
     * @throws IOException if a call failed
     */
    void finish(final long head, final int lowestEpoch, final long checkpointSequence) throws IOException {
        close();
        final Meta meta = new Meta(
                0,
                journalIdHigh,
                journalIdLow,
                Math.max(epoch, lowestEpoch),
                true,
                head,
                nextSequence - 1,
                segment,
                segmentFirstSequence,
                checkpointSequence);
        MetaFile.create(storage, meta).close();
    }

    /** Forces the segment in hand and lets it go. */
    @Override
    public void close() throws IOException {
        final MappedPieces finished = mapped;
        mapped = null;
        if (finished != null) {
            try {
                finished.force(0, offset);
            } finally {
                finished.unmap();
            }
        }
    }
}

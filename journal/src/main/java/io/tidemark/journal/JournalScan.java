// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * Walks the unbroken chain of frames from the beginning of a segment to where it ends. Recovery, replay and verification
 * all walk so, and so see the same records.
 *
 * <p>After {@link #advance()} answered false, the end can be looked at, and advancing tried again: a live journal may have
 * grown. Owned by one thread.
 */
final class JournalScan implements Closeable {

    private final Storage storage;
    private final Meta meta;

    private final ReadAhead readAhead;

    private SegmentReader reader;
    private int offset;
    private long nextSequence;
    private int epoch;
    private FrameVerdict verdict = FrameVerdict.NOTHING;

    /** Where the frame in hand begins, and how long it is with its padding. */
    private int frameOffset;

    /** What the header of the frame in hand says, taken out once. */
    private int frameType;

    private int frameLength;
    private long frameTimestampNs;

    /** First frame of the batch that the frames before {@link #offset} left unfinished; 0 if there is none. */
    private long openBatchSequence;

    private int openBatchOffset;

    private long provenDurable;
    private long segmentFirstSequence;
    private int segmentsRead = 1;

    /**
     * Begins at the first frame of a segment.
     *
     * @param storage of the journal
     * @param meta of the journal
     * @param reader of the segment, which the scan closes
     * @param firstSequence that its first frame must carry
     */
    JournalScan(final Storage storage, final Meta meta, final SegmentReader reader, final long firstSequence) {
        this(storage, meta, reader, firstSequence, SegmentLayout.HEADER_PAGE_LENGTH);
    }

    /** Begins at a frame within a segment, which is known to be one of the chain; only for who seeks a place behind it. */
    JournalScan(
            final Storage storage,
            final Meta meta,
            final SegmentReader reader,
            final long firstSequence,
            final int firstOffset) {
        this.storage = storage;
        this.meta = meta;
        this.readAhead = new ReadAhead(storage);
        this.reader = reader;
        reader.readAhead(readAhead);
        this.offset = firstOffset;
        this.nextSequence = firstSequence;
        this.segmentFirstSequence = firstSequence;
    }

    /**
     * Goes to the next frame that takes a sequence.
     *
     * @return false where the chain ends
     * @throws IOException if reading failed
     */
    boolean advance() throws IOException {
        while (true) {
            verdict = reader.judgeNext(offset, nextSequence, epoch);
            if (verdict == FrameVerdict.WHOLE) {
                if (take()) {
                    return true;
                }
                if (!nextSegment()) {
                    // The writer goes on to a segment only after its name is durable; so this one has been lost.
                    throw new CorruptJournalException(
                            storage.pathOf(FileNames.segment(reader.number() + 1)),
                            0,
                            nextSequence,
                            "segment is missing, the one before it is sealed");
                }
            } else if (!isBehindSegment() || !nextSegment()) {
                return false;
            }
        }
    }

    /**
     * Whether the chain goes on in the next segment: where this one has no room, or was truncated meanwhile and its file has
     * become another. Then what was to be read of it lies before the head, unless it was all read; whoever finds the next
     * frame out of sequence looks at the head.
     */
    private boolean isBehindSegment() throws IOException {
        return verdict == FrameVerdict.NO_ROOM || (openBatchSequence == 0 && reader.isRecycled());
    }

    /** Takes the whole frame at the offset; false if it is a seal, which takes no sequence. */
    private boolean take() {
        final ByteBuffer window = reader.window();
        final int at = reader.inWindow(offset);
        epoch = FrameLayout.epoch(window, at);
        frameType = FrameLayout.type(window, at);
        frameLength = FrameLayout.lengthOf(FrameLayout.word(window, at));
        frameTimestampNs = FrameLayout.timestampNs(window, at);
        // The frame carries the next sequence, or it would not be whole here.
        provenDurable =
                Math.max(provenDurable, DurableLag.provenDurable(nextSequence, FrameLayout.encodedLag(window, at)));
        frameOffset = offset;
        if (frameType == RecordType.SEAL) {
            return false;
        }
        final boolean continues = (FrameLayout.flags(window, at) & FrameLayout.FLAG_BATCH_CONTINUES) != 0;
        if (!continues) {
            openBatchSequence = 0;
        } else if (openBatchSequence == 0) {
            openBatchSequence = nextSequence;
            openBatchOffset = offset;
        }
        offset += FrameLayout.align(frameLength);
        nextSequence++;
        return true;
    }

    /**
     * Goes behind frames that follow and were judged elsewhere. The frame in hand is lost.
     *
     * @param endOffset offset in the segment behind the last of them
     * @param endSequence that the next frame must carry
     * @param proven the highest sequence that they and those before prove to be durable
     */
    void pass(final int endOffset, final long endSequence, final long proven) {
        offset = endOffset;
        nextSequence = endSequence;
        provenDurable = proven;
    }

    /** Goes to the beginning of the next segment; false if there is none. */
    private boolean nextSegment() throws IOException {
        final SegmentReader next;
        try {
            next = openNext(reader.number() + 1);
        } catch (final NoSuchFileException e) {
            return false;
        }
        if (openBatchSequence != 0) {
            next.close();
            throw new CorruptJournalException(
                    reader.path(), offset, nextSequence, "a batch goes on behind the end of its segment");
        }
        final SegmentReader left = reader;
        reader = next;
        next.readAhead(readAhead);
        left.close();
        offset = SegmentLayout.HEADER_PAGE_LENGTH;
        frameOffset = offset;
        segmentFirstSequence = nextSequence;
        segmentsRead++;
        return true;
    }

    /** Where windows are read ahead, this need not read as much by itself, nor have the memory for it. */
    private SegmentReader openNext(final long number) throws IOException {
        return readAhead.isStarted()
                ? SegmentReader.openForLook(storage, number, meta, nextSequence)
                : SegmentReader.open(storage, number, meta, nextSequence);
    }

    /** Goes back to the beginning of the batch that is unfinished, or of the last one, so that it is read again. */
    void rewindBatch(final long firstSequence) {
        nextSequence = firstSequence;
        offset = openBatchOffset;
        openBatchSequence = 0;
    }

    /** The segment in which the scan is. */
    SegmentReader reader() {
        return reader;
    }

    /** Sequence of the frame in hand. */
    long sequence() {
        return nextSequence - 1;
    }

    /** Type of the frame in hand. */
    int type() {
        return frameType;
    }

    /** Timestamp of the frame in hand. */
    long timestampNs() {
        return frameTimestampNs;
    }

    /** Offset in the segment of the frame in hand. */
    int frameOffset() {
        return frameOffset;
    }

    /** Offset in {@code reader().window()} of the payload of the frame in hand. */
    int payloadOffset() {
        return reader.inWindow(frameOffset) + FrameLayout.HEADER_LENGTH;
    }

    /** Length of the payload of the frame in hand. */
    int payloadLength() {
        return frameLength - FrameLayout.HEADER_LENGTH;
    }

    /** Whether the frame in hand is followed by others of its batch. */
    boolean isInOpenBatch() {
        return openBatchSequence != 0;
    }

    /** What stands where the chain ends. */
    FrameVerdict endVerdict() {
        return verdict;
    }

    /** Offset in the segment at which the next frame is expected. */
    int endOffset() {
        return offset;
    }

    /** Sequence of the next frame. */
    long nextSequence() {
        return nextSequence;
    }

    /** First sequence of the batch that is unfinished at the end; 0 if there is none. */
    long openBatchSequence() {
        return openBatchSequence;
    }

    /** Offset in the segment of that batch. */
    int openBatchOffset() {
        return openBatchOffset;
    }

    /** Epoch of the last frame; 0 if there was none. */
    int epoch() {
        return epoch;
    }

    /** The highest sequence that frames so far prove to be durable. */
    long provenDurable() {
        return provenDurable;
    }

    /** Sequence that is first in the segment in which the scan is. */
    long segmentFirstSequence() {
        return segmentFirstSequence;
    }

    /** Number of segments opened. */
    int segmentsRead() {
        return segmentsRead;
    }

    @Override
    public void close() throws IOException {
        readAhead.close();
        reader.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Follows the chain of frames through one mapped segment after the other, while a writer makes it longer.
 *
 * <p>It stands at the word of the next frame. While that is zero, there is nothing. It leaves a segment only when the first
 * word of the next one is there: that is when the writer is in it, or was, and no opening will delete it and make another.
 * So one segment is mapped, and two where it ends ({@link TailedNeighbours}).
 *
 * <p>What is neither a whole frame nor nothing is judged by positional reads, as recovery judges the end of a journal: damage
 * to what had been durable is an exception, anything else is the end for now.
 *
 * <p>Every field is owned by the thread that uses the tailer.
 */
final class TailerChain {

    /** How often nothing is found before the clock is asked: a look at the files is for when there is time. */
    private static final int POLLS_BETWEEN_CLOCKS = 64;

    private static final long LOOK_INTERVAL_NS = 10_000_000;

    /** A frame that is whole in the file can't be bad in the mapping, unless it was just being written. */
    private static final int DISAGREEMENTS = 1_000;

    private final Storage storage;
    private final Meta meta;
    private final boolean onlyDurable;
    private final TailedMarks marks;
    private final NanoClock ticker;
    private final TailerLeases leases;
    private final FrameWindow window = new FrameWindow();

    /** The segment in which the next frame is; null while it is not mapped. */
    private @Nullable TailedSegment segment;

    private final TailedNeighbours neighbours;

    /** The place: number of the segment, offset in it, and what the next frame must carry. */
    private long segmentNumber;

    private int offset;
    private long sequence;
    private int epoch;

    /** Which records are wanted: from this sequence and this time on. */
    private long wantedSequence;

    private long wantedFromNs;

    /** The place to come back to. */
    private int keptOffset;

    private long keptSequence;
    private int keptEpoch;
    private long keptFromNs;

    /** The batch that goes up to this sequence was found whole. */
    private long wholeSequence;

    /** The durable sequence as it was seen last. */
    private long durable;

    private int idleCount;

    private long lookedNs;

    /** The word that was judged to be the end, and where; so that it is not judged again and again. */
    private int endOffset;

    private long endWord;
    private int disagreements;

    /**
     * Begins at a place.
     *
     * @param storage of the journal
     * @param meta of the journal; only its id counts
     * @param onlyDurable whether to wait for records to be durable
     * @param marks how far that is
     * @param ticker tells when to look at the files again
     * @param place where the next frame is
     */
    TailerChain(
            final Storage storage,
            final Meta meta,
            final boolean onlyDurable,
            final TailedMarks marks,
            final NanoClock ticker,
            final StartSearch.Place place) {
        this.storage = storage;
        this.leases = new TailerLeases(storage);
        this.meta = meta;
        this.neighbours = new TailedNeighbours(storage, leases, meta);
        this.onlyDurable = onlyDurable;
        this.marks = marks;
        this.ticker = ticker;
        this.lookedNs = ticker.nanoTime();
        put(place);
    }

    /** Sequence of the next record, or of one before it that is not wanted. */
    long nextSequence() {
        return Math.max(sequence, wantedSequence);
    }

    /** Where the segment in which the next frame is lies. */
    String path() {
        return storage.pathOf(FileNames.segment(segmentNumber));
    }

    /** Goes to another place. */
    void goTo(final StartSearch.Place place) throws IOException {
        unmap();
        put(place);
    }

    private void put(final StartSearch.Place place) {
        segmentNumber = place.segment();
        offset = place.offset();
        sequence = place.sequence();
        epoch = place.epoch();
        wantedSequence = place.nextSequence();
        wantedFromNs = place.fromNs();
        wholeSequence = 0;
        endWord = 0;
        disagreements = 0;
        idleCount = 0;
    }

    /** Remembers the place, to come back to it before the segment is left. */
    void keepPlace() {
        keptOffset = offset;
        keptSequence = sequence;
        keptEpoch = epoch;
        keptFromNs = wantedFromNs;
    }

    /** Goes back to the place that was kept. */
    void comeBack() {
        offset = keptOffset;
        sequence = keptSequence;
        epoch = keptEpoch;
        wantedFromNs = keptFromNs;
    }

    /** From here on every record is wanted, whatever its time. */
    void wantAll() {
        wantedFromNs = Long.MIN_VALUE;
    }

    /**
     * Goes to the next record that is there, visible and wanted; it is in hand then.
     *
     * @param inSegment whether to stop at the end of the present segment
     * @return false if there is none for now
     * @throws IOException if a call failed
     * @throws InternalError if a page could not be reached
     * @throws OvertakenException if it was truncated
     * @throws CorruptJournalException if it had been durable and is damaged
     */
    boolean advance(final boolean inSegment) throws IOException {
        if (!inSegment) {
            leaveBehind();
        }
        while (segment != null || mapSegment()) {
            final FrameVerdict verdict = window.judge(offset, sequence, epoch);
            if (verdict == FrameVerdict.WHOLE) {
                if (window.type() == RecordType.SEAL) {
                    if (inSegment || !goOn(true)) {
                        return idle();
                    }
                } else if (!isVisible()) {
                    return idle();
                } else if (isWanted()) {
                    return true;
                } else {
                    pass();
                }
            } else if (verdict == FrameVerdict.NO_ROOM) {
                if (inSegment || !goOn(false)) {
                    return idle();
                }
            } else if (isRecycled()) {
                if (inSegment) {
                    return idle();
                }
                leaveRecycled();
            } else if (verdict == FrameVerdict.NOTHING || isKnownEnd() || isEnd()) {
                return idle();
            }
        }
        return idle();
    }

    /** Lets go of what was read, if nobody will come back to it. */
    private void leaveBehind() throws IOException {
        final TailedSegment mapped = segment;
        if (mapped != null && mapped.leaveBefore(offset)) {
            neighbours.letGoOfLeft();
        }
    }

    private boolean isWanted() {
        return sequence >= wantedSequence
                && RecordType.isUser(window.type())
                && (wantedFromNs == Long.MIN_VALUE || window.timestampNs() >= wantedFromNs);
    }

    /** Gives the record in hand to a handler; if that throws, the place stays in front of it. */
    void give(final RecordHandler handler) {
        handler.onRecord(
                sequence,
                window.timestampNs(),
                window.type(),
                window.payload(),
                window.payloadOffset(),
                window.length() - FrameLayout.HEADER_LENGTH);
        wantAll();
    }

    /** Goes behind the frame in hand. */
    void pass() {
        offset += FrameLayout.align(window.length());
        epoch = window.epoch();
        sequence++;
    }

    /** Whether the frame in hand may be given out: it is durable if it must be, and its batch is there to the end. */
    private boolean isVisible() throws IOException {
        if (!isDurable(sequence)) {
            return false;
        }
        return sequence <= wholeSequence || !window.continues() || isWholeBatch();
    }

    private boolean isDurable(final long last) {
        if (onlyDurable && last > durable) {
            durable = marks.durable();
            return last <= durable;
        }
        return true;
    }

    /** Reads ahead to the end of the batch that the frame in hand begins, and comes back to that frame. */
    private boolean isWholeBatch() throws IOException {
        int ahead = offset;
        long last = sequence;
        int lastEpoch = epoch;
        while (window.continues()) {
            ahead += FrameLayout.align(window.length());
            lastEpoch = window.epoch();
            last++;
            final FrameVerdict verdict = window.judge(ahead, last, lastEpoch);
            if (verdict != FrameVerdict.WHOLE || window.type() == RecordType.SEAL) {
                // A writer shows a batch by the word of its first frame, so this one was cut off, or is damaged.
                if (!isKnownEnd()) {
                    isEnd();
                }
                return false;
            }
        }
        if (!isDurable(last)) {
            return false;
        }
        wholeSequence = last;
        return window.judge(offset, sequence, epoch) == FrameVerdict.WHOLE;
    }

    /** Goes to the next segment if the writer has. */
    private boolean goOn(final boolean sealed) throws IOException {
        final TailedSegment next = successor(sealed);
        if (next == null) {
            return false;
        }
        if (next.wordAcquire(SegmentLayout.HEADER_PAGE_LENGTH) == 0) {
            neighbours.await();
            return false;
        }
        final TailedSegment left = segment;
        segment = next;
        segmentNumber++;
        offset = SegmentLayout.HEADER_PAGE_LENGTH;
        window.turnTo(next);
        neighbours.goOn(left);
        return true;
    }

    /** The segment behind the one in which the next frame was expected; null if it is not there yet. */
    private @Nullable TailedSegment successor(final boolean sealed) throws IOException {
        final int sealEpoch = sealed ? window.epoch() : TailedNeighbours.NONE;
        final TailedSegment found = neighbours.successor(segmentNumber + 1, sequence, sealEpoch);
        if (found == null) {
            throwIfOvertaken();
            if (sealed) {
                // The writer goes on to a segment only after its name is durable; so this one has been lost.
                throw new CorruptJournalException(
                        storage.pathOf(FileNames.segment(segmentNumber + 1)),
                        0,
                        sequence,
                        "segment is missing, the one before it is sealed");
            }
        }
        return found;
    }

    /**
     * Maps the segment in which the next frame is, if it is there. This and the one behind it are looked for in each poll in which they are
     * missing, though that takes some calls: who is told that there is nothing must be able to believe it.
     */
    private boolean mapSegment() throws IOException {
        TailedSegment found = TailedSegment.map(storage, leases, segmentNumber, meta, sequence);
        while (found == null) {
            throwIfOvertaken();
            if (!isPlaceTruncated()) {
                return false;
            }
            findAnew();
            found = TailedSegment.map(storage, leases, segmentNumber, meta, sequence);
        }
        segment = found;
        window.turnTo(found);
        return true;
    }

    /** Whether the mapping shows another segment by now, because it could not be held. */
    private boolean isRecycled() throws IOException {
        final TailedSegment mapped = segment;
        return mapped != null && mapped.isRecycled(storage);
    }

    /** Finds the place anew: everything in the segment that was mapped lies before the head. */
    private void leaveRecycled() throws IOException {
        throwIfOvertaken();
        findAnew();
    }

    private void findAnew() throws IOException {
        final long fromNs = wantedFromNs;
        goTo(new StartSearch(storage).find(Start.atSequence(nextSequence()), -1));
        wantedFromNs = fromNs;
    }

    /**
     * Whether the segment of the place is gone because all of it lies before the head, though the next record does not: the place was at its
     * end, and that record is in a later one. The head had moved before the segment was missed, and mostly tells that this is not so.
     */
    private boolean isPlaceTruncated() throws IOException {
        if (Replay.readMeta(storage).head() < sequence) {
            return false;
        }
        final JournalFiles files = JournalFiles.listExisting(storage);
        return !files.segments().isEmpty() && files.firstSegment() > segmentNumber;
    }

    private void throwIfOvertaken() throws IOException {
        final long head = Replay.readMeta(storage).head();
        if (head > nextSequence()) {
            throw new OvertakenException(storage.pathOf(""), nextSequence(), head);
        }
    }

    /** Nothing to give; now and then that is time for what costs a call. */
    private boolean idle() throws IOException {
        idleCount++;
        if (idleCount % POLLS_BETWEEN_CLOCKS == 0) {
            final long nowNs = ticker.nanoTime();
            if (nowNs - lookedNs >= LOOK_INTERVAL_NS) {
                lookedNs = nowNs;
                look();
            }
        }
        return false;
    }

    private void look() throws IOException {
        marks.look();
        endWord = 0;
        neighbours.useTime(segment, offset, sequence, epoch);
        if (marks.durable() >= sequence) {
            // It is not there, or not whole, and has been durable: so this is damage, or has come since.
            isEnd();
        }
    }

    /** Whether what stands at the place was judged to be the end, and has not changed since. */
    private boolean isKnownEnd() {
        return endWord != 0 && endOffset == offset && word() == endWord;
    }

    /** The word at the place; 0 if there is none. */
    private long word() {
        final TailedSegment mapped = segment;
        return mapped == null || mapped.length() - offset < FrameLayout.HEADER_LENGTH ? 0 : mapped.wordAcquire(offset);
    }

    /** Whether the journal ends at the place, as recovery would see it; damage is an exception. */
    private boolean isEnd() throws IOException {
        final long word = word();
        if (offset != endOffset) {
            disagreements = 0;
        }
        endOffset = offset;
        endWord = 0;
        if (judgeFile()) {
            endWord = word;
            disagreements = 0;
            return true;
        }
        if (++disagreements > DISAGREEMENTS) {
            throw new IOException("segment is whole where it is read, and not where it is mapped: file="
                    + path() + ", offset=" + offset + ", sequence="
                    + sequence);
        }
        return false;
    }

    private boolean judgeFile() throws IOException {
        while (true) {
            final Meta now = Replay.readMeta(storage);
            try {
                return judgeFile(now);
            } catch (final CorruptJournalException e) {
                throwIfOvertaken();
                if (Replay.readMeta(storage).generation() == now.generation()) {
                    throw e;
                }
                // What is missing may have been truncated since the meta file was read.
            }
        }
    }

    private boolean judgeFile(final Meta now) throws IOException {
        final JournalFiles files = JournalFiles.listExisting(storage);
        try {
            if (!files.segments().contains(segmentNumber)) {
                throw new NoSuchFileException(path());
            }
            try (JournalScan scan = Replay.startingWith(storage, now, files, segmentNumber)) {
                while (scan.nextSequence() < sequence && scan.advance()) {
                    // Only the place is of interest here.
                }
                while (scan.advance()) {
                    if (!scan.isInOpenBatch()) {
                        return false;
                    }
                }
                return Replay.isEnd(storage, now, scan, Long.MAX_VALUE);
            }
        } catch (final NoSuchFileException | CorruptJournalException e) {
            throwIfOvertaken();
            if (isRecycled() || isPlaceTruncated()) {
                return true;
            }
            if (e instanceof CorruptJournalException corrupt) {
                throw corrupt;
            }
            throw new CorruptJournalException(
                    path(), 0, sequence, "segment is missing, but its records had been durable");
        }
    }

    /** Lets go everything that is mapped; the place stays. */
    void unmap() throws IOException {
        final TailedSegment present = segment;
        segment = null;
        try {
            if (present != null) {
                present.unmap();
            }
        } finally {
            neighbours.unmap();
        }
    }

    void close() throws IOException {
        try {
            unmap();
        } finally {
            try {
                leases.close();
            } finally {
                marks.close();
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds every whole frame of one segment, in front of damage and behind it: at every multiple of 8 that no whole frame
 * covers. A damaged header page does not hide them. Owned by one thread.
 */
final class SalvageScan implements Closeable {

    /**
     * Bytes that may be checksummed in vain, in lengths of the segment, before the rest of it is given up: where everything
     * looks like a frame and nothing is one, the search would take hours.
     */
    private static final long BUDGET_SEGMENTS = 64;

    private final SegmentReader reader;
    private final SeededChecksum checksum = new SeededChecksum();
    private long budget;

    /** Where the frame in hand begins. */
    private int offset;

    /** Where the search goes on. */
    private int next = SegmentLayout.HEADER_PAGE_LENGTH;

    SalvageScan(final Storage storage, final Meta meta, final long number) throws IOException {
        this.reader = SegmentReader.openForEvidence(storage, number, meta, 0);
        this.budget = BUDGET_SEGMENTS * reader.length();
        checksum.seed(meta.journalIdHigh(), meta.journalIdLow(), number);
    }

    /**
     * Goes to the next whole frame.
     *
     * @return false if there is none
     * @throws IOException if reading failed
     * @throws IncompatibleFormatException if only a newer version knows what the frame means
     */
    boolean advance() throws IOException {
        while (budget >= 0) {
            offset = reader.skipZeros(next);
            final FrameVerdict verdict = reader.judgeAnywhere(offset, 1, FrameLayout.MAX_SEQUENCE, Integer.MAX_VALUE);
            if (verdict == FrameVerdict.NO_ROOM) {
                return false;
            }
            if (verdict == FrameVerdict.WHOLE) {
                next = offset + frameLength();
                requireReadable();
                return true;
            }
            if (verdict == FrameVerdict.BAD_CHECKSUM) {
                budget -= frameLength();
            }
            next = offset + FrameLayout.ALIGNMENT;
        }
        return false;
    }

    private void requireReadable() {
        if (!RecordType.isReadable(type()) || (flags() & ~FrameLayout.KNOWN_FLAGS) != 0) {
            throw new IncompatibleFormatException(
                    true,
                    "found a frame that only a newer version understands: file=" + reader.path() + ", offset=" + offset
                            + ", sequence=" + sequence() + "; repair it with the version that wrote it");
        }
    }

    private ByteBuffer window() {
        return reader.window().clear();
    }

    private int at() {
        return reader.inWindow(offset);
    }

    long number() {
        return reader.number();
    }

    /** Length of the segment. */
    int segmentLength() {
        return reader.length();
    }

    /** Offset in the segment of the frame in hand. */
    int offset() {
        return offset;
    }

    /** Length of the frame in hand, padding included. */
    int frameLength() {
        return FrameLayout.align(FrameLayout.lengthOf(FrameLayout.word(window(), at())));
    }

    long sequence() {
        return FrameLayout.sequence(window(), at());
    }

    int epoch() {
        return FrameLayout.epoch(window(), at());
    }

    int type() {
        return FrameLayout.type(window(), at());
    }

    private int flags() {
        return FrameLayout.flags(window(), at());
    }

    /** Whether the frame in hand is followed by others of its batch. */
    boolean continues() {
        return (flags() & FrameLayout.FLAG_BATCH_CONTINUES) != 0;
    }

    /** Copies the frame in hand. */
    void copyTo(final ByteBuffer target, final int targetOffset) {
        target.clear().put(targetOffset, window(), at(), frameLength());
    }

    /**
     * Tells whether the frame in hand can be the first of a batch, or of none, though the frame in front of it is damaged:
     * whether the headers from a place on lead exactly here, and the last of them says that nothing of its batch follows. A
     * header of a damaged frame proves nothing, so it must fit what is known before and behind it; and if the flags are what
     * is damaged, the checksum tells.
     *
     * @param from offset at which a frame begins
     * @param fromSequence of that frame; 0 if it is not known
     * @return false if frames in front may be of the same batch
     * @throws IOException if reading failed
     */
    boolean beginsAnew(final int from, final long fromSequence) throws IOException {
        final long here = sequence();
        final int end = offset;
        int place = from;
        long expected = fromSequence;
        boolean batchContinues = false;
        while (place < end) {
            reader.require(place, FrameLayout.HEADER_LENGTH);
            offset = place;
            final int length = FrameLayout.lengthOf(FrameLayout.word(window(), at()));
            final long found = sequence();
            final boolean fits = length >= FrameLayout.HEADER_LENGTH
                    && length <= end - place
                    && (expected == 0 || found == expected)
                    && found > 0
                    && found < here
                    && (flags() & ~FrameLayout.KNOWN_FLAGS) == 0;
            if (!fits) {
                break;
            }
            batchContinues = continues() != isWholeWithOtherFlags(length);
            place += FrameLayout.align(length);
            expected = found + 1;
        }
        offset = end;
        reader.require(offset, FrameLayout.HEADER_LENGTH);
        reader.require(offset, frameLength());
        return place == end && expected == here && !batchContinues;
    }

    /** Whether the frame at the offset is whole once its flag is turned round. */
    private boolean isWholeWithOtherFlags(final int length) throws IOException {
        reader.require(offset, FrameLayout.align(length));
        final ByteBuffer window = window();
        final int flagsAt = at() + FrameLayout.FLAGS_OFFSET;
        final byte flags = window.get(flagsAt);
        window.put(flagsAt, (byte) (flags ^ FrameLayout.FLAG_BATCH_CONTINUES));
        final int sum = checksum.ofFrame(window, at(), length);
        window().put(flagsAt, flags);
        return sum == FrameLayout.checksumOf(FrameLayout.word(window(), at()));
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}

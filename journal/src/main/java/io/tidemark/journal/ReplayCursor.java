// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FrameCheck;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes from record to record of a range, and stops in front of each: only the user's, and those of a batch only when all of it is
 * there. Owned by one thread.
 */
final class ReplayCursor implements Closeable {

    private final Storage storage;
    private final Meta meta;
    private final JournalScan scan;
    private final long fromSequence;
    private final long toSequence;

    /** Whether the rest of the batch of the frame in hand is known to be there. */
    private boolean isInWholeBatch;

    /**
     * Begins.
     *
     * @param storage of the journal
     * @param meta of it
     * @param scan that stands in front of the range; the cursor closes it
     * @param fromSequence of the first record wanted
     * @param toSequence of the last record wanted; {@link Long#MAX_VALUE} for all there are
     */
    ReplayCursor(
            final Storage storage,
            final Meta meta,
            final JournalScan scan,
            final long fromSequence,
            final long toSequence) {
        this.storage = storage;
        this.meta = meta;
        this.scan = scan;
        this.fromSequence = fromSequence;
        this.toSequence = toSequence;
    }

    /**
     * Goes to the next record.
     *
     * @return false at the end of the range, or of the journal
     * @throws IOException if reading failed
     */
    boolean advance() throws IOException {
        while (scan.nextSequence() <= toSequence) {
            if (isInWholeBatch && scan.isInOpenBatch()) {
                isInWholeBatch = scan.advance();
                if (!isInWholeBatch) {
                    continue;
                }
            } else if (!advanceInFront()) {
                if (Replay.isEnd(storage, meta, scan, toSequence)) {
                    return false;
                }
                continue;
            } else {
                isInWholeBatch = scan.isInOpenBatch() && isWholeBatch();
                if (scan.isInOpenBatch() && !isInWholeBatch) {
                    continue;
                }
            }
            if (scan.sequence() >= fromSequence && RecordType.isUser(scan.type())) {
                return true;
            }
        }
        return false;
    }

    private boolean advanceInFront() throws IOException {
        try {
            return scan.advance();
        } catch (final CorruptJournalException e) {
            JournalLook.throwIfOvertaken(storage, scan.nextSequence());
            throw e;
        }
    }

    /** Reads ahead to the end of the batch that the frame in hand begins, and comes back to that frame if it is whole. */
    private boolean isWholeBatch() throws IOException {
        final long first = scan.openBatchSequence();
        while (scan.isInOpenBatch()) {
            if (!scan.advance()) {
                return false;
            }
        }
        scan.rewindBatch(first);
        return scan.advance();
    }

    /** Sequence of the record in hand. */
    long sequence() {
        return scan.sequence();
    }

    /** Gives the record in hand to a handler. */
    void give(final RecordHandler handler) {
        handler.onRecord(
                scan.sequence(),
                scan.timestampNs(),
                scan.type(),
                scan.reader().readOnlyWindow(),
                scan.payloadOffset(),
                scan.payloadLength());
    }

    /**
     * Gives the records behind the one in hand to a handler, as far as they are known to be sound, and are the user's and in no
     * batch: what {@link #advance} and {@link #give} do, without asking for each what stays the same. No record is in hand then.
     */
    void giveRun(final RecordHandler handler) {
        if (scan.isInOpenBatch()) {
            return;
        }
        final SegmentReader reader = scan.reader();
        final ByteBuffer window = reader.window().clear();
        final int start = reader.inWindow(scan.endOffset());
        final int end = reader.inWindow(reader.soundEnd());
        final int epoch = scan.epoch();
        long sequence = scan.nextSequence();
        long proven = scan.provenDurable();
        int at = start;
        int length = 0;
        int alignedLength = 0;
        while (at < end && sequence <= toSequence) {
            final long fields = FrameLayout.epochTypeAndLag(window, at);
            if (!FrameCheck.isPlain(FrameLayout.sequenceAndFlags(window, at), fields, sequence, epoch)) {
                break;
            }
            final int found = FrameLayout.lengthOf(FrameLayout.word(window, at));
            if (found != length) {
                // Not for each frame, so that a processor that foresees this needn't wait for one frame to find the
                // next.
                length = found;
                alignedLength = FrameLayout.align(found);
            }
            proven = Math.max(proven, DurableLag.provenDurable(sequence, FrameLayout.encodedLagOf(fields)));
            handler.onRecord(
                    sequence,
                    FrameLayout.timestampNs(window, at),
                    FrameLayout.typeOf(fields),
                    reader.readOnlyWindow(),
                    at + FrameLayout.HEADER_LENGTH,
                    length - FrameLayout.HEADER_LENGTH);
            sequence++;
            at += alignedLength;
        }
        scan.pass(scan.endOffset() + at - start, sequence, proven);
    }

    /** A copy of the record in hand. */
    JournalRecord copy() {
        final ByteBuffer window = scan.reader().readOnlyWindow();
        final int begin = scan.payloadOffset();
        window.position(begin).limit(begin + scan.payloadLength());
        return new JournalRecord(scan.sequence(), scan.timestampNs(), scan.type(), window);
    }

    /** The sequence of the record that would come next. */
    long nextSequence() {
        final long next =
                scan.openBatchSequence() == 0 || isInWholeBatch ? scan.nextSequence() : scan.openBatchSequence();
        return Math.max(fromSequence, next);
    }

    @Override
    public void close() throws IOException {
        scan.close();
    }
}

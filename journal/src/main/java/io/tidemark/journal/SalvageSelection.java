// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Chooses among the whole frames of a damaged journal those that go into the copy, and writes down what becomes of the
 * others. Owned by one thread.
 *
 * <p>A batch goes there whole or not at all. Where the frame in front of a whole one is damaged, that one may belong to a
 * batch which began in the damage; then it is left out, to the end of that batch, unless the damaged header still tells that
 * no batch was under way. Batches lie in one segment, so the first frame of a segment is never in doubt.
 */
final class SalvageSelection {

    private static final long MAX_FRAMES_PER_SEGMENT = SegmentLayout.MAX_SEGMENT_LENGTH / FrameLayout.HEADER_LENGTH;
    private static final int FIRST_UNIT_LENGTH = 64 << 10;

    private final Repair.Damaged damaged;

    /** For each epoch, the lowest sequence from which on all lower epochs were cut off, by it or by a later one. */
    private final NavigableMap<Integer, Long> cutByEpoch = new TreeMap<>();

    private final SalvageCopy copy;
    private final int longestUnit;
    private final SalvageLedger ledger;
    private final long maxFilled;

    /** The last frame that was taken or left out; sequence 0 if there was none. */
    private long lastSequence;

    private long lastSegment;
    private int lastEnd;

    /** Frames of a batch, or one frame, that go into the copy when the last of them is there; length 0 if there are none. */
    private ByteBuffer unit;

    private int unitLength;
    private long unitFirst;

    /** Whether frames are left out up to the end of a batch. */
    private boolean leavingOut;

    /** First sequence of the copy; 0 as long as there is none. */
    private long copyFirst;

    SalvageSelection(
            final Repair.Damaged damaged,
            final NavigableMap<Integer, Long> firstByEpoch,
            final SalvageCopy copy,
            final int segmentLength,
            final SalvageLedger ledger,
            final long maxFilled) {
        this.damaged = damaged;
        this.copy = copy;
        this.longestUnit = segmentLength - SegmentLayout.HEADER_PAGE_LENGTH;
        this.ledger = ledger;
        this.maxFilled = maxFilled;
        this.unit = newUnit(FIRST_UNIT_LENGTH);
        long lowest = Long.MAX_VALUE;
        for (final Map.Entry<Integer, Long> entry : firstByEpoch.descendingMap().entrySet()) {
            lowest = Math.min(lowest, entry.getValue());
            cutByEpoch.put(entry.getKey(), lowest);
        }
    }

    private static ByteBuffer newUnit(final int length) {
        return ByteBuffer.allocateDirect(length + FrameLayout.ALIGNMENT).alignedSlice(FrameLayout.ALIGNMENT);
    }

    /** Takes what is whole in a segment, and tells of each; segments come in the order of their numbers. */
    void take(final SalvageScan scan, final Runnable read) throws IOException {
        while (scan.advance()) {
            read.run();
            if (RecordType.takesSequence(scan.type()) && isPossible(scan)) {
                takeFrame(scan);
            }
        }
    }

    private boolean isPossible(final SalvageScan scan) {
        final long sequence = scan.sequence();
        if (sequence <= lastSequence || sequence > damaged.highestSequence(scan.epoch())) {
            return false;
        }
        final Map.Entry<Integer, Long> cut = cutByEpoch.higherEntry(scan.epoch());
        if (cut != null && cut.getValue() <= sequence) {
            return false;
        }
        if (lastSequence == 0) {
            return true;
        }
        final long room = scan.number() == lastSegment
                ? (scan.offset() - lastEnd) / FrameLayout.HEADER_LENGTH
                : (scan.number() - lastSegment + 1) * MAX_FRAMES_PER_SEGMENT;
        return sequence - lastSequence - 1 <= room;
    }

    private void takeFrame(final SalvageScan scan) throws IOException {
        final long sequence = scan.sequence();
        final boolean sameSegment = lastSequence != 0 && scan.number() == lastSegment;
        final boolean follows = sequence == lastSequence + 1;
        if (!(sameSegment && follows)) {
            // What came last was not the end of its batch, and the end is not there.
            leaveOutUnit();
            noteLost(sequence - 1);
            final boolean isFirst = scan.offset() == SegmentLayout.HEADER_PAGE_LENGTH;
            leavingOut = !follows
                    && !isFirst
                    && !(sameSegment
                            ? scan.beginsAnew(lastEnd, lastSequence + 1)
                            : scan.beginsAnew(SegmentLayout.HEADER_PAGE_LENGTH, 0));
        }
        lastSequence = sequence;
        lastSegment = scan.number();
        lastEnd = scan.offset() + scan.frameLength();
        if (leavingOut) {
            note(sequence, sequence, SalvageLedger.Fate.LEFT_OUT);
            leavingOut = scan.continues();
            return;
        }
        addToUnit(scan);
        if (!scan.continues()) {
            writeUnit();
        }
    }

    private void addToUnit(final SalvageScan scan) {
        final int frameLength = scan.frameLength();
        if (unitLength + frameLength > unit.capacity()) {
            final long wanted = Math.max(2L * unit.capacity(), unitLength + (long) frameLength);
            final ByteBuffer longer = newUnit((int) Math.min(wanted, longestUnit));
            longer.put(0, unit.clear(), 0, unitLength);
            unit = longer;
        }
        if (unitLength == 0) {
            unitFirst = scan.sequence();
        }
        scan.copyTo(unit, unitLength);
        unitLength += frameLength;
    }

    private void writeUnit() throws IOException {
        final int length = unitLength;
        unitLength = 0;
        if (lastSequence < damaged.meta().head()) {
            // Truncated: it only shares a segment with what was not.
            return;
        }
        if (copyFirst != 0 && unitFirst - copy.nextSequence() > maxFilled) {
            ledger.leaveOutAll();
            copyFirst = 0;
        }
        if (copyFirst == 0) {
            copyFirst = unitFirst;
            copy.begin(unitFirst);
        }
        copy.fill(unitFirst - 1);
        copy.append(unit, length);
        note(unitFirst, lastSequence, SalvageLedger.Fate.SALVAGED);
    }

    private void leaveOutUnit() {
        if (unitLength > 0) {
            note(unitFirst, lastSequence, SalvageLedger.Fate.LEFT_OUT);
            unitLength = 0;
        }
    }

    private void noteLost(final long toSequence) {
        // Without the meta file nobody knows where the journal began.
        if (lastSequence != 0 || !damaged.lost()) {
            note(lastSequence + 1, toSequence, SalvageLedger.Fate.LOST);
        }
    }

    private void note(final long fromSequence, final long toSequence, final SalvageLedger.Fate fate) {
        ledger.note(Math.max(fromSequence, damaged.meta().head()), toSequence, fate);
    }

    /** Brings the copy to its end. */
    void finish() throws IOException {
        leaveOutUnit();
        final long durable = damaged.lost() ? 0 : damaged.meta().durableSequence();
        if (durable > lastSequence) {
            noteLost(durable);
        }
        final long end = Math.max(lastSequence, durable);
        if (copyFirst == 0) {
            copy.begin(end + 1);
        } else if (end - copy.nextSequence() < maxFilled) {
            copy.fill(end);
        }
        final long head = Math.max(damaged.meta().head(), copyFirst == 0 ? end + 1 : copyFirst);
        final Meta known = damaged.meta();
        copy.finish(
                head,
                Math.max(1, damaged.lost() ? 1 : known.epoch()),
                damaged.lost() ? 0 : Math.min(known.checkpointSequence(), end));
    }
}

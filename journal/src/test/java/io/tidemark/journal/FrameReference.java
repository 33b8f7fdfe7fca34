// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameVerdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What section 9 of the format says of two segments, computed from whole arrays without any window and without a line of the
 * code that it is compared with. Slow and plain on purpose.
 */
final class FrameReference {

    private static final int SEGMENT_LENGTH = FrameScript.SEGMENT_LENGTH;
    private static final int PAGE_LENGTH = 4096;
    private static final int HEADER_LENGTH = 32;
    private static final int SEAL = (short) 0x8001;
    private static final long MAX_SEQUENCE = (1L << 56) - 1;
    private static final long SEARCH_BUDGET = 64L * SEGMENT_LENGTH;

    private final byte[][] segments;
    private final int[] seeds;
    private final ByteBuffer[] fields;
    private final CRC32C crc = new CRC32C();

    /** Whether the second segment is there at all. */
    private boolean hasSecond;

    int segment;
    int offset;
    long nextSequence;
    int epoch;
    long proven;
    long openBatchSequence;
    int openBatchOffset;
    FrameVerdict verdict = FrameVerdict.NOTHING;
    boolean corrupt;

    long searchProven;
    long framesBehind;
    boolean gaveUp;

    FrameReference(final byte[][] segments, final int... seeds) {
        this.segments = segments;
        this.seeds = seeds;
        this.fields = new ByteBuffer[segments.length];
        for (int i = 0; i < segments.length; i++) {
            fields[i] = ByteBuffer.wrap(segments[i]).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    void begin(final long firstSequence, final boolean secondIsThere) {
        segment = 0;
        offset = PAGE_LENGTH;
        nextSequence = firstSequence;
        epoch = 0;
        proven = 0;
        openBatchSequence = 0;
        corrupt = false;
        hasSecond = secondIsThere;
    }

    /** Goes over one record; false where the chain ends or damage is certain. */
    boolean advance() {
        while (true) {
            verdict = judge();
            if (verdict == FrameVerdict.WHOLE) {
                final int at = offset;
                epoch = fields[segment].getInt(at + 24);
                proven = Math.max(proven, provenBy(segment, at));
                if (fields[segment].getShort(at + 28) != SEAL) {
                    take(at);
                    return true;
                }
                if (!hasNext()) {
                    corrupt = true;
                    return false;
                }
            } else if (verdict != FrameVerdict.NO_ROOM || !hasNext()) {
                return false;
            }
            if (openBatchSequence != 0) {
                corrupt = true;
                return false;
            }
            segment++;
            offset = PAGE_LENGTH;
        }
    }

    private boolean hasNext() {
        return segment == 0 && hasSecond;
    }

    private void take(final int at) {
        if ((fields[segment].get(at + 15) & 1) == 0) {
            openBatchSequence = 0;
        } else if (openBatchSequence == 0) {
            openBatchSequence = nextSequence;
            openBatchOffset = at;
        }
        offset += align(fields[segment].getInt(at + 4));
        nextSequence++;
    }

    private FrameVerdict judge() {
        if (SEGMENT_LENGTH - offset < HEADER_LENGTH) {
            return FrameVerdict.NO_ROOM;
        }
        final ByteBuffer frame = fields[segment];
        if (frame.getLong(offset) == 0) {
            return FrameVerdict.NOTHING;
        }
        if (!lengthFits(segment, offset)) {
            return FrameVerdict.BAD_LENGTH;
        }
        if (!checksumFits(segment, offset)) {
            return FrameVerdict.BAD_CHECKSUM;
        }
        if (frame.getInt(offset + 24) < epoch) {
            return FrameVerdict.STALE_EPOCH;
        }
        if (sequence(segment, offset) != nextSequence) {
            return FrameVerdict.OUT_OF_SEQUENCE;
        }
        final int type = frame.getShort(offset + 28);
        final boolean known = type >= 0 || type == SEAL || (type & 0x4000) != 0;
        return known && (frame.get(offset + 15) & ~1) == 0 ? FrameVerdict.WHOLE : FrameVerdict.TOO_NEW;
    }

    private long sequence(final int number, final int at) {
        return fields[number].getLong(at + 8) & MAX_SEQUENCE;
    }

    private boolean lengthFits(final int number, final int at) {
        final int length = fields[number].getInt(at + 4);
        return length >= HEADER_LENGTH && length <= SEGMENT_LENGTH && align(length) <= SEGMENT_LENGTH - at;
    }

    private boolean checksumFits(final int number, final int at) {
        crc.reset();
        crc.update(segments[number], at + 4, align(fields[number].getInt(at + 4)) - 4);
        return ((int) crc.getValue() ^ seeds[number]) == fields[number].getInt(at);
    }

    private long provenBy(final int number, final int at) {
        final int lag = fields[number].getShort(at + 30) & 0xFFFF;
        return lag == 0xFFFF ? 0 : Math.max(0, sequence(number, at) - ((lag & 0x7FFL) << (lag >>> 11)));
    }

    /** Looks for whole frames from the end on: the one that ends the chain may prove something itself. */
    void search(final int lastEpoch) {
        final long lowest = openBatchSequence == 0 ? nextSequence : openBatchSequence;
        searchProven = 0;
        framesBehind = 0;
        gaveUp = false;
        search(segment, offset, lowest, lastEpoch);
        if (hasNext() && !gaveUp) {
            search(1, PAGE_LENGTH, lowest, lastEpoch);
        }
    }

    private void search(final int number, final int from, final long lowest, final int lastEpoch) {
        long wasted = 0;
        int at = from;
        while (at + HEADER_LENGTH <= SEGMENT_LENGTH) {
            final int foundEpoch = fields[number].getInt(at + 24);
            final long sequence = sequence(number, at);
            if (!lengthFits(number, at)
                    || sequence < lowest
                    || sequence > lowest + SEGMENT_LENGTH
                    || foundEpoch < 1
                    || foundEpoch > lastEpoch) {
                at += 8;
            } else if (checksumFits(number, at)) {
                searchProven = Math.max(searchProven, provenBy(number, at));
                framesBehind += foundEpoch == lastEpoch ? 1 : 0;
                at += align(fields[number].getInt(at + 4));
            } else {
                wasted += fields[number].getInt(at + 4);
                at += 8;
                if (wasted > SEARCH_BUDGET) {
                    gaveUp = true;
                    return;
                }
            }
        }
    }

    private static int align(final int length) {
        return (length + 7) & -8;
    }
}

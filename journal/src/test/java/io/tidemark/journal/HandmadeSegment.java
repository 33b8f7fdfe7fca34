// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A segment put together frame by frame: what recovery may find in a file, but no writer would write. Settings hold for the
 * frames that follow.
 */
final class HandmadeSegment {

    static final int LENGTH = SegmentLayout.MIN_SEGMENT_LENGTH;
    static final int FIRST = SegmentLayout.HEADER_PAGE_LENGTH;
    static final int EPOCH = 3;

    /** Of a journal in its third epoch, of which nothing is known to be durable. */
    static final Meta META =
            Meta.created(0x0123_4567_89AB_CDEFL, 0x1122_3344_5566_7788L).opened(EPOCH);

    private final long number;
    private final int length;
    private final ByteBuffer bytes;
    private final SeededChecksum checksum = new SeededChecksum();

    private int offset = FIRST;
    private int epoch = EPOCH;
    private int type;
    private int flags;
    private int encodedLag = DurableLag.UNKNOWN;
    private long timestampNs;
    private byte[] content = {};

    HandmadeSegment(final long number, final int length) {
        this(number, length, length);
    }

    /** Only the beginning of a segment, whose header tells of more. */
    HandmadeSegment(final long number, final int length, final int contentLength) {
        this.number = number;
        this.length = length;
        this.bytes = ByteBuffer.allocateDirect(contentLength);
        checksum.seed(META.journalIdHigh(), META.journalIdLow(), number);
        SegmentLayout.write(bytes, new SegmentHeader(META.journalIdHigh(), META.journalIdLow(), number, length, 1, 0));
    }

    HandmadeSegment(final long number) {
        this(number, LENGTH);
    }

    /** The frames that follow begin here. */
    HandmadeSegment at(final int newOffset) {
        offset = newOffset;
        return this;
    }

    HandmadeSegment epoch(final int newEpoch) {
        epoch = newEpoch;
        return this;
    }

    HandmadeSegment type(final int newType) {
        type = newType;
        return this;
    }

    HandmadeSegment flags(final int newFlags) {
        flags = newFlags;
        return this;
    }

    HandmadeSegment timestampNs(final long newTimestampNs) {
        timestampNs = newTimestampNs;
        return this;
    }

    /** So many records is the durable mark behind; at first that is unknown. */
    HandmadeSegment lag(final long newLag) {
        encodedLag = DurableLag.encode(newLag);
        return this;
    }

    /** What payloads begin with; the rest is zero. */
    HandmadeSegment content(final byte... newContent) {
        content = newContent;
        return this;
    }

    /** Adds a whole frame with an empty payload. */
    HandmadeSegment frame(final long sequence) {
        return frame(sequence, 0);
    }

    /** Adds a whole frame. */
    HandmadeSegment frame(final long sequence, final int payloadLength) {
        final int frameLength = FrameLayout.HEADER_LENGTH + payloadLength;
        bytes.clear();
        bytes.put(offset + FrameLayout.HEADER_LENGTH, content, 0, Math.min(content.length, payloadLength));
        FrameLayout.word(bytes, offset, FrameLayout.word(frameLength, 0));
        FrameLayout.sequenceAndFlags(bytes, offset, sequence, flags);
        FrameLayout.timestampNs(bytes, offset, timestampNs);
        FrameLayout.epochTypeAndLag(bytes, offset, epoch, type, encodedLag);
        final int sum = checksum.ofFrame(bytes, offset, frameLength);
        FrameLayout.word(bytes.clear(), offset, FrameLayout.word(frameLength, sum));
        offset += FrameLayout.align(frameLength);
        return this;
    }

    /** Adds a header with fields that can be, of a frame that is not whole, and goes on behind the header. */
    HandmadeSegment torn(final long sequence, final int frameLength) {
        final int at = offset;
        frame(sequence);
        FrameLayout.word(bytes, at, FrameLayout.word(frameLength, 0x0BAD_0BAD));
        return this;
    }

    /** Adds a word. */
    HandmadeSegment word(final long word) {
        FrameLayout.word(bytes.clear(), offset, word);
        offset += FrameLayout.ALIGNMENT;
        return this;
    }

    /** Spoils the header page, as one bad sector does. */
    HandmadeSegment withoutHeader() {
        for (int at = 0; at < FIRST; at += Long.BYTES) {
            bytes.clear().putLong(at, 0x0BAD_0BAD_0BAD_0BADL);
        }
        return this;
    }

    /** Where the next frame begins. */
    int offset() {
        return offset;
    }

    byte[] bytes() {
        return bytes(length);
    }

    /** The segment in a file of another length. */
    byte[] bytes(final int fileLength) {
        final byte[] copy = new byte[fileLength];
        bytes.clear().get(0, copy, 0, Math.min(length, fileLength));
        return copy;
    }

    byte[] bytes(final int from, final int byteCount) {
        final byte[] copy = new byte[byteCount];
        bytes.clear().get(from, copy);
        return copy;
    }

    void install(final SimulatedStorage machine) throws IOException {
        machine.install(FileNames.segment(number), bytes());
    }
}

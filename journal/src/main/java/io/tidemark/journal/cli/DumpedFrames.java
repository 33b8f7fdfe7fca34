// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Shows the frames of a segment, whole or not. Behind what is damaged it looks for the next whole frame, byte for byte of
 * the alignment; what that reads is bounded, whatever lies there. Owned by one thread.
 */
final class DumpedFrames {

    /** What is read twice to find frames behind damage: lengths that lie could make the search take for ever. */
    private static final long MAX_CHECKED_FACTOR = 4;

    /** A frame that is found behind damage carries a sequence not much farther on. */
    private static final long MAX_SEQUENCE_STEP = 1L << 32;

    private final DumpLines lines;
    private final DumpedFile file;
    private final int seed;
    private final long fromSequence;
    private final int maxPayload;

    private long offset;
    private long lastSequence;
    private long checkedBytes;

    /**
     * Begins at an offset.
     *
     * @param lines to print
     * @param file a segment
     * @param offset of the first frame, a multiple of 8
     * @param fromSequence first sequence to show
     * @param maxPayload bytes of each payload to show, 0 for none
     */
    DumpedFrames(
            final DumpLines lines,
            final DumpedFile file,
            final long offset,
            final long fromSequence,
            final int maxPayload)
            throws IOException {
        this.lines = lines;
        this.file = file;
        this.offset = offset;
        this.fromSequence = fromSequence;
        this.maxPayload = maxPayload;
        final ByteBuffer header = file.piece(0, SegmentLayout.HEADER_PAGE_LENGTH);
        final SeededChecksum checksum = new SeededChecksum();
        checksum.seed(
                DumpLines.longAt(header, SegmentLayout.JOURNAL_ID_HIGH_OFFSET),
                DumpLines.longAt(header, SegmentLayout.JOURNAL_ID_LOW_OFFSET),
                DumpLines.longAt(header, SegmentLayout.NUMBER_OFFSET));
        this.seed = checksum.seed();
    }

    /**
     * Shows frames up to the end of the segment.
     *
     * @param limit how many at most
     * @return how many were shown
     */
    long show(final long limit) throws IOException {
        long shown = 0;
        while (shown < limit && offset + FrameLayout.HEADER_LENGTH <= file.length()) {
            final long word = file.word(offset);
            final int length = FrameLayout.lengthOf(word);
            if (!fits(length, offset)) {
                if (!passOver(word == 0 ? "nothing here: the word is 0" : "no frame: length " + length + " can't be")) {
                    return shown;
                }
                continue;
            }
            final ByteBuffer header = file.piece(offset, FrameLayout.HEADER_LENGTH);
            lastSequence = FrameLayout.sequence(header, 0);
            if (lastSequence >= fromSequence) {
                frame(header, length);
                shown++;
            }
            if (FrameLayout.type(header, 0) == RecordType.SEAL) {
                return shown;
            }
            offset += FrameLayout.align(length);
        }
        return shown;
    }

    private boolean fits(final int length, final long at) {
        return length >= FrameLayout.HEADER_LENGTH
                && length <= FrameLayout.MAX_FRAME_LENGTH
                && at + FrameLayout.align(length) <= file.length();
    }

    private int computed(final long at, final int length) throws IOException {
        return seed
                ^ file.checksum(
                        at + FrameLayout.LENGTH_OFFSET, (long) FrameLayout.align(length) - FrameLayout.LENGTH_OFFSET);
    }

    private void frame(final ByteBuffer header, final int length) throws IOException {
        final int type = FrameLayout.type(header, 0);
        final int flags = FrameLayout.flags(header, 0);
        final int lag = FrameLayout.encodedLag(header, 0);
        lines.line("frame, at " + offset);
        lines.field(
                header,
                FrameLayout.CHECKSUM_OFFSET,
                Integer.BYTES,
                offset,
                "checksum",
                DumpLines.verdict(DumpLines.intAt(header, FrameLayout.CHECKSUM_OFFSET), computed(offset, length)));
        lines.field(
                header,
                FrameLayout.LENGTH_OFFSET,
                Integer.BYTES,
                offset,
                "length",
                length + ", of which payload " + (length - FrameLayout.HEADER_LENGTH));
        lines.field(header, FrameLayout.SEQUENCE_OFFSET, 7, offset, "sequence", Long.toString(lastSequence));
        lines.field(header, FrameLayout.FLAGS_OFFSET, 1, offset, "flags", flags(flags));
        lines.timeField(header, FrameLayout.TIMESTAMP_OFFSET, offset, "timestamp");
        lines.intField(header, FrameLayout.EPOCH_OFFSET, offset, "epoch");
        lines.field(header, FrameLayout.TYPE_OFFSET, Short.BYTES, offset, "type", type(type));
        lines.field(
                header,
                FrameLayout.DURABLE_LAG_OFFSET,
                Short.BYTES,
                offset,
                "durable lag",
                lag == DurableLag.UNKNOWN
                        ? "unknown"
                        : DurableLag.decode(lag) + ": durable up to " + DurableLag.provenDurable(lastSequence, lag));
        payload(length - FrameLayout.HEADER_LENGTH);
    }

    private void payload(final int length) throws IOException {
        final int shown = Math.min(length, maxPayload);
        if (shown > 0) {
            final long base = offset + FrameLayout.HEADER_LENGTH;
            lines.bytes(file.piece(base, shown), 0, shown, base);
            if (shown < length) {
                lines.line("  and " + (length - shown) + " more bytes");
            }
        }
    }

    private static String flags(final int flags) {
        return (flags & FrameLayout.FLAG_BATCH_CONTINUES) != 0
                ? flags + ": the batch goes on"
                : flags == 0 ? "0" : flags + ": unknown";
    }

    private static String type(final int type) {
        return switch (type) {
            case RecordType.SEAL -> type + ": seal, the next segment goes on with this sequence";
            case RecordType.ABORTED -> type + ": aborted claim";
            case RecordType.CHECKPOINT -> type + ": checkpoint";
            default ->
                RecordType.isUser(type)
                        ? type + ": the user's"
                        : type
                                + (RecordType.isReadable(type)
                                        ? ": of a newer version, skippable"
                                        : ": of a newer version");
        };
    }

    /** Goes on at the next whole frame, and says so; false if there is none. */
    private boolean passOver(final String why) throws IOException {
        final long begin = offset;
        final ByteBuffer header = file.piece(begin, FrameLayout.HEADER_LENGTH);
        lines.line(why + ", at " + begin);
        lines.bytes(header, 0, maxPayload == 0 ? FrameLayout.ALIGNMENT : FrameLayout.HEADER_LENGTH, begin);
        for (offset = begin + FrameLayout.ALIGNMENT;
                offset + FrameLayout.HEADER_LENGTH <= file.length();
                offset += FrameLayout.ALIGNMENT) {
            if (checkedBytes > MAX_CHECKED_FACTOR * file.length()) {
                lines.line("gave up looking for a whole frame, at " + offset);
                return false;
            }
            if (isWhole()) {
                lines.line("next whole frame, " + (offset - begin) + " bytes farther on");
                return true;
            }
        }
        lines.line("no whole frame behind it");
        return false;
    }

    private boolean isWhole() throws IOException {
        final long word = file.word(offset);
        final int length = FrameLayout.lengthOf(word);
        if (word == 0 || !fits(length, offset)) {
            return false;
        }
        final long sequence = file.word(offset + FrameLayout.SEQUENCE_OFFSET) & FrameLayout.MAX_SEQUENCE;
        if (lastSequence > 0 && Math.abs(sequence - lastSequence) > MAX_SEQUENCE_STEP) {
            return false;
        }
        checkedBytes += length;
        return FrameLayout.checksumOf(word) == computed(offset, length);
    }
}

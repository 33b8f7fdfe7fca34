// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Reads header pages of segments that a fuzzer makes: a good page, edited, cut off, given another length of file, and
 * with or without a checksum that fits. What the page is worth is computed here once more, from the format's words.
 */
public final class HeaderFuzzTarget {

    private static final long ID_HIGH = 0x7469_6465_6D61_726BL;
    private static final long ID_LOW = 0x0123_4567_89AB_CDEFL;
    private static final long NUMBER = 3;
    private static final int PAGE_LENGTH = 4096;
    private static final int USED_LENGTH = 56;
    private static final int CHECKSUM_OFFSET = 8;
    private static final int COVERED_OFFSET = 12;
    private static final int WINDOW_LENGTH = 1 << 20;

    private static final HeaderFuzzTarget INSTANCE = new HeaderFuzzTarget();

    private final FuzzInput input = new FuzzInput();
    private final byte[] template = new byte[PAGE_LENGTH];
    private final SparseStorage storage = new SparseStorage();
    private final SparseStorage.SparseFile file = storage.add(FileNames.segment(NUMBER), new byte[PAGE_LENGTH]);
    private final byte[] page = file.content();
    private final ByteBuffer fields = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(PAGE_LENGTH);
    private final ByteBuffer written = ByteBuffer.allocateDirect(PAGE_LENGTH);
    private final CRC32C crc = new CRC32C();
    private final AllocationBound bound = new AllocationBound(64 << 10, WINDOW_LENGTH + 64);
    private final Meta meta = Meta.created(ID_HIGH, ID_LOW);

    private final Consumer<byte[]> execution = this::fuzz;

    private HeaderFuzzTarget() {
        SegmentLayout.write(buffer, new SegmentHeader(ID_HIGH, ID_LOW, NUMBER, 64 << 10, 1, 1_700_000_000L));
        buffer.get(0, template);
    }

    /** The entry point that the fuzzer knows by its name. */
    public static void fuzzerTestOneInput(final byte[] data) {
        INSTANCE.bound.run(INSTANCE.execution, data);
    }

    private void fuzz(final byte[] data) {
        input.reset(data);
        System.arraycopy(template, 0, page, 0, PAGE_LENGTH);
        final int control = input.nextByte();
        final long length = lengthOfFile(control);
        if ((control & 0xE0) == 0xE0) {
            // Now and then only, because a window of a megabyte costs more than all the rest.
            file.length(length);
        } else {
            file.growWhenRead(Math.min(length, PAGE_LENGTH), length);
        }
        while (!input.isAtEnd()) {
            // Most edits hit fields that mean something; those behind them must be covered by the checksum as well.
            input.edit(page, 0, (control & 1) == 0 ? USED_LENGTH : PAGE_LENGTH);
        }
        final boolean sealed = (control & 2) != 0;
        if (sealed) {
            fields.putInt(CHECKSUM_OFFSET, checksum());
        }
        final HeaderVerdict expected = expected();
        buffer.put(0, page);
        final HeaderVerdict verdict = SegmentLayout.check(buffer);
        require(verdict == expected, "verdict " + verdict + ", expected " + expected);
        if (verdict == HeaderVerdict.READABLE) {
            readBack();
        }
        // A reader of its own costs most, and says no more than this where the page is damaged.
        if (sealed || (control & 0x60) == 0x20) {
            open(expected, length);
        }
    }

    private long lengthOfFile(final int control) {
        return switch ((control >>> 2) & 7) {
            case 0, 1, 2 -> 64 << 10;
            case 3 -> input.nextShort();
            case 4 -> Math.max(0, input.nextEdge());
            case 5 -> PAGE_LENGTH;
            case 6 -> 64 << 10 | input.nextByte();
            default -> Integer.toUnsignedLong(input.nextInt());
        };
    }

    private int checksum() {
        crc.reset();
        crc.update(page, COVERED_OFFSET, PAGE_LENGTH - COVERED_OFFSET);
        return (int) crc.getValue();
    }

    private HeaderVerdict expected() {
        // "TIDESEGM", version 1
        if (fields.getLong(0) != 0x4D47_4553_4544_4954L || fields.getInt(CHECKSUM_OFFSET) != checksum()) {
            return HeaderVerdict.DAMAGED;
        }
        final int version = fields.getInt(COVERED_OFFSET);
        if (version == 1) {
            return HeaderVerdict.READABLE;
        }
        return version < 1 ? HeaderVerdict.TOO_OLD : HeaderVerdict.TOO_NEW;
    }

    /** What is read is what stands there, and written again it is the same. */
    private void readBack() {
        final SegmentHeader header = SegmentLayout.read(buffer);
        require(
                header.equals(new SegmentHeader(
                        fields.getLong(16),
                        fields.getLong(24),
                        fields.getLong(32),
                        fields.getInt(40),
                        fields.getInt(44),
                        fields.getLong(48))),
                "read " + header);
        SegmentLayout.write(written, header);
        require(SegmentLayout.read(written).equals(header), "written and read again: " + header);
    }

    private void open(final HeaderVerdict expected, final long length) {
        final long segmentLength = Integer.toUnsignedLong(fields.getInt(40));
        final boolean fits = fields.getLong(16) == ID_HIGH
                && fields.getLong(24) == ID_LOW
                && fields.getLong(32) == NUMBER
                && segmentLength >= 64 << 10
                && segmentLength <= 1 << 30
                && segmentLength % PAGE_LENGTH == 0
                && length >= segmentLength;
        try (SegmentReader reader = SegmentReader.open(storage, NUMBER, meta, 1)) {
            require(expected == HeaderVerdict.READABLE && fits && length >= PAGE_LENGTH, "opened");
            require(reader.length() == segmentLength && reader.number() == NUMBER, "another segment");
        } catch (final CorruptJournalException e) {
            require(length < PAGE_LENGTH || expected == HeaderVerdict.DAMAGED || !fits, e.getMessage());
        } catch (final IncompatibleFormatException e) {
            require(
                    length >= PAGE_LENGTH
                            && (expected == HeaderVerdict.TOO_NEW || expected == HeaderVerdict.TOO_OLD)
                            && e.isTooNew() == (expected == HeaderVerdict.TOO_NEW),
                    e.getMessage());
        } catch (final IOException e) {
            throw new AssertionError("this storage has no failures", e);
        }
    }

    private void require(final boolean condition, final String what) {
        if (!condition) {
            throw new AssertionError(
                    what + ": length=" + file.length() + ", page=" + Arrays.toString(Arrays.copyOf(page, USED_LENGTH)));
        }
    }
}

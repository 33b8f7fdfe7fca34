// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.storage.MetaFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads meta files that a fuzzer makes: two good slots, edited, changed for each other, cut off, and with or without
 * checksums that fit. Which slot counts is found here once more, from the format's words.
 */
public final class MetaFuzzTarget {

    private static final int SLOT_LENGTH = 256;
    private static final int SLOT_DISTANCE = 4096;
    private static final int FILE_LENGTH = 8192;
    private static final int USED_LENGTH = 80;
    private static final int CHECKSUM_OFFSET = 8;
    private static final int COVERED_OFFSET = 12;

    private static final MetaFuzzTarget INSTANCE = new MetaFuzzTarget();

    private final FuzzInput input = new FuzzInput();
    private final byte[] template = new byte[FILE_LENGTH];
    private final SparseStorage storage = new SparseStorage();
    private final SparseStorage.SparseFile file = storage.add(FileNames.META, new byte[FILE_LENGTH]);
    private final byte[] bytes = file.content();
    private final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final MetaFile metaFile;
    private final ByteBuffer written = ByteBuffer.allocateDirect(SLOT_DISTANCE);
    private final CRC32C crc = new CRC32C();
    private final AllocationBound bound = new AllocationBound(64 << 10, 64 << 10);

    private final Consumer<byte[]> execution = this::fuzz;

    private MetaFuzzTarget() {
        final Meta older = new Meta(8, 0x7469_6465_6D61_726BL, 0x0123_4567_89AB_CDEFL, 3, false, 1, 100, 2, 77, 50);
        for (final Meta meta : new Meta[] {older, older.marked(140, 3, 120).closedCleanly()}) {
            MetaLayout.write(written, meta);
            written.get(0, template, (int) (meta.generation() % 2) * SLOT_DISTANCE, SLOT_LENGTH);
        }
        try {
            metaFile = MetaFile.open(storage, false);
        } catch (final IOException e) {
            throw new AssertionError("this storage has no failures", e);
        }
    }

    /** The entry point that the fuzzer knows by its name. */
    public static void fuzzerTestOneInput(final byte[] data) {
        INSTANCE.bound.run(INSTANCE.execution, data);
    }

    private void fuzz(final byte[] data) {
        input.reset(data);
        System.arraycopy(template, 0, bytes, 0, FILE_LENGTH);
        final int control = input.nextByte();
        file.length((control & 4) == 0 ? FILE_LENGTH : lengthOfFile());
        if ((control & 8) != 0) {
            System.arraycopy(template, 0, bytes, SLOT_DISTANCE, SLOT_LENGTH);
        }
        if ((control & 16) != 0) {
            System.arraycopy(template, SLOT_DISTANCE, bytes, 0, SLOT_LENGTH);
        }
        while (!input.isAtEnd()) {
            final int place = input.nextByte();
            input.edit(bytes, (place & 1) * SLOT_DISTANCE, (place & 2) == 0 ? USED_LENGTH : SLOT_LENGTH);
        }
        for (int slot = 0; slot < 2; slot++) {
            if ((control & (1 << slot)) != 0) {
                fields.putInt(slot * SLOT_DISTANCE + CHECKSUM_OFFSET, checksum(slot));
            }
        }
        try {
            judge();
        } catch (final IOException e) {
            throw new AssertionError("this storage has no failures", e);
        }
    }

    private long lengthOfFile() {
        final int kind = input.nextByte();
        return (kind & 1) == 0 ? input.nextShort() : Math.max(0, input.nextEdge());
    }

    private int checksum(final int slot) {
        crc.reset();
        crc.update(bytes, slot * SLOT_DISTANCE + COVERED_OFFSET, SLOT_LENGTH - COVERED_OFFSET);
        return (int) crc.getValue();
    }

    private boolean isWhole(final int slot) {
        final int offset = slot * SLOT_DISTANCE;
        // "TIDEMETA"
        return file.length() >= offset + SLOT_LENGTH
                && fields.getLong(offset) == 0x4154_454D_4544_4954L
                && fields.getInt(offset + CHECKSUM_OFFSET) == checksum(slot);
    }

    private void judge() throws IOException {
        int damaged = 0;
        boolean otherVersion = false;
        Meta newest = null;
        for (int slot = 0; slot < 2; slot++) {
            if (!isWhole(slot)) {
                damaged++;
            } else if (fields.getInt(slot * SLOT_DISTANCE + COVERED_OFFSET) != 1) {
                otherVersion = true;
            } else {
                final Meta meta = fieldsOf(slot * SLOT_DISTANCE);
                newest = newest == null || meta.generation() > newest.generation() ? meta : newest;
            }
        }
        final Meta expected = otherVersion ? null : newest;
        final MetaFile.Content content = metaFile.read();
        require(content.damagedSlots() == damaged, "damaged slots: " + content);
        require(expected == null ? content.meta() == null : expected.equals(content.meta()), "read " + content);
        readAsJournal(expected, otherVersion);
        if (expected != null) {
            MetaLayout.write(written, expected);
            require(MetaLayout.read(written).equals(expected), "written and read again: " + expected);
        }
    }

    private Meta fieldsOf(final int offset) {
        return new Meta(
                fields.getLong(offset + 16),
                fields.getLong(offset + 24),
                fields.getLong(offset + 32),
                fields.getInt(offset + 40),
                fields.getInt(offset + 44) != 0,
                fields.getLong(offset + 48),
                fields.getLong(offset + 56),
                fields.getLong(offset + 64),
                fields.getLong(offset + 72),
                fields.getLong(offset + 80));
    }

    private void readAsJournal(final @Nullable Meta expected, final boolean otherVersion) throws IOException {
        try {
            final Meta meta = JournalFiles.readMeta(storage, metaFile);
            require(meta.equals(expected) && isPossible(meta), "read " + meta);
        } catch (final CorruptJournalException e) {
            require(expected == null ? !otherVersion : !isPossible(expected), e.getMessage());
        } catch (final IncompatibleFormatException e) {
            require(otherVersion, e.getMessage());
        }
    }

    private static boolean isPossible(final Meta meta) {
        final long maxSequence = (1L << 56) - 1;
        return isWithin(meta.generation(), 0, Long.MAX_VALUE / 2)
                && meta.epoch() >= 0
                && isWithin(meta.head(), 1, maxSequence)
                && isWithin(meta.durableSequence(), 0, maxSequence)
                && isWithin(meta.markSegment(), 1, Long.MAX_VALUE / 2)
                && isWithin(meta.markSegmentFirstSequence(), 1, maxSequence);
    }

    private static boolean isWithin(final long value, final long least, final long most) {
        return least <= value && value <= most;
    }

    private void require(final boolean condition, final String what) {
        if (!condition) {
            throw new AssertionError(what + ": length=" + file.length() + ", slots="
                    + Arrays.toString(Arrays.copyOf(bytes, USED_LENGTH))
                    + Arrays.toString(Arrays.copyOfRange(bytes, SLOT_DISTANCE, SLOT_DISTANCE + USED_LENGTH)));
        }
    }
}

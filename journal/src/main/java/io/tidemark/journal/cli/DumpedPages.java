// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.format.CountersLayout;
import io.tidemark.journal.format.IndexBlockLayout;
import io.tidemark.journal.format.IndexLayout;
import io.tidemark.journal.format.MarkLayout;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.PositionLayout;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Shows what is laid out in pages and slots: all but frames. All begin with magic, checksum and version. */
final class DumpedPages {

    private static final int MAGIC_OFFSET = SegmentLayout.MAGIC_OFFSET;
    private static final int CHECKSUM_OFFSET = SegmentLayout.CHECKSUM_OFFSET;
    private static final int VERSION_OFFSET = SegmentLayout.VERSION_OFFSET;

    private final DumpLines lines;

    DumpedPages(final DumpLines lines) {
        this.lines = lines;
    }

    /** Magic, checksum and version, which all pages begin with. */
    private ByteBuffer beginning(
            final DumpedFile file,
            final long base,
            final int length,
            final int checked,
            final long magic,
            final String title)
            throws IOException {
        final ByteBuffer bytes = file.piece(base, length);
        final int stored = DumpLines.intAt(bytes, CHECKSUM_OFFSET);
        final int computed = new SeededChecksum().of(bytes, VERSION_OFFSET, checked - VERSION_OFFSET);
        bytes.clear();
        lines.line(title + ", at " + base + (base + length > file.length() ? ", cut short at " + file.length() : ""));
        lines.field(
                bytes,
                MAGIC_OFFSET,
                Long.BYTES,
                base,
                "magic",
                DumpLines.longAt(bytes, MAGIC_OFFSET) == magic ? "ok" : "WRONG");
        lines.field(bytes, CHECKSUM_OFFSET, Integer.BYTES, base, "checksum", DumpLines.verdict(stored, computed));
        lines.intField(bytes, VERSION_OFFSET, base, "version");
        return bytes;
    }

    void segmentHeader(final DumpedFile file) throws IOException {
        final ByteBuffer bytes = beginning(
                file,
                0,
                SegmentLayout.HEADER_PAGE_LENGTH,
                SegmentLayout.HEADER_PAGE_LENGTH,
                SegmentLayout.MAGIC,
                "segment header");
        lines.field(bytes, SegmentLayout.JOURNAL_ID_HIGH_OFFSET, 2 * Long.BYTES, 0, "journal id", "");
        lines.longField(bytes, SegmentLayout.NUMBER_OFFSET, 0, "segment number");
        lines.intField(bytes, SegmentLayout.SEGMENT_LENGTH_OFFSET, 0, "segment length");
        lines.intField(bytes, SegmentLayout.EPOCH_OFFSET, 0, "epoch");
        lines.timeField(bytes, SegmentLayout.CREATED_OFFSET, 0, "created");
    }

    void meta(final DumpedFile file) throws IOException {
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            final long base = (long) slot * MetaLayout.SLOT_DISTANCE;
            final ByteBuffer bytes = beginning(
                    file, base, MetaLayout.SLOT_LENGTH, MetaLayout.SLOT_LENGTH, MetaLayout.MAGIC, "meta slot " + slot);
            lines.longField(bytes, MetaLayout.GENERATION_OFFSET, base, "generation");
            lines.field(bytes, MetaLayout.JOURNAL_ID_HIGH_OFFSET, 2 * Long.BYTES, base, "journal id", "");
            lines.intField(bytes, MetaLayout.EPOCH_OFFSET, base, "epoch");
            lines.intField(bytes, MetaLayout.CLOSED_OFFSET, base, "closed cleanly");
            lines.longField(bytes, MetaLayout.HEAD_OFFSET, base, "head");
            lines.longField(bytes, MetaLayout.DURABLE_SEQUENCE_OFFSET, base, "durable sequence");
            lines.longField(bytes, MetaLayout.MARK_SEGMENT_OFFSET, base, "mark segment");
            lines.longField(bytes, MetaLayout.MARK_SEGMENT_FIRST_SEQUENCE_OFFSET, base, "its first sequence");
            lines.longField(bytes, MetaLayout.CHECKPOINT_SEQUENCE_OFFSET, base, "checkpoint");
        }
    }

    void position(final DumpedFile file) throws IOException {
        for (int slot = 0; slot < PositionLayout.SLOT_COUNT; slot++) {
            final long base = (long) slot * PositionLayout.SLOT_DISTANCE;
            final ByteBuffer bytes = beginning(
                    file,
                    base,
                    PositionLayout.SLOT_LENGTH,
                    PositionLayout.SLOT_LENGTH,
                    PositionLayout.MAGIC,
                    "position slot " + slot);
            lines.longField(bytes, PositionLayout.GENERATION_OFFSET, base, "generation");
            lines.field(bytes, PositionLayout.JOURNAL_ID_HIGH_OFFSET, 2 * Long.BYTES, base, "journal id", "");
            lines.longField(bytes, PositionLayout.PASSED_SEQUENCE_OFFSET, base, "passed sequence");
            lines.timeField(bytes, PositionLayout.COMMITTED_OFFSET, base, "committed");
        }
    }

    void mark(final DumpedFile file) throws IOException {
        final ByteBuffer bytes = beginning(
                file, 0, MarkLayout.FILE_LENGTH, MarkLayout.DURABLE_SEQUENCE_OFFSET, MarkLayout.MAGIC, "mark");
        lines.field(bytes, MarkLayout.JOURNAL_ID_HIGH_OFFSET, 2 * Long.BYTES, 0, "journal id", "");
        lines.longField(bytes, MarkLayout.DURABLE_SEQUENCE_OFFSET, 0, "durable sequence");
        final boolean isWhole = DumpLines.longAt(bytes, MarkLayout.COMPLEMENT_OFFSET)
                == ~DumpLines.longAt(bytes, MarkLayout.DURABLE_SEQUENCE_OFFSET);
        lines.field(bytes, MarkLayout.COMPLEMENT_OFFSET, Long.BYTES, 0, "its complement", isWhole ? "ok" : "WRONG");
    }

    void counters(final DumpedFile file) throws IOException {
        for (int slot = 0; slot < CountersLayout.SLOT_COUNT; slot++) {
            final int length = CountersLayout.SLOT_LENGTH;
            final long base = (long) slot * length;
            final ByteBuffer bytes =
                    beginning(file, base, length, length, CountersLayout.MAGIC, "counters slot " + slot);
            lines.longField(bytes, CountersLayout.GENERATION_OFFSET, base, "generation");
            lines.field(bytes, CountersLayout.JOURNAL_ID_HIGH_OFFSET, 2 * Long.BYTES, base, "journal id", "");
            lines.longField(bytes, CountersLayout.EPOCH_OFFSET, base, "epoch");
            lines.longField(bytes, CountersLayout.STATE_OFFSET, base, "state");
            lines.longField(bytes, CountersLayout.PROCESS_ID_OFFSET, base, "process");
            lines.longField(bytes, CountersLayout.APPENDED_SEQUENCE_OFFSET, base, "appended sequence");
            lines.longField(bytes, CountersLayout.WRITTEN_SEQUENCE_OFFSET, base, "written sequence");
            lines.longField(bytes, CountersLayout.DURABLE_SEQUENCE_OFFSET, base, "durable sequence");
            lines.line("  the rest is what stat shows");
        }
    }

    /** The header of the index, and the blocks that hold something, up to a count. */
    void index(final DumpedFile file, final long maxBlocks) throws IOException {
        final int page = IndexLayout.HEADER_PAGE_LENGTH;
        final ByteBuffer bytes = beginning(file, 0, page, page, IndexLayout.MAGIC, "index header");
        lines.field(bytes, IndexLayout.JOURNAL_ID_HIGH_OFFSET, 2 * Long.BYTES, 0, "journal id", "");
        lines.intField(bytes, IndexLayout.BLOCK_LENGTH_OFFSET, 0, "block length");
        lines.intField(bytes, IndexLayout.BLOCK_COUNT_OFFSET, 0, "block count");
        final int blockLength = DumpLines.intAt(bytes, IndexLayout.BLOCK_LENGTH_OFFSET);
        if (blockLength < IndexLayout.MIN_BLOCK_LENGTH || blockLength > IndexLayout.MAX_BLOCK_LENGTH) {
            lines.line("  blocks can't be told apart: expected a block length from " + IndexLayout.MIN_BLOCK_LENGTH
                    + " to " + IndexLayout.MAX_BLOCK_LENGTH);
            return;
        }
        long shown = 0;
        for (long base = page; base < file.length() && shown < maxBlocks; base += blockLength) {
            final ByteBuffer block = file.piece(base, blockLength);
            final long segment = IndexBlockLayout.segmentNumber(block);
            if (segment != 0) {
                block(block, base, bytes, segment);
                shown++;
            }
        }
    }

    private void block(final ByteBuffer block, final long base, final ByteBuffer header, final long segment) {
        final SeededChecksum checksum = new SeededChecksum();
        checksum.seed(
                DumpLines.longAt(header, IndexLayout.JOURNAL_ID_HIGH_OFFSET),
                DumpLines.longAt(header, IndexLayout.JOURNAL_ID_LOW_OFFSET),
                segment);
        final boolean isWhole = IndexBlockLayout.isOf(block, block.capacity(), checksum, segment);
        block.clear();
        lines.line("index block, at " + base);
        lines.field(
                block,
                IndexBlockLayout.CHECKSUM_OFFSET,
                Integer.BYTES,
                base,
                "checksum",
                isWhole ? "ok" : "WRONG, or the count is");
        lines.intField(block, IndexBlockLayout.ENTRY_COUNT_OFFSET, base, "entries");
        lines.longField(block, IndexBlockLayout.SEGMENT_NUMBER_OFFSET, base, "segment number");
        lines.longField(block, IndexBlockLayout.FIRST_SEQUENCE_OFFSET, base, "first sequence");
        for (int i = 0; isWhole && i < IndexBlockLayout.entryCount(block); i++) {
            lines.field(
                    block,
                    IndexBlockLayout.HEADER_LENGTH + i * IndexBlockLayout.ENTRY_LENGTH,
                    IndexBlockLayout.ENTRY_LENGTH,
                    base,
                    "entry " + i,
                    "offset " + IndexBlockLayout.offset(block, i) + ", sequence "
                            + (IndexBlockLayout.firstSequence(block) + IndexBlockLayout.delta(block, i)) + ", "
                            + DumpLines.time(IndexBlockLayout.timestampNs(block, i)));
        }
    }
}

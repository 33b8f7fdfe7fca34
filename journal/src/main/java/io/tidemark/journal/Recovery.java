// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings a journal into a state in which it can be written: finds where it ends, proves or makes durable what is there,
 * and drops what is unfinished. The lock is held all the while.
 *
 * <p>The steps, and why a crash between any two of them harms nothing:
 *
 * <ol>
 *   <li>Directory and segments from the mark on are forced: what is read from now on can't vanish.
 *   <li>The chain is followed from the mark to its end, and the end is judged ({@link RecoveryCase}).
 *   <li>What no frame proves to be durable is written again, byte by byte the same, and forced: after a force that failed,
 *       the page cache may show as clean what never reached the disk.
 *   <li>A cut zeroes the word behind the last frame and forces it, then deletes later segments, the newest first, and
 *       forces the directory.
 *   <li>The new epoch is written to both slots of the meta file, so that losing either can't bring an epoch back.
 * </ol>
 */
final class Recovery {

    private static final int REWRITE_LENGTH = 1 << 20;

    private final Storage storage;
    private final MetaFile metaFile;
    private final JournalFiles files;

    private final int metaSlotsDamaged;
    private Meta meta;

    /**
     * What recovery found.
     *
     * @param meta with the new epoch, as it was written
     * @param tail where the journal goes on
     * @param segmentFirstSequence first sequence of the segment in which it goes on
     * @param standbys numbers of segments behind that one, which are empty
     * @param positions of frames in the segments that were read, of which the last may be the one in which it goes on
     * @param report for the user
     */
    record Result(
            Meta meta,
            JournalTail tail,
            long segmentFirstSequence,
            List<Long> standbys,
            List<SegmentPositions> positions,
            RecoveryReport report) {}

    Recovery(final Storage storage, final MetaFile metaFile, final JournalFiles files) throws IOException {
        this.storage = storage;
        this.metaFile = metaFile;
        this.files = files;
        final MetaFile.Content content = metaFile.read();
        this.metaSlotsDamaged = content.damagedSlots();
        this.meta = JournalFiles.requireMeta(storage, content);
    }

    /**
     * Recovers a journal that has at least one segment.
     *
     * @param startNs when opening began, for the report
     * @return what was found
     * @throws IOException if a call failed
     * @throws CorruptJournalException if something durable is damaged; nothing was changed then
     */
    Result recover(final long startNs) throws IOException {
        files.requireContiguous(storage);
        files.requireMarkSegment(storage, meta);
        metaFile.force();
        storage.forceDirectory();
        for (long number = meta.markSegment(); number <= files.lastSegment(); number++) {
            forceSegment(number);
        }
        final boolean closedCleanly = meta.closed();
        final JournalTail tail;
        final long segmentFirstSequence;
        final int segmentsRead;
        final List<SegmentPositions> positions = new ArrayList<>();
        try (JournalScan scan = scanFromMark()) {
            while (scan.advance()) {
                note(scan, positions);
            }
            tail = JournalTail.of(storage, meta, scan);
            segmentFirstSequence = scan.segmentFirstSequence();
            segmentsRead = scan.segmentsRead();
        }
        tail.throwIfRefused();
        if (!closedCleanly) {
            rewriteUnproven(tail);
        }
        final List<Long> standbys = new ArrayList<>();
        final int deleted = dropWhatIsBehind(tail, standbys);
        beginEpoch(tail, segmentFirstSequence);
        final boolean cut = tail.decision() == RecoveryCase.Decision.CUT;
        final RecoveryReport report = new RecoveryReport(
                meta.epoch(),
                Math.min(Math.max(meta.head(), 1), tail.nextSequence()),
                tail.lastSequence(),
                closedCleanly,
                cut,
                cut ? tail.path() : "",
                cut ? tail.offset() : 0,
                cut ? tail.finding() : "",
                deleted,
                segmentsRead,
                metaSlotsDamaged,
                System.nanoTime() - startNs);
        positions.forEach(segment -> segment.cut(tail.nextSequence()));
        return new Result(meta, tail, segmentFirstSequence, standbys, positions, report);
    }

    private static void note(final JournalScan scan, final List<SegmentPositions> positions) {
        final long segment = scan.reader().number();
        if (positions.isEmpty() || positions.get(positions.size() - 1).segment() != segment) {
            positions.add(SegmentPositions.of(segment, scan.reader().length()));
        }
        positions.get(positions.size() - 1).note(scan.frameOffset(), scan.sequence(), scan.timestampNs());
    }

    private JournalScan scanFromMark() throws IOException {
        final long first = meta.markSegmentFirstSequence();
        return new JournalScan(storage, meta, SegmentReader.open(storage, meta.markSegment(), meta, first), first);
    }

    private void forceSegment(final long number) throws IOException {
        try (StorageFile file = storage.open(FileNames.segment(number), true)) {
            file.force(false);
        }
    }

    /** Writes what is not proven to be on the disk once more, and forces it. */
    private void rewriteUnproven(final JournalTail tail) throws IOException {
        long number = meta.markSegment();
        int from = SegmentLayout.HEADER_PAGE_LENGTH;
        try (JournalScan scan = scanFromMark()) {
            while (scan.advance() && scan.sequence() <= tail.provenDurable()) {
                number = scan.reader().number();
                from = scan.endOffset();
            }
        }
        while (number <= tail.segment()) {
            try (StorageFile file = storage.open(FileNames.segment(number), true)) {
                final long end = number == tail.segment() ? tail.offset() : file.length();
                rewrite(file, from, end);
            }
            number++;
            from = SegmentLayout.HEADER_PAGE_LENGTH;
        }
    }

    private static void rewrite(final StorageFile file, final long from, final long end) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(REWRITE_LENGTH);
        for (long offset = from; offset < end; offset += REWRITE_LENGTH) {
            buffer.clear().limit((int) Math.min(REWRITE_LENGTH, end - offset));
            file.read(buffer, offset);
            buffer.flip();
            file.write(buffer, offset);
        }
        file.force(false);
    }

    private int dropWhatIsBehind(final JournalTail tail, final List<Long> standbys) throws IOException {
        if (tail.decision() == RecoveryCase.Decision.RESUME) {
            for (long number = tail.segment() + 1; number <= files.lastSegment(); number++) {
                standbys.add(number);
            }
            return 0;
        }
        try (StorageFile file = storage.open(FileNames.segment(tail.segment()), true)) {
            file.write(ByteBuffer.allocateDirect(Long.BYTES), tail.offset());
            file.force(false);
        }
        int deleted = 0;
        for (long number = files.lastSegment(); number > tail.segment(); number--) {
            storage.delete(FileNames.segment(number));
            // Each by itself: two deletions that change places in a power cut would leave a gap.
            storage.forceDirectory();
            deleted++;
        }
        return deleted;
    }

    private void beginEpoch(final JournalTail tail, final long segmentFirstSequence) throws IOException {
        final int lastEpoch = Math.max(meta.epoch(), tail.epoch());
        if (lastEpoch == Integer.MAX_VALUE) {
            throw new JournalException("epoch is used up, the journal was opened 2147483647 times: directory="
                    + storage.pathOf("") + "; copy its records to a new journal");
        }
        final Meta opened = meta.marked(tail.lastSequence(), tail.segment(), segmentFirstSequence)
                .opened(lastEpoch + 1);
        metaFile.write(opened);
        meta = opened.again();
        metaFile.write(meta);
    }
}

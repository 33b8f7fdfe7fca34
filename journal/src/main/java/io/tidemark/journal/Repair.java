// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes what is whole from a damaged journal into a new one, and leaves the damaged one as it is.
 *
 * <p>The damaged journal is read twice. First every whole frame is looked at for what it tells of cuts: a frame of epoch
 * <i>e</i> with sequence <i>s</i> proves that all that older epochs had from <i>s</i> on was cut off when <i>e</i> began, and
 * so does the meta file with its epoch and the record behind its durable mark. Then the frames are taken in the order of
 * their places: whole, of the right seed, not cut off, with ascending sequences, and none further ahead than the bytes in
 * between can have held records. What is missing in between is filled with records that no reader is given, so that every
 * record keeps its sequence; and so is what had been durable behind the last, so that no sequence is given out twice.
 *
 * <p>Nobody may be writing in the damaged journal. Owned by one thread.
 */
final class Repair {

    /**
     * Sequences that are filled in a row at most: 320 MB. What lies in front of a longer gap is left out, and the copy
     * begins behind it: the newest records are worth most.
     */
    static final long MAX_FILLED = 10_000_000;

    private final Storage source;
    private final Storage target;
    private final LongSupplier idSource;
    private final long createdNs;
    private final long maxFilled;
    private final LongConsumer readListener;
    private long readCount;

    /**
     * What was taken from the damaged journal.
     *
     * @param meta what is known of it
     * @param lost whether that is no more than its id
     * @param segments numbers of its segments, ascending
     */
    record Damaged(Meta meta, boolean lost, List<Long> segments) {

        /**
         * No record of an epoch has a higher sequence: after a clean close nothing lies behind the durable mark. Records of
         * later epochs may be there, if the meta file is an old copy that somebody put back.
         */
        long highestSequence(final int epoch) {
            return !lost && meta.closed() && epoch <= meta.epoch() ? meta.durableSequence() : FrameLayout.MAX_SEQUENCE;
        }
    }

    Repair(
            final Storage source,
            final Storage target,
            final LongSupplier idSource,
            final long createdNs,
            final long maxFilled,
            final LongConsumer readListener) {
        this.source = source;
        this.target = target;
        this.idSource = idSource;
        this.createdNs = createdNs;
        this.maxFilled = maxFilled;
        this.readListener = readListener;
    }

    static RepairReport run(final Storage source, final Storage target, final LongConsumer readListener)
            throws IOException {
        final JournalConfig defaults = JournalConfig.defaults();
        return new Repair(source, target, defaults.idSource(), defaults.clock().nanoTime(), MAX_FILLED, readListener)
                .run();
    }

    /**
     * Makes the copy.
     *
     * @return what is in it, and what is not
     * @throws IOException if a call failed
     */
    RepairReport run() throws IOException {
        final Damaged damaged = look();
        requireEmpty(0);
        if (!target.tryLock(FileNames.LOCK)) {
            throw new JournalLockedException("copy is used elsewhere: directory=" + target.pathOf(""));
        }
        requireEmpty(1);
        final NavigableMap<Integer, Long> firstByEpoch = new TreeMap<>();
        final int segmentLength = survey(damaged, firstByEpoch);
        final SalvageLedger ledger = new SalvageLedger();
        try (SalvageCopy copy =
                new SalvageCopy(target, idSource.getAsLong(), idSource.getAsLong(), segmentLength, createdNs)) {
            final SalvageSelection selection =
                    new SalvageSelection(damaged, firstByEpoch, copy, segmentLength, ledger, maxFilled);
            for (final long number : damaged.segments()) {
                try (SalvageScan scan = new SalvageScan(source, damaged.meta(), number)) {
                    selection.take(scan, this::noteRead);
                }
            }
            selection.finish();
        }
        return report(damaged, ledger);
    }

    private void noteRead() {
        readListener.accept(++readCount);
    }

    private void requireEmpty(final int ownFiles) throws IOException {
        final List<String> names = target.list();
        if (names.size() > ownFiles) {
            final String found = names.get(0).equals(FileNames.LOCK) ? names.get(names.size() - 1) : names.get(0);
            throw new IllegalArgumentException("copy must be a directory that is missing or empty: found "
                    + names.size() + " files, one of them " + found + ": copy=" + target.pathOf("") + "; name another");
        }
    }

    private Damaged look() throws IOException {
        final JournalFiles files = JournalFiles.requireAny(source);
        final Meta meta = readMeta(files);
        return meta == null
                ? new Damaged(metaOfHeaders(files.segments()), true, files.segments())
                : new Damaged(meta, false, files.segments());
    }

    private @Nullable Meta readMeta(final JournalFiles files) throws IOException {
        if (!files.hasMeta()) {
            return null;
        }
        try (MetaFile file = MetaFile.open(source, false)) {
            return JournalFiles.readMeta(source, file);
        } catch (final CorruptJournalException e) {
            // Both slots are damaged. The segments tell the id, and that is enough to know their frames.
            return null;
        }
    }

    /** The id that most segments have in their headers. */
    private Meta metaOfHeaders(final List<Long> segments) throws IOException {
        final Map<Meta, Integer> votes = new LinkedHashMap<>();
        for (final long number : segments) {
            final SegmentHeader header = readHeader(number);
            if (header != null && header.number() == number) {
                votes.merge(Meta.created(header.journalIdHigh(), header.journalIdLow()), 1, Integer::sum);
            }
        }
        Meta best = null;
        int most = 0;
        for (final Map.Entry<Meta, Integer> vote : votes.entrySet()) {
            if (vote.getValue() > most) {
                best = vote.getKey();
                most = vote.getValue();
            }
        }
        if (best == null) {
            throw new CorruptJournalException(
                    source.pathOf(FileNames.META),
                    0,
                    0,
                    "neither journal.meta nor the header of any segment tells the id, without which no frame can be"
                            + " told from garbage");
        }
        return best;
    }

    private @Nullable SegmentHeader readHeader(final long number) throws IOException {
        final String name = FileNames.segment(number);
        final ByteBuffer page = ByteBuffer.allocateDirect(SegmentLayout.HEADER_PAGE_LENGTH);
        try (StorageFile file = source.open(name, false)) {
            if (file.read(page, 0) < SegmentLayout.HEADER_PAGE_LENGTH) {
                return null;
            }
        }
        final HeaderVerdict verdict = SegmentLayout.check(page);
        if (verdict == HeaderVerdict.DAMAGED) {
            return null;
        }
        if (verdict != HeaderVerdict.READABLE) {
            throw SegmentReader.incompatible(verdict, SegmentLayout.version(page), source.pathOf(name));
        }
        return SegmentLayout.read(page);
    }

    /**
     * Looks at every whole frame.
     *
     * @param damaged journal
     * @param firstByEpoch takes, for each epoch, a sequence from which on all older ones were cut off
     * @return the length of the longest segment
     */
    private int survey(final Damaged damaged, final NavigableMap<Integer, Long> firstByEpoch) throws IOException {
        if (!damaged.lost()) {
            firstByEpoch.put(damaged.meta().epoch(), damaged.meta().durableSequence() + 1);
        }
        int longest = 0;
        for (final long number : damaged.segments()) {
            try (SalvageScan scan = new SalvageScan(source, damaged.meta(), number)) {
                longest = Math.max(longest, scan.segmentLength());
                while (scan.advance()) {
                    firstByEpoch.merge(scan.epoch(), scan.sequence(), Math::min);
                    noteRead();
                }
            }
        }
        if (longest == 0) {
            return JournalConfig.defaults().segmentLength();
        }
        final int page = SegmentLayout.HEADER_PAGE_LENGTH;
        final long rounded = ((long) longest + page - 1) / page * page;
        return (int) Math.min(SegmentLayout.MAX_SEGMENT_LENGTH, Math.max(SegmentLayout.MIN_SEGMENT_LENGTH, rounded));
    }

    private RepairReport report(final Damaged damaged, final SalvageLedger ledger) throws IOException {
        final VerifyReport verified = Verification.run(target, 0, count -> readListener.accept(readCount + count));
        if (verified.verdict() != VerifyReport.Verdict.INTACT) {
            throw new JournalException("copy is not what was written, its disk may be bad: " + verified.finding()
                    + ": file=" + verified.file() + ", offset=" + verified.offset());
        }
        final JournalStatus status = Verification.status(target);
        return new RepairReport(
                status.firstSequence(),
                status.lastSequence(),
                ledger.ranges(SalvageLedger.Fate.SALVAGED),
                ledger.ranges(SalvageLedger.Fate.LOST),
                ledger.ranges(SalvageLedger.Fate.LEFT_OUT),
                damaged.lost());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** Reads a whole journal, or just its ends, and says how it is. Holds no state between calls. */
final class Verification {

    /** How long bytes behind the end may be on their way before they are called torn. */
    private static final long SETTLE_NS = 50_000_000;

    private Verification() {}

    static VerifyReport run(final Storage storage, final LongConsumer readCount) throws IOException {
        return run(storage, SETTLE_NS, readCount);
    }

    static VerifyReport run(final Storage storage, final long settleNs) throws IOException {
        return run(storage, settleNs, count -> {});
    }

    static VerifyReport run(final Storage storage, final long settleNs, final LongConsumer readCount)
            throws IOException {
        JournalFiles.listExisting(storage);
        while (true) {
            final MetaFile.Content content = readMeta(storage, settleNs);
            final Meta before = content.meta();
            try {
                final VerifyReport report = run(storage, settleNs, content, readCount);
                if (before == null || head(storage) <= Math.max(before.head(), report.nextSequence())) {
                    return report;
                }
            } catch (final NoSuchFileException e) {
                if (before == null || Replay.readMeta(storage).generation() == before.generation()) {
                    throw e;
                }
            }
            // What is missing, or looks like the end, has been truncated meanwhile: all begins anew at the head.
        }
    }

    /** The head as it is now; 0 if it can't be told, and then nothing was truncated. */
    private static long head(final Storage storage) throws IOException {
        try {
            return Replay.readMeta(storage).head();
        } catch (final CorruptJournalException e) {
            return 0;
        }
    }

    private static VerifyReport run(
            final Storage storage, final long settleNs, final MetaFile.Content content, final LongConsumer readCount)
            throws IOException {
        try {
            final JournalLook look = JournalLook.take(storage, JournalFiles.requireMeta(storage, content));
            final Meta meta = look.meta();
            final JournalFiles files = look.files();
            if (files.segments().isEmpty()) {
                return new VerifyReport(
                        VerifyReport.Verdict.INTACT,
                        0,
                        0,
                        0,
                        storage.pathOf(FileNames.META),
                        0,
                        1,
                        "no segment yet",
                        content.damagedSlots());
            }
            files.requireMarkSegment(storage, meta);
            try (JournalScan scan = Replay.startingAt(storage, meta, files, meta.head())) {
                return walk(storage, meta, scan, settleNs, content.damagedSlots(), readCount);
            }
        } catch (final CorruptJournalException e) {
            return new VerifyReport(
                    VerifyReport.Verdict.CORRUPT,
                    0,
                    0,
                    0,
                    e.file(),
                    e.offset(),
                    e.sequence(),
                    String.valueOf(e.getMessage()),
                    content.damagedSlots());
        }
    }

    private static MetaFile.Content readMeta(final Storage storage, final long settleNs) throws IOException {
        try (MetaFile file = MetaFile.open(storage, false)) {
            final MetaFile.Content content = file.read();
            if (content.damagedSlots() == 0) {
                return content;
            }
            // A live writer may be in the middle of writing the slot.
            LockSupport.parkNanos(settleNs);
            return file.read();
        }
    }

    private static VerifyReport walk(
            final Storage storage,
            final Meta meta,
            final JournalScan scan,
            final long settleNs,
            final int metaSlotsDamaged,
            final LongConsumer readCount)
            throws IOException {
        final long first = scan.nextSequence();
        long count = 0;
        boolean settled = false;
        while (true) {
            while (scan.advance()) {
                count++;
                readCount.accept(count);
            }
            final JournalTail tail = JournalTail.of(storage, meta, scan);
            final VerifyReport report = report(tail, count, first, metaSlotsDamaged);
            if (report.verdict() == VerifyReport.Verdict.INTACT || (settled && !hasGrown(scan))) {
                return report;
            }
            // A live writer may be in the middle of storing what looks torn, and what proves damage may be younger than
            // the look at the end. Both are over when the end has not moved for a while.
            LockSupport.parkNanos(settleNs);
            settled = !hasGrown(scan);
        }
    }

    /** The end, as often as a live writer goes on while it is judged: what proves damage may be younger than the look at it. */
    private static JournalTail settledTail(final Storage storage, final Meta meta, final JournalScan scan)
            throws IOException {
        JournalTail tail;
        do {
            while (scan.advance()) {
                // Only the end is of interest here.
            }
            tail = JournalTail.of(storage, meta, scan);
        } while (tail.decision() == RecoveryCase.Decision.REFUSE_CORRUPT && hasGrown(scan));
        return tail;
    }

    private static boolean hasGrown(final JournalScan scan) throws IOException {
        return scan.reader().judge(scan.endOffset(), scan.nextSequence(), scan.epoch()) == FrameVerdict.WHOLE;
    }

    private static VerifyReport report(
            final JournalTail tail, final long count, final long first, final int metaSlotsDamaged) {
        final VerifyReport.Verdict verdict = switch (tail.recoveryCase()) {
            case END -> VerifyReport.Verdict.INTACT;
            case GHOST ->
                tail.offset() == tail.damageOffset() && tail.framesBehind() == 0
                        ? VerifyReport.Verdict.INTACT
                        : VerifyReport.Verdict.TORN_TAIL;
            case END_IN_BATCH, HOLE, TORN -> VerifyReport.Verdict.TORN_TAIL;
            case DURABLE_RECORD_MISSING, DURABLE_RECORD_DAMAGED, DURABLE_RECORD_REPLACED ->
                VerifyReport.Verdict.CORRUPT;
            case WRITTEN_BY_NEWER_VERSION -> {
                tail.throwIfRefused();
                throw new AssertionError("a frame that is too new must be refused");
            }
        };
        return new VerifyReport(
                verdict,
                count,
                count == 0 ? 0 : first,
                tail.lastSequence(),
                tail.path(),
                tail.damageOffset(),
                tail.nextSequence(),
                tail.finding(),
                metaSlotsDamaged);
    }

    static JournalStatus status(final Storage storage) throws IOException {
        while (true) {
            final JournalLook look = JournalLook.take(storage);
            try {
                return status(storage, look);
            } catch (final CorruptJournalException | NoSuchFileException e) {
                if (Replay.readMeta(storage).generation() == look.meta().generation()) {
                    throw e;
                }
                // The mark has moved meanwhile, and what is missing was truncated.
            }
        }
    }

    private static JournalStatus status(final Storage storage, final JournalLook look) throws IOException {
        final Meta meta = look.meta();
        final JournalFiles files = look.files();
        long lastSequence = meta.durableSequence();
        long durableSequence = meta.durableSequence();
        long bytes = 0;
        if (!files.segments().isEmpty()) {
            files.requireMarkSegment(storage, meta);
            try (JournalScan scan = Replay.startingWith(storage, meta, files, meta.markSegment())) {
                final JournalTail tail = settledTail(storage, meta, scan);
                tail.throwIfRefused();
                lastSequence = tail.lastSequence();
                durableSequence = Math.min(lastSequence, tail.provenDurable());
            }
        }
        int count = 0;
        for (final long number : files.segments()) {
            final long length = length(storage, number);
            bytes += length;
            count += length > 0 ? 1 : 0;
        }
        return new JournalStatus(
                count,
                meta.head(),
                lastSequence,
                durableSequence,
                meta.head(),
                meta.checkpointSequence(),
                bytes,
                meta.epoch(),
                meta.closed());
    }

    /** Length of a segment; 0 if it was truncated since it was listed. One that may not be missing was looked for before. */
    private static long length(final Storage storage, final long number) throws IOException {
        try (StorageFile file = storage.open(FileNames.segment(number), false)) {
            return file.length();
        } catch (final NoSuchFileException e) {
            return 0;
        }
    }
}

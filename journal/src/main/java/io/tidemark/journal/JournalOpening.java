// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.jfr.EventSpan;
import io.tidemark.journal.jfr.JournalEvents;
import io.tidemark.journal.jfr.RecoveryFacts;
import io.tidemark.journal.storage.MarkFile;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.SegmentLeases;
import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens a journal for writing: lock, meta file, first segment, recovery, and the agents, ready to be started.
 *
 * @param engine what the agents share
 * @param writer not started yet
 * @param sync not started yet
 * @param keeper not started yet
 * @param archive not started yet; null if there is no archive
 * @param report on the recovery
 */
record JournalOpening(
        Engine engine,
        WriterAgent writer,
        SyncAgent sync,
        KeeperAgent keeper,
        @Nullable ArchiveAgent archive,
        RecoveryReport report) {

    /** How much of a segment that existed before is faulted in for writing when it is mapped again, in bytes. */
    static final int RESUME_FAULT_LENGTH = 4 << 20;

    /**
     * Opens the journal in a directory, or creates one where the directory is empty. If that fails, everything is let go
     * again.
     *
     * @param storage of the journal; the keeper closes it in the end
     * @param config how to run it
     * @return the journal, opened
     * @throws IOException if a call failed
     */
    static JournalOpening open(final Storage storage, final JournalConfig config) throws IOException {
        final long startNs = System.nanoTime();
        final EventSpan event = JournalEvents.instance().beginRecovery();
        try {
            if (!storage.tryLock(FileNames.LOCK)) {
                throw new JournalLockedException(
                        "journal is open for writing elsewhere, in this process or another: directory="
                                + storage.pathOf("") + "; close it there first");
            }
            final JournalOpening opening = openLocked(storage, config, startNs);
            if (event != null) {
                JournalEvents.instance().endRecovery(event, storage.pathOf(""), facts(opening.report()));
            }
            return opening;
        } catch (final IOException | RuntimeException | Error e) {
            try {
                storage.close();
            } catch (final IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private static RecoveryFacts facts(final RecoveryReport report) {
        return new RecoveryFacts(
                report.epoch(),
                report.firstSequence(),
                report.lastSequence(),
                report.closedCleanly(),
                report.tailCut(),
                report.cutFile(),
                report.cutOffset(),
                report.cutReason(),
                report.segmentsDeleted(),
                report.segmentsRead(),
                report.metaSlotsDamaged(),
                report.durationNs());
    }

    private static JournalOpening openLocked(final Storage storage, final JournalConfig config, final long startNs)
            throws IOException {
        if (config.invocation() == Invocation.ALL) {
            return openLocked(storage, config, startNs, () -> AppendQueue.memory(config.queueLength()));
        }
        // Where page faults are dear it takes longer than recovery does, and needs nothing of that.
        final OpeningThread<ByteBuffer> memory =
                OpeningThread.start("tidemark-open-queue", () -> AppendQueue.memory(config.queueLength()));
        try {
            return openLocked(storage, config, startNs, memory::await);
        } catch (final IOException | RuntimeException | Error e) {
            awaitEnd(memory, e);
            throw e;
        }
    }

    private static void awaitEnd(final OpeningThread<?> thread, final Throwable cause) {
        try {
            thread.await();
        } catch (final RuntimeException | Error e) {
            if (e != cause) {
                cause.addSuppressed(e);
            }
        }
    }

    private static JournalOpening openLocked(
            final Storage storage,
            final JournalConfig config,
            final long startNs,
            final Supplier<ByteBuffer> queueMemory)
            throws IOException {
        final JournalFiles found = JournalFiles.list(storage);
        if (found.foreign() != null || !found.segments().isEmpty()) {
            found.requireMeta(storage);
        }
        if (!found.hasMeta()) {
            deleteLeftovers(storage, found);
        }
        final MetaFile metaFile = found.hasMeta()
                ? MetaFile.open(storage, true)
                : MetaFile.create(
                        storage,
                        Meta.created(
                                config.idSource().getAsLong(), config.idSource().getAsLong()));
        try {
            final JournalFiles files = withFirstSegment(storage, config, found, metaFile);
            final Recovery.Result result = new Recovery(storage, metaFile, files).recover(startNs);
            if (!found.segments().isEmpty()) {
                deleteLeftovers(storage, found);
            }
            final List<Long> adoptable = keepFitting(storage, config, result);
            final int maxSpareCount = maxSpareCount(storage, config);
            final List<Long> keptSpares = keepSpares(storage, files, maxSpareCount);
            // Before the segment is mapped: there may be no memory for the append queue.
            final Engine engine = new Engine(
                    config, storage.pathOf(""), result.meta(), result.tail().lastSequence(), queueMemory.get());
            final Segment segment = mapTail(storage, config, result);
            final SyncAgent sync = new SyncAgent(engine, segment);
            final WriterAgent writer = new WriterAgent(engine, sync, segment);
            publishMark(storage, engine);
            final Spares spares = new Spares(storage, openLeases(storage), maxSpareCount, keptSpares);
            final StandbySupply supply = new StandbySupply(engine, storage, segment, adoptable, spares);
            final KeeperAgent keeper = new KeeperAgent(
                    engine, storage, metaFile, segment, result.segmentFirstSequence(), files.firstSegment(), supply);
            keeper.publishCounters();
            keeper.index(result.positions().stream()
                    .filter(positions -> positions.segment() != segment.number())
                    .toList());
            final ArchiveProgress progress = engine.archiveProgress();
            final SegmentArchive hook = config.archive();
            final ArchiveAgent archive =
                    progress == null || hook == null ? null : new ArchiveAgent(engine, storage, hook, progress);
            return new JournalOpening(engine, writer, sync, keeper, archive, result.report());
        } catch (final IOException | RuntimeException | Error e) {
            metaFile.close();
            throw e;
        }
    }

    /** Lets other processes see the durable mark. It is for their convenience only: without room for it, they do without. */
    private static void publishMark(final Storage storage, final Engine engine) {
        try {
            engine.publishTo(
                    MarkFile.publish(storage, engine.meta(), engine.durable().get()));
        } catch (final IOException e) {
            return;
        }
    }

    /** Deletes the spares that are not wanted. Those that bear the number of a segment that exists are of another time. */
    private static List<Long> keepSpares(final Storage storage, final JournalFiles files, final int maxCount)
            throws IOException {
        final List<Long> kept = new ArrayList<>();
        for (final long spare : files.spares()) {
            if (kept.size() < maxCount && spare < files.firstSegment()) {
                kept.add(spare);
            } else {
                storage.delete(FileNames.spare(spare));
            }
        }
        return kept;
    }

    private static int maxSpareCount(final Storage storage, final JournalConfig config) {
        if (config.spareCount() != JournalConfig.SPARES_WHERE_THEY_HELP) {
            return config.spareCount();
        }
        try {
            return storage.copiesOnWrite() ? 0 : JournalConfig.DEFAULT_SPARE_COUNT;
        } catch (final IOException e) {
            return 0;
        }
    }

    /** Without leases nobody can tell what is being read; then segments are deleted, which takes nothing from readers. */
    private static @Nullable SegmentLeases openLeases(final Storage storage) {
        try {
            return storage.leases(FileNames.READERS, true);
        } catch (final IOException e) {
            return null;
        }
    }

    /** Makes way for new files, as soon as it is certain that the journal is not refused: a refusal changes nothing. */
    private static void deleteLeftovers(final Storage storage, final JournalFiles found) throws IOException {
        for (final String leftover : found.leftovers()) {
            storage.delete(leftover);
        }
        if (!found.leftovers().isEmpty()) {
            storage.forceDirectory();
        }
    }

    /** Makes the first segment of a journal that has none. */
    private static JournalFiles withFirstSegment(
            final Storage storage, final JournalConfig config, final JournalFiles found, final MetaFile metaFile)
            throws IOException {
        if (!found.segments().isEmpty()) {
            return found;
        }
        final Meta meta = JournalFiles.readMeta(storage, metaFile);
        found.requireSegments(storage, meta);
        if (found.hasMeta()) {
            deleteLeftovers(storage, found);
        }
        final SegmentPreparation preparation = new SegmentPreparation(
                storage,
                new SegmentHeader(
                        meta.journalIdHigh(),
                        meta.journalIdLow(),
                        meta.markSegment(),
                        config.segmentLength(),
                        meta.epoch() + 1,
                        config.clock().nanoTime()),
                // It is mapped again where it is resumed, and what is faulted in here would be so for nothing.
                0,
                false);
        while (!preparation.step()) {
            // Each step does a part.
        }
        preparation.result().unmap();
        return new JournalFiles(true, List.of(meta.markSegment()), found.spares(), List.of(), null);
    }

    /** Deletes standbys that are damaged, or that the configuration has no use for, the newest first. */
    private static List<Long> keepFitting(
            final Storage storage, final JournalConfig config, final Recovery.Result result) throws IOException {
        final List<Long> kept = new ArrayList<>();
        for (final long number : result.standbys()) {
            if (kept.size() == config.standbyCount() || !isFitting(storage, config, result, number)) {
                break;
            }
            kept.add(number);
        }
        for (int i = result.standbys().size() - 1; i >= kept.size(); i--) {
            storage.delete(FileNames.segment(result.standbys().get(i)));
            storage.forceDirectory();
        }
        return kept;
    }

    private static boolean isFitting(
            final Storage storage, final JournalConfig config, final Recovery.Result result, final long number)
            throws IOException {
        try (SegmentReader reader = SegmentReader.openForLook(
                storage, number, result.meta(), result.tail().nextSequence())) {
            return reader.length() == config.segmentLength();
        } catch (final CorruptJournalException e) {
            return false;
        }
    }

    private static Segment mapTail(final Storage storage, final JournalConfig config, final Recovery.Result result)
            throws IOException {
        final JournalTail tail = result.tail();
        final SegmentPositions positions = result.positions().stream()
                .filter(noted -> noted.segment() == tail.segment())
                .findFirst()
                .orElse(null);
        final boolean keepsFile = config.syncPolicy().writesToFile() && storage.showsWritesInMappings();
        return Segment.map(
                storage,
                result.meta(),
                tail.segment(),
                tail.nextSequence(),
                tail.offset(),
                keepsFile ? 0 : tailFaultLength(result),
                keepsFile,
                positions);
    }

    /**
     * Faulting in makes pages dirty, and so has them written. A new segment is about to be filled; one that is resumed may see
     * a few records before it is closed again.
     */
    private static int tailFaultLength(final Recovery.Result result) {
        return result.meta().epoch() == 1 ? SegmentLayout.MAX_SEGMENT_LENGTH : RESUME_FAULT_LENGTH;
    }
}

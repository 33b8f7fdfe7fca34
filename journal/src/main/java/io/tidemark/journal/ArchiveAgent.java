// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.Position;
import io.tidemark.journal.storage.PositionFile;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.agrona.concurrent.AgentTerminationException;
import org.jspecify.annotations.Nullable;

/**
 * Gives full segments to the user's archive, the oldest first, and keeps in {@code journal.archived} what that has confirmed,
 * durably: so after a crash at most one segment is given again. Nothing is open between two steps.
 *
 * <p>Every field is owned by the thread that runs the agent.
 */
final class ArchiveAgent implements SignalledAgent {

    private static final long RETRY_MIN_NS = 100_000_000;
    private static final long RETRY_MAX_NS = 60_000_000_000L;
    private static final int READ_LENGTH = 1 << 18;

    private final Engine engine;
    private final Storage storage;
    private final SegmentArchive archive;
    private final ArchiveProgress progress;
    private final Meta meta;
    private final ByteBuffer buffer = ByteBuffer.allocate(READ_LENGTH);

    /** What {@code journal.archived} holds; null if that was not read yet, or is not there. */
    private @Nullable Position position;

    private boolean isKnown;
    private long nextSegment;
    private long retryAtNs;
    private long retryDelayNs;

    ArchiveAgent(
            final Engine engine, final Storage storage, final SegmentArchive archive, final ArchiveProgress progress) {
        this.engine = engine;
        this.storage = storage;
        this.archive = archive;
        this.progress = progress;
        this.meta = engine.meta();
        this.retryAtNs = engine.nowNs();
    }

    @Override
    public String roleName() {
        return "tidemark-archive";
    }

    @Override
    public int doWork() {
        if (engine.isClosing() || !progress.begin()) {
            throw new AgentTerminationException("journal is closed");
        }
        try {
            return engine.hasFailed() || engine.nowNs() - retryAtNs < 0 ? 0 : step();
        } finally {
            progress.end();
        }
    }

    private int step() {
        SealedSegment segment = null;
        try {
            if (!isKnown) {
                findBeginning();
            }
            if (nextSegment >= progress.mark().segment()) {
                return 0;
            }
            segment = describe();
            if (segment == null) {
                return 1;
            }
            if (archive.archive(segment)) {
                confirm(segment);
            } else {
                retryLater(segment, null);
            }
        } catch (final Throwable e) {
            // Not every language checks its exceptions, and whatever it is, the segment is not confirmed.
            retryLater(segment, e);
        }
        return 1;
    }

    /** Finds the first segment that is not confirmed, by what was kept and by what is there. */
    private void findBeginning() throws IOException {
        try (PositionFile file = PositionFile.open(storage, FileNames.ARCHIVED, false)) {
            final Position found = file.read().position();
            // Damaged or another journal's, it says nothing: then segments are given again.
            position = found != null && found.isIn(meta) ? found : null;
        } catch (final NoSuchFileException e) {
            position = null;
        }
        final long passed = position == null ? 0 : position.passedSequence();
        final ArchiveProgress.Mark mark = progress.mark();
        long segment = JournalFiles.list(storage).firstSegment();
        while (segment < mark.segment()) {
            final long next = firstSequence(segment + 1, mark);
            if (next == 0 || next > passed + 1) {
                break;
            }
            segment++;
        }
        nextSegment = segment;
        progress.knownBelow(segment);
        isKnown = true;
        engine.keeperSignal().wake();
    }

    private long firstSequence(final long segment, final ArchiveProgress.Mark mark) throws IOException {
        return segment == mark.segment()
                ? mark.firstSequence()
                : SegmentBeginning.read(storage, meta, segment).firstSequence();
    }

    /** Reads the next segment; null if the journal is being closed meanwhile. */
    private @Nullable SealedSegment describe() throws IOException {
        final SegmentBeginning beginning = SegmentBeginning.read(storage, meta, nextSegment);
        final long next = firstSequence(nextSegment + 1, progress.mark());
        if (next == 0 || beginning.firstSequence() == 0) {
            throw new CorruptJournalException(
                    storage.pathOf(FileNames.segment(next == 0 ? nextSegment + 1 : nextSegment)),
                    0,
                    0,
                    "a segment does not begin with a whole frame, so nobody can tell what is to be archived");
        }
        final String name = FileNames.segment(nextSegment);
        final CRC32C checksum = new CRC32C();
        long offset = 0;
        try (StorageFile file = storage.open(name, false)) {
            while (true) {
                final int count = file.read(buffer.clear(), offset);
                if (count == 0) {
                    break;
                }
                if (engine.isClosing()) {
                    return null;
                }
                checksum.update(buffer.flip());
                offset += count;
            }
        }
        return new SealedSegment(
                Path.of(storage.pathOf(name)),
                nextSegment,
                offset,
                (int) checksum.getValue(),
                beginning.firstSequence(),
                next - 1);
    }

    private void confirm(final SealedSegment segment) throws IOException {
        progress.confirm(segment.number() + 1, () -> {
            store(segment.lastSequence());
            return true;
        });
        retryDelayNs = 0;
        nextSegment = segment.number() + 1;
        engine.keeperSignal().wake();
    }

    private void store(final long lastSequence) throws IOException {
        final long nowNs = engine.config().clock().nanoTime();
        final Position known = position;
        if (known == null) {
            final Position first = Position.first(meta, lastSequence, nowNs);
            if (storage.list().contains(FileNames.ARCHIVED)) {
                storage.delete(FileNames.ARCHIVED);
            }
            PositionFile.create(storage, FileNames.ARCHIVED, first).close();
            position = first;
            return;
        }
        final Position next = known.behind(lastSequence, nowNs);
        try (PositionFile file = PositionFile.open(storage, FileNames.ARCHIVED, true)) {
            file.write(next);
        }
        position = next;
    }

    private void retryLater(final @Nullable SealedSegment segment, final @Nullable Throwable cause) {
        retryDelayNs = Math.min(RETRY_MAX_NS, Math.max(RETRY_MIN_NS, 2 * retryDelayNs));
        retryAtNs = engine.nowNs() + retryDelayNs;
        final JournalException problem = new JournalException(
                "segment was not archived, and is kept: segment=" + nextSegment + ": "
                        + (cause == null ? "the archive has not confirmed it" : cause) + ": directory="
                        + engine.directory() + "; it is tried again",
                cause == null ? new IllegalStateException("not confirmed") : cause);
        engine.counters().problem();
        engine.news().offer(() -> engine.config().listener().onArchiveFailed(nextSegment(segment), problem));
        engine.keeperSignal().wake();
    }

    private static long nextSegment(final @Nullable SealedSegment segment) {
        return segment == null ? 0 : segment.number();
    }

    @Override
    public void onClose() {
        progress.end(false);
        engine.keeperSignal().wake();
    }

    @Override
    public WakeSignal signal() {
        return progress.signal();
    }

    @Override
    public long parkLimitNs() {
        if (engine.isClosing()) {
            return 0;
        }
        if (engine.hasFailed()) {
            return Long.MAX_VALUE;
        }
        if (isKnown && nextSegment >= progress.mark().segment()) {
            return Long.MAX_VALUE;
        }
        return Math.max(0, retryAtNs - engine.nowNs());
    }

    @Override
    public long spinNs() {
        return 0;
    }
}

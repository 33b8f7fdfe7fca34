// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageLock;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides how far the head may be moved: not past a pin of this process, not past what a named reader has not passed. While it
 * is held, no process can put a position in front of where the head is going; it is held until the head is durable.
 *
 * <p>A position that can't be read holds everything: rather keep what nobody wants than give up what somebody does.
 *
 * <p>Owned by the keeper.
 */
final class HeadGuard {

    /** How long to leave a lock alone that somebody else has: it is held for some forces. */
    private static final long BUSY_NS = 1_000_000;

    private final Engine engine;
    private final Storage storage;
    private final List<String> requiredReaders;

    private @Nullable StorageLock lock;
    private @Nullable JournalException problem;

    /** Somebody else had the lock; not to be asked before. */
    private long retryAtNs = Long.MIN_VALUE;

    HeadGuard(final Engine engine, final Storage storage) {
        this.engine = engine;
        this.storage = storage;
        this.requiredReaders = engine.config().retention().requiredReaders();
    }

    /** How long the lock is to be left alone. */
    long untilRetryNs(final long nowNs) {
        return retryAtNs == Long.MIN_VALUE ? 0 : Math.max(0, retryAtNs - nowNs);
    }

    /** Forgets what was wrong with an earlier request. */
    void begin() {
        problem = null;
    }

    /** Holds the head where it is, if nobody else does. What keeps it from trying is a problem that holds everything. */
    boolean tryHold() {
        if (untilRetryNs(engine.nowNs()) > 0) {
            return false;
        }
        try {
            lock = storage.tryLock(FileNames.NAMES, FileNames.HEAD_REGION);
        } catch (final IOException e) {
            problem = StorageCall.translated(engine.directory(), e);
            return true;
        }
        retryAtNs = lock == null ? engine.nowNs() + BUSY_NS : Long.MIN_VALUE;
        return lock != null;
    }

    /** Lets go. */
    void release() throws IOException {
        final StorageLock held = lock;
        lock = null;
        if (held != null) {
            held.close();
        }
    }

    /**
     * How far the head may go, while it is held.
     *
     * @param meta as it is
     * @param request that wants it moved
     * @param rounding puts it back to where it is to be
     * @return the new head; the present one if there is a {@link #problem()}
     */
    long limit(final Meta meta, final TruncationRequest request, final LongUnaryOperator rounding) {
        long allowed = request.upTo() + 1;
        if (problem == null) {
            try {
                allowed = Math.min(allowed, firstNotPassed(meta, request.byRetention()));
            } catch (final IOException e) {
                problem = StorageCall.translated(engine.directory(), e);
            } catch (final JournalException e) {
                problem = e;
            }
        }
        return engine.pins().decide(problem == null ? Math.max(meta.head(), allowed) : meta.head(), rounding);
    }

    /** Why no position could be trusted; null if all could. */
    @Nullable
    JournalException problem() {
        return problem;
    }

    private long firstNotPassed(final Meta meta, final boolean byRetention) throws IOException {
        final Set<String> missing = new HashSet<>(byRetention ? requiredReaders : List.of());
        long first = Long.MAX_VALUE;
        for (final String fileName : storage.list()) {
            final String name = FileNames.readerName(fileName);
            if (!name.isEmpty()) {
                missing.remove(name);
                final ReaderNames.Found found =
                        ReaderNames.requireReadable(storage, name, meta, ReaderNames.read(storage, name));
                first = Math.min(first, found.heldSequence() + 1);
            }
        }
        return missing.isEmpty() ? first : meta.head();
    }

    /** What a request of the user is answered that could not be done. */
    JournalException answer() {
        final JournalException cause = Objects.requireNonNull(problem);
        return new StorageException(
                "head was not moved, nobody knows what a named reader still wants: " + cause.getMessage(), cause);
    }
}

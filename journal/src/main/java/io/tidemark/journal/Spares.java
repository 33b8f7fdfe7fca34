// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.SegmentLeases;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of truncated segments that wait to become standbys. Whatever goes wrong with one of them, nothing is lost by
 * leaving it alone: the next opening finds it.
 *
 * <p>Owned by the keeper.
 */
final class Spares {

    private final Storage storage;
    private final int maxCount;

    /** Tells whether a segment is being read; null if nobody could, and then no segment is taken over. */
    private final @Nullable SegmentLeases leases;

    /** Numbers of the segments that they were, the oldest first. */
    private final Deque<Long> numbers;

    Spares(final Storage storage, final @Nullable SegmentLeases leases, final int maxCount, final List<Long> found) {
        this.storage = storage;
        this.leases = leases;
        this.maxCount = leases == null ? 0 : maxCount;
        this.numbers = new ArrayDeque<>(found);
    }

    boolean isEmpty() {
        return numbers.isEmpty();
    }

    int count() {
        return numbers.size();
    }

    int maxCount() {
        return maxCount;
    }

    /** Takes the oldest away; there is one. */
    long take() {
        return numbers.removeFirst();
    }

    /**
     * Gives the file of a segment the name of a spare, unless somebody reads it: who has it mapped keeps what he sees. The
     * caller forces the directory before the spare is used.
     *
     * @return false if the file is to be deleted
     * @throws NoSuchFileException if there is no such segment
     */
    boolean takeOver(final long segment) throws IOException {
        final SegmentLeases present = leases;
        if (present == null || !isUnread(present, segment)) {
            return false;
        }
        try {
            storage.rename(FileNames.segment(segment), FileNames.spare(segment));
        } catch (final NoSuchFileException e) {
            throw e;
        } catch (final IOException e) {
            // Then it is deleted, and what is in the way of that is told.
            return false;
        } finally {
            unclaim(present, segment);
        }
        numbers.addLast(segment);
        return true;
    }

    private static boolean isUnread(final SegmentLeases leases, final long segment) {
        try {
            return leases.tryClaim(segment);
        } catch (final IOException e) {
            // Who can't be asked may be reading.
            return false;
        }
    }

    private static void unclaim(final SegmentLeases leases, final long segment) {
        try {
            leases.unclaim(segment);
        } catch (final IOException e) {
            // It has lost its name, so nobody will want to hold it.
            return;
        }
    }

    /** Deletes all but some, the newest first: there is a better use for their room. */
    void keep(final int count) {
        while (numbers.size() > count) {
            drop(numbers.removeLast());
        }
    }

    /** Deletes one that was taken away. */
    void drop(final long number) {
        try {
            storage.delete(FileNames.spare(number));
        } catch (final IOException e) {
            // It stays until the next opening.
            return;
        }
    }

    /** Lets the leases go; the files stay for the next opening. */
    void close() throws IOException {
        if (leases != null) {
            leases.close();
        }
    }
}

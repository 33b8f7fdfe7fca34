// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.MetaFile;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a listing of the directory tells: which segments there are, and whether this is a journal at all.
 *
 * @param hasMeta whether {@code journal.meta} is there
 * @param segments numbers of the segments, ascending
 * @param leftovers names of files that a preparation left behind
 * @param foreign a file that no journal makes; null if there is none
 */
record JournalFiles(
        boolean hasMeta,
        List<Long> segments,
        List<String> leftovers,
        @Nullable String foreign) {

    static JournalFiles list(final Storage storage) throws IOException {
        final List<Long> segments = new ArrayList<>();
        final List<String> leftovers = new ArrayList<>();
        String foreign = null;
        boolean hasMeta = false;
        for (final String name : storage.list()) {
            final long number = FileNames.segmentNumber(name);
            if (number > 0) {
                segments.add(number);
            } else if (FileNames.isPreparing(name)) {
                leftovers.add(name);
            } else if (name.equals(FileNames.META)) {
                hasMeta = true;
            } else if (!name.equals(FileNames.LOCK)) {
                foreign = foreign == null ? name : foreign;
            }
        }
        segments.sort(null);
        return new JournalFiles(hasMeta, segments, leftovers, foreign);
    }

    /** Lists the directory of a journal that must exist. */
    static JournalFiles listExisting(final Storage storage) throws IOException {
        final JournalFiles files;
        try {
            files = list(storage);
        } catch (final NoSuchFileException | NotDirectoryException e) {
            throw new NotAJournalException("not a journal: no such directory: " + storage.pathOf(""), e);
        }
        files.requireMeta(storage);
        return files;
    }

    /** Refuses a directory without {@code journal.meta}. */
    void requireMeta(final Storage storage) {
        if (hasMeta) {
            return;
        }
        if (!segments.isEmpty()) {
            throw new CorruptJournalException(
                    storage.pathOf(FileNames.META), 0, 0, "segments are there, but journal.meta is missing");
        }
        throw new NotAJournalException("not a journal: journal.meta expected, none found"
                + (foreign == null ? "" : ", but " + foreign) + ": directory=" + storage.pathOf("")
                + "; name the directory of a journal, or an empty one to create it");
    }

    /** Refuses a row of segments with a gap. */
    void requireContiguous(final Storage storage) {
        for (int i = 1; i < segments.size(); i++) {
            final long expected = segments.get(i - 1) + 1;
            if (segments.get(i) != expected) {
                throw new CorruptJournalException(
                        storage.pathOf(FileNames.segment(expected)),
                        0,
                        0,
                        "segment is missing between " + (expected - 1) + " and " + segments.get(i));
            }
        }
    }

    long firstSegment() {
        return segments.get(0);
    }

    long lastSegment() {
        return segments.get(segments.size() - 1);
    }

    /** Reads {@code journal.meta}, which must be there. */
    static Meta readMeta(final Storage storage, final MetaFile file) throws IOException {
        final MetaFile.Content content = file.read();
        final Meta meta = content.meta();
        final String path = storage.pathOf(FileNames.META);
        if (meta != null) {
            return meta;
        }
        if (content.verdict() == HeaderVerdict.DAMAGED) {
            throw new CorruptJournalException(path, 0, 0, "neither slot of journal.meta is whole");
        }
        throw SegmentReader.incompatible(content.verdict(), content.version(), path);
    }
}

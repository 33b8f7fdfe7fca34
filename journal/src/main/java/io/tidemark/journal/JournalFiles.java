// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
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
 * @param spares numbers of the segments that spares were, ascending
 * @param leftovers names of files that a preparation left behind
 * @param foreign a file that no journal makes; null if there is none
 */
record JournalFiles(
        boolean hasMeta,
        List<Long> segments,
        List<Long> spares,
        List<String> leftovers,
        @Nullable String foreign) {

    /** More generations and segments than any journal can have. */
    private static final long MAX_COUNT = Long.MAX_VALUE / 2;

    static JournalFiles list(final Storage storage) throws IOException {
        final List<Long> segments = new ArrayList<>();
        final List<Long> spares = new ArrayList<>();
        final List<String> leftovers = new ArrayList<>();
        String foreign = null;
        boolean hasMeta = false;
        for (final String name : storage.list()) {
            final long number = FileNames.segmentNumber(name);
            if (number > 0) {
                segments.add(number);
            } else if (FileNames.spareNumber(name) > 0) {
                spares.add(FileNames.spareNumber(name));
            } else if (FileNames.isPreparing(name)) {
                leftovers.add(name);
            } else if (name.equals(FileNames.META)) {
                hasMeta = true;
            } else if (!name.equals(FileNames.LOCK) && !FileNames.isCache(name)) {
                foreign = foreign == null ? name : foreign;
            }
        }
        segments.sort(null);
        spares.sort(null);
        if (!hasMeta && foreign == null && !spares.isEmpty()) {
            // Without the rest a spare is nothing that we would know.
            foreign = FileNames.spare(spares.get(0));
        }
        return new JournalFiles(hasMeta, segments, spares, leftovers, foreign);
    }

    /** Lists the directory of a journal that must exist. */
    static JournalFiles listExisting(final Storage storage) throws IOException {
        final JournalFiles files = requireAny(storage);
        files.requireMeta(storage);
        return files;
    }

    /** Lists a directory in which there must be something of a journal, be it damaged. */
    static JournalFiles requireAny(final Storage storage) throws IOException {
        final JournalFiles files;
        try {
            files = list(storage);
        } catch (final NoSuchFileException | NotDirectoryException e) {
            throw new NotAJournalException("not a journal: no such directory: " + storage.pathOf(""), e);
        }
        if (files.segments.isEmpty()) {
            files.requireMeta(storage);
        }
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

    /** Refuses a journal without a segment, if records had been durable in it. */
    void requireSegments(final Storage storage, final Meta meta) {
        if (segments.isEmpty() && meta.durableSequence() > 0) {
            throw new CorruptJournalException(
                    storage.pathOf(FileNames.segment(meta.markSegment())),
                    0,
                    meta.durableSequence(),
                    "no segment is there, but everything up to sequence " + meta.durableSequence()
                            + " had been durable");
        }
    }

    /** Refuses a row of segments without the one in which the durable mark lies. */
    void requireMarkSegment(final Storage storage, final Meta meta) {
        if (meta.markSegment() < firstSegment() || meta.markSegment() > lastSegment()) {
            throw new CorruptJournalException(
                    storage.pathOf(FileNames.segment(meta.markSegment())),
                    0,
                    meta.markSegmentFirstSequence(),
                    "segment of the durable mark is missing, found " + firstSegment() + " to " + lastSegment());
        }
    }

    /** Whether there is no gap between the segments. */
    boolean isContiguous() {
        return segments.isEmpty() || lastSegment() - firstSegment() == segments.size() - 1;
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
        return requireMeta(storage, file.read());
    }

    /** Refuses a {@code journal.meta} that can't be read. */
    static Meta requireMeta(final Storage storage, final MetaFile.Content content) {
        final Meta meta = content.meta();
        final String path = storage.pathOf(FileNames.META);
        if (meta != null) {
            if (!isPossible(meta)) {
                throw new CorruptJournalException(path, 0, 0, "journal.meta holds what no journal writes: " + meta);
            }
            return meta;
        }
        if (content.verdict() == HeaderVerdict.DAMAGED) {
            throw new CorruptJournalException(path, 0, 0, "neither slot of journal.meta is whole");
        }
        throw SegmentReader.incompatible(content.verdict(), content.version(), path);
    }

    /** Numbers are computed with from here on, so those that would overflow, or count backwards, are refused. */
    private static boolean isPossible(final Meta meta) {
        return meta.generation() >= 0
                && meta.generation() <= MAX_COUNT
                && meta.epoch() >= 0
                && meta.head() >= 1
                && meta.head() <= FrameLayout.MAX_SEQUENCE
                && meta.durableSequence() >= 0
                && meta.durableSequence() <= FrameLayout.MAX_SEQUENCE
                && meta.markSegment() >= 1
                && meta.markSegment() <= MAX_COUNT
                && meta.markSegmentFirstSequence() >= 1
                && meta.markSegmentFirstSequence() <= FrameLayout.MAX_SEQUENCE
                && meta.checkpointSequence() >= 0
                && meta.checkpointSequence() <= FrameLayout.MAX_SEQUENCE;
    }
}

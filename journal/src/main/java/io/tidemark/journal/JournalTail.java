// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * The end of the chain of frames, judged.
 *
 * @param recoveryCase the row of the table that applies
 * @param segment number of the segment in which the journal ends
 * @param path of that segment
 * @param offset in that segment at which the next frame belongs: behind the last frame, or where the unfinished batch
 *     begins
 * @param damageOffset in that segment at which the chain broke; the same as the offset unless a batch is unfinished
 * @param nextSequence of the frame that belongs there
 * @param epoch of the last frame; 0 if there is none
 * @param verdict on the bytes where the chain ends
 * @param provenDurable the highest sequence that is proven to have been durable
 * @param framesBehind number of whole frames of the last epoch behind the end
 * @param wentOnTo number of the segment in which the durable mark is, if the chain broke in one before that; else 0
 * @param searchGaveUp whether so much looked like frames that the proof could not be completed
 */
record JournalTail(
        RecoveryCase recoveryCase,
        long segment,
        String path,
        int offset,
        int damageOffset,
        long nextSequence,
        int epoch,
        FrameVerdict verdict,
        long provenDurable,
        long framesBehind,
        long wentOnTo,
        boolean searchGaveUp) {

    /**
     * Judges the end of a scan that has come to it.
     *
     * @param storage of the journal
     * @param meta of the journal
     * @param scan at its end
     * @return the judgement
     * @throws IOException if reading failed
     */
    static JournalTail of(final Storage storage, final Meta meta, final JournalScan scan) throws IOException {
        final boolean openBatch = scan.openBatchSequence() != 0;
        final long nextSequence = openBatch ? scan.openBatchSequence() : scan.nextSequence();
        long proven = Math.max(meta.durableSequence(), scan.provenDurable());
        long framesBehind = 0;
        boolean gaveUp = false;
        if (!isCleanEnd(meta, scan)) {
            final TailSearch search = search(storage, meta, scan, nextSequence);
            proven = Math.max(proven, search.provenDurable());
            framesBehind = search.wholeFrames();
            gaveUp = search.gaveUp();
        }
        // A segment is only left when it is full, and the mark goes on to the next only when all of it was forced. So
        // what
        // is missing at its end was durable, be it nothing but the seal.
        final long wentOnTo = scan.reader().number() < meta.markSegment() ? meta.markSegment() : 0;
        final RecoveryCase found = RecoveryCase.of(
                RecoveryCase.Tail.of(scan.endVerdict()),
                nextRecordIsProven(proven, nextSequence) || wentOnTo != 0 || gaveUp,
                framesBehind > 0,
                openBatch);
        return new JournalTail(
                found,
                scan.reader().number(),
                scan.reader().path(),
                openBatch ? scan.openBatchOffset() : scan.endOffset(),
                scan.endOffset(),
                nextSequence,
                scan.epoch(),
                scan.endVerdict(),
                proven,
                framesBehind,
                wentOnTo,
                gaveUp);
    }

    private static boolean nextRecordIsProven(final long provenDurable, final long nextSequence) {
        return provenDurable >= nextSequence;
    }

    /** After a clean close the mark tells exactly where the end is, and nothing lies behind it. */
    private static boolean isCleanEnd(final Meta meta, final JournalScan scan) {
        return meta.closed()
                && scan.nextSequence() == meta.durableSequence() + 1
                && RecoveryCase.Tail.of(scan.endVerdict()) == RecoveryCase.Tail.NOTHING;
    }

    private static TailSearch search(
            final Storage storage, final Meta meta, final JournalScan scan, final long nextSequence)
            throws IOException {
        final TailSearch search = new TailSearch(meta, nextSequence);
        search.search(scan.reader(), scan.endOffset());
        long number = scan.reader().number() + 1;
        while (searchLater(storage, meta, search, number, nextSequence)) {
            number++;
        }
        return search;
    }

    /** Searches a segment behind the one in which the journal ends; false if there is none. */
    private static boolean searchLater(
            final Storage storage, final Meta meta, final TailSearch search, final long number, final long nextSequence)
            throws IOException {
        final SegmentReader later;
        try {
            later = SegmentReader.openForEvidence(storage, number, meta, nextSequence);
        } catch (final NoSuchFileException e) {
            return false;
        }
        try (later) {
            search.search(later, SegmentLayout.HEADER_PAGE_LENGTH);
        }
        return true;
    }

    long lastSequence() {
        return nextSequence - 1;
    }

    RecoveryCase.Decision decision() {
        return recoveryCase.decision();
    }

    /** Throws what the decision calls for, if it is to refuse. */
    void throwIfRefused() {
        switch (decision()) {
            case REFUSE_CORRUPT -> throw new CorruptJournalException(path, damageOffset, nextSequence, finding());
            case REFUSE_TOO_NEW ->
                throw new IncompatibleFormatException(
                        true,
                        "found a frame that only a newer version understands: file=" + path + ", offset="
                                + damageOffset + ", sequence=" + nextSequence
                                + "; open it with the version that wrote it");
            case RESUME, CUT -> {}
        }
    }

    /** What was found at the end, in words. */
    String finding() {
        return switch (recoveryCase) {
            case WRITTEN_BY_NEWER_VERSION -> "a frame that only a newer version understands";
            case DURABLE_RECORD_MISSING -> "expected a durable record, found nothing" + proof();
            case DURABLE_RECORD_DAMAGED -> "expected a durable record, found " + words() + proof();
            case DURABLE_RECORD_REPLACED -> "expected a durable record, found a frame of an older epoch" + proof();
            case END -> "nothing, the journal ends here";
            case END_IN_BATCH -> "the end of a batch is missing";
            case HOLE -> "nothing, but " + framesBehind + " whole frames that were never durable behind it";
            case TORN -> words() + " that was never durable";
            case GHOST -> "a frame of an older epoch behind the end";
        };
    }

    private String proof() {
        if (wentOnTo != 0) {
            return "; the journal had gone on to segment " + wentOnTo + ", and everything before was durable";
        }
        return searchGaveUp
                ? "; too many bytes behind it look like frames to tell that it was not durable"
                : "; everything up to sequence " + provenDurable + " had been durable";
    }

    /** What is bad about the frame at the end. */
    private String words() {
        return switch (verdict) {
            case BAD_LENGTH -> "a frame with an impossible length";
            case BAD_CHECKSUM -> "a frame with a wrong checksum";
            default -> "a frame with another sequence";
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Follows the chain of frames through two segments that a fuzzer fills, and judges where it ends. Every record, the end
 * and the judgement must be those of {@link FrameReference}.
 */
public final class FrameFuzzTarget {

    private static final long ID_HIGH = 0x7469_6465_6D61_726BL;
    private static final long ID_LOW = 0x0123_4567_89AB_CDEFL;
    private static final int SEGMENT_LENGTH = FrameScript.SEGMENT_LENGTH;

    private static final FrameFuzzTarget INSTANCE = new FrameFuzzTarget();

    private final FuzzInput input = new FuzzInput();
    private final SparseStorage storage = new SparseStorage();
    private final SparseStorage.SparseFile first = storage.add(FileNames.segment(1), header(1));
    private final SparseStorage.SparseFile second = storage.add(FileNames.segment(2), header(2));
    private final byte[][] segments = {first.content(), second.content()};
    private final FrameScript script = new FrameScript(segments, seed(1), seed(2));
    private final FrameReference reference = new FrameReference(segments, seed(1), seed(2));
    private final SegmentReader reader;
    private final AllocationBound bound = new AllocationBound(256 << 10, 6 * SEGMENT_LENGTH);

    private final Consumer<byte[]> execution = this::fuzz;

    private FrameFuzzTarget() {
        // A window of one page: frames straddle it.
        first.growWhenRead(SegmentLayout.HEADER_PAGE_LENGTH, SEGMENT_LENGTH);
        second.growWhenRead(SegmentLayout.HEADER_PAGE_LENGTH, SEGMENT_LENGTH);
        try {
            reader = SegmentReader.open(storage, 1, Meta.created(ID_HIGH, ID_LOW), 1);
        } catch (final IOException e) {
            throw new AssertionError("this storage has no failures", e);
        }
    }

    private static byte[] header(final long number) {
        final byte[] segment = new byte[SEGMENT_LENGTH];
        final ByteBuffer page = ByteBuffer.allocateDirect(SegmentLayout.HEADER_PAGE_LENGTH);
        SegmentLayout.write(page, new SegmentHeader(ID_HIGH, ID_LOW, number, SEGMENT_LENGTH, 1, 1));
        page.get(0, segment, 0, SegmentLayout.HEADER_PAGE_LENGTH);
        return segment;
    }

    private static int seed(final long number) {
        final SeededChecksum checksum = new SeededChecksum();
        checksum.seed(ID_HIGH, ID_LOW, number);
        return checksum.seed();
    }

    /** The entry point that the fuzzer knows by its name. */
    public static void fuzzerTestOneInput(final byte[] data) {
        INSTANCE.bound.run(INSTANCE.execution, data);
    }

    private void fuzz(final byte[] data) {
        input.reset(data);
        final int control = input.nextByte();
        final long firstSequence = (control & 1) == 0 ? 1 : 1 + (input.nextEdge() & ((1L << 56) - 2));
        final int epoch = (control & 2) == 0 ? 2 : (int) input.nextEdge();
        final long durable = (control & 4) == 0 ? 0 : firstSequence + (byte) input.nextByte();
        final Meta meta = new Meta(
                1,
                ID_HIGH,
                ID_LOW,
                epoch,
                (control & 8) != 0,
                firstSequence,
                Math.max(0, durable),
                1,
                firstSequence,
                0);
        second.isThere((control & 16) == 0);
        script.play(input, firstSequence, (control & 32) == 0 ? 1 : epoch);
        reference.begin(firstSequence, (control & 16) == 0);
        try {
            // A header page is no frame, so it is read afresh: nothing of the execution before is left in the window.
            reader.judge(0, firstSequence, 0);
            walk(meta, firstSequence, (control & 64) != 0);
        } catch (final IOException e) {
            throw new AssertionError("this storage has no failures", e);
        }
    }

    private void walk(final Meta meta, final long firstSequence, final boolean judgingTheEnd) throws IOException {
        try (JournalScan scan = new JournalScan(storage, meta, reader, firstSequence)) {
            boolean advanced = scan.advance();
            while (advanced) {
                require(reference.advance(), "a record too many", scan);
                compareRecord(scan);
                advanced = scan.advance();
            }
            require(!reference.advance() && !reference.corrupt, "a record is missing", scan);
            compareEnd(scan);
            if (judgingTheEnd) {
                compareTail(meta, scan);
            }
        } catch (final CorruptJournalException e) {
            if (reference.advance() || !reference.corrupt) {
                throw new AssertionError("the reference found no such damage: next=" + reference.nextSequence, e);
            }
        }
    }

    private void compareRecord(final JournalScan scan) {
        require(scan.sequence() == reference.nextSequence - 1, "another sequence", scan);
        require(scan.reader().number() == reference.segment + 1, "another segment", scan);
        final byte[] segment = segments[reference.segment];
        final int length = scan.payloadLength();
        final int payload = scan.endOffset() - ((length + 7) & -8);
        require(scan.endOffset() == reference.offset, "another end of the frame", scan);
        require(scan.isInOpenBatch() == (reference.openBatchSequence != 0), "another batch", scan);
        // The window holds the frame as it lies in the segment; its two ends stand for the rest.
        final ByteBuffer window = scan.reader().window();
        require(
                length == 0
                        || (window.get(scan.payloadOffset()) == segment[payload]
                                && window.get(scan.payloadOffset() + length - 1) == segment[payload + length - 1]),
                "another payload",
                scan);
    }

    private void compareEnd(final JournalScan scan) {
        require(scan.endVerdict() == reference.verdict, "another verdict", scan);
        require(
                scan.reader().number() == reference.segment + 1 && scan.endOffset() == reference.offset,
                "another end",
                scan);
        require(
                scan.nextSequence() == reference.nextSequence
                        && scan.epoch() == reference.epoch
                        && scan.provenDurable() == reference.proven
                        && scan.openBatchSequence() == reference.openBatchSequence
                        && (reference.openBatchSequence == 0 || scan.openBatchOffset() == reference.openBatchOffset),
                "another state",
                scan);
    }

    private void compareTail(final Meta meta, final JournalScan scan) throws IOException {
        final JournalTail tail = JournalTail.of(storage, meta, scan);
        final boolean isNothing =
                reference.verdict == FrameVerdict.NOTHING || reference.verdict == FrameVerdict.NO_ROOM;
        if (meta.closed() && isNothing && reference.nextSequence == meta.durableSequence() + 1) {
            require(!tail.searchGaveUp() && tail.framesBehind() == 0, "searched behind a clean end", scan);
            return;
        }
        reference.search(meta.epoch());
        final long next = reference.openBatchSequence == 0 ? reference.nextSequence : reference.openBatchSequence;
        final long proven = Math.max(
                Math.max(meta.durableSequence(), reference.proven), reference.gaveUp ? 0 : reference.searchProven);
        require(tail.searchGaveUp() == reference.gaveUp, "gave up", scan);
        require(tail.nextSequence() == next, "another next sequence", scan);
        if (!reference.gaveUp) {
            require(tail.provenDurable() == proven, "another proof: " + tail, scan);
            require(tail.framesBehind() == reference.framesBehind, "other frames behind: " + tail, scan);
        }
        require(
                tail.recoveryCase()
                        == RecoveryCase.of(
                                RecoveryCase.Tail.of(reference.verdict),
                                proven >= next || reference.gaveUp,
                                tail.framesBehind() > 0,
                                reference.openBatchSequence != 0),
                "another case: " + tail,
                scan);
    }

    private void require(final boolean condition, final String what, final JournalScan scan) {
        if (!condition) {
            throw new AssertionError(what + ": verdict=" + scan.endVerdict() + ", segment="
                    + scan.reader().number() + ", offset=" + scan.endOffset() + ", next=" + scan.nextSequence()
                    + ", epoch=" + scan.epoch() + ", proven=" + scan.provenDurable() + "; expected verdict="
                    + reference.verdict + ", segment=" + (reference.segment + 1) + ", offset=" + reference.offset
                    + ", next=" + reference.nextSequence + ", epoch=" + reference.epoch + ", proven="
                    + reference.proven);
        }
    }
}

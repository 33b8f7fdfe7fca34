// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The header a segment must have, and the window through which its frames are read. */
class SegmentReaderTest {

    private static final Meta META = HandmadeSegment.META;
    private static final String NAME = FileNames.segment(1);
    private static final int LENGTH = HandmadeSegment.LENGTH;
    private static final int FIRST = HandmadeSegment.FIRST;
    private static final int HEADER = FrameLayout.HEADER_LENGTH;
    private static final int EPOCH = HandmadeSegment.EPOCH;
    private static final int WINDOW_LENGTH = 1 << 20;

    private final SimulatedStorage machine = new SimulatedStorage();
    private final HandmadeSegment segment = new HandmadeSegment(1);

    private SegmentReader open(final byte[] content) throws IOException {
        machine.install(NAME, content);
        machine.faults().startTrace();
        return SegmentReader.open(machine, 1, META, 77);
    }

    private CorruptJournalException requireCorrupt(final byte[] content) {
        final CorruptJournalException e = assertThrows(CorruptJournalException.class, () -> open(content));
        assertEquals(machine.pathOf(NAME), e.file());
        assertEquals(77, e.sequence());
        assertEquals(List.of(), machine.openHandles(), "the file is closed");
        return e;
    }

    private long readCount() {
        return machine.faults().trace().stream()
                .filter(call -> call.startsWith("read "))
                .count();
    }

    private static byte[] withHeader(final SegmentHeader header) {
        final ByteBuffer page = ByteBuffer.allocateDirect(LENGTH);
        SegmentLayout.write(page, header);
        final byte[] content = new byte[LENGTH];
        page.clear().get(content);
        return content;
    }

    @Test
    void openShouldTellWhatTheHeaderTells() throws IOException {
        try (SegmentReader reader = open(segment.bytes())) {
            assertEquals(1, reader.number());
            assertEquals(LENGTH, reader.length());
            assertEquals(machine.pathOf(NAME), reader.path());
            assertEquals(META.journalIdLow(), reader.header().journalIdLow());
        }
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void readOnlyWindowShouldShowTheSameBytesWhateverAHandlerDidWithIt() throws IOException {
        try (SegmentReader reader = open(segment.bytes())) {
            reader.readOnlyWindow().order(ByteOrder.BIG_ENDIAN).limit(0);
            assertTrue(reader.readOnlyWindow().isReadOnly());
            assertEquals(ByteOrder.LITTLE_ENDIAN, reader.readOnlyWindow().order());
            assertEquals(reader.window().clear(), reader.readOnlyWindow());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 4088, 4095})
    void openShouldRefuseWhenTheFileEndsWithinTheHeaderPage(final int fileLength) {
        final CorruptJournalException e = requireCorrupt(segment.bytes(fileLength));
        assertEquals(fileLength, e.offset());
        assertTrue(e.getMessage().contains("ends within its header page"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, LENGTH - 4096, LENGTH - 1})
    void openShouldRefuseWhenTheFileIsShorterThanTheHeaderTells(final int fileLength) {
        final CorruptJournalException e = requireCorrupt(segment.bytes(fileLength));
        assertEquals(fileLength, e.offset());
        assertTrue(e.getMessage().contains("segment is cut short"), e.getMessage());
    }

    @Test
    void openShouldRefuseWhenTheHeaderTellsALengthThatCannotBe() {
        final CorruptJournalException e = requireCorrupt(withHeader(new SegmentHeader(
                META.journalIdHigh(), META.journalIdLow(), 1, SegmentLayout.MIN_SEGMENT_LENGTH - 4096, 1, 0)));
        assertTrue(e.getMessage().contains("expected 61440 bytes"), e.getMessage());
    }

    @Test
    void openShouldRefuseWhenTheHeaderIsDamaged() {
        final CorruptJournalException e = requireCorrupt(segment.withoutHeader().bytes());
        assertEquals(0, e.offset());
        assertTrue(e.getMessage().contains("magic or checksum"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 0", "0, 1, 0", "0, 0, 1"})
    void openShouldRefuseWhenTheSegmentBelongsElsewhere(final long high, final long low, final long number) {
        final CorruptJournalException e = requireCorrupt(withHeader(
                new SegmentHeader(META.journalIdHigh() ^ high, META.journalIdLow() ^ low, 1 + number, LENGTH, 1, 0)));
        assertEquals(SegmentLayout.JOURNAL_ID_HIGH_OFFSET, e.offset());
        assertTrue(e.getMessage().contains("belongs to another journal or place"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, false", "2, true"})
    void openShouldSayTooOldOrTooNewWhenTheVersionIsAnother(final int version, final boolean tooNew) {
        final ByteBuffer content = ByteBuffer.wrap(segment.bytes());
        content.order(ByteOrder.LITTLE_ENDIAN).putInt(SegmentLayout.VERSION_OFFSET, version);
        final int covered = FIRST - SegmentLayout.VERSION_OFFSET;
        final int sum = new SeededChecksum().of(content, SegmentLayout.VERSION_OFFSET, covered);
        content.clear().putInt(SegmentLayout.CHECKSUM_OFFSET, sum);
        final IncompatibleFormatException e =
                assertThrows(IncompatibleFormatException.class, () -> open(content.array()));
        assertEquals(tooNew, e.isTooNew());
        assertTrue(e.getMessage().contains("found version " + version), e.getMessage());
        assertEquals(List.of(), machine.openHandles());
    }

    @Test
    void judgeShouldReadNothingAgainWhenTheWholeSegmentLiesInTheWindow() throws IOException {
        segment.frame(1, LENGTH - FIRST - 2 * HEADER).frame(2);
        try (SegmentReader reader = open(segment.bytes())) {
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertEquals(FrameVerdict.WHOLE, reader.judge(LENGTH - HEADER, 2, EPOCH));
            assertEquals(FrameVerdict.NO_ROOM, reader.judge(LENGTH, 3, EPOCH));
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertEquals(1, readCount());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 24})
    void judgeShouldSayNoRoomWhenNoHeaderFits(final int left) throws IOException {
        segment.frame(1, LENGTH - FIRST - HEADER - left);
        try (SegmentReader reader = open(segment.bytes())) {
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertEquals(FrameVerdict.NO_ROOM, reader.judge(LENGTH - left, 2, EPOCH));
        }
    }

    @Test
    void judgeShouldNotLookBehindTheSegmentWhenTheFileIsLonger() throws IOException {
        final int last = LENGTH - HEADER;
        final byte[] content = segment.at(last).frame(1).bytes(2 * LENGTH);
        Arrays.fill(content, LENGTH, content.length, (byte) 1);
        try (SegmentReader reader = open(content)) {
            assertEquals(LENGTH, reader.skipZeros(LENGTH), "nothing is there");
            assertEquals(FrameVerdict.WHOLE, reader.judge(last, 1, 0));
            assertEquals(FrameVerdict.NO_ROOM, reader.judge(LENGTH, 2, EPOCH));
            assertEquals(LENGTH, reader.skipZeros(last + 8 * 4));
        }
    }

    @Test
    void judgeShouldSayBadLengthWhenTheFrameWouldGoBeyondTheSegment() throws IOException {
        final int last = LENGTH - HEADER;
        segment.at(last).torn(1, HEADER + 1);
        try (SegmentReader reader = open(segment.bytes(LENGTH + 4096))) {
            assertEquals(FrameVerdict.BAD_LENGTH, reader.judge(last, 1, 0));
            assertEquals(FrameVerdict.BAD_LENGTH, reader.judgeAnywhere(last, 1, 9, EPOCH));
        }
    }

    private List<String> reads() {
        return machine.faults().trace().stream()
                .filter(call -> call.startsWith("read "))
                .map(call -> call.replace("read " + NAME + " ", ""))
                .toList();
    }

    @Test
    void openForLookShouldReadLittleAtFirstAndMoreAsItGoesOn() throws IOException {
        machine.install(NAME, longSegment().bytes());
        machine.faults().startTrace();
        try (SegmentReader reader = SegmentReader.openForLook(machine, 1, META, 77)) {
            assertEquals(List.of("0+16384"), reads());
            assertEquals(4 * WINDOW_LENGTH, reader.skipZeros(FIRST));
        }
        final List<String> reads = reads();
        assertEquals(
                List.of("16384+16384", "32768+32768", "65536+65536", "131072+131072", "262144+262144"),
                reads.subList(1, 6));
        assertEquals(List.of("524288+524288", "1048576+1048576", "2097152+1048576"), reads.subList(6, 9));
        assertEquals(List.of("3145728+1048576"), reads.subList(9, reads.size()), "never more than a mebibyte");
    }

    @Test
    void openShouldReadAMebibyteAtATime() throws IOException {
        try (SegmentReader reader = open(longSegment().bytes())) {
            assertEquals(4 * WINDOW_LENGTH, reader.skipZeros(FIRST));
            assertEquals(List.of("0+1048576", "1048576+1048576", "2097152+1048576", "3145728+1048576"), reads());
        }
    }

    private HandmadeSegment longSegment() {
        return new HandmadeSegment(1, 4 * WINDOW_LENGTH);
    }

    @Test
    void judgeShouldMoveTheWindowWhenFramesLieBehindIt() throws IOException {
        final HandmadeSegment longSegment = longSegment();
        final int second =
                longSegment.frame(1, WINDOW_LENGTH - FIRST - 2 * HEADER).offset();
        final int third = longSegment.content((byte) 9).frame(2, 100).offset();
        longSegment.frame(3, 100);
        try (SegmentReader reader = open(longSegment.bytes())) {
            assertEquals(WINDOW_LENGTH - HEADER, second);
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertEquals(1, readCount());
            assertEquals(FrameVerdict.WHOLE, reader.judge(second, 2, EPOCH));
            assertEquals(2, readCount(), "its header lies in the window, its payload does not");
            assertEquals(9, reader.window().get(reader.inWindow(second) + HEADER));
            assertEquals(FrameVerdict.WHOLE, reader.judge(third, 3, EPOCH));
            assertEquals(2, readCount(), "a window is filled to its end");
            assertEquals(FrameVerdict.WHOLE, reader.judge(second, 2, EPOCH));
            assertEquals(2, readCount());
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertEquals(3, readCount(), "back to what lies before the window");
        }
    }

    @Test
    void judgeShouldReadALongFrameAtOnceWhenItsHeaderEndsTheWindow() throws IOException {
        final HandmadeSegment longSegment = longSegment();
        final int second =
                longSegment.frame(1, WINDOW_LENGTH - FIRST - 2 * HEADER).offset();
        final int third = longSegment.frame(2, WINDOW_LENGTH).offset();
        longSegment.frame(3, WINDOW_LENGTH + 8);
        try (SegmentReader reader = open(longSegment.bytes())) {
            assertEquals(FrameVerdict.WHOLE, reader.judge(second, 2, EPOCH));
            assertEquals(List.of("0+1048576", second + "+" + (third - second)), reads());
            reader.require(second, HEADER);
            assertEquals(2, readCount(), "what begins the window is in it");
            assertEquals(FrameVerdict.WHOLE, reader.judge(third, 3, EPOCH));
            assertEquals(List.of(third + "+1048576", third + "+1048616"), reads().subList(2, 4));
        }
    }

    @Test
    void judgeAnywhereShouldGoBackWhenThePlaceLiesBeforeTheWindow() throws IOException {
        final HandmadeSegment longSegment = longSegment().frame(1);
        try (SegmentReader reader =
                open(longSegment.at(2 * WINDOW_LENGTH).frame(2).bytes())) {
            assertEquals(FrameVerdict.WHOLE, reader.judgeAnywhere(2 * WINDOW_LENGTH, 1, 9, EPOCH));
            assertEquals(FrameVerdict.WHOLE, reader.judgeAnywhere(FIRST, 1, 9, EPOCH));
            assertEquals(FrameVerdict.WHOLE, reader.judgeAnywhere(FIRST, 1, 9, EPOCH));
            assertEquals(3, readCount());
        }
    }

    @Test
    void judgeShouldReadOnWhenAFrameCrossesTheEndOfALaterWindow() throws IOException {
        final HandmadeSegment longSegment = longSegment();
        final int second = longSegment.frame(1, WINDOW_LENGTH - HEADER).offset();
        final int third = longSegment.frame(2, WINDOW_LENGTH / 2).offset();
        longSegment.frame(3, WINDOW_LENGTH - HEADER);
        final byte[] content = longSegment.bytes();
        try (SegmentReader reader = open(content)) {
            assertEquals(FrameVerdict.WHOLE, reader.judge(second, 2, 0));
            assertEquals(FrameVerdict.WHOLE, reader.judge(third, 3, EPOCH));
        }
        try (SegmentReader reader = SegmentReader.open(machine, 1, META, 77)) {
            assertEquals(FrameVerdict.WHOLE, reader.judgeAnywhere(second, 1, 9, EPOCH));
            assertEquals(FrameVerdict.WHOLE, reader.judgeAnywhere(third, 1, 9, EPOCH));
        }
    }

    @Test
    void judgeAnywhereShouldSayBadLengthWhenTheHeaderCrossesTheEndOfTheWindow() throws IOException {
        final HandmadeSegment longSegment = longSegment();
        try (SegmentReader reader = open(
                longSegment.at(WINDOW_LENGTH - 16).word(FrameLayout.word(8, 1)).bytes())) {
            assertEquals(FrameVerdict.BAD_LENGTH, reader.judgeAnywhere(WINDOW_LENGTH - 16, 1, 9, EPOCH));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 24})
    void judgeAnywhereShouldSayNoRoomWhenNoHeaderFits(final int left) throws IOException {
        try (SegmentReader reader = open(segment.at(LENGTH - HEADER).frame(1).bytes())) {
            assertEquals(FrameVerdict.NO_ROOM, reader.judgeAnywhere(LENGTH - left, 1, 9, EPOCH));
            assertEquals(FrameVerdict.WHOLE, reader.judgeAnywhere(LENGTH - HEADER, 1, 9, EPOCH));
        }
    }

    @Test
    void judgeShouldWidenTheWindowWhenAFrameIsLonger() throws IOException {
        final int longest = 2 * WINDOW_LENGTH + 8;
        final HandmadeSegment longSegment = longSegment();
        final int second = longSegment.frame(1, longest - HEADER).offset();
        longSegment.frame(2);
        try (SegmentReader reader = open(longSegment.bytes())) {
            final ByteBuffer narrow = reader.window();
            assertEquals(FrameVerdict.WHOLE, reader.judgeAnywhere(FIRST, 1, 9, EPOCH));
            final ByteBuffer wide = reader.window();
            assertTrue(wide.capacity() >= longest && narrow.capacity() < longest);
            assertEquals(FrameVerdict.WHOLE, reader.judge(second, 2, EPOCH));
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertSame(wide, reader.window(), "what is wide enough is kept");
        }
    }

    @Test
    void judgeShouldKeepTheWindowWhenAFrameFillsItExactly() throws IOException {
        final HandmadeSegment longSegment = longSegment().at(FIRST + WINDOW_LENGTH);
        try (SegmentReader reader = open(longSegment.bytes())) {
            final ByteBuffer window = reader.window();
            reader.require(WINDOW_LENGTH, window.capacity());
            assertSame(window, reader.window());
        }
    }

    @Test
    void judgeShouldReadAfreshWhenTheFrameIsNotWhole() throws IOException {
        segment.frame(1);
        final byte[] before = segment.bytes();
        final byte[] frame = segment.frame(2).bytes(FIRST + HEADER, HEADER);
        try (SegmentReader reader = open(before)) {
            assertEquals(FrameVerdict.NOTHING, reader.judge(FIRST + HEADER, 2, EPOCH));
            store(FIRST + HEADER, frame);
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST + HEADER, 2, EPOCH));
        }
    }

    /** Before the next read but one, the rest of the frame arrives. */
    @Test
    void judgeShouldReadOnceMoreWhenTheWordHasChangedMeanwhile() throws IOException {
        final byte[] frame = segment.frame(1).bytes(FIRST, HEADER);
        final byte[] halfStored = frame.clone();
        Arrays.fill(halfStored, 8, HEADER, (byte) 0);
        try (SegmentReader reader = open(new HandmadeSegment(1).bytes())) {
            final int[] reads = new int[1];
            machine.faults()
                    .on(
                            call -> {
                                if (call.kind() == StorageCall.Kind.READ) {
                                    storeUnseen(++reads[0] == 1 ? halfStored : frame);
                                }
                                return false;
                            },
                            Fault.failBefore(() -> new IOException("met by no call")));
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertEquals(2, reads[0]);
        }
    }

    /** As when the file becomes another segment under who reads it. */
    private void overwriteHeader(final long number) throws IOException {
        store(0, new HandmadeSegment(number).bytes(0, FIRST));
    }

    @Test
    void isRecycledShouldHoldWhenTheFileHasBecomeAnotherSegment() throws IOException {
        try (SegmentReader reader = open(segment.frame(1).bytes())) {
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
            assertFalse(reader.isRecycled());
            overwriteHeader(9);
            assertTrue(reader.isRecycled());
            assertTrue(reader.isRecycled(), "asked once more");
            assertEquals(1, reader.number(), "what was read is still that of the one before");
            assertEquals(FrameVerdict.WHOLE, reader.judge(FIRST, 1, 0));
        }
    }

    /** What a recycled file looks like before its new header is there. */
    @Test
    void isRecycledShouldNotHoldWhenTheHeaderTellsNothing() throws IOException {
        try (SegmentReader reader = open(segment.bytes())) {
            overwriteHeader(9);
            machine.flip(NAME, SegmentLayout.EPOCH_OFFSET, 1);
            assertFalse(reader.isRecycled());
        }
    }

    @Test
    void isRecycledShouldNotHoldWhenTheFileEndsWithinTheHeaderPage() throws IOException {
        machine.install(NAME, new HandmadeSegment(9).bytes(FIRST - 1));
        try (SegmentReader reader = SegmentReader.openForEvidence(machine, 1, META, 77)) {
            assertFalse(reader.isRecycled(), "the byte that is missing is not taken for a zero");
        }
    }

    private void store(final int offset, final byte[] bytes) throws IOException {
        final byte[] now = machine.contents(NAME);
        for (int i = 0; i < bytes.length; i++) {
            machine.flip(NAME, offset + i, (now[offset + i] ^ bytes[i]) & 0xFF);
        }
    }

    private void storeUnseen(final byte[] frame) {
        try {
            store(FIRST, frame);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void requireShouldNameTheEndOfTheSegmentWhenMoreIsWantedThanThereIs() throws IOException {
        try (SegmentReader reader = open(segment.bytes())) {
            reader.require(LENGTH - HEADER, HEADER);
            assertEquals(1, readCount(), "what ends the window is in it");
            final CorruptJournalException e =
                    assertThrows(CorruptJournalException.class, () -> reader.require(LENGTH - HEADER, HEADER + 8));
            assertEquals(LENGTH, e.offset());
        }
    }

    @Test
    void requireShouldGoBackWhenTheRangeLiesBeforeTheWindow() throws IOException {
        final HandmadeSegment longSegment = longSegment().content((byte) 9).frame(1, 8);
        try (SegmentReader reader = open(longSegment.bytes())) {
            assertEquals(4 * WINDOW_LENGTH, reader.skipZeros(3 * WINDOW_LENGTH + 8));
            reader.require(FIRST + HEADER, 8);
            assertEquals(9, reader.window().get(reader.inWindow(FIRST + HEADER)));
        }
    }

    @Test
    void judgeShouldSayNoRoomWhenTheWindowLiesBehindThePlace() throws IOException {
        try (SegmentReader reader = open(longSegment().bytes())) {
            assertEquals(4 * WINDOW_LENGTH, reader.skipZeros(4 * WINDOW_LENGTH - 8));
            assertEquals(FrameVerdict.NO_ROOM, reader.judge(4 * WINDOW_LENGTH - 24, 1, 0));
        }
    }

    @Test
    void skipZerosShouldNotLookBehindTheSegmentWhenTheFileIsLonger() throws IOException {
        final int length = 2 * WINDOW_LENGTH;
        final byte[] content = new HandmadeSegment(1, length).bytes(length + FIRST);
        Arrays.fill(content, length + 8, content.length, (byte) 1);
        try (SegmentReader reader = open(content)) {
            assertEquals(length, reader.skipZeros(WINDOW_LENGTH + FIRST), "less is left than is read at a time");
            assertEquals(length, reader.skipZeros(FIRST));
        }
    }

    @Test
    void skipZerosShouldStopAtTheFirstWordThatIsNotZero() throws IOException {
        final int word = 3 * WINDOW_LENGTH;
        final HandmadeSegment longSegment =
                longSegment().at(word).word(1L << 63).word(1);
        try (SegmentReader reader = open(longSegment.bytes())) {
            assertEquals(word, reader.skipZeros(FIRST));
            assertEquals(word, reader.skipZeros(word));
            assertEquals(word + 8, reader.skipZeros(word + 8));
            assertEquals(4 * WINDOW_LENGTH, reader.skipZeros(word + 16));
            assertEquals(4 * WINDOW_LENGTH, reader.skipZeros(4 * WINDOW_LENGTH));
        }
    }
}

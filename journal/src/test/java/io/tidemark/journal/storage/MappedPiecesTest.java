// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.journal.storage.StorageCall.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MappedPiecesTest {

    private static final String NAME = "a";
    private static final int PIECE = 4096;
    private static final int COUNT = 4;
    private static final int LENGTH = COUNT * PIECE;
    private static final long WORD = 0x1122_3344_5566_7788L;

    private final SimulatedStorage storage = new SimulatedStorage();

    @BeforeEach
    void makeShortPieces() {
        storage.minPieceLength(PIECE);
    }

    private StorageFile file(final int length) throws IOException {
        final StorageFile file = storage.create(NAME);
        file.write(ByteBuffer.allocate(length), 0);
        return file;
    }

    private MappedPieces map() throws IOException {
        try (StorageFile file = file(LENGTH)) {
            return MappedPieces.map(storage, file, LENGTH);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "65536, 262144, 1, 65536",
        "262144, 262144, 1, 262144",
        "266240, 262144, 2, 4096",
        "4194304, 262144, 16, 262144",
        "4198400, 262144, 9, 4096",
        "65536, 4096, 16, 4096",
        "69632, 4096, 9, 4096",
        "61440, 4096, 15, 4096"
    })
    void mapShouldMakeSixteenPiecesAtMostWhenSegmentIsLongEnough(
            final int length, final int minPieceLength, final int count, final int lastLength) throws IOException {
        storage.minPieceLength(minPieceLength);
        try (StorageFile file = file(length)) {
            final MappedPieces pieces = MappedPieces.map(storage, file, length);
            assertEquals(count, pieces.count());
            assertEquals(length, pieces.mappedLength());
            assertEquals(lastLength, pieces.buffer(length - 1).capacity());
            assertEquals(count - 1, pieces.index(length - 1));
            pieces.unmap();
        }
    }

    @Test
    void minPieceLengthShouldBeQuarterOfMebibyteWhenStorageSaysNothing() {
        assertEquals(256 << 10, new SimulatedStorage().minPieceLength());
    }

    @Test
    void mapShouldBeginWithTheLastPiece() throws IOException {
        storage.faults().startTrace();
        map().unmap();
        assertEquals(
                List.of(
                        "map a 12288+4096",
                        "map a 8192+4096",
                        "map a 4096+4096",
                        "map a 0+4096",
                        "close a",
                        "unmap a",
                        "unmap a 4096+0",
                        "unmap a 8192+0",
                        "unmap a 12288+0"),
                storage.faults().trace().subList(2, 11));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void mapShouldLeaveNothingBehindWhenAPieceCanNotBeMapped(final int failing) throws IOException {
        final IOException refusal = new IOException("refused by the test");
        storage.faults()
                .on(
                        call -> call.kind() == Kind.MAP && call.offset() == (long) failing * PIECE,
                        Fault.failBefore(() -> refusal));
        assertSame(refusal, assertThrows(IOException.class, this::map));
        assertEquals(List.of(), storage.liveMappings());
        assertEquals(List.of(), storage.openHandles());
    }

    @Test
    void mapForReadingShouldShowWhatIsStoredAndRefuseStores() throws IOException {
        final MappedPieces pieces = map();
        try (StorageFile file = storage.open(NAME, false)) {
            final MappedPieces read = MappedPieces.mapForReading(storage, file, LENGTH);
            pieces.word(2 * PIECE, WORD);
            assertEquals(WORD, read.word(2 * PIECE));
            assertThrows(RuntimeException.class, () -> read.word(2 * PIECE, WORD));
            read.unmap();
        }
        pieces.unmap();
    }

    @Test
    void putShouldStoreEveryByteInItsPlaceWhereverTheRangeBeginsAndEnds() throws IOException {
        final MappedPieces pieces = map();
        final byte[] content = new byte[LENGTH];
        final ByteBuffer source = ByteBuffer.allocateDirect(LENGTH);
        final SplittableRandom random = new SplittableRandom(7);
        for (int offset = 0; offset <= 2 * PIECE; offset += 8) {
            for (final int length : new int[] {0, 8, 16, 136, PIECE - 8, PIECE, PIECE + 8, 2 * PIECE}) {
                final int start = 8 * random.nextInt(16);
                for (int i = 0; i < length; i++) {
                    content[offset + i] = (byte) random.nextInt();
                }
                source.put(start, content, offset, length);
                pieces.put(offset, source, start, length);
            }
            assertArrayEquals(content, storage.contents(NAME), "offset=" + offset);
        }
        pieces.unmap();
    }

    @Test
    void wordShouldBeStoredInItsPlaceBesideABorder() throws IOException {
        final MappedPieces pieces = map();
        for (int offset = PIECE - 16; offset <= PIECE + 8; offset += 8) {
            pieces.word(offset, WORD + offset);
            pieces.wordRelease(2 * PIECE + offset, WORD - offset);
        }
        final ByteBuffer content = ByteBuffer.wrap(storage.contents(NAME)).order(ByteOrder.LITTLE_ENDIAN);
        for (int offset = PIECE - 16; offset <= PIECE + 8; offset += 8) {
            assertEquals(WORD + offset, content.getLong(offset));
            assertEquals(WORD + offset, pieces.word(offset));
            assertEquals(WORD - offset, content.getLong(2 * PIECE + offset));
        }
        pieces.unmap();
    }

    @Test
    void forceShouldBeACallForEachPieceWhenTheRangeLiesAcross() throws IOException {
        final MappedPieces pieces = map();
        final ByteBuffer source = ByteBuffer.allocateDirect(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            source.put(i, (byte) (i % 127 + 1));
        }
        pieces.put(0, source, 0, LENGTH);
        storage.faults().startTrace();
        pieces.force(PIECE - 8, 2 * PIECE + 16);
        pieces.force(PIECE, PIECE);
        pieces.force(8, 0);
        assertEquals(
                List.of(
                        "force mapped a 4088+8",
                        "force mapped a 4096+4096",
                        "force mapped a 8192+4096",
                        "force mapped a 12288+8",
                        "force mapped a 4096+4096"),
                storage.faults().trace());
        try (StorageFile file = storage.open(NAME, true)) {
            file.force(true);
        }
        storage.forceDirectory();
        assertArrayEquals(storage.contents(NAME), storage.durableContents(NAME));
        pieces.unmap();
    }

    @Test
    void forceShouldMakeNoFurtherCallWhenOneFails() throws IOException {
        final MappedPieces pieces = map();
        final IOException broken = new IOException("the disk is broken");
        storage.faults()
                .on(call -> call.kind() == Kind.FORCE_MAPPED && call.offset() == PIECE, Fault.failBefore(() -> broken));
        storage.faults().startTrace();
        assertSame(broken, assertThrows(IOException.class, () -> pieces.force(0, LENGTH)));
        assertEquals(2, storage.faults().trace().size());
        pieces.unmap();
    }

    @Test
    void faultInShouldBeACallForEachPieceAndChangeNothing() throws IOException {
        final MappedPieces pieces = map();
        pieces.word(2 * PIECE, WORD);
        storage.faults().startTrace();
        pieces.faultIn(PIECE, 2 * PIECE);
        assertEquals(
                List.of("fault in a 4096+4096", "fault in a 8192+4096"),
                storage.faults().trace());
        assertEquals(WORD, pieces.word(2 * PIECE));
        pieces.unmap();
    }

    @Test
    void pieceShouldNotBeReachedWhenItWasLetGo() throws IOException {
        final MappedPieces pieces = map();
        pieces.unmap(1);
        pieces.unmap(1);
        assertEquals(Collections.nCopies(COUNT - 1, NAME), storage.liveMappings());
        assertEquals(LENGTH - PIECE, pieces.mappedLength());
        assertThrows(IndexOutOfBoundsException.class, () -> pieces.word(PIECE));
        assertThrows(IndexOutOfBoundsException.class, () -> pieces.word(2 * PIECE - 8, WORD));
        assertThrows(
                IndexOutOfBoundsException.class, () -> pieces.put(0, ByteBuffer.allocateDirect(LENGTH), 0, LENGTH));
        assertThrows(IllegalStateException.class, () -> pieces.force(0, LENGTH));
        assertThrows(IllegalStateException.class, () -> pieces.faultIn(0, LENGTH));
        pieces.word(PIECE - 8, WORD);
        pieces.word(2 * PIECE, WORD);
        pieces.unmap();
        assertEquals(List.of(), storage.liveMappings());
        assertEquals(List.of(), storage.storesAfterUnmap());
    }

    @Test
    void unmapShouldTryTheOthersWhenAPieceFails() throws IOException {
        final MappedPieces pieces = map();
        storage.faults()
                .onEvery(
                        call -> call.kind() == Kind.UNMAP && call.offset() % (2 * PIECE) == PIECE,
                        Fault.failAfter(() -> new IOException("refused by the test")));
        final IOException thrown = assertThrows(IOException.class, pieces::unmap);
        assertEquals(1, thrown.getSuppressed().length, "the failure of the last piece");
        assertEquals(List.of(), storage.liveMappings());
        pieces.unmap();
    }

    @Test
    void ofShouldHaveOnePieceHoweverLongItIs() throws IOException {
        try (StorageFile file = file(LENGTH)) {
            final MappedPieces pieces = MappedPieces.of(file.map(0, LENGTH));
            assertEquals(1, pieces.count());
            assertEquals(0, pieces.index((1 << 30) - 1));
            assertEquals(LENGTH, pieces.lengthInPiece(0, LENGTH));
            assertEquals(8, pieces.lengthInPiece((1 << 30) - 8, 8));
            pieces.word(LENGTH - 8, WORD);
            assertEquals(WORD, pieces.word(LENGTH - 8));
            pieces.unmap();
        }
    }
}

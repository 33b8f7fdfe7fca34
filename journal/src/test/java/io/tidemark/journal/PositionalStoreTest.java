// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.DirectoryStorage;
import io.tidemark.journal.storage.SegmentPreparation;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionalStoreTest {

    private static final int SEGMENT_LENGTH = 256 << 10;
    private static final int OFFSET = SegmentLayout.HEADER_PAGE_LENGTH + 24;
    private static final String NAME = FileNames.segment(1);

    private final PositionalStore store = new PositionalStore();
    private final byte[] bytes = new byte[SEGMENT_LENGTH];
    private final ByteBuffer source;

    PositionalStoreTest() {
        final long seed = 20_261_127;
        System.out.println("seed=" + seed);
        new SplittableRandom(seed).nextBytes(bytes);
        source = ByteBuffer.wrap(bytes);
    }

    private static Segment segment(final Storage storage) throws IOException {
        final SegmentHeader header = new SegmentHeader(1, 2, 1, SEGMENT_LENGTH, 1, 1);
        final SegmentPreparation preparation = new SegmentPreparation(storage, header, 0, true);
        while (!preparation.step()) {
            // Each step does a part.
        }
        return new Segment(header, preparation.result(), preparation.resultFile(), OFFSET);
    }

    /** The calls that store a run, of a segment that is let go afterwards. */
    private List<String> callsFor(final int length) throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final Segment segment = segment(storage);
        storage.faults().startTrace();
        store.store(segment, OFFSET, source, 16, length);
        final List<String> calls = storage.faults().trace();
        segment.unmap();
        assertEquals(List.of(), storage.openHandles());
        assertEquals(List.of(), storage.liveMappings());
        return calls;
    }

    /** The first 8 bytes are what a reader waits for. */
    @Test
    void storeShouldWriteTheFirstWordBehindAllOthers() throws IOException {
        assertEquals(
                List.of("write " + NAME + " " + (OFFSET + 8) + "+160", "write " + NAME + " " + OFFSET + "+8"),
                callsFor(160));
    }

    /** Whole pages go without being copied once more. */
    @Test
    void storeShouldWriteTheFirstWordBehindAllOthersWhenTheRunIsLong() throws IOException {
        final int pagesEnd = (OFFSET + 100_000) / 4096 * 4096;
        assertEquals(
                List.of(
                        "write " + NAME + " " + (OFFSET + 8) + "+" + (pagesEnd - OFFSET - 8),
                        "write " + NAME + " " + pagesEnd + "+" + (OFFSET + 100_000 + 8 - pagesEnd),
                        "write " + NAME + " " + OFFSET + "+8"),
                callsFor(100_000));
    }

    @Test
    void storeShouldLeaveTheSourceAsItIs() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final Segment segment = segment(storage);
        source.position(3).limit(200_000);
        store.store(segment, OFFSET, source, 16, 100_000);
        assertEquals(3, source.position());
        assertEquals(200_000, source.limit());
        source.clear();
        segment.unmap();
    }

    @Test
    void storeShouldWriteTheRunAndZerosBehindItWhateverItsLength() throws IOException {
        final int toPage = 4096 - 24;
        for (final int length : new int[] {
            32,
            40,
            toPage,
            4096,
            (16 << 10) + toPage - 8,
            (16 << 10) + toPage,
            (16 << 10) + toPage + 8,
            100_000,
            200_000
        }) {
            final SimulatedStorage storage = new SimulatedStorage();
            final Segment segment = segment(storage);
            // What was in the file before it became this segment.
            segment.file().write(ByteBuffer.wrap(bytes, 0, SEGMENT_LENGTH - OFFSET), OFFSET);
            store.store(segment, OFFSET, source, 16, length);
            final byte[] found = storage.contents(NAME);
            assertArrayEquals(
                    Arrays.copyOfRange(bytes, 16, 16 + length), Arrays.copyOfRange(found, OFFSET, OFFSET + length));
            final int end = OFFSET + length;
            assertArrayEquals(new byte[8], Arrays.copyOfRange(found, end, end + 8), "length=" + length);
            assertArrayEquals(
                    Arrays.copyOfRange(bytes, length + 8, SEGMENT_LENGTH - OFFSET),
                    Arrays.copyOfRange(found, end + 8, SEGMENT_LENGTH),
                    "length=" + length);
            segment.unmap();
        }
    }

    @Test
    void storeShouldLeaveTheFileAsLongAsItIsWhenTheRunFillsIt() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final Segment segment = segment(storage);
        final int length = SEGMENT_LENGTH - OFFSET;
        store.store(segment, OFFSET, source, 0, length);
        final byte[] found = storage.contents(NAME);
        assertEquals(SEGMENT_LENGTH, found.length);
        assertArrayEquals(Arrays.copyOf(bytes, length), Arrays.copyOfRange(found, OFFSET, SEGMENT_LENGTH));
        segment.unmap();
    }

    /** A call that writes behind the end makes the file longer again, and nobody would notice that something is missing. */
    @Test
    void storeShouldThrowWhenTheFileWasCutShort(@TempDir final Path directory) throws IOException {
        try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
            final Segment segment = segment(storage);
            store.store(segment, OFFSET, source, 0, 64);
            try (FileChannel channel = FileChannel.open(directory.resolve(NAME), StandardOpenOption.WRITE)) {
                channel.truncate(OFFSET + 64);
            }
            assertThrows(InternalError.class, () -> store.store(segment, OFFSET + 64, source, 64, 64));
            assertEquals(OFFSET + 64, Files.size(directory.resolve(NAME)));
            segment.unmap();
        }
    }
}

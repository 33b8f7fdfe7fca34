// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written where one piece of a segment's mapping ends and the next begins. The border lies behind each word in turn. */
class FramesAcrossPiecesTest {

    private static final int PIECE = 4096;
    private static final int BORDER = 3 * PIECE;
    private static final int PAYLOAD = 100;
    private static final int FRAME = FrameLayout.align(FrameLayout.HEADER_LENGTH + PAYLOAD);
    private static final String SEGMENT = FileNames.segment(1);

    private final SimulatedStorage machine = new SimulatedStorage();
    private final List<byte[]> expected = new ArrayList<>();

    private void begin(final SimulatedStorage on) {
        on.minPieceLength(PIECE);
        expected.clear();
    }

    private byte[] payload(final int length) {
        final byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) (expected.size() + 1));
        expected.add(payload);
        return payload;
    }

    private void append(final Journal journal, final int length) {
        final byte[] payload = payload(length);
        assertTrue(journal.appender().tryAppend(0, payload, 0, length) > 0);
    }

    /** Lets the next frame begin before the border. */
    private void fillUntil(final Journal journal, final int distance) {
        append(journal, BORDER - distance - SegmentLayout.HEADER_PAGE_LENGTH - FrameLayout.HEADER_LENGTH);
        SimulatedJournal.settle(journal);
    }

    private static void flush(final Journal journal) {
        final long target = journal.requestFlush();
        SimulatedJournal.settle(journal);
        assertEquals(target, journal.durableSequence());
    }

    private void requireAll(final List<byte[]> found, final String what) {
        assertEquals(expected.size(), found.size(), what);
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i), what + ", record " + (i + 1));
        }
    }

    private static List<byte[]> tailed(final Tailer tailer) {
        final List<byte[]> found = new ArrayList<>();
        tailer.poll(
                (sequence, timestampNs, type, buffer, offset, length) -> {
                    final byte[] payload = new byte[length];
                    buffer.get(offset, payload);
                    found.add(payload);
                },
                100);
        return found;
    }

    /** Looks at what was written as a tailer, as a reader, and after the death of the process. */
    private void check(final SimulatedStorage on, final Journal journal, final Tailer tailer, final String what)
            throws IOException {
        requireAll(tailed(tailer), what + ", tailer");
        tailer.close();
        flush(journal);
        requireAll(SimulatedJournal.read(on), what + ", reader");
        assertEquals(List.of(), on.storesAfterUnmap(), what);
        final byte[] forced = on.durableContents(SEGMENT);
        final int end = (int) (journal.counters().writtenBytes() + SegmentLayout.HEADER_PAGE_LENGTH);
        assertArrayEquals(
                Arrays.copyOf(on.contents(SEGMENT), end), Arrays.copyOf(forced, end), what + ", what was forced");
        on.kill();
        try (Journal again = SimulatedJournal.open(on)) {
            assertEquals(expected.size(), again.lastSequence(), what);
            append(again, PAYLOAD);
            SimulatedJournal.settle(again);
        }
        requireAll(SimulatedJournal.read(on), what + ", opened again");
    }

    @Test
    void frameShouldBeReadAsItWasWrittenWhereverTheBorderLiesInIt() throws IOException {
        for (int distance = 0; distance <= FRAME + Long.BYTES; distance += Long.BYTES) {
            final SimulatedStorage on = new SimulatedStorage();
            begin(on);
            final Journal journal = SimulatedJournal.open(on);
            final Tailer tailer = journal.tailer(1, Visibility.WRITTEN);
            fillUntil(journal, distance);
            append(journal, PAYLOAD);
            SimulatedJournal.settle(journal);
            append(journal, PAYLOAD);
            SimulatedJournal.settle(journal);
            check(on, journal, tailer, "border at " + distance);
        }
    }

    @Test
    void runShouldBeReadAsItWasWrittenWhereverTheBorderLiesInIt() throws IOException {
        for (int distance = 0; distance <= 3 * FRAME; distance += Long.BYTES) {
            final SimulatedStorage on = new SimulatedStorage();
            begin(on);
            final Journal journal = SimulatedJournal.open(on);
            final Tailer tailer = journal.tailer(1, Visibility.WRITTEN);
            fillUntil(journal, distance);
            for (int i = 0; i < 3; i++) {
                append(journal, PAYLOAD);
            }
            SimulatedJournal.settle(journal);
            check(on, journal, tailer, "border at " + distance);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, PIECE, 3 * PIECE})
    void batchShouldBeReadAsItWasWrittenWhereverTheBorderLiesInIt(final int length) throws IOException {
        for (int distance = 0; distance <= 2 * FRAME; distance += Long.BYTES) {
            final SimulatedStorage on = new SimulatedStorage();
            begin(on);
            final Journal journal = SimulatedJournal.open(on);
            final Tailer tailer = journal.tailer(1, Visibility.WRITTEN);
            fillUntil(journal, distance);
            final Batch batch = new Batch();
            for (final int each : new int[] {PAYLOAD, 0, length}) {
                batch.add(0, payload(each), 0, each);
            }
            assertTrue(journal.appender().tryAppendBatch(batch) > 0);
            SimulatedJournal.settle(journal);
            check(on, journal, tailer, "border at " + distance);
        }
    }

    /** The word that makes a run visible must come last, so it must not be there when a store before it failed. */
    @Test
    void firstWordShouldNotBeStoredWhenTheNextPieceFaults() throws IOException {
        for (int distance = Long.BYTES; distance <= FRAME; distance += Long.BYTES) {
            final SimulatedStorage on = new SimulatedStorage();
            begin(on);
            on.failStoresFrom(BORDER);
            final Journal journal =
                    Journal.open(on.sibling(), SimulatedJournal.config().withSyncPolicy(SyncPolicy.never()));
            fillUntil(journal, distance);
            flush(journal);
            append(journal, PAYLOAD);
            SimulatedJournal.settle(journal);
            final String what = "border at " + distance;
            assertEquals(1, journal.writtenSequence(), what);
            final ByteBuffer content = ByteBuffer.wrap(on.contents(SEGMENT)).order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(0, content.getLong(BORDER - distance), what);
            assertThrows(JournalFailedException.class, journal::close);
            assertEquals(List.of(), on.liveMappings(), what);
            assertEquals(List.of(), on.openHandles(), what);
            expected.remove(1);
            requireAll(SimulatedJournal.read(on), what);
        }
    }

    @Test
    void forceShouldTouchEachPieceOnceWhenARunLiesAcrossThem() throws IOException {
        begin(machine);
        try (Journal journal = SimulatedJournal.open(machine)) {
            fillUntil(journal, 16);
            flush(journal);
            append(journal, PAYLOAD);
            append(journal, PIECE);
            SimulatedJournal.settle(journal);
            machine.faults().startTrace();
            flush(journal);
            final int last = FRAME - 16 + FrameLayout.align(FrameLayout.HEADER_LENGTH + PIECE) - PIECE;
            assertEquals(
                    List.of(
                            "force mapped " + SEGMENT + " " + (BORDER - 16) + "+16",
                            "force mapped " + SEGMENT + " " + BORDER + "+" + PIECE,
                            "force mapped " + SEGMENT + " " + (BORDER + PIECE) + "+" + last),
                    machine.faults().trace().stream()
                            .filter(line -> line.startsWith("force mapped"))
                            .toList());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void durableMarkShouldStayWhenTheForceOfOnePieceFails(final int failing) throws IOException {
        begin(machine);
        final Journal journal = Journal.open(machine.sibling(), SimulatedJournal.config());
        fillUntil(journal, 16);
        flush(journal);
        append(journal, 2 * PIECE);
        machine.faults()
                .onNth(
                        failing + 1L,
                        StorageCall.of(StorageCall.Kind.FORCE_MAPPED),
                        Fault.failBefore(() -> new IOException("refused by the test")));
        assertTrue(journal.requestFlush() > 0);
        SimulatedJournal.settle(journal);
        assertEquals(2, journal.writtenSequence());
        assertEquals(1, journal.durableSequence());
        assertThrows(JournalFailedException.class, journal::close);
        assertEquals(List.of(), machine.liveMappings());
    }
}

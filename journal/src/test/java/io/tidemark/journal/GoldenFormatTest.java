// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.GoldenJournal.Expected;
import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows that journals written before are read, and that this version writes what the one before it wrote. */
class GoldenFormatTest {

    private static final String WHAT_TO_DO =
            "; golden files are only ever added to: if the format has changed, raise its"
                    + " version, go on reading the old one and add files of the new one; if it has not, find out why the bytes"
                    + " have changed";

    private static SimulatedStorage storageWith(final Map<String, byte[]> files) throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        for (final Map.Entry<String, byte[]> file : files.entrySet()) {
            storage.install(file.getKey(), file.getValue());
        }
        return storage;
    }

    private static List<Expected> recordsOf(final JournalReader reader) {
        final List<Expected> records = new ArrayList<>();
        reader.replay(
                1,
                (sequence, timestampNs, type, buffer, offset, length) ->
                        records.add(new Expected(sequence, type, GoldenJournal.boxed(buffer, offset, length))));
        return records;
    }

    @ParameterizedTest
    @EnumSource
    void keptJournalShouldBeReadToItsLastRecord(final GoldenJournal journal, @TempDir final Path directory)
            throws IOException {
        for (final Map.Entry<String, byte[]> file : journal.kept().entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
        final JournalReader reader = JournalReader.open(directory);
        final VerifyReport report = reader.verify();
        assertEquals(VerifyReport.Verdict.INTACT, report.verdict(), report + WHAT_TO_DO);
        assertEquals(journal.written().expected(), recordsOf(reader), WHAT_TO_DO);
    }

    @ParameterizedTest
    @EnumSource
    void keptJournalShouldGoOnWhenItIsOpened(final GoldenJournal journal, @TempDir final Path directory)
            throws IOException {
        for (final Map.Entry<String, byte[]> file : journal.kept().entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
        final List<Expected> expected = new ArrayList<>(journal.written().expected());
        try (Journal opened = Journal.open(directory)) {
            final long sequence = opened.appender().append(9, new byte[] {42}, 0, 1);
            assertEquals(opened.recoveryReport().lastSequence() + 1, sequence);
            expected.add(new Expected(sequence, 9, List.of((byte) 42)));
        }
        final JournalReader reader = JournalReader.open(directory);
        assertEquals(VerifyReport.Verdict.INTACT, reader.verify().verdict());
        assertEquals(expected, recordsOf(reader));
    }

    @ParameterizedTest
    @EnumSource
    void scriptShouldGiveTheKeptBytesWhenItIsRunAgain(final GoldenJournal journal) throws IOException {
        final Map<String, byte[]> kept = journal.kept();
        final Map<String, byte[]> written = journal.written().files();
        assertEquals(kept.keySet(), written.keySet(), journal + WHAT_TO_DO);
        for (final Map.Entry<String, byte[]> file : kept.entrySet()) {
            assertArrayEquals(
                    file.getValue(),
                    written.get(file.getKey()),
                    () -> journal + ", file=" + file.getKey() + WHAT_TO_DO);
        }
    }

    @Test
    void recoveryShouldSayWhatItFoundWhenKeptJournalsAreOpened() throws IOException {
        final RecoveryReport empty = recover(GoldenJournal.EMPTY);
        assertEquals(0, empty.lastSequence());
        assertTrue(empty.closedCleanly());
        final RecoveryReport closed = recover(GoldenJournal.CLOSED);
        assertEquals(107, closed.lastSequence());
        assertTrue(closed.closedCleanly() && !closed.tailCut());
        final RecoveryReport killed = recover(GoldenJournal.KILLED);
        assertEquals(150, killed.lastSequence());
        assertTrue(!killed.closedCleanly() && !killed.tailCut());
        final RecoveryReport cut = recover(GoldenJournal.CUT);
        assertEquals(2, cut.lastSequence());
        assertEquals(3, cut.epoch());
        assertTrue(cut.tailCut());
        assertEquals("a frame of an older epoch behind the end", cut.cutReason());
    }

    private static RecoveryReport recover(final GoldenJournal journal) throws IOException {
        final SimulatedStorage storage = storageWith(journal.kept());
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(SegmentLayout.MIN_SEGMENT_LENGTH)
                .withQueueLength(64 << 10)
                .withInvokedAgents();
        try (Journal opened = Journal.open(storage, config)) {
            return opened.recoveryReport();
        }
    }

    @Test
    void keptJournalsShouldHoldWhatTheyAreKeptFor() throws IOException {
        final Map<String, byte[]> killed = GoldenJournal.KILLED.kept();
        assertTrue(killed.containsKey(FileNames.segment(3)), "two rolls");
        final byte[] lagging = GoldenJournal.LAGGING.kept().get(FileNames.segment(1));
        final ByteBuffer frames = ByteBuffer.allocateDirect(lagging.length).put(0, lagging);
        final int odd = SegmentLayout.HEADER_PAGE_LENGTH + 2_048 * FrameLayout.HEADER_LENGTH;
        assertEquals(2_049, FrameLayout.sequence(frames, odd));
        assertEquals(2_050, DurableLag.decode(FrameLayout.encodedLag(frames, odd)), "rounded up");
        final Script cut = GoldenJournal.CUT.written();
        final byte[] segment = cut.storage().contents(FileNames.segment(1));
        final ByteBuffer buffer = ByteBuffer.allocateDirect(segment.length).put(0, segment);
        final int last = SegmentLayout.HEADER_PAGE_LENGTH + 136;
        assertEquals(2, FrameLayout.sequence(buffer, last));
        assertEquals(2, FrameLayout.epoch(buffer, last));
        assertEquals(3, FrameLayout.sequence(buffer, last + 136), "the ghost is next in sequence");
        assertEquals(1, FrameLayout.epoch(buffer, last + 136));
    }

    @Test
    void keptNameShouldGoOnWhenItIsTakenUp() throws IOException {
        final SimulatedStorage storage = storageWith(GoldenJournal.NAMED.kept());
        final JournalReader reader = JournalReader.open(storage);
        assertEquals(
                List.of(new ReaderStatus(
                        "golden", 7, GoldenJournal.NAMED.written().nowNs() - 1_000, "")),
                reader.namedReaders(),
                WHAT_TO_DO);
        try (NamedReader named = reader.named("golden")) {
            assertEquals(7, named.passedSequence(), WHAT_TO_DO);
            assertEquals(8, named.tailer().nextSequence(), WHAT_TO_DO);
        }
    }

    @Test
    void keptCountersShouldTellWhatTheyToldThen() throws IOException {
        final JournalCounters counters = Objects.requireNonNull(
                JournalReader.open(storageWith(GoldenJournal.COUNTED.kept())).counters(), WHAT_TO_DO);
        assertEquals(JournalCounters.State.CLOSED, counters.state(), WHAT_TO_DO);
        assertEquals(4_711, counters.processId(), WHAT_TO_DO);
        assertEquals(1, counters.epoch(), WHAT_TO_DO);
        assertEquals(103, counters.appendedCount(), WHAT_TO_DO);
        assertEquals(103, counters.durableSequence(), WHAT_TO_DO);
        assertEquals(100 * 1_032 + 48 + 56 + 64, counters.writtenBytes(), WHAT_TO_DO);
        assertEquals(101, counters.runCount(), WHAT_TO_DO);
        assertEquals(3, counters.longestRun(), WHAT_TO_DO);
        assertEquals(1, counters.rollCount(), WHAT_TO_DO);
        assertEquals(3, counters.segmentCount(), WHAT_TO_DO);
        assertEquals(64 << 10, counters.queueLength(), WHAT_TO_DO);
    }

    @Test
    void metaSlotsShouldBeWrittenInTurnWhenAJournalLives() throws IOException {
        final Script script = new Script();
        script.storage().faults().startTrace();
        script.open();
        script.append(0, 5);
        script.flush();
        script.close();
        final List<String> offsets = script.storage().faults().trace().stream()
                .filter(call -> call.startsWith("write " + FileNames.META + " "))
                .map(call -> call.substring(call.lastIndexOf(' ') + 1))
                .toList();
        assertEquals(List.of("4096+256", "0+256", "4096+256"), offsets, "a torn slot must leave the one before it");
    }

    @Test
    void writerShouldAddWhatIsMissingAndOverwriteNothing(@TempDir final Path directory) throws IOException {
        addMissing(directory);
        for (final GoldenJournal journal : GoldenJournal.values()) {
            final Path file = directory.resolve(journal.fileName());
            final byte[] bytes = Files.readAllBytes(file);
            assertArrayEquals(GoldenJournal.zipped(journal.written().files()), bytes);
            Files.write(file, new byte[] {1});
        }
        addMissing(directory);
        for (final GoldenJournal journal : GoldenJournal.values()) {
            assertArrayEquals(new byte[] {1}, Files.readAllBytes(directory.resolve(journal.fileName())));
        }
    }

    @Test
    void writerShouldRunWhenADirectoryIsNamed() throws IOException {
        final String directory = System.getProperty("tidemark.golden");
        assumeTrue(directory != null, "add -Dtidemark.golden=DIRECTORY to write golden files that are missing there");
        addMissing(Path.of(String.valueOf(directory)));
    }

    private static void addMissing(final Path directory) throws IOException {
        for (final GoldenJournal journal : GoldenJournal.values()) {
            final Path file = directory.resolve(journal.fileName());
            Files.createDirectories(file.getParent());
            try {
                Files.write(file, GoldenJournal.zipped(journal.written().files()), StandardOpenOption.CREATE_NEW);
            } catch (final FileAlreadyExistsException e) {
                assertTrue(Files.size(file) > 0, "golden files are only ever added to: " + e.getMessage());
            }
        }
    }
}

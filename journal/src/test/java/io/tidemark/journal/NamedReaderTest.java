// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.PositionLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Positions under names, over the simulated storage. */
class NamedReaderTest {

    private static final int COUNT = 40;
    private static final String FILE = FileNames.position("billing");

    private final SimulatedStorage machine = new SimulatedStorage();
    private long nowNs = 1_000;

    @BeforeEach
    void makeJournal() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine.sibling())) {
            final Appender appender = journal.appender();
            for (int i = 0; i < COUNT; i++) {
                SimulatedJournal.append(journal, appender, new byte[5_000]);
            }
            SimulatedJournal.flush(journal);
        }
    }

    private NamedReader named(final SimulatedStorage storage, final String name) {
        return JournalReader.open(storage).named(name, Start.atHead(), () -> nowNs, () -> 0);
    }

    private NamedReader named(final String name) {
        return named(machine.sibling(), name);
    }

    private static List<Long> poll(final NamedReader reader, final int limit) {
        final List<Long> sequences = new ArrayList<>();
        reader.tailer().poll((sequence, b, c, d, e, f) -> sequences.add(sequence), limit);
        return sequences;
    }

    private void requireNothingLeft() {
        assertEquals(List.of(), machine.openHandles());
        assertEquals(List.of(), machine.liveMappings());
        assertFalse(machine.isLocked());
    }

    @Test
    void namedShouldGoOnBehindWhatWasCommittedLast() {
        try (NamedReader reader = named("billing")) {
            assertEquals("billing", reader.name());
            assertEquals(0, reader.passedSequence());
            assertEquals(List.of(1L, 2L, 3L), poll(reader, 3));
            assertSame(reader.tailer(), reader.tailer());
            assertEquals(3, reader.commit());
            assertEquals(List.of(4L, 5L), poll(reader, 2));
        }
        try (NamedReader reader = named("billing")) {
            assertEquals(3, reader.passedSequence());
            assertEquals(List.of(4L, 5L, 6L), poll(reader, 3));
            reader.commit(5);
            assertEquals(5, reader.passedSequence());
        }
        try (NamedReader reader = named("billing");
                NamedReader other = named("audit")) {
            assertEquals(List.of(6L), poll(reader, 1));
            assertEquals(List.of(1L), poll(other, 1));
        }
        requireNothingLeft();
    }

    @Test
    void namedShouldBeginWhereItIsToldWhenTheNameIsNew() {
        final JournalReader reader = JournalReader.open(machine.sibling());
        try (NamedReader end = reader.named("end", Start.atEnd())) {
            assertEquals(COUNT, end.passedSequence());
        }
        try (NamedReader middle = reader.named("middle", Start.atSequence(7))) {
            assertEquals(6, middle.passedSequence());
        }
        try (NamedReader again = reader.named("middle", Start.atEnd())) {
            assertEquals(6, again.passedSequence(), "the place counts only for a new name");
        }
        assertThrows(IllegalArgumentException.class, () -> reader.named("later", Start.atSequence(COUNT + 2)));
        assertEquals(List.of("end", "middle"), names());
        requireNothingLeft();
    }

    private List<String> names() {
        return JournalReader.open(machine.sibling()).namedReaders().stream()
                .map(ReaderStatus::name)
                .toList();
    }

    @Test
    void namedShouldBeRefusedWhenSomebodyElseHasTheName() {
        final SimulatedStorage process = machine.sibling();
        final NamedReader reader = named(process, "billing");
        final ReaderLockedException told = assertThrows(ReaderLockedException.class, () -> named("billing"));
        assertTrue(told.getMessage().contains("billing"), told::getMessage);
        assertThrows(
                ReaderLockedException.class,
                () -> JournalReader.open(machine.sibling()).deleteNamedReader("billing"));
        named("audit").close();
        process.kill();
        named("billing").close();
        assertThrows(JournalException.class, () -> reader.commit(1));
    }

    @Test
    void commitShouldOnlyMoveForward() {
        try (NamedReader reader = named("billing")) {
            reader.commit(7);
            assertThrows(IllegalArgumentException.class, () -> reader.commit(6));
            assertThrows(IllegalArgumentException.class, () -> reader.commit(-1));
            assertThrows(IllegalArgumentException.class, () -> reader.commit(COUNT + 1));
            reader.commit(7);
            assertEquals(List.of(8L), poll(reader, 1));
            reader.tailer().seek(3);
            assertThrows(IllegalArgumentException.class, reader::commit);
            reader.tailer().seek(20);
            assertEquals(19, reader.commit());
            assertEquals(4, reader.reset(Start.atSequence(5)));
            assertEquals(4, reader.passedSequence());
            assertEquals(List.of(5L), poll(reader, 1));
            assertThrows(IllegalArgumentException.class, () -> reader.reset(Start.atSequence(COUNT + 2)));
            assertEquals(COUNT, reader.reset(Start.atEnd()));
        }
        try (NamedReader reader = named("billing")) {
            assertEquals(COUNT, reader.passedSequence());
        }
    }

    @Test
    void commitShouldForceNothingWhenBothSlotsTellThePosition() {
        try (NamedReader reader = named("billing")) {
            reader.commit(7);
            reader.commit(7);
            machine.faults().startTrace();
            reader.commit(7);
            reader.commit();
            assertEquals(List.of(), machine.faults().trace());
        }
    }

    @Test
    void commitShouldBeRefusedWhenTheRecordIsNotDurable() throws IOException {
        try (Journal journal = SimulatedJournal.open(machine.sibling())) {
            SimulatedJournal.settle(journal);
            SimulatedJournal.append(journal, journal.appender(), new byte[1]);
            journal.invoke();
            assertEquals(COUNT + 1, journal.writtenSequence());
            try (NamedReader reader = journal.reader().named("billing", Start.atEnd())) {
                assertThrows(IllegalArgumentException.class, () -> reader.commit(COUNT + 1));
                SimulatedJournal.flush(journal);
                reader.commit(COUNT + 1);
            }
        }
    }

    @Test
    void namesShouldBeListedAndForgotten() {
        nowNs = 5_000;
        try (NamedReader reader = named("billing")) {
            nowNs = 6_000;
            reader.commit(2);
        }
        named("audit").close();
        final JournalReader journal = JournalReader.open(machine.sibling());
        assertEquals(
                List.of(new ReaderStatus("audit", 0, 6_000, ""), new ReaderStatus("billing", 2, 6_000, "")),
                journal.namedReaders());
        assertTrue(journal.deleteNamedReader("billing"));
        assertFalse(journal.deleteNamedReader("billing"));
        assertEquals(List.of("audit"), names());
        machine.crash(new SplittableRandom(1));
        assertEquals(List.of("audit"), names());
        try (NamedReader anew = named("billing")) {
            assertEquals(0, anew.passedSequence());
        }
    }

    @Test
    void filesOfNamesShouldNotDisturbTheJournal() throws IOException {
        named("billing").close();
        machine.install("reader-UPPER.position", new byte[10]);
        machine.install("reader-torn.position.preparing", new byte[10]);
        try (Journal journal = SimulatedJournal.open(machine.sibling())) {
            SimulatedJournal.settle(journal);
            assertEquals(COUNT, journal.lastSequence());
        }
        final JournalReader reader = JournalReader.open(machine.sibling());
        assertEquals(VerifyReport.Verdict.INTACT, reader.verify().verdict());
        assertEquals(COUNT, reader.status().lastSequence());
        assertEquals(List.of("billing"), names());
        final SimulatedStorage copy = new SimulatedStorage();
        Repair.run(machine.sibling(), copy, count -> {});
        assertEquals(List.of(), JournalReader.open(copy).namedReaders());
        named("torn").close();
        assertEquals(List.of("billing", "torn"), names());
        final SimulatedStorage leftOver = new SimulatedStorage();
        leftOver.install(FILE, new byte[10]);
        assertThrows(NotAJournalException.class, () -> SimulatedJournal.open(leftOver), "positions of a lost journal");
    }

    @Test
    void namedShouldTellWhatIsWrongWhenThePositionIsDamaged() throws IOException {
        try (NamedReader reader = named("billing")) {
            reader.commit(3);
            reader.commit(3);
            reader.commit(9);
        }
        machine.flip(FILE, 30, 1);
        try (NamedReader reader = named("billing")) {
            assertEquals(9, reader.passedSequence(), "the other slot tells it");
        }
        machine.zero(FILE, 0, PositionLayout.FILE_LENGTH);
        final CorruptJournalException told = assertThrows(CorruptJournalException.class, () -> named("billing"));
        assertTrue(told.file().endsWith(FILE), told::getMessage);
        final ReaderStatus status =
                JournalReader.open(machine.sibling()).namedReaders().get(0);
        assertEquals(-1, status.passedSequence());
        assertFalse(status.problem().isEmpty());
        requireNothingLeft();
        assertTrue(JournalReader.open(machine.sibling()).deleteNamedReader("billing"));
        machine.install(FILE, new byte[0]);
        assertThrows(CorruptJournalException.class, () -> named("billing"));
    }

    @Test
    void namedShouldBeRefusedWhenThePositionIsOfAnotherJournalOrVersion() throws IOException {
        named("billing").close();
        final byte[] content = machine.contents(FILE);
        final SimulatedStorage other = new SimulatedStorage();
        SimulatedJournal.open(other.sibling()).close();
        other.install(FILE, content);
        named(other.sibling(), "fresh").close();
        final SimulatedStorage foreign = new SimulatedStorage();
        Journal.open(foreign.sibling(), SimulatedJournal.config().withIdSource(() -> 1))
                .close();
        foreign.install(FILE, content);
        assertThrows(NotAJournalException.class, () -> named(foreign.sibling(), "billing"));
        final SimulatedStorage newer = new SimulatedStorage();
        SimulatedJournal.open(newer.sibling()).close();
        // The slots lie as those of the meta file do.
        NewerFormat.stamp(ByteBuffer.wrap(content));
        newer.install(FILE, content);
        assertThrows(IncompatibleFormatException.class, () -> named(newer.sibling(), "billing"));
    }

    @Test
    void tailerShouldTellWhenTheJournalEndsBeforeThePosition() throws IOException {
        final SimulatedSnapshot before = machine.snapshot();
        try (Journal journal = SimulatedJournal.open(machine.sibling())) {
            SimulatedJournal.append(journal, journal.appender(), new byte[1]);
            SimulatedJournal.flush(journal);
            try (NamedReader reader = journal.reader().named("billing", Start.atEnd())) {
                assertEquals(COUNT + 1, reader.passedSequence());
            }
        }
        final byte[] position = machine.contents(FILE);
        machine.restore(before);
        machine.install(FILE, position);
        try (NamedReader reader = named("billing")) {
            assertThrows(CorruptJournalException.class, reader::tailer);
            reader.reset(Start.atEnd());
            assertEquals(List.of(), poll(reader, 1));
        }
    }

    @Test
    void namedShouldSayWhatIsMissingWhenTheDirectoryCanNotBeWritten() {
        for (final IOException refusal : List.of(
                new AccessDeniedException(FileNames.NAMES),
                new FileSystemException(FileNames.NAMES, null, "Read-only file system"))) {
            machine.faults().on(call -> call.kind() == StorageCall.Kind.TRY_LOCK, Fault.failBefore(() -> refusal));
            final StorageException told = assertThrows(StorageException.class, () -> named("billing"));
            assertTrue(told.getMessage().contains("read without a name"), told::getMessage);
            requireNothingLeft();
        }
        assertEquals(List.of(), names());
    }

    @Test
    void commitShouldBeFinalWhenTheForceFails() throws IOException {
        final NamedReader reader = named("billing");
        reader.commit(3);
        machine.faults()
                .on(StorageCall.of(StorageCall.Kind.FORCE), Fault.failBefore(() -> new IOException("broken disk")));
        final StorageException told = assertThrows(StorageException.class, () -> reader.commit(5));
        assertTrue(told.getMessage().contains("broken disk"), told::getMessage);
        assertThrows(StorageException.class, () -> reader.commit(5));
        assertEquals(3, reader.passedSequence());
        reader.close();
        requireNothingLeft();
        assertEquals(5, named("billing").passedSequence(), "as the page cache has it");
        machine.crash(new SplittableRandom(3));
        try (NamedReader again = named("billing")) {
            assertEquals(5, again.passedSequence(), "taking up the name has written it once more");
        }
    }

    @Test
    void commitShouldComeThroughWhenTheThreadIsInterrupted() {
        try (NamedReader reader = named("billing")) {
            machine.faults()
                    .on(
                            StorageCall.of(StorageCall.Kind.FORCE),
                            Fault.failBefore(() -> new IOException("interrupted", new ClosedByInterruptException())));
            Thread.currentThread().interrupt();
            reader.commit(5);
            assertTrue(Thread.interrupted(), "the status is kept");
            assertEquals(5, reader.passedSequence());
        }
        machine.crash(new SplittableRandom(4));
        assertEquals(
                5, JournalReader.open(machine.sibling()).namedReaders().get(0).passedSequence());
    }

    @Test
    void callsShouldBeRefusedWhenTheReaderIsClosed() {
        final NamedReader reader = named("billing");
        reader.close();
        reader.close();
        assertThrows(IllegalStateException.class, reader::tailer);
        assertThrows(IllegalStateException.class, reader::commit);
        assertThrows(IllegalStateException.class, () -> reader.commit(1));
        assertThrows(IllegalStateException.class, () -> reader.reset(Start.atHead()));
        assertEquals(0, reader.passedSequence());
    }

    /** Positions that a life of a name makes durable, in their order; the last is the one under way. */
    private static final class Life {
        private final List<Long> committed = new ArrayList<>();
        private boolean created;
        private long underWay;

        void live(final NamedReaderTest test, final SimulatedStorage process) {
            for (int opening = 0; opening < 2; opening++) {
                try (NamedReader reader = test.named(process, "billing")) {
                    created = true;
                    for (int i = 0; i < 3; i++) {
                        underWay = reader.passedSequence() + 2;
                        poll(reader, 2);
                        reader.commit();
                        committed.add(underWay);
                    }
                    underWay = 1L + opening;
                    reader.reset(Start.atSequence(underWay + 1));
                    committed.add(underWay);
                }
            }
        }

        long last() {
            return committed.isEmpty() ? 0 : committed.get(committed.size() - 1);
        }
    }

    @Test
    void positionShouldBeACommittedOneWhenThePowerGoesAtAnyCall() throws IOException {
        final SimulatedSnapshot beginning = machine.snapshot();
        final long seed = Long.getLong("tidemark.seed", 20261126);
        final TreeSet<String> outcomes = new TreeSet<>();
        boolean ended = false;
        int calls = 0;
        while (!ended) {
            calls++;
            for (int variant = 0; variant < 6; variant++) {
                final SplittableRandom random = new SplittableRandom(seed + calls * 100L + variant);
                machine.faults()
                        .onNth(
                                calls,
                                call -> true,
                                variant % 3 == 0
                                        ? Fault.powerCutBefore()
                                        : variant % 3 == 1
                                                ? Fault.powerCutAfter()
                                                : Fault.powerCutHalfway(random.nextLong()));
                final Life life = new Life();
                try {
                    life.live(this, machine.sibling());
                } catch (final PowerCutException e) {
                    assertTrue(machine.isOff());
                }
                ended = !machine.isOff();
                machine.faults().clear();
                machine.crash(random);
                requireCommitted(life, "call " + calls + ", variant " + variant + ", seed=" + seed, outcomes);
                machine.restore(beginning);
            }
        }
        assertTrue(calls > 60, "the life has become short: " + calls);
        assertEquals(new TreeSet<>(List.of("last", "none", "under way")), outcomes);
    }

    private void requireCommitted(final Life life, final String what, final Set<String> outcomes) {
        if (!machine.names().contains(FILE)) {
            assertFalse(life.created, what + ": the name is lost");
            outcomes.add("none");
            return;
        }
        try (NamedReader reader = named("billing")) {
            final long passed = reader.passedSequence();
            assertTrue(
                    passed == life.last() || passed == life.underWay,
                    () -> what + ": found " + passed + ", committed " + life.committed + ", under way "
                            + life.underWay);
            outcomes.add(passed == life.last() ? "last" : "under way");
            assertEquals(List.of(passed + 1), poll(reader, 1), what);
        }
    }

    @Test
    void positionShouldBeACommittedOneWhenAnyCallFails() throws IOException {
        final SimulatedSnapshot beginning = machine.snapshot();
        boolean ended = false;
        int calls = 0;
        for (int call = 1; !ended; call++) {
            for (final String way : List.of("before", "after", "halfway")) {
                final Fault fault = switch (way) {
                    case "before" -> Fault.failBefore(() -> new IOException("the disk is broken"));
                    case "after" -> Fault.failAfter(() -> new IOException("the disk is broken"));
                    default -> Fault.failHalfway(() -> new IOException("the disk is broken"), 3);
                };
                machine.faults().onNth(call, NamedReaderTest::canFail, fault);
                final String what = "call " + call + " fails " + way;
                final Life life = new Life();
                boolean failed = false;
                try {
                    life.live(this, machine.sibling());
                } catch (final JournalException e) {
                    failed = true;
                    assertTrue(e.getMessage().contains("the disk is broken"), () -> what + ": " + e);
                }
                machine.faults().clear();
                assertEquals(List.of(), machine.openHandles(), what);
                assertEquals(List.of(), machine.liveMappings(), what);
                assertFalse(machine.isLocked(), what);
                ended = !failed && life.committed.size() == 8 && call > 60;
                requireCommitted(life, what, new TreeSet<>());
                machine.crash(new SplittableRandom(call));
                requireCommitted(life, what + ", and then the power goes", new TreeSet<>());
                machine.restore(beginning);
            }
            calls = call;
        }
        assertTrue(calls > 60, "the life has become short: " + calls);
    }

    /** Closing what can't be closed leaves it open, by the rules of the game. */
    private static boolean canFail(final StorageCall call) {
        return !Arrays.asList(StorageCall.Kind.CLOSE, StorageCall.Kind.UNMAP).contains(call.kind());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.SeededChecksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MetaFileTest {

    private static final Meta CREATED = Meta.created(7, 8);
    private static final int GENERATIONS = 6;
    private static final int SEEDS_PER_CALL = 50;

    private final SimulatedStorage storage = new SimulatedStorage();

    /** Creates the file and writes some generations, each durable before the next. */
    private static void live(final Storage storage) throws IOException {
        try (MetaFile file = MetaFile.create(storage, CREATED)) {
            Meta meta = CREATED.opened(1).again();
            for (int i = 1; i <= GENERATIONS; i++) {
                file.write(meta);
                meta = meta.marked(10L * i, i, 9L * i);
            }
        }
    }

    private static MetaFile.Content read(final Storage storage) throws IOException {
        try (MetaFile file = MetaFile.open(storage, false)) {
            return file.read();
        }
    }

    @Test
    void createShouldWriteBothSlotsAndMakeTheNameDurable() throws IOException {
        storage.faults().startTrace();
        MetaFile.create(storage, CREATED).close();
        final String preparing = FileNames.META + FileNames.PREPARING_SUFFIX;
        assertEquals(
                List.of(
                        "create " + preparing,
                        "write " + preparing + " 0+4096",
                        "write " + preparing + " 4096+4096",
                        "force " + preparing,
                        "rename " + preparing + " -> " + FileNames.META,
                        "force directory",
                        "close " + FileNames.META),
                storage.faults().trace());
        assertEquals(MetaLayout.FILE_LENGTH, storage.durableContents(FileNames.META).length);
        assertEquals(new MetaFile.Content(CREATED, HeaderVerdict.READABLE, 0, 0), read(storage));
    }

    @Test
    void writeShouldTakeTheSlotsInTurnAndForceEach() throws IOException {
        try (MetaFile file = MetaFile.create(storage, CREATED)) {
            storage.faults().startTrace();
            Meta meta = CREATED;
            for (int i = 1; i <= 4; i++) {
                meta = meta.marked(i, 1, 1);
                file.write(meta);
                assertEquals(meta, file.read().meta());
            }
        }
        final List<String> writes = storage.faults().trace().stream()
                .filter(line -> line.startsWith("write") || line.startsWith("force"))
                .toList();
        final String write = "write " + FileNames.META + " ";
        final String force = "force " + FileNames.META;
        assertEquals(
                List.of(
                        write + "4096+256",
                        force,
                        write + "0+256",
                        force,
                        write + "4096+256",
                        force,
                        write + "0+256",
                        force),
                writes);
    }

    @Test
    void readShouldFallBackToTheOtherSlotWhenTheNewerOneIsTorn() throws IOException {
        live(storage);
        final Meta newest = wholeMeta(read(storage));
        final int newestSlot = (int) (newest.generation() % 2) * MetaLayout.SLOT_DISTANCE;
        for (int at = 0; at < MetaLayout.SLOT_LENGTH; at++) {
            storage.flip(FileNames.META, newestSlot + at, 0x40);
            final MetaFile.Content content = read(storage);
            assertEquals(newest.generation() - 1, wholeMeta(content).generation(), "offset=" + at);
            assertEquals(1, content.damagedSlots());
            storage.flip(FileNames.META, newestSlot + at, 0x40);
        }
        assertEquals(newest, read(storage).meta());
    }

    @Test
    void readShouldFindNothingWhenBothSlotsAreDamagedOrTheFileIsShort() throws IOException {
        live(storage);
        storage.zero(FileNames.META, 0, 8);
        storage.zero(FileNames.META, MetaLayout.SLOT_DISTANCE, 8);
        assertEquals(new MetaFile.Content(null, HeaderVerdict.DAMAGED, 0, 2), read(storage));
        final SimulatedStorage other = new SimulatedStorage();
        other.install(FileNames.META, new byte[0]);
        assertEquals(new MetaFile.Content(null, HeaderVerdict.DAMAGED, 0, 2), read(other));
    }

    @Test
    void readShouldReadTheFirstSlotWhenTheFileEndsBehindIt() throws IOException {
        final ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_LENGTH);
        MetaLayout.write(slot, CREATED);
        storage.install(FileNames.META, slot.array());
        assertEquals(new MetaFile.Content(CREATED, HeaderVerdict.READABLE, 0, 1), read(storage));
    }

    @Test
    void readShouldRefuseWhenOneSlotIsOfAnotherVersion() throws IOException {
        final byte[] content = new byte[MetaLayout.FILE_LENGTH];
        final ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_LENGTH);
        MetaLayout.write(slot, CREATED);
        System.arraycopy(slot.array(), 0, content, 0, MetaLayout.SLOT_LENGTH);
        slot.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(MetaLayout.VERSION_OFFSET, 9);
        final int covered = MetaLayout.SLOT_LENGTH - MetaLayout.VERSION_OFFSET;
        final int sum = new SeededChecksum().of(slot, MetaLayout.VERSION_OFFSET, covered);
        slot.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(MetaLayout.CHECKSUM_OFFSET, sum);
        System.arraycopy(slot.array(), 0, content, MetaLayout.SLOT_DISTANCE, MetaLayout.SLOT_LENGTH);
        storage.install(FileNames.META, content);
        final MetaFile.Content found = read(storage);
        assertNull(found.meta());
        assertEquals(HeaderVerdict.TOO_NEW, found.verdict());
        assertEquals(9, found.version());
    }

    @Test
    void readShouldFindTheLastGenerationOrTheOneInWritingWhenThePowerIsCutAtAnyCall() throws IOException {
        final SimulatedStorage whole = new SimulatedStorage();
        live(whole);
        final long calls = whole.faults().callCount();
        int fallenBack = 0;
        for (long call = 1; call <= calls; call++) {
            for (int seed = 0; seed < SEEDS_PER_CALL; seed++) {
                final SimulatedStorage machine = new SimulatedStorage();
                final long[] forced = {-1};
                machine.faults().at(call, seed % 2 == 0 ? Fault.powerCutHalfway(seed) : Fault.powerCutBefore());
                assertThrows(PowerCutException.class, () -> liveCounting(machine, forced));
                machine.crash(new SplittableRandom(call * 1_000 + seed));
                final String message = "call=" + call + ", seed=" + seed + ", forced=" + forced[0];
                if (!machine.names().contains(FileNames.META)) {
                    assertEquals(-1, forced[0], message);
                    continue;
                }
                final MetaFile.Content content = read(machine);
                final long found = wholeMeta(content).generation();
                assertTrue(found == forced[0] || found == forced[0] + 1, message + ", found=" + found);
                fallenBack += content.damagedSlots();
            }
        }
        assertTrue(fallenBack > 0, "no slot was ever torn");
    }

    /** As {@link #live}, and keeps the last generation that is durable for certain. */
    private static void liveCounting(final Storage storage, final long[] forced) throws IOException {
        try (MetaFile file = MetaFile.create(storage, CREATED)) {
            forced[0] = 0;
            Meta meta = CREATED.opened(1).again();
            for (int i = 1; i <= GENERATIONS; i++) {
                file.write(meta);
                forced[0] = meta.generation();
                meta = meta.marked(10L * i, i, 9L * i);
            }
        }
    }

    private static Meta wholeMeta(final MetaFile.Content content) {
        final Meta meta = content.meta();
        assertNotNull(meta);
        return meta;
    }

    @Test
    void createShouldLeaveNothingBehindWhenAnyCallFails() throws IOException {
        final SimulatedStorage whole = new SimulatedStorage();
        final MetaFile created = MetaFile.create(whole, CREATED);
        final long calls = whole.faults().callCount();
        created.close();
        for (long call = 1; call <= calls; call++) {
            final SimulatedStorage machine = new SimulatedStorage();
            machine.faults().at(call, Fault.failAfter(() -> new IOException("refused by the test")));
            assertThrows(IOException.class, () -> MetaFile.create(machine, CREATED));
            assertEquals(List.of(), machine.openHandles(), "call=" + call);
            final String preparing = FileNames.META + FileNames.PREPARING_SUFFIX;
            // A creation that fails although it was done leaves a file of which nobody knows; opening deletes it.
            assertTrue(call == 1 || !machine.names().contains(preparing), "call=" + call);
            if (machine.names().contains(FileNames.META)) {
                assertEquals(CREATED, read(machine).meta(), "call=" + call);
            }
        }
    }

    @Test
    void writeShouldThrowAndLeaveTheOlderGenerationWhenTheForceFails() throws IOException {
        try (MetaFile file = MetaFile.create(storage, CREATED)) {
            storage.faults()
                    .on(StorageCall.of(StorageCall.Kind.FORCE), Fault.failBefore(() -> new IOException("refused")));
            assertThrows(IOException.class, () -> file.write(CREATED.again().opened(1)));
        }
        storage.crash(new SplittableRandom(5));
        assertEquals(CREATED, read(storage).meta());
    }
}

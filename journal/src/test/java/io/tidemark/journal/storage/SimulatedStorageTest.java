// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Shows that the simulation does what its fault model says, each clause of it, and nothing else. */
class SimulatedStorageTest {

    private static final int SEED_COUNT = 500;
    private static final int LENGTH = 16 * 1024;
    private static final int PAGE = 4096;
    private static final int SECTOR = 512;
    private static final byte OLD = 1;
    private static final byte NEW = 2;

    private final SimulatedStorage storage = new SimulatedStorage();

    /** A storage with one durable file "a" full of old bytes. */
    private static SimulatedStorage withFile() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        storage.install("a", bytes(LENGTH, OLD));
        return storage;
    }

    private static byte[] bytes(final int length, final byte value) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private static void write(final StorageFile file, final long offset, final int length, final byte value)
            throws IOException {
        file.write(ByteBuffer.wrap(bytes(length, value)), offset);
    }

    private static boolean isUniform(final byte[] content, final int begin, final int end, final byte value) {
        for (int i = begin; i < end; i++) {
            if (content[i] != value) {
                return false;
            }
        }
        return true;
    }

    @Test
    void crashShouldKeepWhatWasForcedWhenTheRestIsDirty() throws IOException {
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            final StorageFile file = machine.create("b");
            write(file, 0, LENGTH, OLD);
            file.force(true);
            machine.forceDirectory();
            final MappedFile mapped = file.map(0, LENGTH);
            mapped.buffer().put(PAGE, bytes(2 * PAGE, NEW));
            mapped.force(PAGE + 100, PAGE);
            mapped.buffer().put(0, bytes(PAGE, NEW)).put(3 * PAGE, bytes(PAGE, NEW));
            machine.crash(new SplittableRandom(seed));
            assertEquals(List.of("a", "b"), machine.names(), "seed=" + seed);
            assertArrayEquals(bytes(LENGTH, OLD), machine.contents("a"), "seed=" + seed);
            final byte[] content = machine.contents("b");
            assertEquals(LENGTH, content.length, "seed=" + seed);
            assertTrue(isUniform(content, PAGE, 3 * PAGE, NEW), "whole pages of the range: seed=" + seed);
        }
    }

    @Test
    void crashShouldLoseKeepTearAndLeaveHolesWhenContentsAreDirty() throws IOException {
        int kept = 0;
        int lost = 0;
        int torn = 0;
        int holes = 0;
        int tearsThatSkip = 0;
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            final MappedFile mapped = machine.open("a", true).map(0, LENGTH);
            mapped.buffer().put(PAGE, bytes(2 * PAGE, NEW));
            machine.crash(new SplittableRandom(seed));
            final byte[] content = machine.contents("a");
            assertTrue(isUniform(content, 0, PAGE, OLD), "beside what was stored: seed=" + seed);
            assertTrue(isUniform(content, 3 * PAGE, LENGTH, OLD), "beside what was stored: seed=" + seed);
            for (int offset = 0; offset < LENGTH; offset += 8) {
                assertTrue(isUniform(content, offset, offset + 8, content[offset]), "torn word: seed=" + seed);
                assertTrue(content[offset] == OLD || content[offset] == NEW, "garbage: seed=" + seed);
            }
            kept += isUniform(content, PAGE, 3 * PAGE, NEW) ? 1 : 0;
            lost += isUniform(content, PAGE, 3 * PAGE, OLD) ? 1 : 0;
            holes += content[PAGE] == OLD && content[3 * PAGE - 1] == NEW ? 1 : 0;
            for (int sector = PAGE; sector < 3 * PAGE; sector += SECTOR) {
                final int changes = changesWithin(content, sector);
                torn += changes == 1 ? 1 : 0;
                tearsThatSkip += changes > 1 ? 1 : 0;
            }
        }
        final String counts = List.of(kept, lost, torn, tearsThatSkip, holes).toString();
        assertTrue(kept > 20 && lost > 20 && torn > 20 && tearsThatSkip > 20 && holes > 50, counts);
    }

    private static int changesWithin(final byte[] content, final int sector) {
        int changes = 0;
        for (int offset = sector + 8; offset < sector + SECTOR; offset += 8) {
            changes += content[offset] == content[offset - 8] ? 0 : 1;
        }
        return changes;
    }

    @Test
    void crashShouldKeepLaterFileAndLoseEarlierOneWhenNeitherIsForced() throws IOException {
        final Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            machine.install("b", bytes(LENGTH, OLD));
            write(machine.open("a", true), 0, 8, NEW);
            write(machine.open("b", true), 0, 8, NEW);
            machine.crash(new SplittableRandom(seed));
            seen.add(machine.contents("a")[0] + "," + machine.contents("b")[0]);
        }
        assertEquals(Set.of("1,1", "1,2", "2,1", "2,2"), seen);
    }

    @Test
    void crashShouldRepeatItselfWhenTheSeedIsTheSame() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            final byte[][] contents = new byte[2][];
            for (int run = 0; run < 2; run++) {
                final SimulatedStorage machine = withFile();
                write(machine.open("a", true), 1000, 10_000, NEW);
                machine.create("b");
                machine.crash(new SplittableRandom(seed));
                contents[run] = machine.contents("a");
            }
            assertArrayEquals(contents[0], contents[1], "seed=" + seed);
        }
    }

    @Test
    void crashShouldChooseALengthWhenItWasNotForced() throws IOException {
        final Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            final StorageFile file = machine.open("a", true);
            write(file, LENGTH, 2 * PAGE, NEW);
            file.force(false);
            machine.crash(new SplittableRandom(seed));
            final byte[] content = machine.contents("a");
            assertTrue(content.length >= LENGTH && content.length <= LENGTH + 2 * PAGE, "seed=" + seed);
            assertTrue(isUniform(content, LENGTH, content.length, NEW), "forced contents: seed=" + seed);
            seen.add(content.length == LENGTH ? "old" : content.length == LENGTH + 2 * PAGE ? "new" : "between");
        }
        assertEquals(Set.of("old", "new", "between"), seen);
    }

    @Test
    void crashShouldShowZerosWhenLengthIsKeptAndContentsAreNot() throws IOException {
        int zeros = 0;
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            write(machine.open("a", true), LENGTH, PAGE, NEW);
            machine.crash(new SplittableRandom(seed));
            final byte[] content = machine.contents("a");
            for (int i = LENGTH; i < content.length; i++) {
                assertTrue(content[i] == 0 || content[i] == NEW, "leftovers: seed=" + seed);
                zeros += content[i] == 0 ? 1 : 0;
            }
            // What a shorter length cut off must not come back when the file grows over it.
            final StorageFile file = machine.open("a", true);
            write(file, LENGTH + 2 * PAGE, 1, NEW);
            machine.crash(new SplittableRandom(seed));
            final byte[] grown = machine.contents("a");
            final int end = Math.min(grown.length, LENGTH + 2 * PAGE);
            assertTrue(isUniform(grown, content.length, end, (byte) 0), "leftovers: seed=" + seed);
        }
        assertTrue(zeros > 0);
    }

    @Test
    void forceShouldKeepTheLengthWhenWithMetadata() throws IOException {
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            final StorageFile file = machine.open("a", true);
            write(file, LENGTH, 100, NEW);
            file.force(true);
            machine.crash(new SplittableRandom(seed));
            assertEquals(LENGTH + 100, machine.contents("a").length, "seed=" + seed);
        }
    }

    @Test
    void crashShouldApplyAnyDirectoryOperationsWhenTheyAreNotForced() throws IOException {
        final Set<List<String>> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            machine.create("b").close();
            machine.rename("b", "c");
            machine.delete("a");
            machine.crash(new SplittableRandom(seed));
            seen.add(machine.names());
            if (machine.names().contains("a")) {
                assertArrayEquals(bytes(LENGTH, OLD), machine.contents("a"), "came back: seed=" + seed);
            }
        }
        assertEquals(
                Set.of(List.of(), List.of("a"), List.of("b"), List.of("c"), List.of("a", "b"), List.of("a", "c")),
                seen,
                "never two names of one file");
    }

    @Test
    void crashShouldLeaveOneNameWhenAFileIsRenamedTwice() throws IOException {
        final Set<List<String>> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            machine.rename("a", "b");
            machine.rename("b", "c");
            machine.crash(new SplittableRandom(seed));
            seen.add(machine.names());
        }
        assertEquals(Set.of(List.of("a"), List.of("b"), List.of("c")), seen);
    }

    @Test
    void forceDirectoryShouldKeepAllNamesWhenPowerIsCut() throws IOException {
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            final StorageFile file = machine.create("b");
            write(file, 0, 10, NEW);
            machine.rename("b", "c");
            machine.delete("a");
            machine.forceDirectory();
            machine.crash(new SplittableRandom(seed));
            assertEquals(List.of("c"), machine.list(), "seed=" + seed);
            assertTrue(machine.contents("c").length <= 10, "seed=" + seed);
        }
    }

    @Test
    void forceShouldNotKeepTheNameWhenTheDirectoryIsNotForced() throws IOException {
        int missing = 0;
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = new SimulatedStorage();
            final StorageFile file = machine.create("a");
            write(file, 0, 10, NEW);
            file.force(true);
            machine.crash(new SplittableRandom(seed));
            missing += machine.names().isEmpty() ? 1 : 0;
        }
        assertTrue(missing > 50 && missing < SEED_COUNT - 50, "missing=" + missing);
    }

    @Test
    void crashShouldCutOldHandlesAndBuffersOffWhenTheMachineRestarts() throws IOException {
        final SimulatedStorage machine = withFile();
        final SimulatedStorage other = machine.sibling();
        final StorageFile file = machine.open("a", true);
        final MappedFile mapped = file.map(0, LENGTH);
        final ByteBuffer buffer = mapped.buffer();
        machine.crash(new SplittableRandom(1));
        buffer.put(0, NEW);
        assertEquals(OLD, machine.contents("a")[0]);
        assertThrows(IOException.class, file::length);
        assertThrows(IOException.class, file::close);
        assertThrows(IOException.class, () -> mapped.force(0, 8));
        assertThrows(IOException.class, mapped::unmap);
        assertThrows(IllegalStateException.class, mapped::buffer);
        assertThrows(IOException.class, other::list);
        assertEquals(List.of("a"), machine.list());
        assertEquals(List.of(), machine.openHandles());
        assertEquals(List.of(), machine.liveMappings());
    }

    @Test
    void killShouldKeepTheCacheWhenNothingWasForced() throws IOException {
        int lost = 0;
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SimulatedStorage machine = withFile();
            final MappedFile mapped = machine.open("a", true).map(0, LENGTH);
            final ByteBuffer buffer = mapped.buffer();
            buffer.put(0, NEW);
            machine.create("b").close();
            machine.kill();
            buffer.put(8, NEW);
            assertThrows(IOException.class, () -> mapped.force(0, LENGTH));
            assertEquals(List.of("a", "b"), machine.names());
            assertEquals(NEW, machine.contents("a")[0], "seed=" + seed);
            assertEquals(OLD, machine.contents("a")[8], "the old buffer is cut off: seed=" + seed);
            machine.crash(new SplittableRandom(seed));
            lost += machine.contents("a")[0] == OLD ? 1 : 0;
        }
        assertTrue(lost > 50 && lost < SEED_COUNT - 50, "lost=" + lost);
    }

    @Test
    void writeBackShouldKeepAnOverwrittenValueWhenPowerIsCutLater() throws IOException {
        final Set<Byte> seen = new HashSet<>();
        for (int seed = 0; seed < SEED_COUNT; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final SimulatedStorage machine = withFile();
            final StorageFile file = machine.open("a", true);
            write(file, 0, 8, NEW);
            machine.writeBack(random);
            write(file, 0, 8, (byte) 3);
            machine.crash(random);
            seen.add(machine.contents("a")[0]);
        }
        assertEquals(Set.of(OLD, NEW, (byte) 3), seen);
    }

    @Test
    void tryLockShouldFailWhenAnybodyHoldsTheLock() throws IOException {
        final SimulatedStorage other = storage.sibling();
        assertTrue(storage.tryLock("lock"));
        assertFalse(storage.tryLock("lock"));
        assertFalse(other.tryLock("lock"));
        other.close();
        assertTrue(storage.isLocked(), "who does not hold it can't let it go");
        assertThrows(IllegalStateException.class, () -> other.open("lock", false));
        storage.close();
        assertTrue(other.tryLock("lock"));
        other.kill();
        assertTrue(storage.tryLock("lock"));
        storage.crash(new SplittableRandom(1));
        assertFalse(storage.isLocked());
        assertTrue(storage.tryLock("lock"));
    }

    @Test
    void openShouldShowWhatAnotherProcessWritesWhenReadOnly() throws IOException {
        final SimulatedStorage machine = withFile();
        final MappedFile mapped = machine.open("a", true).map(0, LENGTH);
        final StorageFile reader = machine.sibling().open("a", false);
        mapped.buffer().put(5, NEW);
        final ByteBuffer target = ByteBuffer.allocate(10);
        assertEquals(10, reader.read(target, 0));
        assertEquals(NEW, target.get(5));
        assertThrows(NonWritableChannelException.class, () -> write(reader, 0, 1, NEW));
        assertThrows(NonWritableChannelException.class, () -> reader.map(0, LENGTH));
        machine.kill();
        assertEquals(LENGTH, reader.length(), "the reader lives on");
    }

    @Test
    void readShouldStopAtTheEndWhenTheBufferIsLonger() throws IOException {
        final StorageFile file = withFile().open("a", false);
        final ByteBuffer target = ByteBuffer.allocate(100);
        assertEquals(30, file.read(target, LENGTH - 30));
        assertEquals(30, target.position());
        assertEquals(0, file.read(target, LENGTH));
        assertEquals(0, file.read(target, LENGTH + 1000L));
        file.close();
        file.close();
        assertThrows(ClosedChannelException.class, file::length);
    }

    @Test
    void renameShouldThrowWhenNamesDoNotFit() throws IOException {
        final SimulatedStorage machine = withFile();
        machine.create("b").close();
        assertThrows(FileAlreadyExistsException.class, () -> machine.rename("a", "b"));
        assertThrows(FileAlreadyExistsException.class, () -> machine.create("a"));
        assertThrows(NoSuchFileException.class, () -> machine.rename("c", "d"));
        assertThrows(NoSuchFileException.class, () -> machine.delete("c"));
        assertThrows(NoSuchFileException.class, () -> machine.open("c", false));
    }

    @Test
    void writeShouldThrowNoSpaceWhenTheCapacityIsUsedUp() throws IOException {
        final SimulatedStorage machine = withFile();
        machine.capacity(LENGTH + 100);
        final StorageFile file = machine.create("b");
        assertThrows(NoSpaceException.class, () -> write(file, 0, 150, NEW));
        assertEquals(100, file.length(), "what fits is written");
        write(file, 0, 100, OLD);
        machine.capacity(LENGTH + 150);
        write(file, 100, 50, OLD);
        final StorageFile open = machine.open("a", false);
        machine.delete("a");
        assertThrows(NoSpaceException.class, () -> write(file, 150, 1, OLD));
        open.close();
        write(file, 150, 1000, OLD);
    }

    @Test
    void unmapShouldMakeStoresVisibleToTheTestWhenTheyComeLate() throws IOException {
        final SimulatedStorage machine = withFile();
        final StorageFile file = machine.open("a", true);
        final MappedFile first = file.map(0, LENGTH);
        final MappedFile second = file.map(0, PAGE);
        final ByteBuffer buffer = first.buffer();
        file.close();
        assertEquals(List.of(), machine.openHandles());
        first.unmap();
        assertEquals(List.of("a"), machine.liveMappings());
        buffer.put(0, NEW);
        assertEquals(NEW, second.buffer().get(0), "the memory is that of the other mapping");
        second.unmap();
        assertThrows(IllegalStateException.class, second::unmap);
        assertEquals(NEW, machine.contents("a")[0]);
        buffer.put(0, NEW);
        assertEquals(List.of("a"), machine.storesAfterUnmap());
        assertEquals(List.of(), machine.liveMappings());
    }

    @Test
    void storeShouldBeToldWhenItsPartWasUnmappedAndOthersWereNot() throws IOException {
        final SimulatedStorage machine = withFile();
        final StorageFile file = machine.open("a", true);
        final MappedFile first = file.map(0, PAGE);
        final MappedFile second = file.map(PAGE, PAGE);
        final MappedFile reading = file.mapForReading(0, 2 * PAGE);
        final ByteBuffer gone = second.buffer();
        second.unmap();
        assertEquals(List.of(), machine.storesAfterUnmap(), "not yet");
        file.map(PAGE, PAGE).unmap();
        first.buffer().put(0, NEW);
        assertThrows(IllegalStateException.class, () -> second.force(0, 1));
        assertThrows(IllegalStateException.class, () -> second.faultIn(0, PAGE));
        assertEquals(List.of(), machine.storesAfterUnmap(), "the first part is mapped");
        file.map(PAGE, PAGE).unmap();
        write(file, PAGE, 1, NEW);
        file.map(PAGE, PAGE).unmap();
        gone.put(PAGE - 1, NEW);
        first.unmap();
        reading.unmap();
        file.close();
        assertEquals(List.of("a"), machine.storesAfterUnmap());
    }

    @Test
    void mapShouldBeAlignedAndRefuseHolesWhenTheFileIsShort() throws IOException {
        final StorageFile file = storage.create("a");
        write(file, 0, 4001, NEW);
        assertEquals(0, file.map(0, 4001).buffer().alignmentOffset(0, 8));
        assertThrows(IllegalStateException.class, () -> file.map(0, 4002));
    }

    @Test
    void flipShouldUndoItselfWhenDoneTwice() throws IOException {
        final SimulatedStorage machine = withFile();
        final MappedFile mapped = machine.open("a", true).map(0, LENGTH);
        machine.flip("a", 77, 0x80);
        assertEquals((byte) (OLD ^ 0x80), mapped.buffer().get(77));
        assertEquals((byte) (OLD ^ 0x80), machine.durableContents("a")[77]);
        machine.flip("a", 77, 0x80);
        assertArrayEquals(bytes(LENGTH, OLD), machine.durableContents("a"));
        machine.zero("a", 10, 20);
        assertTrue(isUniform(machine.contents("a"), 10, 30, (byte) 0));
        assertTrue(isUniform(machine.durableContents("a"), 30, LENGTH, OLD));
    }

    @Test
    void restoreShouldBringCacheDiskAndNamesBackWhenAllHasChanged() throws IOException {
        final SimulatedStorage machine = withFile();
        write(machine.open("a", true), 0, 10, NEW);
        machine.create("b").close();
        final byte[] content = machine.contents("a");
        final SimulatedSnapshot snapshot = machine.snapshot();
        for (int seed = 0; seed < 20; seed++) {
            machine.flip("a", 5, 1);
            machine.delete("b");
            machine.forceDirectory();
            machine.crash(new SplittableRandom(seed));
            machine.restore(snapshot);
            assertEquals(List.of("a", "b"), machine.names(), "seed=" + seed);
            assertEquals(List.of("a"), machine.durableNames(), "seed=" + seed);
            assertArrayEquals(content, machine.contents("a"), "seed=" + seed);
            assertArrayEquals(bytes(LENGTH, OLD), machine.durableContents("a"), "seed=" + seed);
        }
    }
}

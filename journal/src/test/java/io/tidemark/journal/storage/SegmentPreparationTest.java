// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.JavaProcess;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.SegmentHeader;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentPreparationTest {

    private static final int LENGTH = SegmentLayout.MIN_SEGMENT_LENGTH;
    private static final SegmentHeader HEADER = new SegmentHeader(1, 2, 3, LENGTH, 4, 5);
    private static final String NAME = FileNames.segment(3);
    private static final String PREPARING = NAME + FileNames.PREPARING_SUFFIX;
    private static final int SEEDS_PER_CALL = 20;

    private static IOException refused() {
        return new IOException("refused by the test");
    }

    private static IOException full() {
        return new NoSpaceException("full by the test", refused());
    }

    private static MappedPieces prepare(final Storage storage) throws IOException {
        final SegmentPreparation preparation = new SegmentPreparation(storage, HEADER, HEADER.segmentLength(), false);
        while (!preparation.step()) {
            // Each step does a part.
        }
        return preparation.result();
    }

    private static byte[] expectedContent() {
        final ByteBuffer page = ByteBuffer.allocate(SegmentLayout.HEADER_PAGE_LENGTH);
        SegmentLayout.write(page, HEADER);
        return Arrays.copyOf(page.array(), LENGTH);
    }

    @Test
    void stepShouldMakeAWholeSegmentOnARealDisk(@TempDir final Path directory) throws Exception {
        try (DirectoryStorage storage = DirectoryStorage.openOrCreate(directory, StorageInUse.sync())) {
            final MappedPieces mapped = prepare(storage);
            assertEquals(LENGTH, mapped.mappedLength());
            mapped.word(LENGTH - 8, 0);
            mapped.unmap();
            assertEquals(List.of(NAME), storage.list());
        }
        final byte[] content = Files.readAllBytes(directory.resolve(NAME));
        assertArrayEquals(expectedContent(), content);
        final ByteBuffer page = ByteBuffer.wrap(content);
        assertEquals(HeaderVerdict.READABLE, SegmentLayout.check(page));
        assertEquals(HEADER, SegmentLayout.read(page));
    }

    @Test
    void stepShouldReallyWriteEveryBlockOnARealDisk(@TempDir final Path directory) throws Exception {
        final Path stat = Path.of("/usr/bin/stat");
        assumeTrue(
                Files.isExecutable(stat) && System.getProperty("os.name").equals("Linux"),
                "how many blocks a file has is told by " + stat + " of Linux");
        try (DirectoryStorage storage = DirectoryStorage.openOrCreate(directory, StorageInUse.sync())) {
            prepare(storage).unmap();
        }
        final Process process = new ProcessBuilder(
                        stat.toString(),
                        "--format=%b %B",
                        directory.resolve(NAME).toString())
                .start();
        final String[] numbers = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .trim()
                .split(" ", -1);
        assertEquals(0, process.waitFor());
        final long allocated = Long.parseLong(numbers[0]) * Long.parseLong(numbers[1]);
        assertTrue(allocated >= LENGTH, "allocated=" + allocated);
    }

    @Test
    void stepShouldForceEachMebibyteSoThatNoForceTakesLong() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final SegmentHeader header = new SegmentHeader(1, 2, 3, 3 << 20, 4, 5);
        storage.faults().startTrace();
        final SegmentPreparation preparation = new SegmentPreparation(storage, header, 0, false);
        while (!preparation.step()) {
            // Each step does a part.
        }
        preparation.result().unmap();
        final List<Integer> writesBeforeForces = new ArrayList<>();
        int writes = 0;
        for (final String call : storage.faults().trace()) {
            if (call.startsWith("write ")) {
                writes++;
            } else if (call.startsWith("force " + PREPARING)) {
                writesBeforeForces.add(writes);
            }
        }
        assertEquals(List.of(256, 512, 768), writesBeforeForces);
    }

    @Test
    void stepShouldFaultNoMoreInWhenTheSegmentIsNeededSooner() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final AtomicInteger calls = new AtomicInteger();
        storage.faults().onEvery(StorageCall.of(StorageCall.Kind.FAULT_IN), Fault.runBefore(calls::incrementAndGet));
        final SegmentHeader header = new SegmentHeader(1, 2, 3, 4 << 20, 1, 0);
        final SegmentPreparation preparation = new SegmentPreparation(storage, header, header.segmentLength(), false);
        while (calls.get() == 0) {
            assertFalse(preparation.step());
        }
        assertTrue(preparation.doneShare() < 1);
        final int callsBefore = calls.get();

        preparation.faultInNoMore();

        assertEquals(1.0, preparation.doneShare());
        while (!preparation.step()) {
            // Each step does a part.
        }
        assertEquals(callsBefore, calls.get());
        preparation.result().unmap();
    }

    @Test
    void stepShouldFillByFourKibibytesAndNameTheFileWhenItIsForced() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        storage.faults().startTrace();
        prepare(storage).unmap();
        final List<String> expected = new ArrayList<>();
        expected.add("create " + PREPARING);
        expected.add("reserve " + PREPARING + " 0+" + LENGTH);
        for (int offset = 0; offset < LENGTH; offset += 4096) {
            expected.add("write " + PREPARING + " " + offset + "+4096");
        }
        expected.add("force " + PREPARING);
        expected.add("map " + PREPARING + " 0+" + LENGTH);
        expected.add("close " + PREPARING);
        expected.add("fault in " + PREPARING + " 0+" + LENGTH);
        expected.add("rename " + PREPARING + " -> " + NAME);
        expected.add("force directory");
        expected.add("unmap " + NAME);
        assertEquals(expected, storage.faults().trace());
        assertArrayEquals(expectedContent(), storage.durableContents(NAME));
        assertEquals(List.of(NAME), storage.durableNames());
        assertEquals(List.of(), storage.openHandles());
    }

    @Test
    void nameShouldAppearOnlyWhenTheFileIsWholeWhileStepsAreTaken() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final SegmentPreparation preparation = new SegmentPreparation(storage, HEADER, HEADER.segmentLength(), false);
        while (!storage.names().contains(NAME)) {
            assertThrows(IllegalStateException.class, preparation::result);
            preparation.step();
        }
        assertArrayEquals(expectedContent(), storage.durableContents(NAME));
        assertTrue(preparation.step(), "nothing is left that could fail");
        preparation.result().unmap();
    }

    @Test
    void stepShouldLeaveNothingBehindWhenAnyCallFails() throws IOException {
        final List<Supplier<IOException>> failures =
                List.of(SegmentPreparationTest::refused, SegmentPreparationTest::full);
        for (final Supplier<IOException> failure : failures) {
            for (int call = 1; call <= callsOfAPreparation(); call++) {
                for (final Fault fault : List.of(
                        Fault.failBefore(failure), Fault.failAfter(failure), Fault.failHalfway(failure, call))) {
                    requireNothingLeftBehind(call, fault, failure);
                }
            }
        }
    }

    private static void requireNothingLeftBehind(final int call, final Fault fault, final Supplier<IOException> failure)
            throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        storage.faults().at(call, fault);
        final String message = "call=" + call + ", fault=" + fault;
        final IOException thrown = assertThrows(IOException.class, () -> prepare(storage), message);
        final boolean named = storage.names().contains(NAME);
        final boolean isDirectoryForce = call == callsOfAPreparation();
        // Where the directory could not be forced, that must not be tried again, whatever the reason.
        assertEquals(isDirectoryForce ? IOException.class : failure.get().getClass(), thrown.getClass(), message);
        assertTrue(named || !isDirectoryForce, message);
        assertFalse(storage.names().contains(PREPARING), message);
        assertEquals(List.of(), storage.openHandles(), message);
        assertEquals(List.of(), storage.liveMappings(), message);
        if (named) {
            assertArrayEquals(expectedContent(), storage.contents(NAME), message);
        }
    }

    /** It would not be made another time, whose name is taken: so that must not look as if room would help. */
    @Test
    void stepShouldThrowAnotherErrorWhenTheNamedFileCannotBeOpenedForWantOfRoom() {
        final SimulatedStorage storage = new SimulatedStorage();
        storage.faults()
                .on(call -> call.kind() == StorageCall.Kind.OPEN, Fault.failBefore(SegmentPreparationTest::full));
        final SegmentPreparation preparation = new SegmentPreparation(storage, HEADER, 0, true);
        final IOException thrown = assertThrows(IOException.class, () -> {
            while (!preparation.step()) {
                // Each step does a part.
            }
        });
        assertEquals(IOException.class, thrown.getClass());
        assertTrue(thrown.getMessage().contains(NAME + " could not be opened"), thrown::getMessage);
        assertTrue(thrown.getMessage().contains("full by the test"), thrown::getMessage);
        assertTrue(storage.names().contains(NAME));
        assertEquals(List.of(), storage.openHandles());
        assertEquals(List.of(), storage.liveMappings());
    }

    /** Number of calls up to the one that makes the name durable. */
    private static int callsOfAPreparation() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final MappedPieces mapped = prepare(storage);
        final int count = (int) storage.faults().callCount();
        mapped.unmap();
        return count;
    }

    @Test
    void nameShouldStandForAWholeSegmentWhenThePowerIsCutAtAnyCall() throws IOException {
        final int calls = callsOfAPreparation();
        int named = 0;
        for (int call = 1; call <= calls; call++) {
            for (int seed = 0; seed < SEEDS_PER_CALL; seed++) {
                final SimulatedStorage storage = new SimulatedStorage();
                storage.faults().at(call, seed % 2 == 0 ? Fault.powerCutHalfway(seed) : Fault.powerCutAfter());
                assertThrows(PowerCutException.class, () -> prepare(storage));
                storage.crash(new SplittableRandom(31L * call + seed));
                if (storage.names().contains(NAME)) {
                    named++;
                    assertArrayEquals(expectedContent(), storage.contents(NAME), "call=" + call + ", seed=" + seed);
                }
            }
        }
        assertTrue(named > 0, "the cut behind the rename must leave the name sometimes");
    }

    @Test
    void stepShouldWriteNothingWhenThereIsNoRoom() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        storage.capacity(LENGTH - 1);
        storage.faults().startTrace();
        assertThrows(NoSpaceException.class, () -> prepare(storage));
        assertTrue(
                storage.faults().trace().stream().noneMatch(call -> call.startsWith("write")),
                () -> storage.faults().trace().toString());
        assertEquals(List.of(), storage.names());
    }

    @Test
    void abandonShouldDeleteWhatHasNoNameYet() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final SegmentPreparation preparation = new SegmentPreparation(storage, HEADER, HEADER.segmentLength(), false);
        preparation.step();
        preparation.step();
        assertEquals(List.of(PREPARING), storage.names());
        preparation.abandon(new IOException("given up"));
        assertEquals(List.of(), storage.names());
        assertEquals(List.of(), storage.openHandles());
        assertThrows(IllegalStateException.class, preparation::result);
    }

    @Test
    void faultInShouldChangeNoByteWhenPagesHoldFrames() {
        final long seed = 99;
        final ByteBuffer buffer = ByteBuffer.allocateDirect(4 * 4096 + 8).alignedSlice(8);
        final byte[] content = new byte[4 * 4096];
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) random.nextInt();
        }
        buffer.put(0, content);
        SegmentPreparation.faultIn(buffer, 0, content.length);
        final byte[] found = new byte[content.length];
        buffer.get(0, found);
        assertArrayEquals(content, found, "seed=" + seed);
    }

    @Test
    void faultInShouldTellWhenFileWasCutShort(@TempDir final Path root) throws IOException {
        try (JavaProcess process = new JavaProcess(root.resolve("err"), FaultInProcess.class, root)) {
            assertEquals(List.of(FaultInProcess.TOLD), process.readRest());
            assertEquals(0, process.awaitExit(), process.err());
        }
    }
}

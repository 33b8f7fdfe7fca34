// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.AllocatedBytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on every version of Java that the build is tried with: each has its own way to unmap. */
class MapperTest {

    private static final int LENGTH = 64 << 10;
    private static final Path MAPS = Path.of("/proc/self/maps");

    @TempDir
    private Path directory;

    private Path path;

    @BeforeEach
    void makeFile() throws IOException {
        path = directory.toRealPath().resolve("mapped-by-this-test");
        Files.write(path, new byte[LENGTH]);
    }

    private Mapper.Mapping map() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return Mapper.instance().map(channel, 0, LENGTH);
        }
    }

    private long mappingCount() throws IOException {
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.filter(line -> line.contains(path.toString())).count();
        }
    }

    @Test
    void mapShouldOutliveTheChannelAndReachTheFile() throws IOException {
        final Mapper.Mapping mapping = map();
        assertEquals(LENGTH, mapping.buffer().capacity());
        mapping.buffer().putLong(LENGTH - 8, 0x1122334455667788L);
        mapping.buffer().force(LENGTH - 8, 8);
        mapping.unmap();
        assertEquals(0x11, Files.readAllBytes(path)[LENGTH - 8]);
    }

    @Test
    void mapShouldFailWhenTheChannelCannotBeWritten() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            assertThrows(Exception.class, () -> Mapper.instance().map(channel, 0, LENGTH));
        }
    }

    @Test
    void unmapShouldLetTheMemoryGoAtOnceWhenManyFilesAreMappedInTurn() throws IOException {
        assumeTrue(Files.isReadable(MAPS), "only Linux shows its mappings in " + MAPS);
        for (int i = 0; i < 100; i++) {
            final Mapper.Mapping mapping = map();
            mapping.buffer().put(0, (byte) i);
            assertEquals(1, mappingCount(), "round=" + i);
            mapping.unmap();
            assertEquals(0, mappingCount(), "round=" + i);
        }
    }

    @Test
    void letGoOfPagesShouldAllocateNothingWhenItIsOfARange() throws IOException {
        final Mapper.Mapping mapping = map();
        final long[] self = {Thread.currentThread().getId()};
        assertEquals(0, AllocatedBytes.least(self, i -> mapping.letGoOfPages(4096, 8192)), "a range");
        assertEquals(0, AllocatedBytes.least(self, i -> mapping.letGoOfPages(0, LENGTH)), "all");
        mapping.unmap();
    }

    @Test
    void unmapShouldLetTheMemoryGoWhenASliceIsStillHeld() throws IOException {
        assumeTrue(Files.isReadable(MAPS), "only Linux shows its mappings in " + MAPS);
        final Mapper.Mapping mapping = map();
        final Object held = mapping.buffer().duplicate().slice(0, 8);
        mapping.unmap();
        assertEquals(0, mappingCount(), "held=" + held.getClass());
    }

    /** Every version that this is built with has a way, so one that is not found any more is noticed. */
    @Test
    void letGoOfPagesShouldKeepWhatWasStored() throws IOException {
        final Mapper.Mapping mapping = map();
        mapping.buffer().put(0, (byte) 1).put(LENGTH - 1, (byte) 2);
        assertTrue(mapping.letGoOfPages(4096, LENGTH - 4096));
        assertTrue(mapping.letGoOfPages(0, LENGTH));
        assertEquals(1, mapping.buffer().get(0));
        assertEquals(2, mapping.buffer().get(LENGTH - 1));
        mapping.unmap();
    }

    @Test
    void letGoOfPagesShouldRefuseARangeThatLeavesTheMapping() throws IOException {
        final Mapper.Mapping mapping = map();
        assertThrows(IndexOutOfBoundsException.class, () -> mapping.letGoOfPages(4096, LENGTH));
        mapping.unmap();
    }

    @Test
    void touchingShouldThrowWhenTheMappingIsGoneAndJavaCanTell() throws IOException {
        assumeTrue(Runtime.version().feature() >= 22, "before Java 22 the JVM would die");
        final Mapper.Mapping mapping = map();
        mapping.unmap();
        assertThrows(IllegalStateException.class, () -> mapping.buffer().get(0));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a force leaves in a mapping. Runs on every version of Java that the build is tried with: they have different ways. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux lets pages go, and shows what is mapped")
class LetGoOfPagesTest {

    private static final int PAGE = SegmentPreparation.FILL_LENGTH;
    private static final int LENGTH = 16 * PAGE;
    private static final String NAME = FileNames.segment(1);
    private static final Path MAPS = Path.of("/proc/self/smaps");

    @TempDir
    private Path directory;

    private DirectoryStorage storage;
    private final byte[] stored = new byte[LENGTH];

    @BeforeEach
    void openStorage() throws IOException {
        storage = DirectoryStorage.openOrCreate(directory, StorageInUse.sync());
    }

    private MappedFile map() throws IOException {
        try (StorageFile file = storage.create(NAME)) {
            file.write(ByteBuffer.allocate(LENGTH), 0);
            return file.map(0, LENGTH);
        }
    }

    private void storeToEachPage(final MappedFile mapped) {
        for (int i = 0; i < LENGTH; i += PAGE) {
            stored[i] = (byte) (1 + i / PAGE);
            mapped.buffer().put(i, stored[i]);
        }
        assertEquals(LENGTH, residentLength());
    }

    private void requireStored(final MappedFile mapped) throws IOException {
        assertArrayEquals(stored, Files.readAllBytes(directory.resolve(NAME)));
        final byte[] found = new byte[LENGTH];
        mapped.buffer().get(0, found);
        assertArrayEquals(stored, found);
        mapped.unmap();
    }

    /** How much of the mapping is in the tables of this process's pages. */
    private long residentLength() {
        try {
            final String path = directory.toRealPath().resolve(NAME).toString();
            boolean isOfFile = false;
            for (final String line : Files.readAllLines(MAPS)) {
                isOfFile |= line.endsWith(path);
                if (isOfFile && line.startsWith("Rss:")) {
                    return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("the file is not mapped");
    }

    @Test
    void forceShouldLetThePagesGoAndKeepWhatWasStored() throws IOException {
        final MappedFile mapped = map();
        storeToEachPage(mapped);
        mapped.force(0, LENGTH);
        assertEquals(0, residentLength());
        storeToEachPage(mapped);
        requireStored(mapped);
    }

    @Test
    void forceShouldLeaveThePagesWhenItIsOfOneAlone() throws IOException {
        final MappedFile mapped = map();
        storeToEachPage(mapped);
        mapped.force(PAGE, PAGE);
        assertEquals(LENGTH, residentLength());
        requireStored(mapped);
    }

    @Test
    void forceShouldLeaveThePagesThatWaitForTheirFirstStoreWhenTheyWereFaultedIn() throws IOException {
        final MappedFile mapped = map();
        mapped.faultIn(0, LENGTH);
        storeToEachPage(mapped);
        mapped.force(PAGE + 1, 4 * PAGE);
        assertEquals(LENGTH - 5 * PAGE, residentLength(), "five pages are touched, the others stay");
        requireStored(mapped);
    }
}

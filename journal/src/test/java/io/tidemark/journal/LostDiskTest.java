// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.MountedFileSystem.Kind;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Disks that vanish, or turn read-only for what they did not write, under eight producers: all of them are told by a type,
 * the JVM lives, closing ends, and what was told durable is there once the disk is back.
 */
class LostDiskTest {

    private static final int SEGMENT_LENGTH = 256 << 10;

    /** What becomes of the disk. */
    private enum Loss {
        GONE,
        READ_ONLY;

        void happenTo(final MountedFileSystem fileSystem) throws IOException {
            switch (this) {
                case GONE -> fileSystem.breakDown();
                case READ_ONLY -> fileSystem.turnReadOnly();
            }
        }
    }

    @TempDir
    private Path elsewhere;

    @ParameterizedTest
    @CsvSource({"EXT4, batch, GONE", "EXT4, always, GONE", "EXT4, batch, READ_ONLY", "XFS, batch, GONE"})
    void producersShouldBeToldWhenDiskIsLost(final Kind kind, final String policy, final Loss loss) throws IOException {
        loseDisk(kind, policy, loss, 1_500);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "EXT4, batch, GONE",
        "EXT4, always, GONE",
        "EXT4, batch, READ_ONLY",
        "EXT4, always, READ_ONLY",
        "XFS, batch, GONE",
        "XFS, always, GONE"
    })
    void producersShouldBeToldWhenDiskIsLostAtAnyMoment(final Kind kind, final String policy, final Loss loss)
            throws IOException {
        for (int round = 0; round < 15; round++) {
            loseDisk(kind, policy, loss, 1 + round * 777);
        }
    }

    private void loseDisk(final Kind kind, final String policy, final Loss loss, final long whenDurable)
            throws IOException {
        try (MountedFileSystem fileSystem = MountedFileSystem.mount(kind);
                LoadProcess load = LoadProcess.start(elsewhere)) {
            final Path directory = fileSystem.root().resolve("journal");
            load.requireOk("open", directory, policy, SEGMENT_LENGTH);
            load.requireOk("start", 1_000_000_000);
            load.requireOk("reach", whenDurable);
            loss.happenTo(fileSystem);
            final String ended = load.ask("await");
            assertTrue(ended.startsWith("ok {JournalFailedException=8} "), ended);
            load.requireTyped("replay");
            load.requireTyped("close");
            if (mayOpenOnLostDisk(load, directory, policy)) {
                load.requireTyped("close");
            }
            fileSystem.repair();
            load.requireOk("open", directory, policy, SEGMENT_LENGTH);
            load.requireOk("verify");
            final String appended = load.ask("append", 20);
            assertTrue(appended.startsWith("ok {done=8} "), appended);
            load.requireOk("close");
            load.requireUnharmed();
        }
    }

    private static boolean mayOpenOnLostDisk(final LoadProcess load, final Path directory, final String policy)
            throws IOException {
        final String opened = load.requireTyped("open", directory, policy, SEGMENT_LENGTH);
        assertFalse(opened.startsWith("thrown NotAJournalException"), opened);
        return opened.startsWith("ok");
    }
}

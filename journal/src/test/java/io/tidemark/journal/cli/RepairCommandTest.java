// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on real directories. */
class RepairCommandTest {

    private static final String SEGMENT = "00000000000000000001.segment";
    private static final int FIRST_FRAME = 4_096;
    private static final int FRAME_LENGTH = 40;

    @TempDir
    private Path root;

    private Path damaged;
    private Path copy;

    @BeforeEach
    void appendFiveLines() {
        damaged = root.resolve("damaged");
        copy = root.resolve("copy");
        final byte[] lines = "one\ntwo\nthree\nfour\nfive\n".getBytes(StandardCharsets.US_ASCII);
        CommandResult.ofInput(lines, "append", damaged, "--segment-length", 65_536)
                .requireOk();
    }

    private void damagePayload(final int sequence) throws IOException {
        final byte[] bytes = Files.readAllBytes(damaged.resolve(SEGMENT));
        bytes[FIRST_FRAME + (sequence - 1) * FRAME_LENGTH + 33] ^= 1;
        Files.write(damaged.resolve(SEGMENT), bytes);
    }

    @Test
    void repairShouldEndWith0WhenNothingIsDamaged() throws IOException {
        final Map<Path, Object> before = DirectoryContent.of(damaged);
        final CommandResult result =
                CommandResult.of("repair", damaged, "--to", copy).requireOk();
        assertEquals(
                List.of("salvaged  1 to 5", "repaired first=1 last=5 salvaged=5 lost=0 leftOut=0"), result.lines());
        assertEquals(before, DirectoryContent.of(damaged));
        CommandResult.of("verify", copy).requireOk();
        assertEquals(
                "one\ntwo\nthree\nfour\nfive\n",
                CommandResult.of("cat", copy).requireOk().text());
    }

    @Test
    void repairShouldEndWith3AndTellTheRangesWhenSomethingIsLost() throws IOException {
        damagePayload(3);
        assertEquals(ExitCode.NOT_VERIFIED, CommandResult.of("verify", damaged).exitCode());
        final Map<Path, Object> before = DirectoryContent.of(damaged);
        final CommandResult text = CommandResult.of("repair", damaged, "--to", copy);
        assertEquals(ExitCode.SALVAGED_IN_PART, text.exitCode(), text.err());
        assertEquals(
                List.of(
                        "salvaged  1 to 2",
                        "salvaged  4 to 5",
                        "lost      3 to 3",
                        "repaired first=1 last=5 salvaged=4 lost=1 leftOut=0"),
                text.lines());
        final CommandResult json = CommandResult.of("repair", damaged, "--to", root.resolve("json"), "--json");
        assertEquals(ExitCode.SALVAGED_IN_PART, json.exitCode(), json.err());
        assertEquals(
                List.of("{\"firstSequence\":1,\"lastSequence\":5,\"salvaged\":[[1,2],[4,5]],\"lost\":[[3,3]],"
                        + "\"leftOut\":[],\"metaLost\":false}"),
                json.lines());
        assertEquals(before, DirectoryContent.of(damaged));
        CommandResult.of("verify", copy).requireOk();
        CommandResult.ofInput("six\n".getBytes(StandardCharsets.US_ASCII), "append", copy, "--ack")
                .requireOk();
        assertEquals(
                "one\ntwo\nfour\nfive\nsix\n",
                CommandResult.of("cat", copy).requireOk().text());
    }

    @Test
    void repairShouldSaySoWhenTheMetaFileIsLost() throws IOException {
        Files.delete(damaged.resolve("journal.meta"));
        final CommandResult result = CommandResult.of("repair", damaged, "--to", copy);
        assertEquals(ExitCode.SALVAGED_IN_PART, result.exitCode(), result.err());
        assertEquals("repaired first=1 last=5 salvaged=5 lost=0 leftOut=0 meta=lost", result.lastLine());
        CommandResult.of("verify", copy).requireOk();
    }

    @Test
    void repairShouldBeRefusedWhenTheCopyIsNotEmpty() throws IOException {
        Files.createDirectories(copy);
        Files.writeString(copy.resolve("notes"), "mine");
        final Map<Path, Object> before = DirectoryContent.of(root);
        CommandResult.of("repair", damaged, "--to", copy)
                .requireFailure(ExitCode.BAD_INPUT, "missing or empty", "notes", copy.toString());
        CommandResult.of("repair", damaged, "--to", damaged)
                .requireFailure(ExitCode.BAD_INPUT, "outside of the journal");
        CommandResult.of("repair", damaged, "--to", damaged.resolve("below"))
                .requireFailure(ExitCode.BAD_INPUT, "outside of the journal");
        assertEquals(before, DirectoryContent.of(root));
    }

    @Test
    void repairShouldBeRefusedWhenThereIsNoJournal() {
        CommandResult.of("repair", root.resolve("nowhere"), "--to", copy)
                .requireFailure(ExitCode.BAD_INPUT, "not a journal");
        assertFalse(Files.exists(copy));
        assertTrue(Files.exists(damaged));
    }
}

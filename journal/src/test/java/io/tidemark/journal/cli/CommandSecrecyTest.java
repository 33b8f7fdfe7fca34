// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.journal.PayloadMarker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands print records where that is what they are for, and nowhere else. */
class CommandSecrecyTest {

    private static final int SEGMENT_LENGTH = 64 << 10;

    @TempDir
    private Path directory;

    private CommandResult append(final String lines) {
        return CommandResult.ofInput(
                lines.getBytes(StandardCharsets.US_ASCII), "append", directory, "--segment-length", SEGMENT_LENGTH);
    }

    private static void requireSecret(final CommandResult result) {
        PayloadMarker.requireAbsent(result.err());
        PayloadMarker.requireAbsent(result.text());
    }

    @Test
    void appendShouldNotShowTheLineWhenItIsTooLong() {
        final CommandResult result =
                append(PayloadMarker.text(40) + "\n" + PayloadMarker.text(2 * SEGMENT_LENGTH) + "\n");
        result.requireFailure(ExitCode.BAD_INPUT, "line 2 is too long");
        requireSecret(result);
    }

    @Test
    void commandsShouldNotShowRecordsWhenTheyAreDamaged() throws IOException {
        append((PayloadMarker.text(200) + "\n").repeat(20)).requireOk();
        final Path segment = directory.resolve("00000000000000000001.segment");
        final byte[] intact = Files.readAllBytes(segment);
        for (int offset = 4_096; offset < 4_700; offset += 101) {
            final byte[] damaged = intact.clone();
            damaged[offset] ^= 0x21;
            Files.write(segment, damaged);
            final CommandResult verified = CommandResult.of("verify", directory);
            assertFalse(verified.exitCode() == ExitCode.OK, "not noticed: offset=" + offset);
            requireSecret(verified);
            requireSecret(CommandResult.of("stat", directory));
            PayloadMarker.requireAbsent(CommandResult.of("cat", directory).err());
            requireSecret(append(PayloadMarker.text(200)));
            Files.write(segment, intact);
        }
    }

    @Test
    void catShouldShowRecordsWhenAsked() {
        append(PayloadMarker.text(40)).requireOk();
        final CommandResult shown = CommandResult.of("cat", directory);
        assertEquals(ExitCode.OK, shown.exitCode());
        assertThrows(AssertionError.class, () -> PayloadMarker.requireAbsent(shown.text()));
    }
}

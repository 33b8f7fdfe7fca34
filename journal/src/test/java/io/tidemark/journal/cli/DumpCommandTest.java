// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpCommandTest {

    private static final int SEGMENT_LENGTH = 65_536;
    private static final int FRAME_LENGTH = 40;
    private static final String FIRST_SEGMENT = "00000000000000000001.segment";

    @TempDir
    private Path directory;

    @BeforeEach
    void appendSome() {
        final StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= 2_000; i++) {
            lines.append(String.format("no. %04d", i)).append('\n');
        }
        CommandResult.ofInput(
                        lines.toString().getBytes(StandardCharsets.US_ASCII),
                        "append",
                        directory,
                        "--segment-length",
                        SEGMENT_LENGTH)
                .requireOk();
    }

    private Path segment() {
        return directory.resolve(FIRST_SEGMENT);
    }

    private void damage(final int offset) throws IOException {
        final byte[] bytes = Files.readAllBytes(segment());
        bytes[offset] ^= 0x10;
        Files.write(segment(), bytes);
    }

    private static long count(final CommandResult result, final String start) {
        return result.lines().stream().filter(line -> line.startsWith(start)).count();
    }

    @Test
    void dumpShouldShowEveryFileWithItsChecksumsWhenTheJournalIsWhole() {
        final CommandResult result =
                CommandResult.of("dump", directory, "--count", 3).requireOk();
        for (final String title : List.of(
                "meta slot 0",
                "meta slot 1",
                "mark",
                "index header",
                "index block",
                "counters slot 0",
                "segment header")) {
            assertTrue(count(result, title + ", at ") > 0, () -> title + " is missing in " + result.text());
        }
        assertFalse(result.text().contains("WRONG"), result::text);
        assertEquals(3, count(result, "frame, at "));
        assertTrue(result.text().contains("|no. 0003|"), result::text);
    }

    @Test
    void dumpShouldBeginWithASequenceInALaterSegmentWhenAskedTo() {
        final CommandResult result = CommandResult.of("dump", directory, "--from", 1_999, "--count", 5)
                .requireOk();
        assertEquals(2, count(result, "frame, at "));
        assertTrue(result.text().contains("|no. 1999|") && result.text().contains("|no. 2000|"), result::text);
    }

    @Test
    void dumpShouldBeginAtAnOffsetWhenAskedTo() {
        final CommandResult result = CommandResult.of(
                        "dump", segment(), "--offset", 4096 + 10 * FRAME_LENGTH, "--count", 1)
                .requireOk();
        assertTrue(result.text().contains("frame, at " + (4096 + 10 * FRAME_LENGTH)), result::text);
        assertTrue(result.text().contains("|no. 0011|"), result::text);
    }

    @Test
    void dumpShouldShowNoPayloadWhenAskedTo() throws IOException {
        damage(4096 + 3 * FRAME_LENGTH + 4 + 3);
        final CommandResult result = CommandResult.of("dump", directory, "--no-payload", "--count", 100)
                .requireOk();
        assertEquals(100, count(result, "frame, at "));
        assertFalse(result.text().contains("no. "), result::text);
        assertFalse(result.text().contains("6e 6f 2e 20"), result::text);
    }

    @Test
    void dumpShouldShowBothChecksumsWhenAPayloadIsDamaged() throws IOException {
        damage(4096 + 2 * FRAME_LENGTH + 33);
        final CommandResult result =
                CommandResult.of("dump", segment(), "--count", 5).requireOk();
        assertEquals(5, count(result, "frame, at "));
        assertEquals(
                1,
                result.lines().stream()
                        .filter(line -> line.matches(".*checksum +WRONG: stored [0-9a-f]{8}, computed [0-9a-f]{8}"))
                        .count(),
                result::text);
    }

    @Test
    void dumpShouldGoOnBehindTheDamageWhenALengthIsDamaged() throws IOException {
        damage(4096 + 2 * FRAME_LENGTH + 4 + 3);
        final CommandResult result =
                CommandResult.of("dump", segment(), "--count", 4).requireOk();
        assertTrue(
                result.text().contains("no frame: length 268435496 can't be, at " + (4096 + 2 * FRAME_LENGTH)),
                result::text);
        assertTrue(result.text().contains("next whole frame, " + FRAME_LENGTH + " bytes farther on"), result::text);
        assertTrue(result.text().contains("|no. 0004|"), result::text);
    }

    @Test
    void dumpShouldSayThatAPageIsDamagedWhenItsChecksumIsWrong() throws IOException {
        final byte[] meta = Files.readAllBytes(directory.resolve("journal.meta"));
        meta[30] ^= 1;
        Files.write(directory.resolve("journal.meta"), meta);
        final CommandResult result =
                CommandResult.of("dump", directory.resolve("journal.meta")).requireOk();
        assertEquals(1, result.text().split("checksum +WRONG", -1).length - 1, result::text);
    }

    /** Bytes of chance over every file, and files that are cut short: there is always an answer, and soon. */
    @Test
    void dumpShouldEndWhateverTheBytesAre() throws IOException {
        final long seed = 20_261_126;
        System.out.println("seed=" + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 40; round++) {
            try (Stream<Path> files = Files.list(directory)) {
                for (final Path file : files.sorted().toList()) {
                    Files.write(file, mangled(Files.readAllBytes(file), random));
                }
            }
            CommandResult.of("dump", directory, "--count", 2_000).requireOk();
        }
    }

    private static byte[] mangled(final byte[] bytes, final SplittableRandom random) {
        if (bytes.length == 0) {
            return bytes;
        }
        for (int i = random.nextInt(50); i > 0; i--) {
            final int offset = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 4_300));
            bytes[offset] = (byte) random.nextInt();
        }
        return random.nextInt(20) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    @ParameterizedTest
    @CsvSource({"--count=-1, --count", "--from=-1, --from", "--offset=8, FILE", "--max-payload=-1, --max-payload"})
    void dumpShouldEndWith2WhenUsedWrongly(final String option, final String word) {
        CommandResult.of("dump", directory, option).requireFailure(ExitCode.BAD_INPUT, word, "--help");
    }

    @Test
    void dumpShouldSaySoWhenThereIsNoJournal() throws IOException {
        CommandResult.of("dump", directory.resolve("missing")).requireFailure(ExitCode.BAD_INPUT, "no such file");
        final Path other = Files.createDirectory(directory.resolve("other"));
        CommandResult.of("dump", other).requireFailure(ExitCode.BAD_INPUT, "not a journal");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code dump} prints of journals whose bytes never change, to the last character. The texts it is compared with, in
 * {@code src/test/resources/dump}, were not printed by it: they were made by a program in another language, which was written
 * after {@code docs/format.md} and knows nothing of this code.
 */
class DumpedGoldenJournalTest {

    private static final String SEGMENT = "00000000000000000001.segment";
    private static final int FIRST_FRAME = 4_096;

    @TempDir
    private Path directory;

    private static InputStream resource(final String name) {
        return Objects.requireNonNull(DumpedGoldenJournalTest.class.getResourceAsStream(name), name);
    }

    private void unpack(final String journal) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(resource("/golden/v1/" + journal + ".zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.write(directory.resolve(entry.getName()), zip.readAllBytes());
            }
        }
    }

    private static String text(final List<String> lines) {
        return lines.stream().map(String::stripTrailing).collect(Collectors.joining("\n"));
    }

    private static void requirePrinted(final String expected, final Object... arguments) {
        assertEquals(expected, text(CommandResult.of(arguments).requireOk().lines()));
    }

    @ParameterizedTest
    @CsvSource({
        "closed, '', --count 8 --max-payload 20, closed",
        "closed, '', --from 100 --count 9, closed-from-100",
        "killed, /" + SEGMENT + ", --from 57 --count 100 --no-payload, killed-segment-without-payload",
        "named, /reader-golden.position, '', named-position",
        "indexed, /journal.index, --count 2, indexed-index",
        "counted, /journal.counters, '', counted-counters",
        "lagging, /" + SEGMENT + ", --from 2050 --count 1, lagging-segment-from-2050",
        "cut, /" + SEGMENT + ", --max-payload 16, cut-segment"
    })
    void dumpShouldSayWhatTheFormatSaysWhenAGoldenJournalIsShown(
            final String journal, final String file, final String options, final String expected) throws IOException {
        unpack(journal);
        final List<Object> arguments = new ArrayList<>(List.of("dump", directory + file));
        if (!options.isEmpty()) {
            arguments.addAll(Arrays.asList(options.split(" ")));
        }
        try (InputStream kept = resource("/dump/" + expected + ".txt")) {
            requirePrinted(
                    text(new String(kept.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList()),
                    arguments.toArray());
        }
    }

    private static ByteBuffer words(final byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] mark() {
        final byte[] bytes = new byte[4_096];
        final ByteBuffer mark = words(bytes);
        mark.put(0, "TIDEMARK".getBytes(StandardCharsets.US_ASCII));
        mark.putInt(12, 1).putLong(16, 0x0102030405060708L).putLong(24, 0x1112131415161718L);
        final CRC32C checksum = new CRC32C();
        checksum.update(bytes, 12, 20);
        mark.putInt(8, (int) checksum.getValue()).putLong(32, 258).putLong(40, ~258L);
        return bytes;
    }

    private static String printedMark(final int storedChecksum, final String verdict, final String complement) {
        final String hex =
                String.format("%08x", Integer.reverseBytes(storedChecksum)).replaceAll("..", "$0 ");
        return String.join(
                "\n",
                "== journal.mark, 4096 bytes",
                "mark, at 0",
                "  00000000  54 49 44 45 4d 41 52 4b  magic              ok",
                "  00000008  " + hex + "             checksum           " + verdict,
                "  0000000c  01 00 00 00              version            1",
                "  00000010  08 07 06 05 04 03 02 01 18 17 16 15 14 13 12 11  journal id",
                "  00000020  02 01 00 00 00 00 00 00  durable sequence   258",
                "  00000028  " + (complement.equals("ok") ? "fd" : "fc") + " fe ff ff ff ff ff ff  its complement     "
                        + complement);
    }

    @Test
    void dumpShouldShowTheMarkAndWhetherItsWordsMatch() throws IOException {
        final Path file = directory.resolve("journal.mark");
        final byte[] mark = mark();
        final int right = words(mark).getInt(8);
        Files.write(file, mark);
        requirePrinted(printedMark(right, "ok", "ok"), "dump", file);
        final int wrong = right ^ 1;
        words(mark).putInt(8, wrong).put(40, (byte) 0xfc);
        Files.write(file, mark);
        final String verdict = String.format("WRONG: stored %08x, computed %08x", wrong, right);
        requirePrinted(printedMark(wrong, verdict, "WRONG"), "dump", file);
    }

    private List<String> dumpedFirstFrame() {
        return CommandResult.of("dump", directory.resolve(SEGMENT), "--count", 1, "--no-payload")
                .requireOk()
                .lines()
                .stream()
                .dropWhile(line -> !line.startsWith("frame, at "))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "8000, -32768: of a newer version",
        "c00f, '-16369: of a newer version, skippable'",
        "8001, '-32767: seal, the next segment goes on with this sequence'",
        "c002, -16382: checkpoint",
        "7fff, 32767: the user's"
    })
    void dumpShouldNameTheTypeWhateverItIs(final String type, final String meaning) throws IOException {
        unpack("closed");
        final byte[] bytes = Files.readAllBytes(directory.resolve(SEGMENT));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(FIRST_FRAME + 28, (short)
                Integer.parseInt(type, 16));
        Files.write(directory.resolve(SEGMENT), bytes);
        final String line = "  0000101c  " + type.substring(2) + " " + type.substring(0, 2)
                + "                    type               " + meaning;
        assertTrue(dumpedFirstFrame().contains(line), () -> "no " + line + " in " + dumpedFirstFrame());
    }

    @Test
    void dumpShouldTellFlagsAndLagsThatNobodyKnows() throws IOException {
        unpack("closed");
        final byte[] bytes = Files.readAllBytes(directory.resolve(SEGMENT));
        bytes[FIRST_FRAME + 15] = 6;
        bytes[FIRST_FRAME + 30] = -1;
        bytes[FIRST_FRAME + 31] = -1;
        Files.write(directory.resolve(SEGMENT), bytes);
        final List<String> lines = dumpedFirstFrame();
        assertTrue(
                lines.contains("  0000100f  06                       flags              6: unknown"), lines::toString);
        assertTrue(lines.contains("  0000101e  ff ff                    durable lag        unknown"), lines::toString);
    }

    @ParameterizedTest
    @CsvSource({"00000000000000000001.spare", "00000000000000000001.segment.preparing", "a-copy-under-another-name"})
    void dumpShouldKnowASegmentByWhatIsInIt(final String name) throws IOException {
        unpack("closed");
        final Path other = Files.move(directory.resolve(SEGMENT), directory.resolve(name));
        final List<String> lines =
                CommandResult.of("dump", other, "--count", 1).requireOk().lines();
        assertEquals("== " + name + ", 65536 bytes", lines.get(0));
        assertEquals("segment header, at 0", lines.get(1));
        assertTrue(lines.contains("frame, at 4096"), lines::toString);
    }

    @ParameterizedTest
    @CsvSource({"00000000000000000001.segment", "00000000000000000001.spare", "00000000000000000001.segment.preparing"})
    void dumpShouldKnowASegmentByItsNameWhenItsFirstBytesAreDamaged(final String name) throws IOException {
        unpack("closed");
        final byte[] bytes = Files.readAllBytes(directory.resolve(SEGMENT));
        bytes[0] ^= 1;
        Files.write(directory.resolve(name), bytes);
        final List<String> lines = CommandResult.of("dump", directory.resolve(name), "--count", 1)
                .requireOk()
                .lines();
        assertEquals("segment header, at 0", lines.get(1));
        assertEquals("  00000000  55 49 44 45 53 45 47 4d  magic              WRONG", lines.get(2));
        assertTrue(lines.contains("frame, at 4096"), lines::toString);
    }

    @Test
    void dumpShouldPassOverWhatIsNotOfAJournal() throws IOException {
        unpack("closed");
        Files.writeString(directory.resolve("a-letter"), "Dear reader");
        Files.createDirectory(directory.resolve("b-directory"));
        final List<String> lines =
                CommandResult.of("dump", directory, "--count", 0).requireOk().lines();
        assertEquals(
                List.of(
                        "== a-letter, 11 bytes",
                        "not of a journal",
                        "== b-directory, a directory, which no journal makes",
                        "== journal.lock, locked by whoever uses it, and never opened"),
                lines.subList(0, 4));
    }
}

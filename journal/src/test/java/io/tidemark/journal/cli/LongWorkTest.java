// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.NanoClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands that may take long show on a terminal, and nowhere else. */
class LongWorkTest {

    private static final String SEGMENT = "00000000000000000001.segment";
    private static final int FIRST_FRAME = 4_096;
    private static final int FRAME_LENGTH = 40;

    @TempDir
    private Path root;

    private Path directory;

    @BeforeEach
    void appendThreeLines() {
        directory = root.resolve("journal");
        CommandResult.ofInput(
                        "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII),
                        "append",
                        directory,
                        "--segment-length",
                        65_536)
                .requireOk();
    }

    /** A clock on which that much time passes between two looks. */
    private static NanoClock steppingBy(final long stepMs) {
        final long[] nowNs = {0};
        return () -> nowNs[0] += stepMs * 1_000_000;
    }

    /** What the line said, one after the other; it must be empty in the end. */
    private static List<String> shown(final String err) {
        final List<String> texts = new ArrayList<>(Arrays.asList(err.split("\r", -1)));
        assertEquals("", texts.remove(0));
        assertEquals("", texts.remove(texts.size() - 1), err);
        final String blank = texts.remove(texts.size() - 1);
        assertTrue(blank.isBlank(), err);
        for (final String text : texts) {
            assertTrue(text.length() < blank.length(), err);
        }
        return texts.stream().map(String::stripTrailing).toList();
    }

    private Object[] arguments(final String command) {
        return switch (command) {
            case "repair" -> new Object[] {"repair", directory, "--to", root.resolve("copy")};
            case "doctor" -> new Object[] {"doctor", directory, "--no-force"};
            default -> new Object[] {command, directory};
        };
    }

    private List<String> shownBy(final String command) {
        return shown(
                CommandResult.ofClock(true, steppingBy(200), arguments(command)).err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "index", "cat", "repair", "doctor"})
    void progressShouldBeSilentWhenThereIsNoTerminal(final String command) {
        final CommandResult result = CommandResult.ofClock(false, steppingBy(1_000), arguments(command));
        assertEquals("", result.err());
        assertTrue(result.text().lines().count() > 0);
    }

    @Test
    void progressShouldTellHowMuchWasReadWhenThereIsATerminal() {
        assertEquals(
                List.of("verifying: 33 %, 1 records", "verifying: 66 %, 2 records", "verifying: 100 %, 3 records"),
                shownBy("verify"));
        assertEquals(
                List.of("indexing: 33 %, 1 records", "indexing: 66 %, 2 records", "indexing: 100 %, 3 records"),
                shownBy("index"));
        assertEquals(
                List.of("reading: 33 %, 1 records", "reading: 66 %, 2 records", "reading: 100 %, 3 records"),
                shownBy("cat"));
    }

    @Test
    void progressShouldCountEveryReadingWhenThereAreSeveral() {
        assertEquals(
                List.of(
                        "examining: 16 %, 1 records",
                        "examining: 33 %, 2 records",
                        "examining: 50 %, 3 records",
                        "examining: 66 %, 4 records",
                        "examining: 83 %, 5 records",
                        "examining: 100 %, 6 records"),
                shownBy("doctor"));
        final List<String> repairing = shownBy("repair");
        assertEquals("repairing: 11 %, 1 records", repairing.get(0));
        assertEquals("repairing: 100 %, 9 records", repairing.get(repairing.size() - 1));
        assertEquals(9, repairing.size());
    }

    @Test
    void progressShouldBeOfWhatIsWantedWhenNotAllIs() {
        assertEquals(
                List.of("reading: 50 %, 1 records", "reading: 100 %, 2 records"),
                shown(CommandResult.ofClock(true, steppingBy(200), "cat", directory, "--from", 2, "--to", 9)
                        .err()));
        assertEquals(
                List.of("reading: 50 %, 1 records", "reading: 100 %, 2 records"),
                shown(CommandResult.ofClock(true, steppingBy(200), "cat", directory, "--to", 2)
                        .err()));
    }

    @Test
    void progressShouldTellNoPartWhenNobodyKnowsHowMuchThereIs() throws IOException {
        final byte[] bytes = Files.readAllBytes(directory.resolve(SEGMENT));
        bytes[FIRST_FRAME + 2 * FRAME_LENGTH + 33] ^= 1;
        Files.write(directory.resolve(SEGMENT), bytes);
        assertEquals(List.of("verifying: 1 records", "verifying: 2 records"), shownBy("verify"));
    }

    @Test
    void progressShouldBeShownFiveTimesASecondAtMost() {
        assertEquals(
                List.of("verifying: 66 %, 2 records"),
                shown(CommandResult.ofClock(true, steppingBy(199), "verify", directory)
                        .err()));
        assertEquals(
                "",
                CommandResult.ofClock(true, steppingBy(1), "verify", directory).err());
    }

    @Test
    void lineShouldStayAwayWhenItIsFinished() {
        final List<String> printed = new ArrayList<>();
        final PrintStream err = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) {
            @Override
            public void print(final String text) {
                printed.add(text);
            }
        };
        final ProgressLine line = new ProgressLine(new Streams(
                InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, true, steppingBy(200)));
        line.show(() -> "half");
        line.show(() -> "all");
        line.clear();
        line.show(() -> "more");
        line.finishAtSignal();
        line.show(() -> "too late");
        assertEquals(List.of("\rhalf", "\rall ", "\r     \r", "\rmore", "\r      \r"), printed);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code append} takes, {@code cat} gives back, byte for byte. */
class RoundTripTest {

    private static final int MIB = 1 << 20;

    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("journal");
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void requireIntact(final long count) {
        assertEquals(
                "intact count=" + count + " first=" + (count == 0 ? 0 : 1) + " last=" + count,
                CommandResult.of("verify", directory()).requireOk().lastLine());
    }

    private static String appended(final long count, final long first, final long last) {
        return "appended " + count + " first=" + first + " last=" + last + " durable=" + last;
    }

    @ParameterizedTest
    @CsvSource({"always, 1048576", "batch, 1048576", "never, 1048576", "always, 65536", "batch, 65536", "never, 65536"})
    void catShouldGiveTheFeedBackWhenItWasAppended(final String sync, final int segmentLength) {
        final long seed = 4711;
        System.out.println("seed=" + seed);
        final int count = 20_000;
        final byte[] feed = MarketFeed.lines(seed, count);
        final CommandResult result =
                CommandResult.ofInput(feed, "append", directory(), "--sync", sync, "--segment-length", segmentLength);
        assertEquals(appended(count, 1, count), result.requireOk().lastLine());
        assertArrayEquals(feed, CommandResult.of("cat", directory()).requireOk().out());
        requireIntact(count);
    }

    @Test
    void catShouldGiveEverythingBackWhenItWasAppendedInManyOpenings() {
        final ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int opening = 0; opening < 10; opening++) {
            final byte[] feed = MarketFeed.lines(opening, 100);
            expected.writeBytes(feed);
            final int segmentLength = 65536 << opening % 3;
            final CommandResult result =
                    CommandResult.ofInput(feed, "append", directory(), "--segment-length", segmentLength);
            assertEquals(
                    appended(100, 100L * opening + 1, 100L * opening + 100),
                    result.requireOk().lastLine());
        }
        assertArrayEquals(
                expected.toByteArray(),
                CommandResult.of("cat", directory()).requireOk().out());
        requireIntact(1000);
    }

    @Test
    void appendShouldTakeEmptyLinesWhenThereAreSome() {
        final byte[] lines = ascii("\n\na\n\n");
        assertEquals(
                appended(4, 1, 4),
                CommandResult.ofInput(lines, "append", directory()).requireOk().lastLine());
        assertArrayEquals(
                lines, CommandResult.of("cat", directory()).requireOk().out());
    }

    @Test
    void appendShouldTakeTheLastLineWhenItsNewlineIsMissing() {
        final CommandResult result = CommandResult.ofInput(ascii("a\r\nb"), "append", directory());
        assertEquals(appended(2, 1, 2), result.requireOk().lastLine());
        assertArrayEquals(
                ascii("a\r\nb\n"),
                CommandResult.of("cat", directory()).requireOk().out());
    }

    @Test
    void appendShouldSayWhereTheJournalEndsWhenThereIsNoLine() {
        assertEquals(
                "appended 0 first=0 last=0 durable=0",
                CommandResult.of("append", directory()).requireOk().lastLine());
        requireIntact(0);
        CommandResult.ofInput(ascii("a\nb\n"), "append", directory()).requireOk();
        assertEquals(
                "appended 0 first=0 last=2 durable=2",
                CommandResult.of("append", directory()).requireOk().lastLine());
        requireIntact(2);
    }

    @Test
    void catShouldGiveAllByteValuesBackWhenTheyAreNotText() {
        final ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int line = 0; line < 600; line++) {
            for (int value = 0; value < 256; value++) {
                if (value != '\n') {
                    lines.write(value + line);
                }
            }
            lines.write('\n');
        }
        final byte[] bytes = lines.toByteArray();
        CommandResult.ofInput(bytes, "append", directory()).requireOk();
        assertArrayEquals(
                bytes, CommandResult.of("cat", directory()).requireOk().out());
    }

    @Test
    void appendShouldTakeLinesOfOneMebibyteWhenNothingIsConfigured() {
        final long seed = 815;
        System.out.println("seed=" + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        final ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int i = 0; i < 12; i++) {
            final byte[] line = new byte[MIB + i % 3 - 1];
            random.nextBytes(line);
            for (int j = 0; j < line.length; j++) {
                line[j] = line[j] == '\n' ? 0 : line[j];
            }
            lines.writeBytes(line);
            lines.write('\n');
        }
        final byte[] bytes = lines.toByteArray();
        assertEquals(
                appended(12, 1, 12),
                CommandResult.ofInput(bytes, "append", directory()).requireOk().lastLine());
        assertArrayEquals(
                bytes, CommandResult.of("cat", directory()).requireOk().out());
        requireIntact(12);
    }

    @Test
    void appendShouldTakeTheLongestLineWhenASegmentHoldsIt() {
        final int limit = 65536 - 4096 - 32;
        final byte[] line = new byte[limit + 1];
        Arrays.fill(line, (byte) 'x');
        line[limit] = '\n';
        CommandResult.ofInput(line, "append", directory(), "--segment-length", 65536)
                .requireOk();
        assertArrayEquals(line, CommandResult.of("cat", directory()).requireOk().out());
    }

    @Test
    void appendShouldKeepWhatCameBeforeWhenALineIsTooLong() {
        final byte[] lines = ascii("a\nb\n" + "x".repeat(65536) + "\nc\n");
        final CommandResult result = CommandResult.ofInput(lines, "append", directory(), "--segment-length", 65536);
        result.requireFailure(ExitCode.BAD_INPUT, "line 3 ", "at most 61408 bytes", "found 65536", "--segment-length");
        assertEquals(appended(2, 1, 2), result.lastLine());
        assertArrayEquals(
                ascii("a\nb\n"),
                CommandResult.of("cat", directory()).requireOk().out());
    }

    @Test
    void catShouldGiveARangeWhenOneIsAskedFor() {
        CommandResult.ofInput(ascii("1\n2\n3\n4\n5\n"), "append", directory()).requireOk();
        assertEquals("2\n3\n4\n", cat("--from", 2, "--to", 4));
        assertEquals("4\n5\n", cat("--from", 4));
        assertEquals("1\n", cat("--to", 1));
        assertEquals("5\n", cat("--from", 5, "--to", 99));
        assertEquals("", cat("--from", 6));
    }

    private String cat(final Object... options) {
        final List<Object> words = new ArrayList<>(List.of("cat", directory()));
        words.addAll(List.of(options));
        return CommandResult.of(words.toArray()).requireOk().text();
    }

    @Test
    void catShouldGiveJsonWhenItIsAskedFor() {
        CommandResult.ofInput(new byte[] {'h', 'i', '\n', (byte) 0xff, '\n'}, "append", directory())
                .requireOk();
        final List<String> lines =
                CommandResult.of("cat", directory(), "--json").requireOk().lines();
        assertEquals(2, lines.size());
        final String fields =
                "\\{\"sequence\":%d,\"timestamp\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z\","
                        + "\"timestampNs\":\\d{19},\"type\":0,%s}";
        assertTrue(lines.get(0).matches(String.format(fields, 1, "\"payload\":\"hi\"")), lines.get(0));
        assertTrue(lines.get(1).matches(String.format(fields, 2, "\"payloadBase64\":\"/w==\"")), lines.get(1));
    }

    @Test
    void statShouldTellAboutTheJournalWhenItIsClosed() {
        CommandResult.ofInput(ascii("1\n2\n3\n"), "append", directory(), "--segment-length", 65536)
                .requireOk();
        final List<String> lines =
                CommandResult.of("stat", directory()).requireOk().lines();
        assertTrue(lines.contains("firstSequence       1"), lines::toString);
        assertTrue(lines.contains("lastSequence        3"), lines::toString);
        assertTrue(lines.contains("durableSequence     3"), lines::toString);
        assertTrue(lines.contains("closedCleanly       true"), lines::toString);
        final String json =
                CommandResult.of("stat", directory(), "--json").requireOk().text();
        assertTrue(
                json.matches("\\{\"segments\":[12],\"firstSequence\":1,\"lastSequence\":3,\"durableSequence\":3,"
                        + "\"headSequence\":1,\"checkpointSequence\":0,"
                        + "\"firstTime\":\"20[^\"]*Z\",\"lastTime\":\"20[^\"]*Z\","
                        + "\"bytes\":\\d+,\"epoch\":1,\"closedCleanly\":true,\"readers\":\\[],"
                        + "\"counters\":\\{\"state\":\"closed\",.*}}\n"),
                json);
    }

    @Test
    void catShouldGiveManyShortLinesBackWhenTheyWereAppended() throws Exception {
        requireNumbersBack(100_000);
    }

    /** To be run with {@code ./mvnw -pl journal test -Plong -Dtest=RoundTripTest}. */
    @Test
    @Tag("long")
    void catShouldGiveTenMillionShortLinesBackWhenTheyWereAppended() throws Exception {
        requireNumbersBack(10_000_000);
    }

    private void requireNumbersBack(final int count) throws IOException {
        final CommandResult result = CommandResult.ofInput(numbers(count), "append", directory());
        assertEquals(appended(count, 1, count), result.requireOk().lastLine());
        assertArrayEquals(
                numbers(count).readAllBytes(),
                CommandResult.of("cat", directory()).requireOk().out());
        requireIntact(count);
    }

    /** The numbers from 1 on, a line each, made while they are read. */
    private static InputStream numbers(final int count) {
        return new ScriptedInput(new ScriptedInput.Script() {
            private int made;
            private byte[] line = new byte[0];
            private int taken;

            @Override
            public int next() {
                if (taken == line.length) {
                    if (made == count) {
                        return -1;
                    }
                    made++;
                    line = ascii(made + "\n");
                    taken = 0;
                }
                return line[taken++];
            }
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.JournalReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How commands end, and the one line they say about it. */
class ExitCodeTest {

    private static final String FIRST_SEGMENT = "00000000000000000001.segment";

    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("journal");
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void appendLines(final String lines) {
        CommandResult.ofInput(ascii(lines), "append", directory(), "--segment-length", 65536)
                .requireOk();
    }

    private void flipByte(final long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(
                directory().resolve(FIRST_SEGMENT), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final ByteBuffer value = ByteBuffer.allocate(1);
            channel.read(value, offset);
            value.put(0, (byte) (value.get(0) ^ 0x10)).flip();
            channel.write(value, offset);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "append", "cat", "verify", "stat", "index", "repair", "demo"})
    void helpShouldBePrintedWhenAskedFor(final String command) {
        final CommandResult result =
                command.isEmpty() ? CommandResult.of("--help") : CommandResult.of(command, "--help");
        assertTrue(result.requireOk().text().startsWith("Usage: tidemark"), result.text());
        assertTrue(result.text().contains("Exit codes"), result.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "append", "cat", "verify", "stat", "index", "repair", "demo"})
    void versionShouldBePrintedWhenAskedFor(final String command) {
        final CommandResult result =
                command.isEmpty() ? CommandResult.of("--version") : CommandResult.of(command, "--version");
        assertTrue(result.requireOk().text().startsWith("tidemark "), result.text());
    }

    @ParameterizedTest
    @CsvSource({
        "'', a command is missing",
        "frobnicate, no such command: frobnicate",
        "Verify DIR, did you mean verify",
        "cat DIR --form 2, --form",
        "stat DIR --at-time yesterday, expected a time such as 2027-01-31T12:00:00Z: found 'yesterday'",
        "append DIR --retain-age 5d, expected a duration such as P7D or PT12H: found '5d'",
        "stat DIR --watch --interval often, expected a number: found 'often'",
        "dump DIR --count many, expected a whole number: found 'many'",
        "dump DIR --max-payload 9999999999, expected a whole number of at most 2147483647: found '9999999999'",
        "append, DIR",
        "cat, DIR",
        "verify, DIR",
        "stat, DIR",
        "index, DIR",
        "append DIR --frobnicate, --frobnicate",
        "append DIR --sync sometimes, sometimes",
        "append DIR --segment-length many, many",
        "append DIR --segment-length 65537, --segment-length",
        "append DIR --segment-length 0, --segment-length",
        "append DIR --segment-length 2147479552, --segment-length",
        "append DIR --segment-length 4294967296, 4294967296",
        "append DIR another, another",
        "cat DIR --from 0, --from",
        "cat DIR --from x, --from",
        "cat DIR --to 0, --to",
        "cat DIR --from 3 --to 2, --to",
        "stat DIR --yaml, --yaml",
        "stat DIR --at-time, --at-time",
        "repair DIR, --to",
        "repair --to DIR, DIR"
    })
    void runShouldEndWith2WhenUsedWrongly(final String line, final String word) {
        final Object[] words = Arrays.stream(line.split(" "))
                .filter(part -> !part.isEmpty())
                .map(part -> part.startsWith("DIR") ? directory() + part.substring("DIR".length()) : part)
                .toArray();
        CommandResult.of(words).requireFailure(ExitCode.BAD_INPUT, word, "--help");
        assertFalse(Files.exists(directory()));
    }

    /** A command, the directory, and the rest of the line. */
    private Object[] arguments(final String line) {
        final String[] words =
                line.replace("COPY", root.resolve("copy").toString()).split(" ");
        return Stream.concat(
                        Stream.of(words[0], directory()), Arrays.stream(words).skip(1))
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "cat, 2",
        "tail, 2",
        "stat, 2",
        "stat --watch, 2",
        "index, 2",
        "verify, 3",
        "dump, 2",
        "checkpoint, 2",
        "truncate --up-to 1, 2",
        "forget --name audit, 2",
        "repair --to COPY, 2"
    })
    void runShouldSaySoWhenThereIsNoDirectory(final String line, final int exitCode) {
        CommandResult.of(arguments(line))
                .requireFailure(exitCode, "not a journal", directory().toString());
        assertFalse(Files.exists(directory()));
    }

    @ParameterizedTest
    @CsvSource({
        "cat, 2",
        "tail, 2",
        "stat, 2",
        "index, 2",
        "verify, 3",
        "append, 2",
        "checkpoint, 2",
        "truncate --up-to 1, 2",
        "repair --to COPY, 2"
    })
    void runShouldSaySoWhenTheDirectoryHoldsSomethingElse(final String line, final int exitCode) throws IOException {
        Files.createDirectory(directory());
        Files.writeString(directory().resolve("letter.txt"), "Dear reader");
        CommandResult.of(arguments(line))
                .requireFailure(exitCode, "not a journal", directory().toString(), "letter.txt");
    }

    @ParameterizedTest
    @CsvSource({
        "cat, 2",
        "tail, 2",
        "stat, 2",
        "stat --watch, 2",
        "index, 2",
        "verify, 3",
        "checkpoint, 2",
        "truncate --up-to 1, 2",
        "forget --name audit, 2",
        "repair --to COPY, 2"
    })
    void runShouldSaySoWhenTheDirectoryIsAFile(final String line, final int exitCode) throws IOException {
        Files.writeString(directory(), "Dear reader");
        CommandResult.of(arguments(line))
                .requireFailure(exitCode, "not a journal", directory().toString());
    }

    /** As a variable of a shell gives it that was never set. */
    @Test
    void runShouldEndWith2WhenThePathIsEmpty() {
        CommandResult.of("append", "").requireFailure(ExitCode.BAD_INPUT, "expected a path: found ''");
    }

    @Test
    void runShouldEndWith2WhenThePathHasCharactersThatTheSystemHasNot() {
        CommandResult.of("cat", "a\0b")
                .requireFailure(ExitCode.BAD_INPUT, "expected a path in characters of the locale");
    }

    @Test
    void appendShouldBeRefusedWhenTheDirectoryIsAFile() throws IOException {
        Files.writeString(directory(), "Dear reader");
        CommandResult.of("append", directory())
                .requireFailure(ExitCode.BAD_INPUT, "not a journal", directory().toString());
    }

    @Test
    void commandsShouldNameThePlaceWhenARecordIsDamaged() throws IOException {
        final long seed = 99;
        System.out.println("seed=" + seed);
        final byte[] feed = MarketFeed.lines(seed, 100);
        appendLines(new String(feed, StandardCharsets.US_ASCII));
        flipByte(4096 + 40);
        final CommandResult verified = CommandResult.of("verify", directory());
        assertEquals(ExitCode.NOT_VERIFIED, verified.exitCode());
        assertEquals("", verified.err());
        assertEquals(1, verified.lines().size());
        assertTrue(
                verified.text()
                        .matches("corrupt count=0 first=0 last=0 file=.*" + FIRST_SEGMENT
                                + " offset=4096 sequence=1 finding=.+\n"),
                verified.text());
        for (final String command : new String[] {"append", "cat", "stat"}) {
            CommandResult.of(command, directory())
                    .requireFailure(ExitCode.BAD_INPUT, "corrupt", FIRST_SEGMENT, "offset=4096", "sequence=1");
        }
    }

    @Test
    void catShouldPrintWhatIsWholeWhenTheNextRecordIsDamaged() throws IOException {
        appendLines("first\nsecond\nthird\n");
        final int frameLength = 40;
        flipByte(4096 + 2 * frameLength + 32);
        final CommandResult result = CommandResult.of("cat", directory());
        result.requireFailure(ExitCode.BAD_INPUT, "corrupt", FIRST_SEGMENT, "sequence=3");
        assertEquals("first\nsecond\n", result.text());
    }

    @Test
    void commandsShouldSaySoWhenTheFormatIsTooNew() throws IOException {
        appendLines("first\n");
        NewerFormat.stamp(directory());
        for (final String command : new String[] {"append", "cat", "stat", "verify"}) {
            CommandResult.of(command, directory())
                    .requireFailure(ExitCode.BAD_INPUT, "too new", "journal.meta", "version");
        }
    }

    @Test
    void commandsShouldTellATornTailWhenGarbageFollowsTheLastRecord() throws Exception {
        final long seed = 1234;
        System.out.println("seed=" + seed);
        final long last = killedJournal();
        final long offset = JournalReader.open(directory()).verify().offset();
        final byte[] garbage = new byte[500];
        new SplittableRandom(seed).nextBytes(garbage);
        try (FileChannel channel = FileChannel.open(directory().resolve(FIRST_SEGMENT), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(garbage), offset);
        }
        final CommandResult verified = CommandResult.of("verify", directory());
        assertEquals(ExitCode.TORN, verified.exitCode());
        assertEquals("", verified.err());
        assertTrue(
                verified.text()
                        .matches("torn count=" + last + " first=1 last=" + last + " file=.*" + FIRST_SEGMENT
                                + " offset=" + offset + " sequence=" + (last + 1) + " finding=.+\n"),
                verified.text());
        assertEquals(
                last, CommandResult.of("cat", directory()).requireOk().lines().size());
        CommandResult.of("stat", directory()).requireOk();
        assertEquals(
                "appended 1 first=" + (last + 1) + " last=" + (last + 1) + " durable=" + (last + 1),
                CommandResult.ofInput(ascii("next\n"), "append", directory())
                        .requireOk()
                        .lastLine());
        CommandResult.of("verify", directory()).requireOk();
    }

    /** Leaves a journal of one segment whose writer was killed while it had nothing to do. */
    private long killedJournal() throws IOException {
        try (ToolProcess process =
                ToolProcess.start(root.resolve("err"), "append", directory(), "--ack", "--sync", "always")) {
            process.input().write(ascii("1\n2\n3\n"));
            process.input().flush();
            String line = "";
            while (!line.equals("durable 3")) {
                line = process.readLine();
                assertTrue(line != null && line.startsWith("durable "), line);
            }
        }
        return 3;
    }

    @Test
    void appendShouldBeRefusedWhenAnotherProcessWrites() throws IOException {
        try (ToolProcess process = ToolProcess.start(root.resolve("err"), "append", directory(), "--ack")) {
            process.input().write(ascii("1\n"));
            process.input().flush();
            assertEquals("durable 1", process.readLine());
            CommandResult.ofInput(ascii("2\n"), "append", directory())
                    .requireFailure(
                            ExitCode.REFUSED,
                            "open for writing elsewhere",
                            directory().toString());
            process.closeInput();
            assertEquals("appended 1 first=1 last=1 durable=1", process.readLine());
            assertEquals(ExitCode.OK, process.awaitExit());
        }
    }

    @Test
    void appendShouldKeepWhatCameBeforeWhenReadingFails() {
        final InputStream failing = new ScriptedInput(() -> {
            throw new IOException("the tape broke");
        });
        final CommandResult result = CommandResult.ofInput(
                new SequenceInputStream(new ByteArrayInputStream(ascii("1\n2\n")), failing), "append", directory());
        result.requireFailure(ExitCode.REFUSED, "standard input failed", "the tape broke");
        assertEquals("appended 2 first=1 last=2 durable=2", result.lastLine());
    }

    /** Standard output that takes some bytes and then fails. */
    private static final class FailingOutput extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int limit;
        private final String message;

        FailingOutput(final int limit, final String message) {
            this.limit = limit;
            this.message = message;
        }

        @Override
        public void write(final int value) throws IOException {
            if (taken.size() == limit) {
                throw new IOException(message);
            }
            taken.write(value);
        }
    }

    private static int run(
            final InputStream in, final OutputStream out, final OutputStream err, final Object... words) {
        final PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        return Tidemark.run(
                new Streams(in, out, errors, false),
                Arrays.stream(words).map(String::valueOf).toArray(String[]::new));
    }

    @Test
    void catShouldEndQuietlyWhenItsReaderHasReadEnough() {
        appendLines("1\n2\n3\n");
        final FailingOutput out = new FailingOutput(2, "Broken pipe");
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertEquals(ExitCode.OK, run(InputStream.nullInputStream(), out, err, "cat", directory()));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
        assertArrayEquals(ascii("1\n"), out.taken.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "stat", "index", "tail", "cat", "dump", "doctor --no-force", "completion bash"})
    void commandsShouldEndQuietlyWhenTheirReaderHasGone(final String line) {
        appendLines("1\n2\n3\n");
        final Object[] arguments = line.startsWith("completion") ? line.split(" ") : arguments(line);
        final int expected = CommandResult.of(arguments).exitCode();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final OutputStream out = new FailingOutput(0, "Broken pipe");
        assertEquals(expected, run(InputStream.nullInputStream(), out, err, arguments));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    /** Whoever asks whether the journal is intact, and does not read why, gets the right answer. */
    @Test
    void verifyShouldEndWithItsVerdictWhenItsReaderHasGone() throws IOException {
        appendLines("1\n2\n3\n");
        flipByte(4096 + 40);
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final OutputStream out = new FailingOutput(0, "Broken pipe");
        assertEquals(ExitCode.NOT_VERIFIED, run(InputStream.nullInputStream(), out, err, "verify", directory()));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void demoShouldEndWhenItsReaderHasGone() {
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final OutputStream out = new FailingOutput(0, "Broken pipe");
        assertEquals(ExitCode.REFUSED, run(InputStream.nullInputStream(), out, err, "demo", "--quick", directory()));
        CommandResult.requireOneLine(err.toString(StandardCharsets.UTF_8), "standard output failed");
    }

    @Test
    void catShouldSaySoWhenItsOutputFails() {
        appendLines("1\n2\n3\n");
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final FailingOutput out = new FailingOutput(2, "No space left on device");
        assertEquals(ExitCode.REFUSED, run(InputStream.nullInputStream(), out, err, "cat", directory()));
        CommandResult.requireOneLine(err.toString(StandardCharsets.UTF_8), "standard output failed", "No space left");
    }

    @Test
    void appendShouldEndAndKeepWhatIsThereWhenNobodyReadsItsAcknowledgements() {
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final FailingOutput out = new FailingOutput(0, "Broken pipe");
        final int[] count = {0};
        final InputStream endless = new ScriptedInput(() -> count[0]++ % 2 == 0 ? 'y' : '\n');
        assertEquals(ExitCode.REFUSED, run(endless, out, err, "append", directory(), "--ack", "--sync", "always"));
        CommandResult.requireOneLine(err.toString(StandardCharsets.UTF_8), "standard output failed", "Broken pipe");
        CommandResult.of("verify", directory()).requireOk();
        assertTrue(CommandResult.of("cat", directory()).requireOk().text().startsWith("y\n"));
    }

    @Test
    void runShouldSayOneLineWhenMemoryIsShort() {
        final InputStream starved = new ScriptedInput(() -> {
            throw new OutOfMemoryError("not enough\nfor this");
        });
        final CommandResult result = CommandResult.ofInput(starved, "append", directory());
        result.requireFailure(ExitCode.REFUSED, "not enough for this");
        CommandResult.of("verify", directory()).requireOk();
    }

    @Test
    void appendShouldCloseTheJournalWhenItIsAskedToEnd() throws IOException {
        try (ToolProcess process = ToolProcess.start(root.resolve("err"), "append", directory(), "--ack")) {
            process.input().write(ascii("1\n2\nunfinished"));
            process.input().flush();
            String line = process.readLine();
            while (!line.equals("durable 2")) {
                line = process.readLine();
            }
            process.terminate();
            final int signal = 15;
            assertEquals(128 + signal, process.awaitExit());
            assertEquals("appended 2 first=1 last=2 durable=2", process.readLine());
            assertEquals("", process.err());
        }
        assertTrue(CommandResult.of("stat", directory()).requireOk().lines().contains("closedCleanly       true"));
    }

    @Test
    void appendShouldEndWhenItIsAskedToAndNobodyReadsWhatItPrints() throws IOException {
        final int count = 30_000;
        try (ToolProcess process =
                ToolProcess.start(root.resolve("err"), "append", directory(), "--ack", "--sync", "always")) {
            for (int i = 0; i < count; i++) {
                process.input().write('\n');
                process.input().flush();
            }
            assertTrue(process.readLine().startsWith("durable "));
            process.terminate();
            process.awaitExit();
        }
        CommandResult.of("verify", directory()).requireOk();
        assertTrue(CommandResult.of("stat", directory()).requireOk().lines().contains("closedCleanly       true"));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are at work when a signal comes. */
class EndedCommandTest {

    private static final int INTERRUPT = 2;
    private static final int TERMINATE = 15;
    private static final int RECORD_COUNT = 300_000;
    private static final int SEGMENT_LENGTH = 1 << 20;
    private static final byte[] RECORD = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** Of more records than any command has read before a signal reaches it. */
    @TempDir
    private static Path longJournal;

    @TempDir
    private Path root;

    @BeforeAll
    static void appendMany() {
        try (Journal journal =
                Journal.open(longJournal, JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH))) {
            final Appender appender = journal.appender();
            for (int i = 0; i < RECORD_COUNT; i++) {
                appender.append(RECORD, 0, RECORD.length);
            }
        }
    }

    /** A signal that the process was born ignoring can't be sent to it: then there is nothing to see. */
    private static boolean isInterruptIgnored() throws IOException {
        final Path status = Path.of("/proc/self/status");
        return !Files.exists(status)
                || Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .map(line -> Long.parseUnsignedLong(
                                line.substring("SigIgn:".length()).strip(), 16))
                        .anyMatch(ignored -> (ignored & 1L << (INTERRUPT - 1)) != 0);
    }

    private static void requireNothingLeft(final TerminalProcess process, final String activity) {
        assertEquals(List.of(""), process.lines(), process.printed());
        assertTrue(process.printed().contains("\r" + activity + ": "), process.printed());
        assertFalse(process.printed().contains("100 %"), process.printed());
    }

    @Test
    void verifyShouldEndWith130AndAnEmptyLineWhenCtrlCIsTyped() throws Exception {
        assumeTrue(TerminalProcess.isPossible(), "nothing makes terminals here");
        assumeFalse(isInterruptIgnored(), "this process ignores Ctrl-C, and so would its child");
        try (TerminalProcess process = TerminalProcess.start("verify", longJournal)) {
            assertTrue(process.awaitShown(" records"), process.printed());
            process.interrupt();
            assertEquals(ExitCode.ENDED_BY_SIGNAL + INTERRUPT, process.awaitExit(), process.printed());
            requireNothingLeft(process, "verifying");
        }
    }

    @Test
    void repairShouldEndWith143AndLeaveNoJournalWhenItIsTerminated() throws Exception {
        assumeTrue(TerminalProcess.isPossible(), "nothing makes terminals here");
        final Path copy = root.resolve("copy");
        try (TerminalProcess process = TerminalProcess.start("repair", longJournal, "--to", copy)) {
            assertTrue(process.awaitShown(" records"), process.printed());
            process.terminate();
            assertEquals(ExitCode.ENDED_BY_SIGNAL + TERMINATE, process.awaitExit(), process.printed());
            requireNothingLeft(process, "repairing");
        }
        CommandResult.of("verify", copy).requireFailure(ExitCode.NOT_A_JOURNAL, "not a journal");
    }

    /** Whether the signal has come to the process: then a thread of that name waits for the last words. */
    private static boolean hasSignalCome(final ToolProcess process) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.id()), "task"))) {
            for (final Path thread : threads.toList()) {
                final Path name = thread.resolve("comm");
                if (Files.exists(name) && Files.readString(name).strip().equals("tidemark-signal")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** It waits for somebody to read what it prints when the signal comes, so it can't have ended before. */
    @Test
    void catShouldEndWith143AfterWholeLinesWhenItIsTerminated() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/task")), "threads of a process can't be seen here");
        try (ToolProcess process = ToolProcess.start(root.resolve("err"), "cat", longJournal)) {
            final String line = new String(RECORD, StandardCharsets.US_ASCII);
            assertEquals(line, process.readLine());
            process.terminate();
            while (!hasSignalCome(process)) {
                Thread.onSpinWait();
            }
            final List<String> rest = process.readRest();
            assertEquals(ExitCode.ENDED_BY_SIGNAL + TERMINATE, process.awaitExit());
            assertTrue(rest.stream().allMatch(line::equals), () -> "the last line is " + rest.get(rest.size() - 1));
            assertTrue(rest.size() < RECORD_COUNT - 1, "it went on to the end");
            assertEquals("", process.err());
        }
    }

    @Test
    void tailShouldEndWith130AfterWholeLinesWhenItIsInterrupted() throws Exception {
        assumeFalse(isInterruptIgnored(), "this process ignores Ctrl-C, and so would its child");
        final Path journal = root.resolve("journal");
        CommandResult.ofInput(
                        "1\n2\n".getBytes(StandardCharsets.US_ASCII), "append", journal, "--segment-length", 65_536)
                .requireOk();
        try (ToolProcess tail = ToolProcess.start(root.resolve("err"), "tail", "-f", journal)) {
            assertEquals("1", tail.readLine());
            assertEquals("2", tail.readLine());
            final int killed = new ProcessBuilder("kill", "-INT", Long.toString(tail.id()))
                    .start()
                    .waitFor();
            assertEquals(0, killed);
            assertEquals(ExitCode.ENDED_BY_SIGNAL + INTERRUPT, tail.awaitExit());
            assertEquals("", tail.err());
            assertEquals(List.of(), tail.readRest());
        }
    }
}

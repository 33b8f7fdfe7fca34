// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DemoCommandTest {

    private static final long SEED = 42;
    private static final DemoScale SMALL =
            new DemoScale(SEED, 5_000, 100, 1 << 20, 2, 5_000, 3, 20_000, 2, 50, 1_000_000_000);

    @TempDir
    private Path root;

    private static String demo(final Path directory) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final Streams streams = new Streams(
                InputStream.nullInputStream(), out, new PrintStream(err, true, StandardCharsets.UTF_8), false);
        assertEquals(0, new CommandLine(new DemoCommand(streams, SMALL)).execute(directory.toString()));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void demoShouldPassAndLeaveNothingButTheJournalWhenADirectoryIsNamed() {
        final Path directory = root.resolve("journal");
        final List<String> lines = demo(directory).lines().toList();
        assertTrue(lines.get(lines.size() - 1).startsWith("demo passed: "), lines::toString);
        for (final String figure : List.of(
                "append call",
                "from append to durable",
                "throughput",
                "allocation, producer",
                "allocation, journal",
                "durable append",
                "pwrite + fdatasync",
                "ratio of the medians")) {
            assertEquals(
                    1,
                    lines.stream()
                            .filter(line -> line.strip().startsWith(figure + " "))
                            .count(),
                    figure);
        }
        assertFalse(Files.exists(directory.resolve("measurements")));
        assertTrue(CommandResult.of("verify", directory).requireOk().text().startsWith("intact count="));
    }

    @Test
    void demoShouldRefuseWhenTheDirectoryIsNotEmpty() throws IOException {
        Files.writeString(root.resolve("letter.txt"), "Dear reader");
        CommandResult.of("demo", root).requireFailure(ExitCode.BAD_INPUT, "letter.txt", root.toString());
        CommandResult.of("demo", root.resolve("letter.txt")).requireFailure(ExitCode.BAD_INPUT, "a file");
    }

    @Test
    void eventsShouldBeTheSameWhenTheSeedIsTheSame() {
        final MarketEvents first = new MarketEvents(SEED);
        final MarketEvents second = new MarketEvents(SEED);
        final ByteBuffer one =
                ByteBuffer.allocate(MarketEvents.MAX_EVENT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        final ByteBuffer two =
                ByteBuffer.allocate(MarketEvents.MAX_EVENT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        boolean sawTrade = false;
        for (int group = 0; group < 50_000; group++) {
            final int count = first.next();
            assertEquals(count, second.next());
            sawTrade |= first.type(0) == MarketEvents.TRADE;
            for (int i = 0; i < count; i++) {
                assertEquals(first.type(i), second.type(i));
                first.encode(i, one, 0);
                second.encode(i, two, 0);
                assertEquals(one, two);
            }
        }
        assertTrue(sawTrade);
    }

    /** What could go wrong with a journal, done to the third event. */
    enum Wrong {
        NOTHING,
        TYPE,
        LENGTH,
        BYTE,
        MISSING
    }

    @ParameterizedTest
    @ValueSource(strings = {"TYPE", "LENGTH", "BYTE", "MISSING"})
    void comparisonShouldFailWhenAnEventDiffers(final Wrong wrong) {
        final Path directory = root.resolve("journal");
        write(directory, wrong);
        try (Journal journal = Journal.open(directory)) {
            final EventComparison comparison = new EventComparison(SEED);
            final CommandException problem = assertThrows(CommandException.class, () -> journal.replay(1, comparison));
            assertTrue(String.valueOf(problem.getMessage()).contains("sequence=3"), problem.getMessage());
            assertEquals(ExitCode.REFUSED, problem.exitCode());
        }
    }

    @Test
    void comparisonShouldPassWhenNothingDiffers() {
        final Path directory = root.resolve("journal");
        write(directory, Wrong.NOTHING);
        try (Journal journal = Journal.open(directory)) {
            final EventComparison comparison = new EventComparison(SEED);
            assertEquals(101, journal.replay(1, comparison));
            assertEquals(100, comparison.count());
        }
    }

    private static void write(final Path directory, final Wrong wrong) {
        final MarketEvents events = new MarketEvents(SEED);
        final ByteBuffer event =
                ByteBuffer.allocateDirect(MarketEvents.MAX_EVENT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        try (Journal journal = Journal.open(directory)) {
            final Appender appender = journal.appender();
            for (int number = 1; number <= 100; number++) {
                // The first events all add orders: one event a group.
                assertEquals(1, events.next());
                events.encode(0, event, 0);
                final boolean here = number == 3;
                if (here && wrong == Wrong.BYTE) {
                    event.put(20, (byte) (event.get(20) + 1));
                }
                if (!here || wrong != Wrong.MISSING) {
                    appender.append(
                            events.type(0) + (here && wrong == Wrong.TYPE ? 1 : 0),
                            event,
                            0,
                            events.length(0) - (here && wrong == Wrong.LENGTH ? 1 : 0));
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalCounters;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.JournalRecord;
import io.tidemark.journal.JournalStatus;
import io.tidemark.journal.Start;
import io.tidemark.journal.VerifyReport;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands print with {@code --json}, to the last byte. */
class CommandJsonTest {

    private static final String SEGMENT = "00000000000000000001.segment";
    private static final int FIRST_FRAME = 4_096;
    private static final int FRAME_LENGTH = 40;
    private static final int SEGMENT_LENGTH = 65_536;

    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("journal");
    }

    private void append(final String lines) {
        CommandResult.ofInput(
                        lines.getBytes(StandardCharsets.US_ASCII),
                        "append",
                        directory(),
                        "--segment-length",
                        SEGMENT_LENGTH)
                .requireOk();
    }

    private void write(final byte[] bytes, final long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(directory().resolve(SEGMENT), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    private static String printed(final Object... arguments) {
        return CommandResult.of(arguments).requireOk().text();
    }

    @Test
    void verifyShouldPrintNoDamageWhenTheJournalIsIntact() {
        append("1\n2\n3\n");
        assertEquals(
                "{\"verdict\":\"intact\",\"recordCount\":3,\"firstSequence\":1,\"lastSequence\":3,"
                        + "\"metaSlotsDamaged\":0,\"damage\":null}\n",
                printed("verify", directory(), "--json"));
    }

    @Test
    void verifyShouldPrintThePlaceWhenTheTailIsTorn() throws IOException {
        final JournalConfig config = JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH);
        try (Journal journal = Journal.open(root.resolve("written"), config)) {
            final Appender appender = journal.appender();
            appender.append(new byte[8], 0, 8);
            appender.append(new byte[8], 0, 8);
            journal.flush();
            // As a crash of the process leaves it.
            copy(root.resolve("written"), directory());
        }
        final int end = FIRST_FRAME + 2 * FRAME_LENGTH;
        write(new byte[] {64, 0, 0, 0, 1, 2, 3, 4}, end);
        final VerifyReport report = JournalReader.open(directory()).verify();
        final CommandResult result = CommandResult.of("verify", directory(), "--json");
        assertEquals(ExitCode.TORN, result.exitCode());
        assertEquals("", result.err());
        assertEquals(
                "{\"verdict\":\"torn\",\"recordCount\":2,\"firstSequence\":1,\"lastSequence\":2,"
                        + "\"metaSlotsDamaged\":0,\"damage\":{\"file\":\""
                        + directory().resolve(SEGMENT)
                        + "\",\"offset\":" + end + ",\"sequence\":3,\"finding\":\"" + report.finding() + "\"}}\n",
                result.text());
    }

    /** The two files that make the journal; the keeper may be renaming what else is there. */
    private static void copy(final Path from, final Path to) throws IOException {
        Files.createDirectory(to);
        for (final String name : List.of("journal.meta", SEGMENT)) {
            Files.copy(from.resolve(name), to.resolve(name));
        }
    }

    @Test
    void verifyShouldPrintThePlaceWhenARecordIsDamaged() throws IOException {
        append("1\n2\n3\n");
        write(new byte[] {'x'}, FIRST_FRAME + FRAME_LENGTH + 32);
        final VerifyReport report = JournalReader.open(directory()).verify();
        final CommandResult result = CommandResult.of("verify", directory(), "--json");
        assertEquals(ExitCode.NOT_VERIFIED, result.exitCode());
        assertEquals("", result.err());
        assertEquals(
                "{\"verdict\":\"corrupt\",\"recordCount\":1,\"firstSequence\":1,\"lastSequence\":1,"
                        + "\"metaSlotsDamaged\":0,\"damage\":{\"file\":\""
                        + directory().resolve(SEGMENT)
                        + "\",\"offset\":" + (FIRST_FRAME + FRAME_LENGTH) + ",\"sequence\":2,\"finding\":\""
                        + report.finding() + "\"}}\n",
                result.text());
    }

    @Test
    void errorShouldBeALineOnStandardErrorAsEver() {
        for (final String command : List.of("verify", "index", "checkpoint", "stat", "cat")) {
            final CommandResult result = CommandResult.of(command, directory(), "--json");
            CommandResult.requireOneLine(result.err(), "not a journal");
            assertEquals("", result.text());
        }
    }

    @Test
    void forgetShouldPrintTheNameOnlyWhenAskedTo() {
        append("1\n");
        for (final String name : List.of("audit", "billing")) {
            CommandResult.of("tail", directory(), "--name", name).requireOk();
        }
        assertEquals("", printed("forget", directory(), "--name", "audit"));
        assertEquals("{\"forgotten\":\"billing\"}\n", printed("forget", directory(), "--name", "billing", "--json"));
    }

    @Test
    void changesShouldBePrintedAsObjects() {
        append("1\n2\n3\n");
        assertEquals("{\"segments\":1}\n", printed("index", directory(), "--json"));
        assertEquals("{\"headSequence\":3}\n", printed("truncate", directory(), "--up-to", 2, "--json"));
        assertEquals("{\"checkpointSequence\":3,\"headSequence\":4}\n", printed("checkpoint", directory(), "--json"));
    }

    private static Instant time(final JournalReader reader, final Start start) {
        try (Stream<JournalRecord> records = reader.records(start, Start.atEnd())) {
            return Instant.ofEpochSecond(0, records.findFirst().orElseThrow().timestampNs());
        }
    }

    @Test
    void statShouldPrintTheCountersWithEverythingElse() {
        append("1\n2\n3\n");
        CommandResult.of("tail", directory(), "--name", "audit").requireOk();
        final JournalReader reader = JournalReader.open(directory());
        final JournalCounters counters = reader.counters();
        final JournalStatus status = reader.status();
        assertEquals(
                "{\"segments\":" + status.segmentCount()
                        + ",\"firstSequence\":1,\"lastSequence\":3,\"durableSequence\":3,\"headSequence\":1,"
                        + "\"checkpointSequence\":0,\"firstTime\":\"" + time(reader, Start.atHead())
                        + "\",\"lastTime\":\"" + time(reader, Start.atLast(1)) + "\",\"bytes\":" + status.bytes()
                        + ",\"epoch\":1,"
                        + "\"closedCleanly\":true,\"readers\":[{\"name\":\"audit\",\"passedSequence\":3}],"
                        + "\"counters\":{\"state\":\"closed\",\"epoch\":1,\"processId\":"
                        + ProcessHandle.current().pid() + ",\"openedNs\":" + counters.openedNs() + ",\"elapsedNs\":"
                        + counters.elapsedNs() + ",\"appendedCount\":3,\"writtenCount\":3,\"durableCount\":3,"
                        + "\"appendedSequence\":3,\"writtenSequence\":3,\"durableSequence\":3,\"headSequence\":1,"
                        + "\"checkpointSequence\":0,\"writtenBytes\":" + counters.writtenBytes() + ",\"runCount\":"
                        + counters.runCount() + ",\"longestRun\":" + counters.longestRun() + ",\"forceCount\":"
                        + counters.forceCount() + ",\"forceNs\":" + counters.forceNs() + ",\"forceTimesNs\":{\"p50\":"
                        + counters.forceNsAtPercentile(50) + ",\"p90\":" + counters.forceNsAtPercentile(90)
                        + ",\"p99\":" + counters.forceNsAtPercentile(99) + ",\"p99.9\":"
                        + counters.forceNsAtPercentile(99.9) + ",\"max\":" + counters.longestForceNs()
                        + "},\"mostForced\":" + counters.mostForced() + ",\"slowForceCount\":"
                        + counters.slowForceCount() + ",\"backPressureCount\":0,\"backPressureNs\":0,"
                        + "\"standbyWaitCount\":" + counters.standbyWaitCount() + ",\"standbyWaitNs\":"
                        + counters.standbyWaitNs() + ",\"queueLength\":16777216,\"queueUsed\":0,\"rollCount\":0,"
                        + "\"segmentCount\":" + counters.segmentCount() + ",\"standbyCount\":"
                        + counters.standbyCount() + ",\"spareCount\":0,\"mappedBytes\":" + counters.mappedBytes()
                        + ",\"pinCount\":0,\"tailerCount\":0,\"problemCount\":0,\"listenerFailureCount\":0}}\n",
                printed("stat", directory(), "--json"));
    }

    /** So that a counter that is added later is not left out here. */
    @Test
    void statShouldHaveEveryCounter() {
        append("1\n");
        final String text = printed("stat", directory(), "--json");
        final String counters = text.substring(text.indexOf("\"counters\":"));
        for (final Method method : JournalCounters.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && method.getParameterCount() == 0) {
                final String name = method.getName().equals("longestForceNs") ? "max" : method.getName();
                assertTrue(counters.contains("\"" + name + "\":"), () -> name + " is missing in " + counters);
            }
        }
    }

    @Test
    void statShouldPrintNullWhenThereAreNoCounters() throws IOException {
        append("1\n");
        Files.delete(directory().resolve("journal.counters"));
        final String text = printed("stat", directory(), "--json");
        assertTrue(text.endsWith("\"readers\":[],\"counters\":null}\n"), text);
    }

    /** Every line is one object, whatever is in it: braces and quotes are in pairs. */
    @Test
    void objectsShouldBeWholeWhenAPathHoldsQuotesAndNewlines() throws IOException {
        append("1\n2\n");
        final Path strange = root.resolve("a \"journal\"\nof {mine");
        copy(directory(), strange);
        final byte[] segment = Files.readAllBytes(strange.resolve(SEGMENT));
        segment[FIRST_FRAME + 32] ^= 1;
        Files.write(strange.resolve(SEGMENT), segment);
        final CommandResult result = CommandResult.of("verify", strange, "--json");
        assertEquals(1, result.lines().size(), result.text());
        assertTrue(result.text().contains("a \\\"journal\\\"\\u000aof {mine/" + SEGMENT), result.text());
    }
}

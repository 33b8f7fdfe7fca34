// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalCounters;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.JournalRecord;
import io.tidemark.journal.JournalStatus;
import io.tidemark.journal.ReaderStatus;
import io.tidemark.journal.Start;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stat}: a look at the journal. */
@Command(
        name = "stat",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Prints what meta file and last segments tell about the journal. Works beside a writer, and changes nothing.",
            ""
        },
        footer = {
            "",
            "  segments            files, with those that stand by",
            "  firstSequence       first that can be read; the next one if there is none",
            "  lastSequence        last that was written; 0 if there never was one",
            "  durableSequence     last that the files prove to be durable; a running",
            "                      writer may be further",
            "  headSequence        first that may be read; what is below is truncated",
            "  checkpointSequence  last checkpoint that was completed; 0 if there was none",
            "  firstTime           when the first record was written, and the last; none",
            "  lastTime            if there is none",
            "  sequenceAtTime      with --at-time: the first record of that time or later;",
            "                      the next one if there is none yet",
            "  bytes               length of all segments",
            "  epoch               number of the last opening for writing",
            "  closedCleanly       whether that was closed in good order; false while it",
            "                      lasts",
            "  reader NAME         what a named reader has passed; -1 if its file can't be",
            "                      read",
            "",
            "With --watch, rates and times are of the last interval. Times of forces are",
            "known to an eighth. A writer on another machine or in another container may be",
            "called dead.",
            "",
            "Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  tidemark stat data/orders",
            "  tidemark stat data/orders --at-time 2027-01-31T12:00:00Z --json",
            "  tidemark stat data/orders --watch --interval 0.5"
        })
final class StatCommand implements Callable<Integer> {

    private static final String NONE = "none";
    private static final double NS_PER_SECOND = 1e9;

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(
            names = "--json",
            description =
                    "Print one JSON object, on one line; in it, \"counters\" are those that the writer keeps, null if "
                            + "it keeps none.")
    private boolean json;

    @Option(
            names = "--at-time",
            paramLabel = "INSTANT",
            description = "Tell also which record was the first at this time or later, such as 2027-01-31T12:00:00Z.")
    private @Nullable Instant atTime;

    @Option(
            names = "--watch",
            description = "Show what the writer does, again and again, until Ctrl-C: rates, forces, the queue, waits.")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "With --watch: from one look to the next, from 0.1 to 3600. Default: 1.")
    private @Nullable Double intervalSeconds;

    @Option(names = "--count", paramLabel = "N", description = "With --watch: end when it was shown N times.")
    private @Nullable Long count;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    StatCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        requireSense();
        final JournalReader reader = JournalReader.open(directory);
        if (watch) {
            final double seconds = intervalSeconds == null ? 1 : intervalSeconds;
            new StatWatch(
                            streams,
                            reader,
                            directory.toString(),
                            (long) (seconds * NS_PER_SECOND),
                            count == null ? 0 : count)
                    .run();
            return ExitCode.OK;
        }
        final Map<String, Object> values = values(reader);
        final List<ReaderStatus> readers = reader.namedReaders();
        if (json) {
            final JournalCounters counters = reader.counters();
            final JsonObject object = new JsonObject();
            values.forEach((name, value) -> object.putJson(name, json(value)));
            streams.println(object.putJson(
                            "readers",
                            readers.stream().map(StatCommand::jsonOf).collect(Collectors.joining(",", "[", "]")))
                    .putJson("counters", counters == null ? "null" : CountersJson.of(counters))
                    .toString());
        } else {
            readers.forEach(each -> values.put("reader " + each.name(), each.passedSequence()));
            streams.println(values.entrySet().stream()
                    .map(entry -> String.format("%-18s  %s", entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining("\n")));
        }
        return ExitCode.OK;
    }

    private void requireSense() {
        if (!watch && (intervalSeconds != null || count != null)) {
            throw misused("--interval and --count go with --watch");
        }
        if (watch && (json || atTime != null)) {
            throw misused("--watch goes with neither --json nor --at-time");
        }
        if (intervalSeconds != null && !(intervalSeconds >= 0.1 && intervalSeconds <= 3_600)) {
            throw misused("--interval must be from 0.1 to 3600: found " + intervalSeconds);
        }
        if (count != null && count < 1) {
            throw misused("--count must be at least 1: found " + count);
        }
    }

    private ParameterException misused(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static String jsonOf(final ReaderStatus reader) {
        return new JsonObject()
                .put("name", reader.name())
                .put("passedSequence", reader.passedSequence())
                .toString();
    }

    /** Numbers, truth values, times and none: nothing to escape. */
    private static String json(final Object value) {
        if (value instanceof Instant) {
            return "\"" + value + "\"";
        }
        return value.equals(NONE) ? "null" : value.toString();
    }

    /** When the first record from a place on was written. */
    private static Object time(final JournalReader reader, final Start start) {
        try (Stream<JournalRecord> records = reader.records(start, Start.atEnd())) {
            return records.findFirst()
                    .<Object>map(record -> Instant.ofEpochSecond(0, record.timestampNs()))
                    .orElse(NONE);
        }
    }

    private Map<String, Object> values(final JournalReader reader) {
        final JournalStatus status = reader.status();
        final Map<String, Object> values = new LinkedHashMap<>();
        values.put("segments", status.segmentCount());
        values.put("firstSequence", status.firstSequence());
        values.put("lastSequence", status.lastSequence());
        values.put("durableSequence", status.durableSequence());
        values.put("headSequence", status.headSequence());
        values.put("checkpointSequence", status.checkpointSequence());
        values.put("firstTime", time(reader, Start.atHead()));
        values.put("lastTime", time(reader, Start.atLast(1)));
        if (atTime != null) {
            values.put("sequenceAtTime", reader.find(Start.atTime(atTime)));
        }
        values.put("bytes", status.bytes());
        values.put("epoch", status.epoch());
        values.put("closedCleanly", status.closedCleanly());
        return values;
    }
}

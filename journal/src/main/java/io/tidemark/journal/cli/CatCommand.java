// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalReader;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Start;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cat}: the records, a line each. */
@Command(
        name = "cat",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Prints the records, a line each: the payload, byte for byte, and a newline. Works beside a writer, and "
                    + "changes nothing.",
            ""
        },
        footer = {
            "",
            "Prints what is whole up to where the journal ends at that moment, durable or",
            "not; a torn tail is passed over, and damage to what had been durable is an",
            "error, after everything before it was printed. Ends quietly, with exit code 0,",
            "when the reader of a pipe has read enough, and after a whole line at a signal.",
            "Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  tidemark cat data/orders --from 100 --to 200",
            "  tidemark cat data/orders --from-time 2027-01-31T12:00:00Z --json"
        })
final class CatCommand implements Callable<Integer> {

    private final Streams streams;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(names = "--from", paramLabel = "SEQ", description = "First sequence wanted. Default: the head.")
    private @Nullable Long fromSequence;

    @Option(names = "--to", paramLabel = "SEQ", description = "Last sequence wanted. Default: the last there is.")
    private long toSequence = Long.MAX_VALUE;

    @Option(
            names = "--from-time",
            paramLabel = "INSTANT",
            description = "First time wanted, such as 2027-01-31T12:00:00Z, instead of a sequence.")
    private @Nullable Instant fromTime;

    @Option(names = "--to-time", paramLabel = "INSTANT", description = "Last time wanted, instead of a sequence.")
    private @Nullable Instant toTime;

    @Option(
            names = "--json",
            description = "Print a JSON object a line: sequence, timestamp, timestampNs, type, and payload, or "
                    + "payloadBase64 where the payload is not UTF-8.")
    private boolean json;

    CatCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (fromSequence != null && fromSequence < 1) {
            throw misused("--from must be at least 1: found " + fromSequence);
        }
        if ((fromSequence != null && fromTime != null) || (toSequence != Long.MAX_VALUE && toTime != null)) {
            throw misused("a sequence and a time can't both tell where to begin, or where to end");
        }
        if (toSequence < (fromSequence == null ? 1 : fromSequence)) {
            throw misused("--to must not be below --from, nor below 1: found " + toSequence);
        }
        final JournalReader reader = JournalReader.open(directory);
        final long head = reader.headSequence();
        if (fromSequence != null && fromSequence < head) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "sequence " + fromSequence + " was truncated: expected --from at or above the head, " + head
                            + ": directory=" + directory);
        }
        final OutputBuffer out = new OutputBuffer(streams.out());
        final long to = toTime == null ? toSequence : reader.find(Start.atTime(justAfter(toTime))) - 1;
        final long from = from(reader, head);
        try (LongWork work = LongWork.onPrinted(streams, "reading", directory, from, to)) {
            replay(reader, from, to, out, work);
        } catch (final UncheckedIOException e) {
            final IOException failure = Objects.requireNonNull(e.getCause());
            if (!streams.isReaderGone(failure)) {
                throw Streams.outputFailed(failure);
            }
        }
        return ExitCode.OK;
    }

    private long from(final JournalReader reader, final long head) {
        if (fromTime != null) {
            return reader.find(Start.atTime(fromTime));
        }
        return Math.max(1, fromSequence == null ? head : fromSequence);
    }

    private static Instant justAfter(final Instant time) {
        return time.equals(Instant.MAX) ? time : time.plusNanos(1);
    }

    private ParameterException misused(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void replay(
            final JournalReader reader, final long from, final long to, final OutputBuffer out, final LongWork work) {
        final RecordHandler lines = RecordLines.handler(out, json);
        try {
            reader.replay(from, to, (sequence, timestampNs, type, buffer, offset, length) -> {
                lines.onRecord(sequence, timestampNs, type, buffer, offset, length);
                work.accept(sequence - from + 1);
            });
        } catch (final UncheckedIOException e) {
            throw e;
        } catch (final RuntimeException e) {
            // What was whole comes before the news of what is not.
            out.flush();
            throw e;
        }
        out.flush();
    }
}

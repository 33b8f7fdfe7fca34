// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalReader;
import io.tidemark.journal.NamedReader;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Start;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tail}: the last records, and those that come. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Prints the last records, a line each as 'cat' does, and with -f goes on as they come. Works beside a writer, "
                    + "needs no right to write, and changes nothing.",
            "",
            "With --name it goes on where the last one of that name ended, with records that are durable alone, and keeps "
                    + "the position in DIR, behind what was printed. The journal keeps what was not; 'forget' ends that.",
            ""
        },
        footer = {
            "",
            "Damage to what had been durable is an error, after everything before it was",
            "printed, and so is truncation of what was to come next. With -f it ends at a",
            "signal, after whole lines, or quietly, with exit code 0, at the first record",
            "that the reader of a pipe no longer wants. Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  tidemark tail -f data/orders",
            "  tidemark tail -f data/orders --name audit --json"
        })
final class TailCommand implements Callable<Integer> {

    private static final long DEFAULT_COUNT = 10;
    private static final int RECORDS_PER_POLL = 256;
    private static final int MAX_SPINS = 100;
    private static final int MAX_YIELDS = 10;
    private static final long MIN_PARK_NS = 50_000;
    private static final long MAX_PARK_NS = 5_000_000;

    private final Streams streams;
    private final EndingSignal signal = new EndingSignal();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with the records that come.")
    private boolean follows;

    @Option(names = "-n", paramLabel = "COUNT", description = "Begin with the last COUNT records. Default: 10.")
    private @Nullable Long count;

    @Option(names = "--durable", description = "Print a record only when no power cut can take it away any more.")
    private boolean durable;

    @Option(names = "--from", paramLabel = "SEQ", description = "Begin with this sequence instead.")
    private @Nullable Long fromSequence;

    @Option(
            names = "--from-time",
            paramLabel = "INSTANT",
            description = "Begin with the first record of this time or later instead, such as 2027-01-31T12:00:00Z.")
    private @Nullable Instant fromTime;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "Go on where the last one of this name ended. -n, --from and --from-time tell where to begin if the "
                            + "name is new; without them, that is at the head.")
    private @Nullable String name;

    @Option(names = "--json", description = "Print a JSON object a line, as 'cat --json' does.")
    private boolean json;

    TailCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if ((count == null ? 0 : 1) + (fromSequence == null ? 0 : 1) + (fromTime == null ? 0 : 1) > 1) {
            throw misused("only one of -n, --from and --from-time tells where to begin");
        }
        if (count != null && count < 0) {
            throw misused("-n must be at least 0: found " + count);
        }
        if (fromSequence != null && fromSequence < 1) {
            throw misused("--from must be at least 1: found " + fromSequence);
        }
        final JournalReader reader = JournalReader.open(directory);
        final OutputBuffer out = new OutputBuffer(streams.out());
        signal.listen();
        try {
            print(reader, out);
        } catch (final UncheckedIOException e) {
            final IOException failure = Objects.requireNonNull(e.getCause());
            if (!streams.isReaderGone(failure)) {
                throw Streams.outputFailed(failure);
            }
        } finally {
            signal.close();
        }
        return ExitCode.OK;
    }

    private ParameterException misused(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void print(final JournalReader reader, final OutputBuffer out) {
        if (name == null) {
            printUnnamed(reader, out);
        } else {
            printNamed(reader, name, out);
        }
    }

    private void printNamed(final JournalReader reader, final String readerName, final OutputBuffer out) {
        final boolean isPlaced = count != null || fromSequence != null || fromTime != null;
        final Start start = isPlaced ? start(reader) : Start.atHead();
        try (NamedReader named = reader.named(readerName, start)) {
            print(named.tailer(), lastSequence(reader, Visibility.DURABLE), out, named::commit);
        }
    }

    private void printUnnamed(final JournalReader reader, final OutputBuffer out) {
        final Visibility visibility = durable ? Visibility.DURABLE : Visibility.WRITTEN;
        try (Tailer tailer = reader.tailer(start(reader), visibility)) {
            print(tailer, lastSequence(reader, visibility), out, () -> {});
        }
    }

    /** Prints what there is, then what comes, and says so whenever some of it was really printed. */
    private void print(final Tailer tailer, final long last, final OutputBuffer out, final Runnable printed) {
        final RecordHandler handler = RecordLines.handler(out, json);
        while (!signal.hasCome() && tailer.nextSequence() <= last && printSome(tailer, handler, out, last) > 0) {
            // Up to where the journal ended when this began.
            printed.run();
        }
        if (follows) {
            final IdleStrategy idleStrategy = new BackoffIdleStrategy(MAX_SPINS, MAX_YIELDS, MIN_PARK_NS, MAX_PARK_NS);
            while (!signal.hasCome()) {
                idleStrategy.idle(printSome(tailer, handler, out, Long.MAX_VALUE));
                printed.run();
            }
        }
    }

    private static int printSome(
            final Tailer tailer, final RecordHandler handler, final OutputBuffer out, final long last) {
        final int limit = (int) Math.min(RECORDS_PER_POLL, last - tailer.nextSequence() + 1);
        try {
            return tailer.poll(handler, limit);
        } finally {
            // What was whole comes before the news of what is not.
            out.flush();
        }
    }

    private static long lastSequence(final JournalReader reader, final Visibility visibility) {
        try (Tailer end = reader.tailer(Start.atEnd(), visibility)) {
            return end.nextSequence() - 1;
        }
    }

    private Start start(final JournalReader reader) {
        if (fromTime != null) {
            return Start.atTime(fromTime);
        }
        if (fromSequence == null) {
            return Start.atLast(count == null ? DEFAULT_COUNT : count);
        }
        final long head = reader.headSequence();
        if (fromSequence < head) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "sequence " + fromSequence + " was truncated: expected --from at or above the head, " + head
                            + ": directory=" + directory);
        }
        return Start.atSequence(fromSequence);
    }
}

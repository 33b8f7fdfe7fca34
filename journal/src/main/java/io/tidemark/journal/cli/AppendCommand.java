// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.RetentionPolicy;
import io.tidemark.journal.SyncPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code append}: one record for each line of standard input. */
@Command(
        name = "append",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Appends each line of standard input as one record, without its newline; bytes stay as they are. The "
                    + "journal is created if the directory is missing or empty.",
            "",
            "The last line on standard output is 'appended COUNT first=SEQ last=SEQ durable=SEQ'. With no line read, "
                    + "first is 0 and last is the last sequence that the journal had before. After an error, what "
                    + "counts is what is durable.",
            ""
        },
        footer = {
            "",
            "With a full disk, append gives up: it waits a few seconds for room, closes the",
            "journal, and says how much is durable. So it does when it is told to end by a",
            "signal. Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  seq 1000 | tidemark append data/orders",
            "  tidemark append data/orders --sync always --ack < orders.txt"
        })
final class AppendCommand implements Callable<Integer> {

    /** A journal that can't write for want of room may still get it while closing; a person waits for that. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private static final int MIN_QUEUE_LENGTH = 16 << 20;
    private static final int MAX_QUEUE_LENGTH = 64 << 20;

    /** The names of the policies on the command line. */
    enum Sync {
        ALWAYS,
        BATCH,
        NEVER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Streams streams;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(
            names = "--sync",
            paramLabel = "POLICY",
            defaultValue = "batch",
            description = "When to force: ${COMPLETION-CANDIDATES}. 'always': at once, lines that come meanwhile share "
                    + "the next force; 'batch': after 16384 records, 1 MiB or 1 ms; 'never': when a segment is full, and at the "
                    + "end. Default: ${DEFAULT-VALUE}.")
    private Sync sync = Sync.BATCH;

    @Option(
            names = "--segment-length",
            paramLabel = "BYTES",
            defaultValue = "67108864",
            description = "Length of new segments, a multiple of 4096 from 65536 to 1073741824. A line must fit into a "
                    + "segment, and into half of the append queue, which takes lines of almost 8 MiB, and of almost "
                    + "32 MiB with segments of 256 MiB or more. Default: ${DEFAULT-VALUE}.")
    private int segmentLength;

    @Option(
            names = "--retain-bytes",
            paramLabel = "BYTES",
            description =
                    "While this runs, give up the oldest segments when all together are longer than this. What a named "
                            + "reader has not passed is kept. Default: keep all.")
    private @Nullable Long retainBytes;

    @Option(
            names = "--retain-age",
            paramLabel = "DURATION",
            description =
                    "While this runs, give up segments of which every record is older than this, such as P7D or PT12H. "
                            + "What a named reader has not passed is kept. Default: keep all.")
    private @Nullable Duration retainAge;

    @Option(
            names = "--ack",
            description = "Print 'durable SEQUENCE' whenever the durable sequence has moved: neither a crash nor a "
                    + "power cut can take a record up to there. When they come faster than they are read, only the "
                    + "latest is printed.")
    private boolean acknowledged;

    AppendCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final JournalConfig config = config().withRetention(retention());
        new AppendRun(streams, directory, config, segmentLength, acknowledged).run();
        return ExitCode.OK;
    }

    private JournalConfig config() {
        try {
            return JournalConfig.defaults()
                    .withSegmentLength(segmentLength)
                    .withQueueLength(queueLength(segmentLength))
                    .withSyncPolicy(policy())
                    .withCloseTimeout(CLOSE_TIMEOUT);
        } catch (final IllegalArgumentException e) {
            throw badValue("--segment-length", e);
        }
    }

    private RetentionPolicy retention() {
        RetentionPolicy policy = RetentionPolicy.keepAll();
        try {
            if (retainBytes != null) {
                policy = policy.withMaxBytes(retainBytes);
            }
        } catch (final IllegalArgumentException e) {
            throw badValue("--retain-bytes", e);
        }
        try {
            return retainAge == null ? policy : policy.withMaxAge(retainAge);
        } catch (final IllegalArgumentException e) {
            throw badValue("--retain-age", e);
        }
    }

    private ParameterException badValue(final String option, final IllegalArgumentException cause) {
        return new ParameterException(
                spec.commandLine(), "bad value for " + option + ": " + CommandException.messageOf(cause), cause);
    }

    private SyncPolicy policy() {
        return switch (sync) {
            case ALWAYS -> SyncPolicy.always();
            case NEVER -> SyncPolicy.never();
            case BATCH -> SyncPolicy.batch(16_384, 1 << 20, Duration.ofMillis(1));
        };
    }

    /** A longer queue takes longer lines; who asks for long segments can spare the memory. */
    static int queueLength(final int segmentLength) {
        return Math.max(MIN_QUEUE_LENGTH, Math.min(MAX_QUEUE_LENGTH, Integer.highestOneBit(segmentLength / 4)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.Journal;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives up the oldest records. */
@Command(
        name = "truncate",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Gives up every record up to a sequence, and deletes the segments that hold nothing else. Prints head=, the "
                    + "first sequence that is left. There is no way back. Opens the journal for writing, so no other "
                    + "writer may have it open.",
            ""
        },
        footer = {
            "",
            "Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  tidemark truncate data/orders --up-to 1000"
        })
final class TruncateCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(names = "--up-to", paramLabel = "SEQ", required = true, description = "Last sequence to give up.")
    private long upToSequence;

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    TruncateCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (Journal journal = ExistingJournal.open(directory)) {
            if (upToSequence < 0 || upToSequence > journal.lastSequence()) {
                throw new CommandException(
                        ExitCode.BAD_INPUT,
                        "--up-to must be from 0 to the last sequence, " + journal.lastSequence() + ": found "
                                + upToSequence + ": directory=" + directory);
            }
            final long head = journal.truncate(upToSequence);
            streams.println(json ? new JsonObject().put("headSequence", head).toString() : "head=" + head);
        }
        return ExitCode.OK;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.Checkpoint;
import io.tidemark.journal.Journal;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says that all records are in the data of whoever reads them. */
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Completes a checkpoint of everything in the journal: says that it is in your own data, durably, and need not "
                    + "be kept. Deletes the segments that hold nothing else. Prints checkpoint= and head=. There is no "
                    + "way back. Opens the journal for writing, so no other writer may have it open.",
            ""
        },
        footer = {"", "Exit codes: see tidemark --help.", "", "Examples:", "  tidemark checkpoint data/orders"})
final class CheckpointCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    CheckpointCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (Journal journal = ExistingJournal.open(directory);
                Checkpoint checkpoint = journal.beginCheckpoint()) {
            final long head = checkpoint.complete();
            final long sequence = checkpoint.sequence();
            streams.println(
                    json
                            ? new JsonObject()
                                    .put("checkpointSequence", sequence)
                                    .put("headSequence", head)
                                    .toString()
                            : "checkpoint=" + sequence + " head=" + head);
        }
        return ExitCode.OK;
    }
}

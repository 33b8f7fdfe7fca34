// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code forget}: deletes the position of a named reader. */
@Command(
        name = "forget",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Deletes the position of a named reader, whose records the journal then keeps no longer. Works beside a writer. "
                    + "A name that is in use is refused. Who takes up the name again begins anew. Prints nothing, but "
                    + "for --json.",
            ""
        },
        footer = {"", "Exit codes: see tidemark --help.", "", "Examples:", "  tidemark forget data/orders --name audit"
        })
final class ForgetCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(names = "--name", paramLabel = "NAME", required = true, description = "Name of the reader.")
    private String name = "";

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    ForgetCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (!JournalReader.open(directory).deleteNamedReader(name)) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "no reader has this name: found " + name + ": directory=" + directory);
        }
        if (json) {
            streams.println(new JsonObject().put("forgotten", name).toString());
        }
        return ExitCode.OK;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code index}: writes the index anew. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Writes journal.index anew, by reading the whole journal. It is a cache, through which places in a long journal "
                    + "are found fast, and the writer keeps it by itself: this is for a journal whose index was lost. Prints "
                    + "segments=, how many are in it. Works beside a writer, and changes nothing else.",
            ""
        },
        footer = {
            "",
            "Damage to what had been durable is an error; what lies before is in the index",
            "then.",
            "",
            "Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  tidemark index data/orders"
        })
final class IndexCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    IndexCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final int segments = rebuild();
        streams.println(json ? new JsonObject().put("segments", segments).toString() : "segments=" + segments);
        return ExitCode.OK;
    }

    private int rebuild() {
        try (LongWork work = LongWork.onAll(streams, "indexing", directory, 1)) {
            return JournalReader.rebuildIndex(directory, work);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalReader;
import io.tidemark.journal.RepairReport;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repair}: what is whole in a damaged journal, in a new one. */
@Command(
        name = "repair",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Takes every whole record from a damaged journal into a new one, and says what it could not take. Never "
                    + "changes the damaged one. Nobody may be writing in it.",
            ""
        },
        footer = {
            "",
            "Prints a line for each range of sequences, FROM to TO, and a line at the end:",
            "  salvaged  in the copy, as they were",
            "  lost      nothing whole was found of them",
            "  left out  whole, but not in the copy: parts of a batch the rest of which is",
            "            lost, what may be such a part, and what lies in front of more than",
            "            ten million lost in a row",
            "Records keep their sequences; readers pass over those that are missing. With",
            "meta=lost nobody knows what is missing in front of the first record and behind",
            "the last.",
            "",
            "Exit codes of this command:",
            "  0    the copy is made, and nothing is known to be missing",
            "  1    the environment refused: no room, no permission, a disk that can't be",
            "       read; what is in COPY then is no journal",
            "  2    wrong usage, no journal, COPY is not empty, or nothing tells the id of",
            "       the journal",
            "  3    the copy is made, but something was lost or left out, or meta=lost",
            "",
            "Examples:",
            "  tidemark repair data/orders --to data/salvaged"
        })
final class RepairCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the damaged journal.")
    private Path directory = Path.of("");

    @Option(
            names = "--to",
            required = true,
            paramLabel = "COPY",
            description = "Directory of the new journal; missing or empty.")
    private Path copy = Path.of("");

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    RepairCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final RepairReport report = repair();
        if (json) {
            printJson(report);
        } else {
            printRanges("salvaged", report.salvaged());
            printRanges("lost    ", report.lost());
            printRanges("left out", report.leftOut());
            streams.println("repaired first=" + report.firstSequence() + " last=" + report.lastSequence()
                    + " salvaged=" + RepairReport.count(report.salvaged()) + " lost="
                    + RepairReport.count(report.lost()) + " leftOut=" + RepairReport.count(report.leftOut())
                    + (report.metaLost() ? " meta=lost" : ""));
        }
        return report.isComplete() && !report.metaLost() ? ExitCode.OK : ExitCode.SALVAGED_IN_PART;
    }

    private RepairReport repair() {
        // The damaged journal is read twice, and the copy once.
        try (LongWork work = LongWork.onAll(streams, "repairing", directory, 3)) {
            return JournalReader.repair(directory, copy, work);
        }
    }

    private void printRanges(final String word, final List<RepairReport.Range> ranges) {
        for (final RepairReport.Range range : ranges) {
            streams.println(word + "  " + range.fromSequence() + " to " + range.toSequence());
        }
    }

    /** Numbers and truth values only: nothing to escape. */
    private void printJson(final RepairReport report) {
        streams.println("{\"firstSequence\":" + report.firstSequence() + ",\"lastSequence\":" + report.lastSequence()
                + ",\"salvaged\":" + jsonOf(report.salvaged()) + ",\"lost\":" + jsonOf(report.lost()) + ",\"leftOut\":"
                + jsonOf(report.leftOut()) + ",\"metaLost\":" + report.metaLost() + "}");
    }

    private static String jsonOf(final List<RepairReport.Range> ranges) {
        return ranges.stream()
                .map(range -> "[" + range.fromSequence() + "," + range.toSequence() + "]")
                .collect(Collectors.joining(",", "[", "]"));
    }
}

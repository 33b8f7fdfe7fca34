// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalReader;
import io.tidemark.journal.VerifyReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}: every checksum and every link. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Reads the whole journal, checks every checksum and every link from record to record, and prints one line: "
                    + "'intact', 'torn' or 'corrupt', then count=, first= and last=, and where it is not intact file=, "
                    + "offset=, sequence= and finding=. Works beside a writer, and changes nothing.",
            ""
        },
        footer = {
            "",
            "Exit codes of this command:",
            "  0    intact",
            "  1    torn: the tail is unfinished, which the next append will cut off; nothing",
            "       that had been durable is missing",
            "  2    corrupt, or it can't be told: the format is too new or too old, or",
            "       reading failed",
            "  3    not a journal",
            "",
            "Examples:",
            "  tidemark verify data/orders",
            "  tidemark verify data/orders --json"
        })
final class VerifyCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    VerifyCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final VerifyReport report = verify(JournalReader.open(directory));
        return switch (report.verdict()) {
            case INTACT -> print("intact", report, ExitCode.OK);
            case TORN_TAIL -> print("torn", report, ExitCode.TORN);
            case CORRUPT -> print("corrupt", report, ExitCode.NOT_VERIFIED);
        };
    }

    private VerifyReport verify(final JournalReader reader) {
        try (LongWork work = LongWork.onAll(streams, "verifying", directory, 1)) {
            return reader.verify(work);
        }
    }

    private int print(final String verdict, final VerifyReport report, final int exitCode) {
        streams.println(json ? jsonOf(verdict, report) : lineOf(verdict, report).replaceAll("\\R", " "));
        return exitCode;
    }

    private static boolean isIntact(final VerifyReport report) {
        return report.verdict() == VerifyReport.Verdict.INTACT;
    }

    private static String lineOf(final String verdict, final VerifyReport report) {
        final String counts = verdict + " count=" + report.recordCount() + " first=" + report.firstSequence() + " last="
                + report.lastSequence()
                + (report.metaSlotsDamaged() == 0 ? "" : " metaSlotsDamaged=" + report.metaSlotsDamaged());
        return isIntact(report)
                ? counts
                : counts + " file=" + report.file() + " offset=" + report.offset() + " sequence="
                        + report.nextSequence() + " finding=" + report.finding();
    }

    private static String jsonOf(final String verdict, final VerifyReport report) {
        final JsonObject object = new JsonObject()
                .put("verdict", verdict)
                .put("recordCount", report.recordCount())
                .put("firstSequence", report.firstSequence())
                .put("lastSequence", report.lastSequence())
                .put("metaSlotsDamaged", report.metaSlotsDamaged());
        final String damage = isIntact(report)
                ? "null"
                : new JsonObject()
                        .put("file", report.file())
                        .put("offset", report.offset())
                        .put("sequence", report.nextSequence())
                        .put("finding", report.finding())
                        .toString();
        return object.putJson("damage", damage).toString();
    }
}

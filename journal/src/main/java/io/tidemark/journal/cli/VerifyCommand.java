// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalReader;
import io.tidemark.journal.VerifyReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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
            "  tidemark verify data/orders"
        })
final class VerifyCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal.")
    private Path directory = Path.of("");

    VerifyCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final VerifyReport report = JournalReader.open(directory).verify();
        final String counts = " count=" + report.recordCount() + " first=" + report.firstSequence() + " last="
                + report.lastSequence()
                + (report.metaSlotsDamaged() == 0 ? "" : " metaSlotsDamaged=" + report.metaSlotsDamaged());
        final String place = " file=" + report.file() + " offset=" + report.offset() + " sequence="
                + report.nextSequence() + " finding=" + report.finding();
        return switch (report.verdict()) {
            case INTACT -> print("intact" + counts, ExitCode.OK);
            case TORN_TAIL -> print("torn" + counts + place, ExitCode.TORN);
            case CORRUPT -> print("corrupt" + counts + place, ExitCode.NOT_VERIFIED);
        };
    }

    private int print(final String line, final int exitCode) {
        streams.println(line.replaceAll("\\R", " "));
        return exitCode;
    }
}

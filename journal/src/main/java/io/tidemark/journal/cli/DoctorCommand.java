// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.format.FileNames;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code doctor}: all that can be wrong with a journal and where it lives, and what to do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Looks at everything: Java, limits of the system and of a container, the file system and its forces, room, owner, "
                    + "permissions, files that do not belong here, who writes, whether the journal is whole, and its clock. "
                    + "Prints a line for each: 'ok', 'note', 'warning' or 'trouble', what was found, and what to do.",
            ""
        },
        footer = {
            "",
            "Reads the whole journal, twice. Works beside a writer, and changes nothing; but",
            "to measure forces it writes 2 MiB, for a second, and deletes them again. Limits",
            "are those of the writer while there is one, otherwise those of this command.",
            "",
            "Exit codes of this command:",
            "  0    nothing to do",
            "  1    a warning: it works, but not for long, or not as promised",
            "  2    trouble: it can't be opened, or is not what it was",
            "",
            "Examples:",
            "  tidemark doctor data/orders",
            "  tidemark doctor data/orders --no-force --json"
        })
final class DoctorCommand implements Callable<Integer> {

    private static final Path PROC = Path.of("/proc");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "Directory of the journal, or one that is to hold it.")
    private Path directory = Path.of("");

    @Option(names = "--no-force", description = "Do not measure forces: then nothing at all is written.")
    private boolean measuresNot;

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    DoctorCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final List<Finding> findings = findings();
        final Finding.State worst = findings.stream()
                .map(Finding::state)
                .reduce(Finding.State.OK, (one, other) -> one.compareTo(other) >= 0 ? one : other);
        if (json) {
            streams.println("{\"worst\":" + JsonText.quoted(worst.word()) + ",\"findings\":"
                    + findings.stream().map(Finding::json).collect(Collectors.joining(",", "[", "]")) + "}");
        } else {
            findings.forEach(finding -> streams.printAmounts(finding.line()));
        }
        return switch (worst) {
            case OK, NOTE -> ExitCode.OK;
            case WARNING -> ExitCode.DOUBTFUL;
            case TROUBLE -> ExitCode.IN_TROUBLE;
        };
    }

    private List<Finding> findings() {
        final DirectoryChecks place = new DirectoryChecks(directory);
        final boolean isListed = place.list();
        final LockHolders holders = LockHolders.of(PROC, directory.resolve(FileNames.LOCK));
        final long process = holders.writers().stream()
                .findFirst()
                .orElseGet(() -> ProcessHandle.current().pid());
        final List<Finding> findings =
                new ArrayList<>(new MachineChecks(PROC, CGROUPS).findings(process, place.segmentLength()));
        if (!isListed) {
            findings.addAll(place.findingsOfListing());
            return findings;
        }
        findings.addAll(place.findings(!measuresNot));
        final Instant now = Instant.now();
        final long nowNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        try (LongWork work = LongWork.onAll(streams, "examining", directory, 2)) {
            findings.addAll(new JournalChecks(directory, place.names()).findings(holders, nowNs, work));
        }
        return findings;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code demo}: what a journal does, and how fast, on this machine. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Journals the events of a made-up order book, closes, opens again, compares every byte, and measures what "
                    + "this machine and its disk allow. Takes less than a minute on two cores and less than 3 GiB of "
                    + "disk, most of it only for a while.",
            ""
        },
        footer = {
            "",
            "The last line is 'demo passed: ...', with exit code 0, or an error says what",
            "differed, with exit code 1. Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  tidemark demo",
            "  tidemark demo /mnt/disk/demo --keep"
        })
final class DemoCommand implements Callable<Integer> {

    private final Streams streams;
    private final DemoScale scale;

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            description =
                    "Where to put the journal: a directory that is missing or empty. It is kept. Default: a fresh "
                            + "one among the system's temporary files, or in the working directory if those are held in "
                            + "memory; it is removed in the end.")
    private @Nullable Path directory;

    @Option(names = "--keep", description = "Keep the journal even if no directory was named.")
    private boolean kept;

    @Option(
            names = "--quick",
            description =
                    "A small part of the work, in seconds and with 100 MB of disk. Figures of so short a time say little.")
    private boolean quick;

    DemoCommand(final Streams streams) {
        this(streams, DemoScale.FULL);
    }

    DemoCommand(final Streams streams, final DemoScale scale) {
        this.streams = streams;
        this.scale = scale;
    }

    @Override
    public Integer call() {
        try (DemoDirectory place = DemoDirectory.open(directory, kept)) {
            new Demo(streams, quick ? DemoScale.QUICK : scale, place).run();
        }
        return ExitCode.OK;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a page of results. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Makes one HTML page of all results in a directory, and a PNG of each plot.")
final class ReportCommand implements Callable<Integer> {

    @Option(names = "--results", defaultValue = "target/bench/results", description = "directory of results")
    private Path resultDirectory = Path.of("");

    ReportCommand() {}

    @Override
    public Integer call() throws Exception {
        final Path directory = resultDirectory.toAbsolutePath();
        final ReportPage page = new ReportPage(Results.existing(directory));
        final Path file = directory.resolve("report.html");
        Files.writeString(file, page.build());
        System.out.println(file);
        page.writePictures().forEach(System.out::println);
        return 0;
    }
}

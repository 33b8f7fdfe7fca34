// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A process of its own that follows the journal of this one. */
final class OutsideReader {

    static final String READY = "ready";

    private final Process process;
    private final Path log;

    private OutsideReader(final Process process, final Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts the process and waits until it reads. */
    static OutsideReader start(final Path directory, final LatencyPlan plan) throws IOException {
        final Path log = Files.createTempFile("outside-reader", Results.LOG_SUFFIX);
        final List<String> arguments = new ArrayList<>(List.of("follow"));
        arguments.addAll(plan.arguments());
        arguments.add("--directory=" + directory);
        arguments.add("--log=" + log);
        final Process process = new ProcessBuilder(ForkedJvm.command(arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String line;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            line = reader.readLine();
        }
        if (!READY.equals(line)) {
            process.destroy();
            throw new IOException("the reading process did not begin: found " + line);
        }
        return new OutsideReader(process, log);
    }

    Map<String, Histogram> totals() throws IOException, InterruptedException {
        final int status = process.waitFor();
        if (status != 0) {
            throw new IOException("the reading process ended with status " + status);
        }
        return HistogramLog.totals(log);
    }

    Path log() {
        return log;
    }
}

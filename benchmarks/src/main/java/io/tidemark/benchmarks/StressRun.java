// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs the stress tests with jcstress, and says in a few lines what came out. jcstress alone says too much when all is
 * well, and too little when a test could not be run: that, or that no test was found, passes for success with it.
 *
 * <p>Everything is written below the directory it is started in: the log, the results and the pages made of them.
 */
public final class StressRun {

    private static final Path LOG = Path.of("log.txt");
    private static final String REPORT = "report";

    private final Options options;
    private final Pattern tests;
    private final Map<String, Long> samples = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private StressRun(final Options options) {
        this.options = options;
        this.tests = Pattern.compile(options.getTestFilter());
    }

    /**
     * Runs the tests, and ends the JVM with status 1 unless all of them were run and found nothing.
     *
     * @param arguments the mode, {@code bounded} or one of those of jcstress; then a regular expression for names of tests
     * @throws Exception if jcstress could not do its work
     */
    public static void main(final String[] arguments) throws Exception {
        final PrintStream terminal = System.out;
        final Options options = new Options(arguments(arguments[0], arguments[1]));
        boolean passed = false;
        try (PrintStream log = new PrintStream(Files.newOutputStream(LOG), true, StandardCharsets.UTF_8)) {
            System.setOut(log);
            if (options.parse()) {
                final StressRun run = new StressRun(options);
                run.run();
                passed = run.tell(terminal);
            }
        } finally {
            System.setOut(terminal);
        }
        // Threads of jcstress must not keep the JVM alive, nor must a test that hangs.
        System.exit(passed ? 0 : 1);
    }

    /**
     * Bounded, each test has one JVM and runs for a moment, compiled as in production, but with the order of instructions
     * left to chance where the processor would not see a difference. The strides are short in every mode: jcstress looks at
     * the clock once in all of them, and where threads really park, thousands of samples take seconds on a busy machine.
     */
    private static String[] arguments(final String mode, final String tests) {
        final List<String> arguments = new ArrayList<>(List.of("-t", tests, "-r", REPORT));
        arguments.addAll(List.of("-strideSize", "64", "-strideCount", "16"));
        if (mode.equals("bounded")) {
            arguments.addAll(List.of("-m", "quick", "-f", "1", "-iters", "1", "-time", "200", "-pth", "false"));
            arguments.addAll(List.of("-sc", "false", "-jvmArgs", "-XX:+StressLCM -XX:+StressGCM"));
        } else {
            arguments.addAll(List.of("-m", mode));
        }
        return arguments.toArray(new String[0]);
    }

    private void run() throws Exception {
        Files.deleteIfExists(Path.of(options.getResultFile()));
        try {
            new JCStress(options).run();
        } catch (final AssertionError e) {
            // The failures in one piece; they are told one by one, with what was seen.
            e.printStackTrace(System.out);
        }
        readResults();
    }

    private void readResults() throws IOException, ClassNotFoundException {
        final Collection<TestResult> results = new ArrayList<>();
        if (Files.exists(Path.of(options.getResultFile()))) {
            final InProcessCollector collector = new InProcessCollector();
            final DiskReadCollector reader = new DiskReadCollector(options.getResultFile(), collector);
            reader.dump();
            reader.close();
            results.addAll(collector.getTestResults());
        }
        for (final TestResult result : results) {
            samples.merge(result.getName(), result.getTotalCount(), Long::sum);
            judge(result);
        }
        for (final String name : TestList.tests()) {
            final boolean fits = TestList.getInfo(name).threads() <= options.getCPUCount();
            if (tests.matcher(name).find() && fits && samples.getOrDefault(name, 0L) == 0) {
                problems.add(name + ": was not run");
            }
        }
        if (samples.isEmpty()) {
            problems.add("no test was run");
        }
    }

    private void judge(final TestResult result) {
        final String label = result.getName() + " " + result.getConfig().jvmArgs;
        if (result.status() != Status.NORMAL) {
            problems.add(label + ": " + result.status() + " " + String.join("\n    ", result.getMessages()));
            return;
        }
        final TestGrading grading = result.grading();
        if (!grading.isPassed) {
            final StringBuilder seen = new StringBuilder(label);
            grading.gradingResults.forEach((state, found) -> seen.append(
                    String.format("%n    %,12d  %-10s  %s: %s", found.count, found.expect, state, found.description)));
            problems.add(seen.toString());
        }
    }

    private boolean tell(final PrintStream terminal) {
        final long total = samples.values().stream().mapToLong(Long::longValue).sum();
        samples.forEach((name, count) -> System.out.printf("%,15d  %s%n", count, name));
        terminal.printf(
                "stress: %d tests, %,d samples, %d problems; log and report in %s%n",
                samples.size(), total, problems.size(), Path.of("").toAbsolutePath());
        problems.forEach(terminal::println);
        return problems.isEmpty();
    }
}

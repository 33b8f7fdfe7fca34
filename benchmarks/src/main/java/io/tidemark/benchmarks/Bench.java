// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The instruments, one command for each. */
@Command(
        name = "tidemark bench",
        mixinStandardHelpOptions = true,
        version = "tidemark bench: instruments, not part of any release",
        synopsisSubcommandLabel = "COMMAND",
        description = "Measures the journal, its rivals and the limits of the machine.",
        footer = {
            "",
            "Results are added to a directory: results.tsv with a figure a line, histograms as .hlog, the machine.",
            "Measure on a quiet machine; compare figures of one run only."
        })
public final class Bench implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    Bench() {}

    /**
     * Runs a command and ends the process.
     *
     * @param arguments command and options
     */
    public static void main(final String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Bench())
                .addSubcommand(new LatencyCommand())
                .addSubcommand(new FollowCommand())
                .addSubcommand(new DeviceBytesCommand())
                .addSubcommand(new ReplayCommand())
                .addSubcommand(new SeekCommand())
                .addSubcommand(new GrowthCommand())
                .addSubcommand(new AbandonCommand())
                .addSubcommand(new ThroughputCommand())
                .addSubcommand(new GroupCommitCommand())
                .addSubcommand(new LimitsCommand())
                .addSubcommand(new JmhCommand())
                .addSubcommand(new ReportCommand())
                .addSubcommand(new CompareCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Bench::report);
    }

    private static int report(
            final Exception thrown, final CommandLine commandLine, final CommandLine.ParseResult parsed) {
        if (thrown instanceof IllegalArgumentException) {
            commandLine.getErr().println("tidemark bench: " + thrown.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        // Who measures wants to know where it went wrong.
        System.err.println("tidemark bench: " + thrown);
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            System.err.println("    " + cause);
            for (final StackTraceElement element : cause.getStackTrace()) {
                System.err.println("        at " + element);
            }
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed");
    }
}

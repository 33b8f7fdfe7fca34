// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command-line tool. */
@Command(
        name = "tidemark",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Appends to a journal, reads it, verifies it, salvages it, and shows what it can do.",
        footer = {
            "",
            "Exit codes:",
            "  0    done",
            "  1    the environment refused: input or output, a full disk, no permission,",
            "       another writer has the journal open, or another reader the name; of",
            "       verify: a torn tail, no more; of doctor: a warning",
            "  2    wrong usage or bad data: a corrupt journal, no journal, a format that is",
            "       too new or too old, a line that is too long; of doctor: trouble",
            "  3    of verify: not a journal; of repair: something was lost; of storage-check:",
            "       no place for a journal",
            "  130, 143 and so on: ended by a signal; append closes the journal before",
            "",
            "An error is one line on standard error. When the reader of a pipe has read",
            "enough, a command ends quietly, with the code that it would have had. Whatever",
            "reads a whole journal tells how far it is if standard error is a terminal.",
            "",
            "Examples:",
            "  seq 1000 | tidemark append data/orders",
            "  tidemark tail -f data/orders",
            "  tidemark COMMAND --help"
        })
public final class Tidemark implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    Tidemark() {}

    /**
     * Runs the tool and ends the process.
     *
     * @param arguments command, options and parameters
     */
    public static void main(final String[] arguments) {
        System.exit(run(Streams.ofProcess(), arguments));
    }

    /**
     * Runs the tool.
     *
     * @param streams to read from and to write to
     * @param arguments command, options and parameters
     * @return the exit code
     */
    static int run(final Streams streams, final String... arguments) {
        try {
            return commandLine(streams).execute(arguments);
        } catch (final Throwable e) {
            // An Error, say for want of memory. Whoever runs a tool wants to read what is wrong, not where in its
            // source.
            return report(streams, e);
        }
    }

    static CommandLine commandLine(final Streams streams) {
        final CommandLine commandLine = new CommandLine(new Tidemark());
        commandLine
                .addSubcommand(new AppendCommand(streams))
                .addSubcommand(new CatCommand(streams))
                .addSubcommand(new TailCommand(streams))
                .addSubcommand(new VerifyCommand(streams))
                .addSubcommand(new StatCommand(streams))
                .addSubcommand(new ForgetCommand(streams))
                .addSubcommand(new IndexCommand(streams))
                .addSubcommand(new TruncateCommand(streams))
                .addSubcommand(new CheckpointCommand(streams))
                .addSubcommand(new RepairCommand(streams))
                .addSubcommand(new StorageCheckCommand(streams))
                .addSubcommand(new DoctorCommand(streams))
                .addSubcommand(new DumpCommand(streams))
                .addSubcommand(new CompletionCommand(streams))
                .addSubcommand(new DemoCommand(streams));
        commandLine.setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(streams.err(), true, StandardCharsets.UTF_8));
        ArgumentTypes.register(commandLine);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setParameterExceptionHandler((problem, unused) -> misused(streams, problem));
        commandLine.setExecutionExceptionHandler((problem, unused, parsed) -> failed(streams, problem, parsed));
        return commandLine;
    }

    private static int misused(final Streams streams, final ParameterException problem) {
        final String command = problem.getCommandLine().getCommandSpec().qualifiedName();
        streams.err().println("tidemark: " + messageOf(problem) + "; see " + command + " --help");
        return ExitCode.BAD_INPUT;
    }

    private static String messageOf(final ParameterException problem) {
        final String message = CommandException.messageOf(problem);
        if (!(problem instanceof UnmatchedArgumentException unmatched)) {
            return message;
        }
        final List<String> suggestions = unmatched.getSuggestions();
        final boolean isCommand = problem.getCommandLine().getParent() == null && !unmatched.isUnknownOption();
        return (isCommand ? "no such command: " + unmatched.getUnmatched().get(0) : message)
                + (suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?");
    }

    private static int failed(final Streams streams, final Exception problem, final ParseResult parsed) {
        final int exitCode = report(streams, problem);
        final boolean isVerify = parsed.hasSubcommand()
                && parsed.subcommand().commandSpec().userObject() instanceof VerifyCommand
                && !(problem instanceof CommandException);
        return isVerify ? ExitCode.ofVerify(problem) : exitCode;
    }

    private static int report(final Streams streams, final Throwable problem) {
        if (problem instanceof LongWork.EndedException) {
            // Who ended it knows. The status is that of the signal, whatever this thread says.
            return ExitCode.ENDED_BY_SIGNAL;
        }
        streams.err().println("tidemark: " + CommandException.messageOf(problem));
        return ExitCode.of(problem);
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** Reads the version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            final String version = Tidemark.class.getPackage().getImplementationVersion();
            return new String[] {"tidemark " + (version == null ? "(not built as a jar)" : version)};
        }
    }
}

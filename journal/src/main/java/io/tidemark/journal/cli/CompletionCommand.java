// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: a script that completes commands and options in a shell. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {"Prints a script through which a shell completes commands and options at the tab key.", ""},
        footer = {
            "",
            "Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  source <(tidemark completion bash)",
            "  tidemark completion zsh > ~/.tidemark.zsh && source ~/.tidemark.zsh"
        })
final class CompletionCommand implements Callable<Integer> {

    private final Streams streams;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}, in small letters as well.")
    private Shell shell = Shell.BASH;

    CompletionCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final CommandLine tool = spec.root().commandLine();
        final String script = AutoComplete.bash(spec.root().name(), tool).stripTrailing();
        // The script for bash asks which of the two reads it; zsh needs its own functions loaded before.
        streams.println(shell == Shell.ZSH ? "autoload -Uz compinit && compinit\n" + script : script);
        return ExitCode.OK;
    }

    /** Who is to read the script. */
    private enum Shell {
        BASH,
        ZSH
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.util.Locale;
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

    /** The generated script takes a word anywhere for a command, but here only the first can be one: a journal may be called "demo". */
    private static final String ANY_WORD = "for element in \"${COMP_WORDS[@]}\"; do";

    private static final String FIRST_WORD = "for element in \"${COMP_WORDS[1]}\"; do";

    private final Streams streams;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "Who is to read it: ${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.BASH;

    CompletionCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final CommandLine tool = spec.root().commandLine();
        streams.println(AutoComplete.bash(spec.root().name(), tool)
                .replace(ANY_WORD, FIRST_WORD)
                .replace("#!/usr/bin/env bash", "#!/usr/bin/env " + shell)
                .stripTrailing());
        return ExitCode.OK;
    }

    /** Who is to read the script, which looks itself for which of the two it is. */
    private enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script, in the shells that it is for. */
class CompletionCommandTest {

    /** Completes what a user has typed so far, and prints what the shell offers. */
    private static final String BASH = """
            source "$1" || exit 1
            COMP_LINE=$2
            read -r -a COMP_WORDS <<< "$COMP_LINE"
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_POINT=${#COMP_LINE}
            compopt() { :; }
            _complete_tidemark
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    /**
     * Types into a zsh on a terminal of its own. Its keys are taken one after the other: when Ctrl-G answers with the line as
     * it is, the tab key in front of it has done its work.
     */
    private static final String ZSH = """
            zmodload zsh/zpty || exit 1
            zpty -b typed "TERM=dumb zsh -f -i"
            zpty -w typed "PS1= PS2=; stty -echo columns 200; source '$1'
            answer() { print -r -- \\"<\\$BUFFER>\\" }; zle -N answer; bindkey '^G' answer; print LOAD''ED"
            zpty -r -m typed printed '*LOADED*' || exit 1
            zpty -n -w typed "$2"$'\\t\\x07'
            zpty -r -m typed printed '*<*>*' || exit 1
            print -r -- "$printed"
            """;

    @TempDir
    private Path root;

    private Path work;

    @BeforeEach
    void makeDirectories() throws IOException {
        work = Files.createDirectory(root.resolve("work"));
        Files.createDirectory(work.resolve("demo"));
        Files.createDirectory(work.resolve("orders"));
        Files.createDirectory(work.resolve("two words"));
    }

    private static Path installed(final String shell) {
        final Path path = Path.of("/usr/bin", shell);
        assumeTrue(Files.isExecutable(path), () -> "no " + shell + " here");
        return path;
    }

    private Path script(final String shell) throws IOException {
        final CommandResult result = CommandResult.of("completion", shell).requireOk();
        return Files.write(root.resolve("completion"), result.out());
    }

    private String run(final List<String> command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private List<String> offeredByBash(final String line) throws IOException, InterruptedException {
        final List<String> command = List.of(
                installed("bash").toString(),
                "--norc",
                "-c",
                BASH,
                "bash",
                script("bash").toString(),
                line);
        return run(command).lines().toList();
    }

    /** What zsh prints, the line as it is then between angles at its end. */
    private String printedByZsh(final String line) throws IOException, InterruptedException {
        return run(List.of(
                installed("zsh").toString(),
                "-f",
                "-c",
                ZSH,
                "zsh",
                script("zsh").toString(),
                line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "ZSH"})
    void completionShouldKnowEveryCommand(final String shell) {
        final String text = CommandResult.of("completion", shell).requireOk().text();
        for (final String name :
                Tidemark.commandLine(Streams.ofProcess()).getSubcommands().keySet()) {
            assertTrue(text.contains("() {\n  # Get completion data") && text.contains("=(" + name + ")"), name);
        }
    }

    @Test
    void completionShouldBeRefusedWhenTheShellIsUnknown() {
        CommandResult.of("completion", "fish").requireFailure(ExitCode.BAD_INPUT, "fish", "BASH, ZSH");
    }

    @ParameterizedTest
    @CsvSource({
        "tidemark do, doctor",
        "tidemark stat --at, --at-time",
        "tidemark verify orders --js, --json",
        "tidemark append orders --sync b, batch",
        "tidemark completion z, zsh",
        "tidemark cat or, orders",
        "tidemark cat demo --from-t, --from-time",
        "tidemark cat tw, two words"
    })
    void bashShouldCompleteWhenOneThingIsMeant(final String line, final String expected) throws Exception {
        assertEquals(List.of(expected), offeredByBash(line));
    }

    @Test
    void bashShouldOfferEveryCommandWhenNothingIsTyped() throws Exception {
        assertEquals(
                new ArrayList<>(Tidemark.commandLine(Streams.ofProcess())
                        .getSubcommands()
                        .keySet()),
                offeredByBash("tidemark "));
    }

    @ParameterizedTest
    @CsvSource({
        "tidemark do, tidemark doctor ",
        "tidemark stat --at, tidemark stat --at-time ",
        "tidemark verify orders --js, tidemark verify orders --json ",
        "tidemark append orders --sync b, tidemark append orders --sync batch ",
        "tidemark completion z, tidemark completion zsh ",
        "tidemark cat or, tidemark cat orders ",
        "tidemark cat demo --from-t, tidemark cat demo --from-time ",
        "tidemark cat tw, 'tidemark cat two\\ words '"
    })
    void zshShouldCompleteWhenOneThingIsMeant(final String line, final String expected) throws Exception {
        final String printed = printedByZsh(line);
        assertTrue(printed.contains("<" + expected.strip() + " >"), () -> "expected " + expected + ": " + printed);
    }

    @Test
    void zshShouldOfferWhatThereIsWhenMoreCanBeMeant() throws Exception {
        final String printed = printedByZsh("tidemark append orders --sync ");
        assertTrue(printed.contains("always  batch   never"), printed);
        assertTrue(printed.contains("<tidemark append orders --sync >"), printed);
    }
}

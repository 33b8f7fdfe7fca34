// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.storage.StorageInUse;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command-line tool in a process of its own, on a terminal of its own, which {@code script} makes. */
final class TerminalProcess implements AutoCloseable {

    private static final Path SCRIPT = Path.of("/usr/bin/script");

    private final Process process;
    private final Reader output;
    private final StringBuilder printed = new StringBuilder();

    private TerminalProcess(final Process process) {
        this.process = process;
        this.output = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
    }

    /** Whether there is a command that makes terminals. */
    static boolean isPossible() {
        return Files.isExecutable(SCRIPT) && Files.isReadable(Path.of("/proc/self/fd"));
    }

    /**
     * Starts a command on a terminal of 80 columns. It is interpreted, and so takes its time over what it does: long enough to
     * be seen at work.
     *
     * @param arguments of the tool, none of which a shell would take for more than a word
     */
    static TerminalProcess start(final Object... arguments) throws IOException {
        return startOn(80, "C.UTF-8", arguments);
    }

    /** Starts a command on a terminal of some width, where people use some locale. */
    static TerminalProcess startOn(final int columns, final String locale, final Object... arguments)
            throws IOException {
        final List<String> words = new ArrayList<>(List.of("stty columns " + columns + " && exec"));
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(StorageInUse.flags());
        words.add("-Xint");
        words.add(Tidemark.class.getName());
        for (final Object argument : arguments) {
            words.add(argument.toString());
        }
        final ProcessBuilder builder =
                new ProcessBuilder(SCRIPT.toString(), "-qec", String.join(" ", words), "/dev/null");
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("LC_ALL", locale);
        builder.environment().put("TERM", "xterm");
        builder.environment().keySet().removeAll(List.of("COLUMNS", "NO_COLOR"));
        return new TerminalProcess(builder.redirectErrorStream(true).start());
    }

    /** Reads until the terminal has shown a text, or the command has ended. */
    boolean awaitShown(final String text) throws IOException {
        while (printed.indexOf(text) < 0) {
            final int value = output.read();
            if (value < 0) {
                return false;
            }
            printed.append((char) value);
        }
        return true;
    }

    /** Types Ctrl-C. */
    void interrupt() throws IOException {
        final OutputStream keys = process.getOutputStream();
        keys.write(3);
        keys.flush();
    }

    /** Asks the tool to end, with the signal that does so. */
    void terminate() {
        process.descendants().forEach(ProcessHandle::destroy);
    }

    /** Reads to the end, and tells with which status the command ended. */
    int awaitExit() throws IOException, InterruptedException {
        for (int value = output.read(); value >= 0; value = output.read()) {
            printed.append((char) value);
        }
        return process.waitFor();
    }

    /** Everything that was sent to the terminal, but for colors and movements of the cursor. */
    String text() {
        return printed.toString().replaceAll("\033\\[[?0-9;]*[A-Za-z]", "").replace("\r", "");
    }

    /** The lines that are on the terminal, as a person sees them. */
    List<String> lines() {
        final List<String> lines = new ArrayList<>();
        for (final String line : printed.toString().split("\n", -1)) {
            final StringBuilder shown = new StringBuilder();
            for (final String text : line.split("\r", -1)) {
                shown.replace(0, Math.min(text.length(), shown.length()), text);
            }
            lines.add(shown.toString().stripTrailing());
        }
        return lines;
    }

    /** Everything that was sent to the terminal. */
    String printed() {
        return printed.toString();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pastes the commands of each page into a shell, one block after the other, in a directory like a checkout, and compares what
 * they print with the page. {@code CONTRIBUTING.md} says how blocks are marked.
 */
class PageCommandsTest {

    @TempDir
    private Path temporary;

    /** A second shell that is at work while the page goes on. */
    private record Beside(Page.Block commands, Terminal terminal) {}

    /** What is wrong with a page; empty if it prints what it says. */
    private static List<String> problems(final Page page, final Path root) throws IOException, InterruptedException {
        final List<String> problems = new ArrayList<>();
        final List<Beside> besides = new ArrayList<>();
        final Checkout checkout = Checkout.make(root);
        try (Terminal terminal = new Terminal(checkout)) {
            for (final Page.Block block : page.blocks()) {
                for (final String name : block.values("file")) {
                    Files.writeString(root.resolve(name), block.text());
                }
                if (!block.is("sh") || block.isMarked("shown") || isForLaterJava(block)) {
                    continue;
                }
                if (block.isMarked("terminal=2")) {
                    final Beside beside = new Beside(block, new Terminal(checkout));
                    besides.add(beside);
                    beside.terminal().begin(block.text());
                    // As somebody at two terminals would: the page goes on when there is something to see.
                    beside.terminal().await(text -> text.contains("\n"));
                    continue;
                }
                final Terminal.Result result = terminal.run(block.text());
                outputOf(page, block)
                        .difference(result.output())
                        .ifPresent(difference -> problems.add(page.place(block) + "\n" + difference));
                final List<String> status = block.values("status");
                final int expected = status.isEmpty() ? 0 : Integer.parseInt(status.get(0));
                if (result.status() != expected) {
                    problems.add(page.place(block) + ": expected status " + expected + ", found " + result.status()
                            + "; printed is\n" + result.output());
                }
            }
            for (final Beside beside : besides) {
                final Printed expected = outputOf(page, beside.commands());
                final String output = beside.terminal()
                        .await(text -> expected.difference(text).isEmpty());
                expected.difference(output)
                        .ifPresent(difference -> problems.add(page.place(beside.commands()) + "\n" + difference));
            }
        } finally {
            for (final Beside beside : besides) {
                beside.terminal().close();
            }
        }
        return problems;
    }

    private static boolean isForLaterJava(final Page.Block block) {
        return block.values("jdk").stream()
                .anyMatch(feature -> Runtime.version().feature() < Integer.parseInt(feature));
    }

    /** The output that stands behind a block of commands; none if nothing is to be printed. */
    private static Printed outputOf(final Page page, final Page.Block block) {
        final int next = page.blocks().indexOf(block) + 1;
        return next < page.blocks().size() && page.blocks().get(next).is("text")
                ? Printed.of(page.blocks().get(next))
                : new Printed(List.of(), List.of());
    }

    private static boolean hasCommands(final Page page) {
        return page.blocks("sh").stream().anyMatch(block -> !block.isMarked("shown"));
    }

    @TestFactory
    Stream<DynamicTest> commandsShouldPrintWhatThePageSays() {
        final List<Page> pages =
                Page.all().stream().filter(PageCommandsTest::hasCommands).toList();
        assertTrue(!pages.isEmpty(), "no page has a command: are blocks still found?");
        // Most of the time goes into starting JVMs, each of which has its own page's directory to itself.
        final ExecutorService threads = Executors.newFixedThreadPool(2);
        final List<DynamicTest> tests = new ArrayList<>();
        for (final Page page : pages) {
            final Future<List<String>> problems =
                    threads.submit(() -> problems(page, Files.createTempDirectory(temporary, "page")));
            tests.add(DynamicTest.dynamicTest(page.toString(), page.path().toUri(), () -> {
                assertEquals("", String.join("\n\n", problems.get()));
            }));
        }
        threads.shutdown();
        return tests.stream();
    }

    private List<String> problemsOf(final String... lines) throws IOException, InterruptedException {
        final Page page = Page.of(Page.DOCS.resolve("made-up.md"), String.join("\n", lines) + "\n");
        return problems(page, Files.createTempDirectory(temporary, "page"));
    }

    @Test
    void outputShouldBeComparedLineByLine() throws IOException, InterruptedException {
        assertEquals(List.of(), problemsOf("```sh", "echo a; echo b >&2", "```", "prints", "```text", "a", "b", "```"));
        assertEquals(
                1,
                problemsOf("```sh", "echo a; echo b", "```", "```text", "a", "```")
                        .size());
        assertEquals(
                1,
                problemsOf("```sh", "echo a", "```", "```text", "a", "b", "```").size());
        assertEquals(1, problemsOf("```sh", "echo a", "```", "prints nothing").size());
    }

    @Test
    void blocksShouldShareDirectoryAndVariables() throws IOException, InterruptedException {
        assertEquals(
                List.of(),
                problemsOf(
                        "```text file=lines",
                        "x",
                        "y",
                        "```",
                        "```sh",
                        "mkdir d; name=lines",
                        "cd d",
                        "```",
                        "```sh",
                        "cat ../$name",
                        "```",
                        "```text",
                        "x",
                        "y",
                        "```"));
    }

    @Test
    void statusShouldBeThatOfThePage() throws IOException, InterruptedException {
        assertEquals(List.of(), problemsOf("```sh status=3", "(exit 3)", "```"));
        assertEquals(1, problemsOf("```sh", "(exit 3)", "```").size());
        assertEquals(1, problemsOf("```sh status=3", "true", "```").size());
    }

    @Test
    void whatVariesShouldBeMarked() throws IOException, InterruptedException {
        final String commands = "echo took 17 ms, 3 records; echo more; echo end";
        assertEquals(
                List.of(),
                problemsOf(
                        "```sh",
                        commands,
                        "```",
                        "```text varies=\"[0-9]+ ms\"",
                        "took 4 ms, 3 records",
                        "…",
                        "end",
                        "```"));
        assertEquals(
                1,
                problemsOf("```sh", commands, "```", "```text varies=\"[0-9]+ ms\"", "took 4 ms, 4 records", "…", "```")
                        .size());
        assertThrows(
                AssertionError.class,
                () -> problemsOf("```sh", commands, "```", "```text varies=\"[0-9]+ ns\"", "took 4 ms", "…", "```"));
    }

    @Test
    void commandsForALaterJavaShouldBeLeftOut() throws IOException, InterruptedException {
        assertEquals(List.of(), problemsOf("```sh jdk=999", "exit 1", "```", "```text", "never seen", "```"));
        assertEquals(1, problemsOf("```sh jdk=17", "echo seen", "```").size());
    }

    @Test
    void secondTerminalShouldGoOnBesideTheFirst() throws IOException, InterruptedException {
        assertEquals(
                List.of(),
                problemsOf(
                        "```sh",
                        "mkfifo pipe",
                        "```",
                        "```sh terminal=2",
                        "echo waiting; cat pipe; sleep 100",
                        "```",
                        "```text",
                        "waiting",
                        "came",
                        "```",
                        "```sh",
                        "echo came > pipe",
                        "```"));
    }

    @Test
    void shellThatEndsShouldBeNoticed() {
        assertThrows(AssertionError.class, () -> problemsOf("```sh", "exit 0", "```"));
        assertThrows(AssertionError.class, () -> problemsOf("```sh", "if true; then", "```"));
    }
}

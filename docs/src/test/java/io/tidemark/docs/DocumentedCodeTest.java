// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every piece of Java in the pages is a piece of a source that is compiled, but for white space and {@code final}. */
class DocumentedCodeTest {

    private static final Path DOCS = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path EXAMPLES = DOCS.resolve("examples");
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    private static List<Path> files(final Path directory, final String suffix) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> path.toString().endsWith(suffix))
                    .filter(path ->
                            !path.startsWith(DOCS.resolve("target")) && !path.startsWith(EXAMPLES.resolve("target")))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> pages() throws IOException {
        final List<Path> pages = new ArrayList<>(files(DOCS, ".md"));
        for (final String name : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
            final Path page = DOCS.resolveSibling(name);
            if (Files.exists(page)) {
                pages.add(page);
            }
        }
        return pages;
    }

    private static String read(final Path path) {
        try {
            return Files.readString(path);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without white space, and without the word that the house demands and a page can do without. */
    private static String withoutSpace(final String text) {
        return text.replaceAll("\\bfinal\\b", "").replaceAll("\\s", "");
    }

    /** The pieces of Java in a page that no source contains. */
    private static List<String> strangers(final String page, final List<String> sources) {
        final List<String> strangers = new ArrayList<>();
        final Matcher blocks = BLOCK.matcher(page);
        while (blocks.find()) {
            final String block = withoutSpace(blocks.group(1));
            if (sources.stream().noneMatch(source -> source.contains(block))) {
                strangers.add(blocks.group(1));
            }
        }
        return strangers;
    }

    private static List<String> sources() throws IOException {
        final List<Path> paths = new ArrayList<>(files(DOCS.resolve("src/main/java"), ".java"));
        paths.addAll(files(EXAMPLES.resolve("src/main/java"), ".java"));
        return paths.stream().map(path -> withoutSpace(read(path))).toList();
    }

    @Test
    void pagesShouldShowOnlyCompiledCode() throws IOException {
        final List<String> sources = sources();
        int blocks = 0;
        for (final Path page : pages()) {
            final String text = read(page);
            assertEquals(List.of(), strangers(text, sources), "Java in " + page + " that no example contains");
            blocks += (int) BLOCK.matcher(text).results().count();
        }
        assertTrue(blocks > 0, "no page shows any code: does the pattern still match?");
    }

    @Test
    void codeShouldBeNoticedWhenNoExampleContainsIt() throws IOException {
        final String page = "text\n```java\nfinal Appender appender = journal.appenders();\n```\n";
        assertEquals(1, strangers(page, sources()).size());
        assertEquals(List.of(), strangers(page.replace("appenders()", "appender( )"), sources()));
    }

    @Test
    void linksShouldLeadToFilesThatAreThere() throws IOException {
        for (final Path page : pages()) {
            final Matcher links = LINK.matcher(read(page));
            while (links.find()) {
                final Path target = page.resolveSibling(links.group(1)).normalize();
                assertTrue(Files.exists(target), "dead link in " + page + ": " + links.group(1));
            }
        }
    }

    @Test
    void pagesShouldBeFinished() throws IOException {
        final Pattern unfinished = Pattern.compile("\\b(TODO|FIXME|TBD|XXX)\\b");
        for (final Path page : pages()) {
            assertFalse(unfinished.matcher(read(page)).find(), page.toString());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every piece of Java in the pages and in the Javadoc is a piece of a source that is compiled, but for white space, {@code final}
 * and {@code @Override}.
 */
class DocumentedCodeTest {

    private static final Path EXAMPLES = Page.DOCS.resolve("examples");
    private static final String EXAMPLE_BEGINS = "<pre>{@code";
    private static final String EXAMPLE_ENDS = "}</pre>";
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    private static List<Path> files(final Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private static String read(final Path path) {
        try {
            return Files.readString(path);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without white space, and without the words that the house demands and a page can do without. */
    private static String withoutSpace(final String text) {
        return text.replaceAll("\\bfinal\\b|@Override\\b", "").replaceAll("\\s", "");
    }

    /** The pieces of Java in a page that no source contains. A whole file is compiled by the commands of its page. */
    private static List<String> strangers(final Page page, final List<String> sources) {
        return page.blocks("java").stream()
                .filter(block -> block.values("file").isEmpty())
                .filter(block -> sources.stream().noneMatch(source -> source.contains(withoutSpace(block.text()))))
                .map(page::place)
                .toList();
    }

    private static List<String> sources() throws IOException {
        final List<Path> paths = new ArrayList<>(files(Page.DOCS.resolve("src/main/java")));
        paths.addAll(files(EXAMPLES.resolve("src/main/java")));
        paths.addAll(files(Page.DOCS.resolve("src/test/java/io/tidemark/docs/embedding")));
        // What only runs beside native code is an example in a test of that module.
        paths.addAll(files(Page.PROJECT.resolve("native-sync/src/test/java")));
        return paths.stream().map(path -> withoutSpace(read(path))).toList();
    }

    @Test
    void pagesShouldShowOnlyCompiledCode() throws IOException {
        final List<String> sources = sources();
        int blocks = 0;
        for (final Page page : Page.all()) {
            assertEquals(List.of(), strangers(page, sources), "Java that no example contains");
            blocks += page.blocks("java").size();
        }
        assertTrue(blocks > 0, "no page shows any code: are blocks still found?");
    }

    /** A source as a page: only what its Javadoc shows as code, in the lines in which it does. */
    private static Page javadoc(final Path path, final String source) {
        final StringBuilder text = new StringBuilder();
        boolean shown = false;
        for (final String line : source.lines().toList()) {
            final String comment = line.replaceFirst("^ *\\* ?", "");
            if (comment.equals(EXAMPLE_BEGINS)) {
                shown = true;
                text.append("```java");
            } else if (comment.equals(EXAMPLE_ENDS)) {
                shown = false;
                text.append("```");
            } else if (shown) {
                text.append(comment);
            } else {
                assertFalse(
                        line.contains("<pre>{"),
                        () -> "an example must begin in a line of its own: " + path + ": " + line);
            }
            text.append('\n');
        }
        return Page.of(path, text.toString());
    }

    @Test
    void javadocShouldShowOnlyCompiledCode() throws IOException {
        final List<String> sources = sources();
        int blocks = 0;
        for (final String module : List.of("journal", "native-sync")) {
            for (final Path path : files(Page.PROJECT.resolve(module + "/src/main/java"))) {
                final Page page = javadoc(path, read(path));
                assertEquals(List.of(), strangers(page, sources), "Javadoc with code that no example contains");
                blocks += page.blocks("java").size();
            }
        }
        assertTrue(blocks > 20, "the Javadoc shows hardly any code: are examples still found?");
    }

    @Test
    void codeOfJavadocShouldBeNoticedWhenNoExampleContainsIt() throws IOException {
        final Path path = Page.PROJECT.resolve("MadeUp.java");
        final String source = "/**\n * <pre>{@code\n * Appender appender = journal.appenders();\n * }</pre>\n */\n";
        assertEquals(1, strangers(javadoc(path, source), sources()).size());
        assertEquals(List.of(), strangers(javadoc(path, source.replace("appenders()", "appender( )")), sources()));
        assertThrows(AssertionError.class, () -> javadoc(path, "/** As in <pre>{@code first()}</pre>. */"));
    }

    @Test
    void codeShouldBeNoticedWhenNoExampleContainsIt() throws IOException {
        final Path path = Page.DOCS.resolve("made-up.md");
        final String text = "text\n```java\nfinal Appender appender = journal.appenders();\n```\n";
        assertEquals(1, strangers(Page.of(path, text), sources()).size());
        assertEquals(List.of(), strangers(Page.of(path, text.replace("appenders()", "appender( )")), sources()));
    }

    /** The anchors that code hosts make of headings. */
    private static Set<String> anchors(final Page page) {
        final Set<String> anchors = new HashSet<>();
        HEADING.matcher(page.text())
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .forEach(anchors::add);
        return anchors;
    }

    @Test
    void linksShouldLeadToWhatIsThere() {
        for (final Page page : Page.all()) {
            final Matcher links = LINK.matcher(page.text());
            while (links.find()) {
                final Path target = links.group(1).isEmpty()
                        ? page.path()
                        : page.path().resolveSibling(links.group(1)).normalize();
                assertTrue(Files.exists(target), "dead link in " + page + ": " + links.group(1));
                if (links.group(2) != null && target.toString().endsWith(".md")) {
                    assertTrue(
                            anchors(Page.read(target)).contains(links.group(2)),
                            "dead anchor in " + page + ": " + links.group());
                }
            }
        }
    }

    /** The opening comment of the engine's package is its tour; what it names must be there. */
    @Test
    void tourShouldNameClassesThatAreThere() throws IOException {
        final Path engine = Page.PROJECT.resolve("journal/src/main/java/io/tidemark/journal");
        final List<String> names = Pattern.compile("\\{@code ([A-Z]\\w+)}")
                .matcher(Files.readString(engine.resolve("package-info.java")))
                .results()
                .map(name -> name.group(1))
                .toList();
        assertTrue(names.size() > 30, "the tour has become short: " + names);
        assertEquals(
                List.of(),
                names.stream()
                        .filter(name -> !Files.exists(engine.resolve(name + ".java")))
                        .toList(),
                "named, and not there");
    }

    @Test
    void pagesShouldBeFinished() {
        final Pattern unfinished = Pattern.compile("\\b(TODO|FIXME|TBD|XXX)\\b");
        for (final Page page : Page.all()) {
            assertFalse(unfinished.matcher(page.text()).find(), page.toString());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** No page goes untested: whatever stands in a block is run, compiled or compared by somebody, and every page is on the map. */
class PageCoverageTest {

    /** Blocks of other kinds, and who compares them with the code. */
    private static final Map<String, String> COMPARED_ELSEWHERE =
            Map.of("docs/format.md", "FormatDocTest", "docs/durability.md", "DurabilityDocTest");

    private static final List<String> BUILD_COMMANDS =
            List.of("./mvnw ", ".ci/", "make -C ", "bin/tidemark bench ", "for ", "done", " ");
    private static final Pattern SELECTED_TESTS = Pattern.compile("-Dtest=(?:'([^']*)'|(\\S+))");
    private static final Pattern PROFILES = Pattern.compile(" -P(\\w+)");
    private static final Pattern DEPENDENCY =
            Pattern.compile("<groupId>(.*?)</groupId>\\s*<artifactId>(.*?)</artifactId>\\s*<version>(.*?)</version>");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+\\.md)(#[^)]*)?\\)");

    private static List<Path> sources;
    private static Set<String> testClasses;

    @BeforeAll
    static void listSources() throws IOException {
        try (Stream<Path> paths = Files.walk(Page.PROJECT)) {
            sources = paths.map(Page.PROJECT::relativize)
                    .filter(path -> path.toString().endsWith(".java") || path.endsWith("pom.xml"))
                    .filter(path -> !path.toString().contains("target/"))
                    .toList();
        }
        testClasses = sources.stream()
                .map(Path::toString)
                .filter(name -> name.contains("src/test/java"))
                .map(name -> name.substring(name.lastIndexOf('/') + 1).replace(".java", ""))
                .collect(Collectors.toSet());
    }

    private static String read(final Path path) {
        try {
            return Files.readString(Page.PROJECT.resolve(path));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Blocks that nobody tests, each with the reason. */
    private static List<String> untested(final Page page) {
        final List<String> untested = new ArrayList<>();
        for (int i = 0; i < page.blocks().size(); i++) {
            final Page.Block block = page.blocks().get(i);
            final String problem = block.values("by").isEmpty()
                    ? untested(page, i)
                    : testClasses.containsAll(block.values("by")) ? "" : "there is no such test: " + block.marks();
            if (!problem.isEmpty()) {
                untested.add(page.place(block) + ": " + problem);
            }
        }
        return untested;
    }

    private static String untested(final Page page, final int index) {
        final Page.Block block = page.blocks().get(index);
        return switch (block.language()) {
            case "sh" -> block.isMarked("shown") ? buildCommands(block) : "";
            case Page.Block.INDENTED -> buildCommands(block);
            case "text" ->
                !block.values("file").isEmpty()
                                || (index > 0 && isRun(page.blocks().get(index - 1)))
                        ? ""
                        : "output that belongs to no commands";
            case "java" -> block.values("file").isEmpty() ? "" : written(page, block);
            case "xml" -> dependency(block.text());
            default -> {
                final String test = COMPARED_ELSEWHERE.get(page.toString());
                yield test != null && testClasses.contains(test) ? "" : "nobody tests a block like this";
            }
        };
    }

    private static boolean isRun(final Page.Block block) {
        return block.is("sh") && !block.isMarked("shown");
    }

    /** A file that no command names is neither compiled nor run. */
    private static String written(final Page page, final Page.Block block) {
        final String name = block.values("file").get(0);
        return page.blocks().stream()
                        .anyMatch(other -> isRun(other) && other.text().contains(name))
                ? ""
                : "no command uses the file " + name;
    }

    private static String buildCommands(final Page.Block block) {
        for (final String line :
                block.text().stripTrailing().stripIndent().lines().toList()) {
            if (BUILD_COMMANDS.stream().noneMatch(line::startsWith)) {
                return "not a command of the build, so to be run or to be tested otherwise: " + line;
            }
            if (line.startsWith(".ci/") && !Files.isExecutable(Page.PROJECT.resolve(line.split("\\s", 2)[0]))) {
                return "no such script: " + line;
            }
            final Matcher profiles = PROFILES.matcher(line);
            while (profiles.find()) {
                if (poms().noneMatch(pom -> read(pom).contains("<id>" + profiles.group(1) + "</id>"))) {
                    return "no such profile: " + line;
                }
            }
            final Matcher tests = SELECTED_TESTS.matcher(line);
            while (tests.find()) {
                for (final String test : (tests.group(1) == null ? tests.group(2) : tests.group(1)).split(",", -1)) {
                    if (!isTest(test)) {
                        return "no such test: " + test;
                    }
                }
            }
        }
        return "";
    }

    private static Stream<Path> poms() {
        return sources.stream().filter(path -> path.endsWith("pom.xml"));
    }

    private static boolean isTest(final String pattern) {
        final String name = pattern.replaceFirst("#.*", "");
        final boolean placeholder = name.equals(name.toUpperCase(java.util.Locale.ROOT));
        return placeholder
                || testClasses.stream()
                        .anyMatch(test -> FileSystems.getDefault()
                                .getPathMatcher("glob:" + name)
                                .matches(Path.of(test)));
    }

    /** A dependency must be one that a module of the project is. */
    private static String dependency(final String xml) {
        final Matcher wanted = DEPENDENCY.matcher(xml);
        if (!wanted.find()) {
            return "not a dependency with group, artifact and version";
        }
        return poms().map(PageCoverageTest::read)
                        .anyMatch(pom -> pom.contains("<groupId>" + wanted.group(1) + "</groupId>")
                                && pom.contains("    <artifactId>" + wanted.group(2) + "</artifactId>\n    <name>")
                                && pom.contains("<version>" + wanted.group(3) + "</version>"))
                ? ""
                : "no module is " + wanted.group();
    }

    @Test
    void everyBlockShouldBeTested() {
        assertEquals(
                "", Page.all().stream().flatMap(page -> untested(page).stream()).collect(Collectors.joining("\n")));
    }

    @Test
    void everyPageShouldBeOnTheMap() {
        final Set<Path> reached = new HashSet<>();
        for (final String map : List.of("docs/README.md", "docs/examples/README.md")) {
            final Path path = Page.PROJECT.resolve(map);
            final Matcher links = LINK.matcher(read(path));
            while (links.find()) {
                reached.add(path.resolveSibling(links.group(1)).normalize());
            }
        }
        final List<String> unreached = Page.all().stream()
                .filter(page -> page.path().startsWith(Page.DOCS))
                .filter(page -> !page.toString().equals("docs/README.md") && !reached.contains(page.path()))
                .map(Page::toString)
                .toList();
        assertEquals(List.of(), unreached, "pages to which docs/README.md does not lead");
    }

    @Test
    void codeOfPagesShouldBeRunByTests() {
        final String tests = sources.stream()
                .filter(path -> path.startsWith("docs") && path.toString().contains("src/test/java"))
                .map(PageCoverageTest::read)
                .collect(Collectors.joining("\n"));
        final List<String> unused = sources.stream()
                .map(Path::toString)
                .filter(name -> name.startsWith("docs/src/main/java") && !name.endsWith("package-info.java"))
                .map(name -> name.substring(name.lastIndexOf('/') + 1).replace(".java", ""))
                .filter(name ->
                        !Pattern.compile("\\b" + name + "\\b").matcher(tests).find())
                .toList();
        assertEquals(List.of(), unused, "sources of pages that no test runs");
    }

    private static long untestedOf(final String... lines) {
        return untested(Page.of(Page.DOCS.resolve("made-up.md"), String.join("\n", lines) + "\n"))
                .size();
    }

    @Test
    void blocksShouldBeNoticedWhenNobodyTestsThem() {
        assertEquals(1, untestedOf("```", "a drawing", "```"));
        assertEquals(1, untestedOf("```python", "print(1)", "```"));
        assertEquals(1, untestedOf("```text", "output of nothing", "```"));
        assertEquals(1, untestedOf("```sh shown", "rm -rf data", "```", "```text", "output", "```") - 1);
        assertEquals(1, untestedOf("", "    tidemark cat data"));
        assertEquals(1, untestedOf("", "    ./mvnw test -Dtest=NoSuchTest"));
        assertEquals(1, untestedOf("", "    ./mvnw -Pnone verify"));
        assertEquals(1, untestedOf("", "    .ci/none"));
        assertEquals(1, untestedOf("```sh shown by=NoSuchTest", "rm", "```"));
        assertEquals(1, untestedOf("```java file=First.java", "class First {}", "```"));
        assertEquals(
                1,
                untestedOf(
                        "```xml",
                        "<groupId>io.tidemark</groupId> <artifactId>tidemark</artifactId> <version>0.1.0</version>",
                        "```"));
        assertTrue(testClasses.size() > 100, "too few tests are found");
    }

    @Test
    void blocksShouldPassWhenSomebodyTestsThem() {
        assertEquals(0, untestedOf("```sh", "echo a", "```", "prints", "```text", "a", "```"));
        assertEquals(0, untestedOf("", "    ./mvnw -Plong -pl journal test -Dtest='Tailer*Test,FrameCheckTest#any'"));
        assertEquals(0, untestedOf("```sh shown by=PageCoverageTest", "rm -rf data", "```"));
        assertEquals(0, untestedOf("", "    .ci/reproducible --release    and what it does"));
        assertEquals(0, untestedOf("- an item", "", "    that goes on here", "", "text", "    and here"));
        assertEquals(
                0, untestedOf("```java file=First.java", "class First {}", "```", "```sh", "java First.java", "```"));
    }
}

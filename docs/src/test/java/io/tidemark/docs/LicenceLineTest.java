// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every source says under which licence it may be used, in a line that tools know. Checkstyle looks at the Java of the modules that it
 * checks; this looks at all that somebody may take a file of: other languages, the build, scripts, and modules of profiles.
 */
class LicenceLineTest {

    private static final String LINE = "SPDX-License-Identifier: Apache-2.0";
    private static final Set<String> ENDINGS = Set.of("java", "c", "h", "sh", "xml", "yml", "yaml");
    private static final Set<String> NOT_OURS = Set.of(".git", "target", ".idea", ".vscode");

    /** These come from Apache Maven, with a licence text of their own. */
    private static final Set<String> TAKEN_OVER = Set.of("mvnw", "mvnw.cmd");

    /** Each source below a directory, and whether it has the line in its first two: the first may be taken by what must come first. */
    private static Map<String, Boolean> sources(final Path root) throws IOException {
        final Map<String, Boolean> sources = new HashMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(final Path directory, final BasicFileAttributes attributes) {
                return NOT_OURS.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) throws IOException {
                final String name = root.relativize(file).toString();
                if (attributes.isRegularFile() && !TAKEN_OVER.contains(name) && isSource(file)) {
                    sources.put(name, Files.readString(file).lines().limit(2).anyMatch(line -> line.contains(LINE)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }

    private static boolean isSource(final Path file) throws IOException {
        final String name = file.getFileName().toString();
        return name.equals("Makefile") || ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) || isScript(file);
    }

    private static boolean isScript(final Path file) throws IOException {
        try (var bytes = Files.newInputStream(file)) {
            return bytes.read() == '#' && bytes.read() == '!';
        }
    }

    private static List<String> without(final Path root) throws IOException {
        final List<String> without = new ArrayList<>();
        sources(root).forEach((name, hasLine) -> {
            if (!hasLine) {
                without.add(name);
            }
        });
        without.sort(null);
        return without;
    }

    @Test
    void everySourceShouldNameItsLicence() throws IOException {
        assertEquals(List.of(), without(Page.PROJECT), "sources without a line " + LINE);
        final Set<String> found = sources(Page.PROJECT).keySet();
        assertTrue(found.size() > 500, () -> "too few sources are found: " + found.size());
        assertTrue(
                found.containsAll(Set.of(
                        ".ci/run",
                        "bin/tidemark",
                        "pom.xml",
                        "native-sync/src/main/c/Makefile",
                        "native-sync/src/main/c/native_sync.c")),
                () -> "of each kind one: " + found);
    }

    @Test
    void sourceShouldBeNoticedWhenItDoesNotNameItsLicence(@TempDir final Path root) throws IOException {
        Files.createDirectories(root.resolve("target"));
        Files.createDirectories(root.resolve("a/src"));
        for (final String name : List.of("A.java", "a.c", "a.h", "a.sh", "a.xml", "a.yml", "a/src/Makefile")) {
            Files.writeString(root.resolve(name), "\n\n// " + LINE + "\n");
        }
        Files.writeString(root.resolve("a/run"), "#!/bin/sh\n");
        Files.writeString(root.resolve("a/named"), "#!/bin/sh\n# " + LINE + "\n");
        Files.writeString(root.resolve("a/data"), "1 2 3\n");
        Files.writeString(root.resolve("mvnw"), "#!/bin/sh\n");
        Files.writeString(root.resolve("target/B.java"), "class B {}\n");
        assertEquals(
                List.of("A.java", "a.c", "a.h", "a.sh", "a.xml", "a.yml", "a/run", "a/src/Makefile"), without(root));
    }
}

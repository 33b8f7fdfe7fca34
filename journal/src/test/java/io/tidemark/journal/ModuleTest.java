// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application that is a module can require the journal by the name that the build gives the jar: it compiles and runs with no flag
 * and no warning, and segments are unmapped as on the class path. A jar that is no module of its own can require nothing, so the
 * application names what has a descriptor and would not be there otherwise: {@code docs/embedding.md} says the same.
 */
class ModuleTest {

    private static final Path BASE = Path.of(System.getProperty("basedir", ""));
    private static final Pattern NAME = Pattern.compile("<Automatic-Module-Name>(.*)</Automatic-Module-Name>");

    private static final String APPLICATION = """
            package application;

            import io.tidemark.journal.Journal;
            import java.nio.file.Files;
            import java.nio.file.Path;

            public final class Application {
                public static void main(final String[] arguments) throws Exception {
                    final Path directory = Path.of(arguments[0]);
                    try (Journal journal = Journal.open(directory)) {
                        journal.appender().append(new byte[10], 0, 10);
                        journal.flush();
                        System.out.println(journal.durableSequence() + " in " + Journal.class.getModule());
                    }
                    final Path maps = Path.of("/proc/self/maps");
                    if (Files.exists(maps)) {
                        System.out.println(Files.readString(maps).contains(".segment") ? "still mapped" : "unmapped");
                    } else {
                        System.out.println("unmapped");
                    }
                }
            }
            """;

    /** The classes under test as they are packed, beside the libraries that come along with them. */
    private static String modulePath(final Path root) throws IOException {
        final String[] entries = System.getProperty("java.class.path").split(File.pathSeparator, -1);
        final Path classes = Arrays.stream(entries)
                .map(Path::of)
                .filter(entry -> entry.endsWith("classes"))
                .findFirst()
                .orElseThrow();
        final Stream<String> libraries = Arrays.stream(entries).filter(entry -> {
            final String name = Path.of(entry).getFileName().toString();
            return name.startsWith("agrona") || name.startsWith("jctools") || name.startsWith("jspecify");
        });
        return Stream.concat(Stream.of(pack(classes, root.resolve("journal-1.0.jar"))), libraries)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String pack(final Path classes, final Path jar) throws IOException {
        final Matcher name = NAME.matcher(Files.readString(BASE.resolve("pom.xml")));
        assertEquals(true, name.find(), "the pom gives the jar a name");
        final Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Automatic-Module-Name", name.group(1));
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream packed = new JarOutputStream(file, manifest);
                Stream<Path> paths = Files.walk(classes)) {
            for (final Path path : paths.filter(Files::isRegularFile).toList()) {
                packed.putNextEntry(
                        new JarEntry(classes.relativize(path).toString().replace('\\', '/')));
                packed.write(Files.readAllBytes(path));
                packed.closeEntry();
            }
        }
        return jar.toString();
    }

    private static String compiled(final Path root, final String modulePath) throws IOException {
        final Path module = Files.writeString(root.resolve("module-info.java"), """
                module application {
                    requires io.tidemark.journal;
                    requires org.jctools.core.jdk11;
                    requires jdk.unsupported;
                }
                """);
        final Path application = Files.writeString(root.resolve("Application.java"), APPLICATION);
        final StringWriter said = new StringWriter();
        final PrintWriter writer = new PrintWriter(said);
        final int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        writer,
                        writer,
                        "--release",
                        "17",
                        "--module-path",
                        modulePath,
                        "-d",
                        root.resolve("application").toString(),
                        module.toString(),
                        application.toString());
        return "status " + status + ": " + said;
    }

    @Test
    void applicationShouldRunWhenItIsAModule(@TempDir final Path root) throws IOException, InterruptedException {
        final String modulePath = modulePath(root);
        assertEquals("status 0: ", compiled(root, modulePath), "and no warning");
        final Path said = root.resolve("said");
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        modulePath + File.pathSeparator + root.resolve("application"),
                        "--module",
                        "application/application.Application",
                        root.resolve("orders").toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        final int status = process.waitFor();
        assertEquals(
                List.of("1 in module io.tidemark.journal", "unmapped"), Files.readAllLines(said), "and no warning");
        assertEquals(0, status);
    }
}

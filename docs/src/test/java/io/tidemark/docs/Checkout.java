// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/**
 * A directory that looks like a checkout in which the tool was built: with the launcher of the project, and jars that lead to
 * the classes under test. So the commands of the pages run as they are written, also when no jar was built yet.
 *
 * <p>Its JVMs compile quickly rather than well: most of them live for a fraction of a second.
 */
final class Checkout {

    private static final String VERSION = "0.1.0-SNAPSHOT";

    private final Path root;

    private Checkout(final Path root) {
        this.root = root;
    }

    static Checkout make(final Path root) throws IOException {
        final Checkout checkout = new Checkout(root);
        checkout.directory("bin");
        Files.copy(Page.PROJECT.resolve("bin/tidemark"), root.resolve("bin/tidemark"));
        executable(root.resolve("bin/tidemark"));
        checkout.old("pom.xml");
        for (final String module : new String[] {"journal", "native-sync"}) {
            checkout.directory(module + "/src/main");
            checkout.old(module + "/pom.xml");
            checkout.old(module + "/src/main");
        }
        checkout.jar("journal/target/tidemark-journal-" + VERSION + "-all.jar", true);
        checkout.jar("native-sync/target/tidemark-native-sync-" + VERSION + ".jar", false);
        checkout.java();
        return checkout;
    }

    private Path directory(final String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    /** Older than the jars, so that the launcher finds nothing to build. */
    private void old(final String name) throws IOException {
        final Path path = root.resolve(name);
        if (!Files.exists(path)) {
            Files.createFile(path);
        }
        Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));
    }

    private static void executable(final Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void jar(final String name, final boolean leading) throws IOException {
        final Manifest manifest = new Manifest();
        final Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (leading) {
            attributes.put(Attributes.Name.MAIN_CLASS, "io.tidemark.journal.cli.Tidemark");
            attributes.put(Attributes.Name.CLASS_PATH, classPath());
        }
        directory(name.substring(0, name.lastIndexOf('/')));
        try (OutputStream file = Files.newOutputStream(root.resolve(name))) {
            new JarOutputStream(file, manifest).close();
        }
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toUri().toString())
                .collect(Collectors.joining(" "));
    }

    private void java() throws IOException {
        final Path home = Path.of(System.getProperty("java.home"));
        final Path java = directory("jdk/bin").resolve("java");
        Files.writeString(
                java,
                "#!/bin/sh\nexec '" + home.resolve("bin/java")
                        + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData \"$@\"\n");
        executable(java);
        Files.copy(home.resolve("release"), root.resolve("jdk/release"));
    }

    Path root() {
        return root;
    }

    Path javaHome() {
        return root.resolve("jdk");
    }
}

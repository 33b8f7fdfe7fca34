// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library without a JVM: under the sanitizers, on another C library, and on another processor. */
class DriverTest {

    private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
    private static final Path DRIVER = MODULE.resolve("src/test/c/driver.c");
    private static final Path SOURCES = MODULE.resolve("src/main/c");
    private static final Path LIBRARIES = MODULE.resolve("src/main/resources/META-INF/native");
    private static final List<String> FLAGS = List.of("-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-O1");
    private static final List<String> SANITIZERS =
            List.of("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer");

    @TempDir
    private Path directory;

    @BeforeEach
    void requireLinux() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "what is compiled here is for Linux on x86-64");
    }

    private Path compile(final String compiler, final Path source, final List<String> flags, final String name)
            throws Exception {
        final Path result = directory.resolve(name);
        final List<String> words = new ArrayList<>(List.of(compiler));
        words.addAll(FLAGS);
        words.addAll(flags);
        words.addAll(List.of(
                "-I" + SOURCES.resolve("include/unix"), "-I" + Path.of(System.getProperty("java.home"), "include")));
        words.addAll(List.of("-o", result.toString(), source.toString(), "-ldl"));
        CommandProcess.run(words);
        return result;
    }

    private static void requireCompiler(final String compiler, final String debianPackage) {
        assumeTrue(CommandProcess.isThere(compiler), compiler + " is not there (Debian: " + debianPackage + ")");
        assumeTrue(Files.exists(Path.of(System.getProperty("java.home"), "include", "jni.h")), "this JDK has no jni.h");
    }

    private boolean hasSanitizers() throws IOException, InterruptedException {
        final Path empty = Files.writeString(directory.resolve("empty.c"), "int main(void) { return 0; }\n");
        final List<String> words = new ArrayList<>(List.of("gcc"));
        words.addAll(SANITIZERS);
        words.addAll(List.of("-o", directory.resolve("empty").toString(), empty.toString()));
        final Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor() == 0;
    }

    @Test
    void everyCallShouldBeCleanUnderTheSanitizers() throws Exception {
        requireCompiler("gcc", "gcc");
        assumeTrue(hasSanitizers(), "gcc has no sanitizers here (Debian: libasan and libubsan come with libgcc-dev)");
        final List<String> shared = new ArrayList<>(SANITIZERS);
        shared.addAll(List.of("-fPIC", "-shared"));
        final Path library = compile("gcc", SOURCES.resolve("native_sync.c"), shared, "sanitized.so");
        final Path driver = compile("gcc", DRIVER, SANITIZERS, "driver");
        assertEquals("ok\n", CommandProcess.run(List.of(driver.toString(), library.toString(), directory.toString())));
    }

    @Test
    void committedLibraryShouldWorkOnMusl() throws Exception {
        requireCompiler("musl-gcc", "musl-tools");
        final Path driver = compile("musl-gcc", DRIVER, List.of(), "driver");
        final Path library = LIBRARIES.resolve("linux-x86_64/libnativesync.so");
        assertEquals("ok\n", CommandProcess.run(List.of(driver.toString(), library.toString(), directory.toString())));
    }

    @Test
    @Tag("long")
    void committedLibraryShouldWorkOnArmUnderEmulation() throws Exception {
        requireCompiler("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu libc6-dev-arm64-cross");
        assumeTrue(CommandProcess.isThere("qemu-aarch64"), "qemu-aarch64 is not there (Debian: qemu-user)");
        final Path driver = compile("aarch64-linux-gnu-gcc", DRIVER, List.of(), "driver");
        final Path library = LIBRARIES.resolve("linux-aarch64/libnativesync.so");
        final String said = CommandProcess.run(List.of(
                "qemu-aarch64",
                "-L",
                "/usr/aarch64-linux-gnu",
                driver.toString(),
                library.toString(),
                directory.toString(),
                "emulated"));
        assertEquals("ok\n", said);
    }
}

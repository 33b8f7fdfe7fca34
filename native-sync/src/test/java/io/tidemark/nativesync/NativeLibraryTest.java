// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.nativesync.NativeSync.Reason;
import io.tidemark.nativesync.NativeSync.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeLibraryTest {

    private static final List<String> ALLOWED = List.of("--enable-native-access=ALL-UNNAMED");

    @TempDir
    private Path directory;

    /** What {@link LoadingProcess} says, in a JVM of its own, on standard output and standard error together. */
    private static List<String> load(final List<String> flags, final Object... arguments) throws Exception {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(flags);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), LoadingProcess.class.getName()));
        for (final Object argument : arguments) {
            words.add(argument.toString());
        }
        final Process process =
                new ProcessBuilder(words).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.lines().toList();
    }

    private static void requireReason(final Reason reason, final String word, final List<String> said) {
        assertEquals(1, said.size(), said::toString);
        assertTrue(said.get(0).startsWith("unavailable " + reason + " "), said::toString);
        assertTrue(said.get(0).contains(word), said::toString);
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] resource(final String name) throws IOException {
        try (InputStream stream = NativeLibrary.class.getResourceAsStream("/META-INF/native/" + name)) {
            return Objects.requireNonNull(stream, name).readAllBytes();
        }
    }

    private Path extracted() throws IOException {
        final TargetSystem system = TargetSystem.of(System.getProperty("os.name"), System.getProperty("os.arch"));
        assertNotNull(system, "there is a library for the systems on which this is built");
        return Files.write(
                directory.resolve(system.libraryName()), resource(system.directory() + "/" + system.libraryName()));
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x86_64",
        "Linux, aarch64, linux-aarch64",
        "Mac OS X, x86_64, darwin-x86_64",
        "Mac OS X, aarch64, darwin-aarch64",
        "Windows 11, amd64, windows-x86_64"
    })
    void resourceShouldBeThereWhenTheSystemIsKnown(final String name, final String processor, final String expected)
            throws IOException {
        final TargetSystem system = NativeLibrary.system(name, processor);
        assertEquals(expected, system.directory());
        assertTrue(resource(system.directory() + "/" + system.libraryName()).length > 1000);
    }

    @ParameterizedTest
    @CsvSource({"Linux, riscv64", "FreeBSD, amd64", "Windows 11, aarch64", "'', ''", "Linux, x86", "AIX, ppc64"})
    void systemShouldBeRefusedByItsNameWhenItIsNotKnown(final String name, final String processor) {
        final UnavailableException thrown =
                assertThrows(UnavailableException.class, () -> NativeLibrary.system(name, processor));
        assertEquals(Reason.UNKNOWN_SYSTEM, thrown.reason());
        assertTrue(thrown.getMessage().contains("os.arch=" + processor), thrown::getMessage);
    }

    @Test
    void sumsShouldBeThoseOfTheLibraries() throws Exception {
        final String[] lines = new String(resource("SHA256SUMS"), StandardCharsets.US_ASCII).split("\n", -1);
        assertEquals(6, lines.length, "five, and the end of the last line");
        for (final String line : List.of(lines).subList(0, 5)) {
            final String[] words = line.split(" +", 2);
            final byte[] sum = MessageDigest.getInstance("SHA-256").digest(resource(words[1]));
            assertEquals(words[0], HexFormat.of().formatHex(sum), words[1]);
        }
    }

    @Test
    void loadShouldLeaveNothingBehindWhenItExtracts() throws Exception {
        assertEquals(List.of("loaded"), load(ALLOWED, "extract", directory));
        assertEquals(List.of(), entries());
    }

    @Test
    void loadShouldExtractNothingWhenTheLibraryIsNamed() throws Exception {
        final Path library = extracted();
        // There nobody can create a file, and it exists: JDK 25 warns of a directory that does not.
        final List<String> flags = List.of(ALLOWED.get(0), "-Djava.io.tmpdir=/proc");
        assertEquals(List.of("loaded"), load(flags, "library", library));
        assertEquals(List.of(library.getFileName().toString()), entries());
        requireReason(Reason.NOT_EXTRACTED, "withExtractionDirectory", load(flags, "default"));
    }

    @Test
    void loadShouldSayWhatToDoWhenTheDirectoryIsMissingOrTheLibraryNone() throws Exception {
        requireReason(
                Reason.NOT_EXTRACTED,
                "withExtractionDirectory",
                load(ALLOWED, "extract", directory.resolve("missing")));
        requireReason(Reason.LIBRARY_REFUSED, "withLibrary", load(ALLOWED, "library", directory.resolve("missing.so")));
        final Path none = Files.writeString(directory.resolve("none.so"), "no library");
        final List<String> said = load(ALLOWED, "library", none);
        // Of a file that is no library at all, the JVM has something to say before.
        requireReason(Reason.LIBRARY_REFUSED, "none.so", said.subList(said.size() - 1, said.size()));
    }

    @Test
    void loadShouldNameTheReasonWhenTheFileSystemIsMountedNoexec() throws Exception {
        final Path mount = Files.createDirectory(directory.resolve("noexec"));
        final Process mounting = new ProcessBuilder(
                        "mount", "-t", "tmpfs", "-o", "noexec,size=1m", "tidemark-test", mount.toString())
                .redirectErrorStream(true)
                .start();
        final String answer = new String(mounting.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(mounting.waitFor() == 0, () -> "only root can mount: " + answer);
        try {
            requireReason(Reason.LIBRARY_REFUSED, "noexec", load(ALLOWED, "extract", mount));
            try (Stream<Path> left = Files.list(mount)) {
                assertEquals(List.of(), left.toList());
            }
        } finally {
            assertEquals(
                    0, new ProcessBuilder("umount", mount.toString()).start().waitFor());
        }
    }

    /** No warning either: the one line is all that comes on both streams. */
    @Test
    void loadShouldAskForTheFlagAndNotLetTheJvmWarnWhenAccessIsDenied() throws Exception {
        if (Runtime.version().feature() < 24) {
            assertEquals(List.of("loaded"), load(List.of(), "default"));
        } else {
            requireReason(Reason.ACCESS_DENIED, "--enable-native-access=ALL-UNNAMED", load(List.of(), "default"));
            requireReason(
                    Reason.ACCESS_DENIED,
                    "--enable-native-access=ALL-UNNAMED",
                    load(List.of("--illegal-native-access=deny"), "default"));
        }
        assertEquals(List.of("loaded"), load(ALLOWED, "default"));
    }

    @Test
    void loadShouldRefuseAnotherLibraryWhenOneIsLoaded() throws Exception {
        final Path library = extracted();
        requireReason(Reason.LIBRARY_REFUSED, "loaded already", load(ALLOWED, "twice", library));
    }
}

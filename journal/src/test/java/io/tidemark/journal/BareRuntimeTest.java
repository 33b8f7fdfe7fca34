// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal needs no more of the JDK than its smallest runtime has, and of other libraries only two. */
class BareRuntimeTest {

    /** Of the JDK itself; the second has what unmaps files before version 22. */
    private static final String MODULES = "java.base,jdk.unsupported";

    @Test
    void journalShouldWorkWhenModulesAndOptionalLibrariesAreMissing(@TempDir final Path directory) throws Exception {
        final Path said = directory.resolve("said");
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules",
                        MODULES,
                        "-cp",
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                                .filter(BareRuntimeTest::isNeeded)
                                .collect(Collectors.joining(File.pathSeparator)),
                        Bare.class.getName(),
                        directory.resolve("journal").toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> words(said));
        assertEquals(List.of("2 records, state CLOSED"), Files.readAllLines(said), "and no warning");
    }

    private static boolean isNeeded(final String entry) {
        final String name = Path.of(entry).getFileName().toString();
        return !name.endsWith(".jar") || name.startsWith("agrona") || name.startsWith("jctools");
    }

    private static String words(final Path file) {
        try {
            return Files.readString(file);
        } catch (final IOException e) {
            return e.toString();
        }
    }

    /** Uses a journal, in a runtime where there is nothing else. */
    static final class Bare {

        private Bare() {}

        /**
         * Fails if there is more than was wanted.
         *
         * @param arguments directory of the journal
         */
        public static void main(final String[] arguments) {
            requireMissing("jdk.jfr.Event");
            requireMissing("javax.management.MBeanServer");
            requireMissing("org.HdrHistogram.Histogram");
            final Path directory = Path.of(arguments[0]);
            try (Journal journal = Journal.open(directory)) {
                final Appender appender = journal.appender();
                appender.append(new byte[10], 0, 10);
                appender.append(new byte[10], 0, 10);
                journal.flush();
                journal.truncate(1);
            }
            final JournalCounters counters = JournalReader.open(directory).counters();
            System.out.println(
                    counters == null ? "no counters" : counters.durableCount() + " records, state " + counters.state());
        }

        private static void requireMissing(final String name) {
            try {
                Class.forName(name);
            } catch (final ClassNotFoundException e) {
                return;
            }
            throw new IllegalStateException(name + " is there");
        }
    }
}

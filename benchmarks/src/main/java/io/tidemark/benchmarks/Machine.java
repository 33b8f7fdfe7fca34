// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The machine, as far as it explains figures. Nothing here names it. */
final class Machine {

    private Machine() {}

    static List<String> describe(final Path directory) throws IOException {
        final List<String> lines = new ArrayList<>();
        lines.add("date: " + Instant.now().truncatedTo(ChronoUnit.MINUTES));
        lines.add(
                "cores: " + Runtime.getRuntime().availableProcessors() + ", " + lineOf("/proc/cpuinfo", "model name"));
        lines.add("virtual: " + (lineOf("/proc/cpuinfo", "flags").contains(" hypervisor") ? "yes" : "no"));
        lines.add("memory: " + lineOf("/proc/meminfo", "MemTotal"));
        lines.add("system: " + System.getProperty("os.name") + " " + System.getProperty("os.version"));
        lines.add("jvm: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        final Path existing = nearestExisting(directory);
        final FileStore store = Files.getFileStore(existing);
        lines.add("file system: " + store.type() + ", blocks of " + store.getBlockSize() + " bytes");
        final BlockDevice device = BlockDevice.of(existing);
        lines.add("device: " + (device == null ? "unknown" : device.describe()));
        return lines;
    }

    /** The directory itself, or the one above it in which it will be made. */
    static Path nearestExisting(final Path directory) {
        Path existing = directory.toAbsolutePath().normalize();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return existing;
    }

    private static String lineOf(final String file, final String key) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        } catch (final IOException e) {
            // Another system than Linux.
            return "unknown";
        }
    }
}

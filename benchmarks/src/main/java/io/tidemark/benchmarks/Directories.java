// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories that measurements make and throw away. */
final class Directories {

    private Directories() {}

    static void deleteAll(final Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        final List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (final Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    /** The files of a journal's segments, in their order; none if there is no directory. */
    static List<Path> segmentFiles(final Path journal) throws IOException {
        if (!Files.exists(journal)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(journal)) {
            return list.filter(path -> path.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        }
    }
}

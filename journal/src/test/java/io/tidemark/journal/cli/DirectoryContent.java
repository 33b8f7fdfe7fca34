// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Names, lengths, times of modification and contents of all files of a directory, to be compared. */
final class DirectoryContent {

    private record Entry(long length, FileTime modified, long checksum) {}

    private DirectoryContent() {}

    static Map<Path, Object> of(final Path directory) throws IOException {
        final Map<Path, Object> content = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (final Path path : paths.toList()) {
                content.put(path, Files.isDirectory(path) ? Files.getLastModifiedTime(path) : entry(path));
            }
        }
        return content;
    }

    private static Entry entry(final Path path) throws IOException {
        final CRC32C checksum = new CRC32C();
        checksum.update(Files.readAllBytes(path));
        return new Entry(Files.size(path), Files.getLastModifiedTime(path), checksum.getValue());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.drawings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The drawings of the pages are those that their source makes. */
class DrawingsTest {

    private static final Path DRAWINGS =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("drawings");

    @Test
    void drawingsShouldBeWhatTheirSourceMakes() throws IOException {
        final TreeMap<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(DRAWINGS)) {
            for (final Path file : files.collect(Collectors.toSet())) {
                found.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        assertEquals(new TreeMap<>(Drawings.all()), found, "make them anew: CONTRIBUTING.md says how");
    }

    @Test
    void wordsShouldBeRefusedWhenTheyRunOutOrLieUponOthers() {
        final Drawing drawing = new Drawing(100, "made up");
        assertThrows(IllegalArgumentException.class, () -> drawing.box(10, 10, 50, 20, "plain", "too long a word"));
        assertThrows(IllegalArgumentException.class, () -> drawing.text(600, 20, "", "cut off"));
        assertThrows(IllegalArgumentException.class, () -> drawing.text(10, 98, "", "too low"));
        drawing.text(100, 60, "", "word");
        assertThrows(IllegalArgumentException.class, () -> drawing.text(130, 65, "middle", "upon it"));
        assertThrows(IllegalArgumentException.class, () -> drawing.arrow(10, 10, 20, 20));
    }
}

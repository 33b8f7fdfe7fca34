// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The shape of the changelog: unreleased first, and what may hurt before what is new. */
class ChangelogTest {

    private static final Path CHANGELOG =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("CHANGELOG.md");
    private static final List<String> SECTIONS = List.of("Breaking", "Format", "Added", "Fixed");
    private static final Pattern RELEASE = Pattern.compile("## \\d+\\.\\d+\\.\\d+ \\(\\d{4}-\\d{2}-\\d{2}\\)");

    private static void requireShape(final String text) {
        assertTrue(text.startsWith("# Changelog\n"), "the title");
        final List<String> releases = new ArrayList<>();
        List<String> sections = new ArrayList<>();
        for (final String line : text.lines().toList()) {
            assertTrue(line.length() <= 130, "too long: " + line);
            if (line.startsWith("## ")) {
                assertTrue(
                        releases.isEmpty()
                                ? line.equals("## Unreleased")
                                : RELEASE.matcher(line).matches(),
                        "not 'Unreleased' first, then releases with a date: " + line);
                releases.add(line);
                sections = new ArrayList<>();
            } else if (line.startsWith("### ")) {
                final String section = line.substring(4);
                assertTrue(SECTIONS.contains(section), "not a section: " + line);
                assertTrue(
                        sections.isEmpty()
                                || SECTIONS.indexOf(section) > SECTIONS.indexOf(sections.get(sections.size() - 1)),
                        "out of order: " + line);
                sections.add(section);
            } else if (line.startsWith("- ")) {
                assertFalse(sections.isEmpty(), "outside of a section: " + line);
            } else {
                assertTrue(
                        line.isEmpty() || line.startsWith("  ") || releases.isEmpty(),
                        "only a list belongs in a section: " + line);
            }
        }
        assertFalse(releases.isEmpty(), "no release");
    }

    @Test
    void changelogShouldHaveItsShape() throws IOException {
        requireShape(Files.readString(CHANGELOG));
    }

    @Test
    void shapeShouldBeRefusedWhenItIsBroken() {
        requireShape("# Changelog\n\nText.\n\n## Unreleased\n\n### Added\n\n- a\n  b\n\n## 0.1.0 (2027-01-31)\n");
        for (final String broken : List.of(
                "# Changes\n\n## Unreleased\n",
                "# Changelog\n",
                "# Changelog\n\n## 0.1.0 (2027-01-31)\n",
                "# Changelog\n\n## Unreleased\n\n## 0.1.0\n",
                "# Changelog\n\n## Unreleased\n\n### News\n",
                "# Changelog\n\n## Unreleased\n\n### Added\n\n### Breaking\n",
                "# Changelog\n\n## Unreleased\n\n- outside\n",
                "# Changelog\n\n## Unreleased\n\n### Added\n\nprose\n")) {
            assertThrows(AssertionError.class, () -> requireShape(broken), broken);
        }
        assertEquals(4, SECTIONS.size());
    }
}
